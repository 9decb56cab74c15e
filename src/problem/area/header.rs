//! HDR: the headers and parameters of a request (BaRS Core 1.5.0, HTTP headers and
//! failure scenarios).

super::entries! {
    /// A transaction id is absent.
    TRANSACTION_ID_MISSING = {
        "WW-HDR-001", "a transaction header is missing",
        meaning: "X-Request-Id and X-Correlation-Id identify the message and its conversation; without them a retry cannot be told from a new message.",
        advice: "Send both headers, each with a UUID: a new X-Request-Id for every new message, one X-Correlation-Id for the whole conversation.",
        Referrer, 400, "REC_BAD_REQUEST", "required", AfterFix
    }
    /// A transaction id of a message is no UUID.
    TRANSACTION_ID_MALFORMED = {
        "WW-HDR-002", "a transaction header is not a UUID",
        meaning: "X-Request-Id and X-Correlation-Id hold UUIDs in the hyphenated form of 36 characters.",
        advice: "Write the UUID as 8-4-4-4-12 hexadecimal digits, without braces or a prefix.",
        Referrer, 400, "REC_BAD_REQUEST", "invalid", AfterFix
    }
    /// A transaction id of a read is no UUID.
    TRANSACTION_ID_MALFORMED_ON_READ = {
        "WW-HDR-003", "a transaction header of a read is not a UUID",
        meaning: "X-Request-Id and X-Correlation-Id hold UUIDs in the hyphenated form of 36 characters, on reads too.",
        advice: "Write the UUID as 8-4-4-4-12 hexadecimal digits, without braces or a prefix.",
        Referrer, 400, "REC_BAD_REQUEST", "value", AfterFix
    }
    /// No target identifier.
    TARGET_MISSING = {
        "WW-HDR-004", "NHSD-Target-Identifier is missing",
        meaning: "The header names the service that the request is for; without it the request has no addressee.",
        advice: "Send the base64 of a JSON object with \"system\" and \"value\" of the service.",
        Referrer, 400, "REC_BAD_REQUEST", "required", AfterFix
    }
    /// The target identifier is not base64.
    TARGET_NOT_BASE64 = {
        "WW-HDR-005", "NHSD-Target-Identifier is not base64",
        meaning: "The header is base64 in the standard alphabet (+ and /) with padding; the URL-safe alphabet is another one.",
        advice: "Encode the JSON with standard base64 and keep the = signs at the end.",
        Referrer, 400, "REC_BAD_REQUEST", "invalid", AfterFix
    }
    /// The target identifier is not JSON.
    TARGET_NOT_JSON = {
        "WW-HDR-006", "NHSD-Target-Identifier does not hold JSON",
        meaning: "The header was decoded, but what it holds is not a JSON object.",
        advice: "Encode one JSON object with the members \"system\" and \"value\".",
        Referrer, 400, "REC_BAD_REQUEST", "invalid", AfterFix
    }
    /// The target identifier lacks a member.
    TARGET_INCOMPLETE = {
        "WW-HDR-007", "NHSD-Target-Identifier lacks system or value",
        meaning: "The JSON of the header needs \"system\" and \"value\", both of them text that is not empty.",
        advice: "Give both members as JSON strings.",
        Referrer, 400, "REC_BAD_REQUEST", "invalid", AfterFix
    }
    /// The target is not one of our services.
    TARGET_NOT_OURS = {
        "WW-HDR-008", "the service is not served here",
        meaning: "The request reached this gateway, but the service it is addressed to is none of the gateway's.",
        advice: "Check the service id in the directory; if it is right, the endpoint catalogue leads to the wrong receiver.",
        Referrer, 400, "REC_BAD_REQUEST", "value", AfterFix
    }
    /// No organisation header.
    ORGANISATION_MISSING = {
        "WW-HDR-009", "NHSD-End-User-Organisation is missing",
        meaning: "The header names the organisation that asks; together with the connection it is the caller's identity.",
        advice: "Send the base64 of a FHIR Organization with its ODS code as identifier.",
        Referrer, 400, "REC_BAD_REQUEST", "required", AfterFix
    }
    /// The organisation header cannot be read.
    ORGANISATION_UNREADABLE = {
        "WW-HDR-010", "NHSD-End-User-Organisation cannot be read",
        meaning: "The header is base64 of a FHIR Organization in JSON, with an identifier of the system ods-organization-code.",
        advice: "Encode { \"resourceType\": \"Organization\", \"identifier\": [{ \"system\": \"https://fhir.nhs.uk/Id/ods-organization-code\", \"value\": ... }], \"name\": ... } with standard base64.",
        Referrer, 400, "REC_BAD_REQUEST", "invalid", AfterFix
    }
    /// The caller is not who the message or the case says.
    NOT_THE_SENDER = {
        "WW-HDR-011", "the organisation is not the sender",
        meaning: "NHSD-End-User-Organisation, the message's sender and, for a cancel or a read, the referrer of the case are one organisation.",
        advice: "Send the message under the organisation that it names as its sender; only the referrer may read or cancel a referral.",
        Referrer, 401, "REC_UNAUTHORIZED", "security", AfterFix
    }
    /// No version that the sender speaks is ours.
    VERSION_NOT_ACCEPTABLE = {
        "WW-HDR-012", "the BaRS version asked for is not spoken here",
        meaning: "Accept asks for a major version of BaRS Core above the one that this gateway speaks.",
        advice: "Ask for a version that GET /metadata gives, e.g. application/fhir+json; version=1.5.0.",
        Referrer, 406, "REC_NOT_ACCEPTABLE", "processing", AfterFix
    }
    /// No media type that the sender reads is ours.
    MEDIA_NOT_ACCEPTABLE = {
        "WW-HDR-013", "the media type asked for is not written here",
        meaning: "Accept names no media type that this gateway writes.",
        advice: "Ask for application/fhir+json or application/fhir+xml.",
        Referrer, 406, "REC_NOT_ACCEPTABLE", "processing", AfterFix
    }
    /// A version that is none.
    VERSION_MALFORMED = {
        "WW-HDR-014", "the version in Accept is not a version",
        meaning: "The version parameter of Accept is up to three numbers with dots between them.",
        advice: "Write version=1.5.0, or leave the parameter out.",
        Referrer, 400, "REC_BAD_REQUEST", "value", AfterFix
    }
    // BaRS has no 415 in its table, and a sender branches on that table: a wrong
    // Content-Type is a malformed header (BaRS Core 1.5.0, failure scenarios).
    /// The body is in a format that is not read here.
    CONTENT_TYPE = {
        "WW-HDR-015", "the media type of the body is not read here",
        meaning: "Content-Type is missing or names a format other than FHIR in JSON or XML, in UTF-8.",
        advice: "Send application/fhir+json (or application/fhir+xml) in UTF-8 and say so in Content-Type.",
        Referrer, 400, "REC_BAD_REQUEST", "value", AfterFix
    }
    /// The context parameter is absent or lacks one of its two kinds.
    CONTEXT_MISSING = {
        "WW-HDR-020", "a context is missing",
        meaning: "GET /MessageDefinition needs the parameter context twice: once for the service, once for the use case.",
        advice: "Add context=<service system>|<service id> and as a second context https://fhir.nhs.uk/CodeSystem/usecases-categories-bars|<code>",
        Referrer, 400, "REC_BAD_REQUEST", "required", AfterFix
    }
    /// The context parameter has no readable shape.
    CONTEXT_MALFORMED = {
        "WW-HDR-021", "a context cannot be read",
        meaning: "A context is system|value, or a value alone; neither half may be empty, and the service and the use case stand once each.",
        advice: "Write the parameter as system|value and encode the bar as %7C.",
        Referrer, 400, "REC_BAD_REQUEST", "invalid", AfterFix
    }
    /// The context parameter names a system that means nothing here.
    CONTEXT_SYSTEM = {
        "WW-HDR-022", "a context names an unknown system",
        meaning: "A context is of a service id system or of the system of BaRS use cases; this one is neither.",
        advice: "Use https://fhir.nhs.uk/Id/dos-service-id and https://fhir.nhs.uk/CodeSystem/usecases-categories-bars.",
        Referrer, 400, "REC_BAD_REQUEST", "value", AfterFix
    }
    /// Nothing is defined for this service and use case.
    CONTEXT_NOT_FOUND = {
        "WW-HDR-023", "no message is defined for this context",
        meaning: "This gateway serves no such pair of service and use case.",
        advice: "Check the service id and the use case with the operator of the service.",
        Referrer, 404, "REC_NOT_FOUND", "not-found", AfterFix
    }
    /// An id in a path is not a UUID.
    ID_NOT_UUID = {
        "WW-HDR-024", "the id in the path is not a UUID",
        meaning: "A ServiceRequest is read by the UUID that this gateway gave it in its answer.",
        advice: "Use the ServiceRequest.id of the answer to the referral.",
        Referrer, 400, "REC_BAD_REQUEST", "value", AfterFix
    }
    /// The search lacks parameters.
    SEARCH_PARAMETERS = {
        "WW-HDR-025", "the search lacks parameters",
        meaning: "A search is by patient:identifier, or by exact family name, date of birth and postcode together.",
        advice: "Send patient:identifier=https://fhir.nhs.uk/Id/nhs-number|N, or patient:name, patient:birthdate and patient:address-postalcode.",
        Referrer, 400, "REC_BAD_REQUEST", "required", AfterFix
    }
    /// The search has a malformed parameter.
    SEARCH_VALUE = {
        "WW-HDR-026", "a search parameter cannot be read",
        meaning: "A parameter of the search has a value of another shape than its kind allows.",
        advice: "Check the parameter that is named; dates are written eqYYYY-MM-DD, identifiers system|value.",
        Referrer, 400, "REC_BAD_REQUEST", "value", AfterFix
    }
    /// No such resource here.
    NOT_FOUND = {
        "WW-HDR-027", "there is no such resource here",
        meaning: "Nothing is kept under this id that the caller may see.",
        advice: "Check the id; a referral is visible to the organisation that made it.",
        Referrer, 404, "REC_NOT_FOUND", "not-found", Never
    }
    /// The verb is not one of this path.
    WRONG_VERB = {
        "WW-HDR-028", "the verb is not allowed on this path",
        meaning: "The path exists, but not with this HTTP verb.",
        advice: "Use a verb that the Allow header of the answer lists.",
        Referrer, 405, "REC_METHOD_NOT_ALLOWED", "not-supported", Never
    }
    /// The interaction is not implemented.
    NOT_IMPLEMENTED = {
        "WW-HDR-029", "the interaction is not implemented here",
        meaning: "This gateway receives referrals; it implements what GET /metadata lists and nothing else.",
        advice: "Use POST /$process-message for everything that writes.",
        Referrer, 501, "REC_NOT_IMPLEMENTED", "not-supported", Never
    }
    /// The request took too long.
    TIMEOUT = {
        "WW-HDR-030", "the request took too long",
        meaning: "The answer was not ready within the limit that BaRS sets, or the body did not arrive in time.",
        advice: "Send the same request again with the same ids after a pause.",
        Operator, 408, "REC_TIMEOUT", "timeout", Later
    }
    /// Too many requests.
    THROTTLED = {
        "WW-HDR-031", "too many requests",
        meaning: "The caller sends more requests than the gateway takes in this time.",
        advice: "Wait as long as Retry-After says, then send the same request again.",
        Referrer, 429, "REC_TOO_MANY_REQUESTS", "throttled", Later
    }
    /// A fault of the gateway.
    INTERNAL = {
        "WW-HDR-032", "the gateway failed",
        meaning: "The gateway met a state that its makers did not foresee. Whether the request was carried out before that is not told by this answer.",
        advice: "Send the same request again with the same ids after a pause: 409 duplicate says that it was carried out. If it fails again, give the operator the X-Request-Id.",
        Us, 500, "REC_SERVER_ERROR", "exception", Later
    }
    /// A header that stands once stands twice.
    HEADER_TWICE = {
        "WW-HDR-034", "a header stands twice",
        meaning: "The header says who asks or for what, so it stands once; of two, one would be believed and the other lost in silence.",
        advice: "Send the header once; where a proxy adds its own, let it take away the one that came with the request.",
        Referrer, 400, "REC_BAD_REQUEST", "invalid", AfterFix
    }
    /// Two tokens.
    AUTHORIZATION_TWICE = {
        "WW-HDR-035", "Authorization stands twice",
        meaning: "Two tokens name two callers; which of them asks cannot be said.",
        advice: "Send one Authorization header; where a proxy adds its own, let it take away the one that came with the request.",
        Referrer, 401, "REC_UNAUTHORIZED", "security", AfterFix
    }
    /// The search has a parameter that is not searched by, or one that does not go with the others.
    SEARCH_UNKNOWN = {
        "WW-HDR-036", "a search parameter is not supported",
        meaning: "Referrals are not searched by this parameter, or not by it together with the others. An answer that left it out could read as if a referral were lost.",
        advice: "Use the parameters that are named, in one of the three ways: an NHS number, name with birth date and postcode, or an identifier of the referral. `Prefer: handling=lenient` leaves out what is not known.",
        Referrer, 400, "REC_BAD_REQUEST", "invalid", AfterFix
    }
    /// No such definition here.
    DEFINITION_NOT_FOUND = {
        "WW-HDR-033", "there is no such definition here",
        meaning: "This gateway publishes the definitions of its own profile and the messages it takes; none has this id.",
        advice: "List them with GET on the type alone, or search by url with the canonical address.",
        Referrer, 404, "REC_NOT_FOUND", "not-found", Never
    }    /// An answer that XML cannot hold.
    NOT_WRITTEN_AS_XML = {
        "WW-HDR-037", "the answer could not be written as XML",
        meaning: "XML was asked for, and the answer has something that FHIR XML cannot hold. It was given as FHIR JSON, with the status that it has; this code is told in the log alone.",
        advice: "Ask for application/fhir+json, or correct what is at the path that the log names.",
        Referrer, 406, "REC_NOT_ACCEPTABLE", "processing", AfterFix
    }
}
