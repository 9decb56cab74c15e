//! REF: what a message says.

super::entries! {
    /// Bundle.id cannot be quoted.
    BUNDLE_ID = {
        "WW-REF-001", "Bundle.id is missing or not a UUID",
        meaning: "Bundle.id is the UUID that later messages quote in MessageHeader.response.identifier.",
        advice: "Give the Bundle a UUID as its id; the originator makes it.",
        Referrer, 400, "REC_BAD_REQUEST", "invalid", AfterFix
    }
    /// No application version (BaRS Core 1.5.0: null is an invariant fault).
    VERSION_MISSING = {
        "WW-REF-002", "Bundle.meta.versionId is missing",
        meaning: "Bundle.meta.versionId names the version of the BaRS Application that the sender speaks.",
        advice: "Give Bundle.meta.versionId, e.g. 1.1.0.",
        Referrer, 400, "REC_BAD_REQUEST", "invariant", AfterFix
    }
    /// An application version that this service does not take.
    VERSION_UNSUPPORTED = {
        "WW-REF-003", "the application version is not supported",
        meaning: "The version of the BaRS Application in Bundle.meta.versionId is not one that this service takes.",
        advice: "Send a version that GET /MessageDefinition names for this service.",
        Referrer, 422, "REC_UNPROCESSABLE_ENTITY", "not-supported", AfterFix
    }
    /// The MessageHeader is not the first entry.
    HEADER_NOT_FIRST = {
        "WW-REF-004", "the first entry is not the MessageHeader",
        meaning: "A message Bundle has exactly one MessageHeader and it is the first entry.",
        advice: "Put the MessageHeader into Bundle.entry[0].",
        Referrer, 400, "REC_BAD_REQUEST", "invariant", AfterFix
    }
    /// An entry without a fullUrl of its own.
    FULL_URL = {
        "WW-REF-005", "a fullUrl is missing or used twice",
        meaning: "Every entry has a fullUrl of its own, urn:uuid: and a UUID; references inside the message point at it.",
        advice: "Give every entry its own urn:uuid: fullUrl.",
        Referrer, 400, "REC_BAD_REQUEST", "invariant", AfterFix
    }
    /// A reference that no entry answers.
    DANGLING = {
        "WW-REF-006", "a reference leads nowhere",
        meaning: "A reference in the message points at something that the message does not hold. Only the Journey ID, Encounter.episodeOfCare, may.",
        advice: "Add the resource that is referred to, or leave the reference out.",
        Referrer, 400, "REC_BAD_REQUEST", "invariant", AfterFix
    }
    /// A combination outside the decision table.
    COMBINATION = {
        "WW-REF-007", "event, reason, category and status do not fit together",
        meaning: "BaRS gives a meaning to certain combinations of MessageHeader.eventCoding, MessageHeader.reason, ServiceRequest.category and the statuses; this is none of them.",
        advice: "Compare with the combinations of BaRS Core 1.5.0 (standard pattern); each element whose value fits none is told, with the values that would.",
        Referrer, 400, "REC_BAD_REQUEST", "invariant", AfterFix
    }
    /// A booking for a service of referrals.
    BOOKING_NOT_OFFERED = {
        "WW-REF-008", "bookings are not offered",
        meaning: "This service takes referrals; it has no slots to book.",
        advice: "Send a referral (servicerequest-request, category referral), or choose a service that takes bookings.",
        Referrer, 422, "REC_UNPROCESSABLE_ENTITY", "not-supported", Never
    }
    /// A validation for a service of referrals.
    VALIDATION_NOT_OFFERED = {
        "WW-REF-009", "validations are not offered",
        meaning: "This service takes referrals (category referral), not requests for validation.",
        advice: "Send category referral, or choose a service that validates.",
        Referrer, 422, "REC_UNPROCESSABLE_ENTITY", "not-supported", Never
    }
    /// A use case that this service does not take.
    USE_CASE_NOT_OFFERED = {
        "WW-REF-010", "the use case is not offered",
        meaning: "The use case in ServiceRequest.category is not one that this service takes.",
        advice: "Send a use case that GET /MessageDefinition names for this service.",
        Referrer, 422, "REC_UNPROCESSABLE_ENTITY", "not-supported", AfterFix
    }
    /// An amendment where the use case has none.
    AMEND_NOT_OFFERED = {
        "WW-REF-011", "amending is not offered for this use case",
        meaning: "In this use case a referral is not amended: it is cancelled and made again (BaRS Applications 5 and 8).",
        advice: "Cancel the referral and send a new one.",
        Referrer, 422, "REC_UNPROCESSABLE_ENTITY", "not-supported", AfterFix
    }
    /// The number of resources of a type is outside the MessageDefinition.
    CARDINALITY = {
        "WW-REF-012", "a resource is missing or there are too many",
        meaning: "The MessageDefinition of this message says how many resources of each type it holds; this message has another number.",
        advice: "Compare with GET /MessageDefinition; type, number found and number expected are named.",
        Referrer, 400, "REC_BAD_REQUEST", "invariant", AfterFix
    }
    /// More than one Patient.
    TWO_PATIENTS = {
        "WW-REF-013", "there is more than one Patient",
        meaning: "A referral is about one person; nobody can tell which of the Patients is meant.",
        advice: "Send one message a person.",
        Referrer, 400, "REC_BAD_REQUEST", "invariant", AfterFix
    }
    /// A resource outside the MessageDefinition.
    UNLISTED_RESOURCE = {
        "WW-REF-014", "a resource of a type that the message does not have",
        meaning: "The MessageDefinition of this message has no resource of this type; it would be lost on the way.",
        advice: "Leave the resource out; GET /MessageDefinition lists the types that the message has.",
        Referrer, 400, "REC_BAD_REQUEST", "invariant", AfterFix
    }
    /// Category without its two codings.
    CATEGORY = {
        "WW-REF-015", "ServiceRequest.category lacks one of its two codings",
        meaning: "ServiceRequest.category is one CodeableConcept with two codings: the message category and the use case.",
        advice: "Give one coding of message-category-servicerequest and one of usecases-categories-bars.",
        Referrer, 400, "REC_BAD_REQUEST", "invariant", AfterFix
    }
    /// The subject is somebody else.
    SUBJECT = {
        "WW-REF-016", "ServiceRequest.subject is not the Patient",
        meaning: "ServiceRequest.subject refers to the one Patient of the message.",
        advice: "Let ServiceRequest.subject.reference be the fullUrl of the Patient.",
        Referrer, 400, "REC_BAD_REQUEST", "invariant", AfterFix
    }
    /// An NHS number that fails its check.
    NHS_NUMBER = {
        "WW-REF-017", "the NHS number is not one",
        meaning: "An NHS number has ten digits and its check digit holds (modulus 11); a Patient has one of them at most.",
        advice: "Check the number at its source, or leave the identifier out: a referral without NHS number is taken.",
        Referrer, 400, "REC_BAD_REQUEST", "value", AfterFix
    }
    /// No BaRS consent.
    CONSENT_MISSING = {
        "WW-REF-018", "the direct-care consent is missing",
        meaning: "A referral carries an active Consent of category DRC (BaRS consent-categories-bars). One that says no is none: a provision that denies, a policyRule OPTOUT, another scope than patient-privacy, or a later Consent by which the person refused.",
        advice: "Add a Consent with status active, scope patient-privacy, category DRC and policyRule IMPLIED. Who has said no is not referred.",
        Referrer, 400, "REC_BAD_REQUEST", "invariant", AfterFix
    }
    /// No readable destination.
    DESTINATION = {
        "WW-REF-019", "the destination cannot be read",
        meaning: "MessageHeader.destination.endpoint is the service in the form system|value.",
        advice: "Write the identifier of NHSD-Target-Identifier as system|value.",
        Referrer, 400, "REC_BAD_REQUEST", "invalid", AfterFix
    }
    /// Header and message disagree on the addressee.
    DESTINATION_NOT_TARGET = {
        "WW-REF-020", "the destination is not the target",
        meaning: "MessageHeader.destination.endpoint and NHSD-Target-Identifier name the same service.",
        advice: "Address the message and the request to one service.",
        Referrer, 400, "REC_BAD_REQUEST", "invariant", AfterFix
    }
    /// The message is for somebody else.
    DESTINATION_NOT_OURS = {
        "WW-REF-021", "the destination is not served here",
        meaning: "MessageHeader.destination.endpoint names a service that is none of this gateway's.",
        advice: "Check the service id in the directory.",
        Referrer, 400, "REC_BAD_REQUEST", "value", AfterFix
    }
    /// Sender or receiver does not resolve to an Organization.
    PARTY = {
        "WW-REF-022", "the sender or receiver is not an Organization of the message",
        meaning: "MessageHeader.sender and MessageHeader.destination.receiver refer to Organizations in the message.",
        advice: "Let both references be the fullUrl of an Organization entry.",
        Referrer, 400, "REC_BAD_REQUEST", "invariant", AfterFix
    }
    /// No ODS code on the sender.
    SENDER_WITHOUT_ODS = {
        "WW-REF-023", "the sender has no ODS code",
        meaning: "The sender's Organization has no identifier of the system ods-organization-code; the organisation header is taken in its place.",
        advice: "Give the sender's Organization its ODS code.",
        Referrer, 400, "REC_BAD_REQUEST", "required", AfterFix
    }
    /// No readable return address.
    SOURCE = {
        "WW-REF-024", "the return address cannot be read",
        meaning: "MessageHeader.source.endpoint is the service that responses are addressed to, in the form system|value; without it the referrer is told by other means.",
        advice: "Write the identifier of the sender's own service as system|value.",
        Referrer, 400, "REC_BAD_REQUEST", "required", AfterFix
    }
    /// A response to nothing.
    RESPONSE_MISSING = {
        "WW-REF-025", "MessageHeader.response is missing",
        meaning: "A servicerequest-response says in MessageHeader.response.identifier which request it answers.",
        advice: "Give MessageHeader.response with the Bundle.id of the request.",
        Referrer, 400, "REC_BAD_REQUEST", "invariant", AfterFix
    }
    /// A response to somebody else's request.
    RESPONSE_UNKNOWN = {
        "WW-REF-026", "the request that is answered is not known here",
        meaning: "MessageHeader.response.identifier is the Bundle.id of no request that this gateway sent.",
        advice: "Check the identifier and the addressee of the response.",
        Referrer, 404, "REC_NOT_FOUND", "not-found", Never
    }
    /// A payload-table MUST is not met.
    APPLICATION_FIELD = {
        "WW-REF-027", "a field that the Application asks for is missing",
        meaning: "The payload tables of the BaRS Application ask for a field that the message does not have.",
        advice: "Give the field that is named.",
        Referrer, 400, "REC_BAD_REQUEST", "required", AfterFix
    }
    /// The definition is missing or another one.
    DEFINITION = {
        "WW-REF-028", "MessageHeader.definition does not fit the message",
        meaning: "MessageHeader.definition is missing or names another message than the one that event, reason and category make.",
        advice: "Give the MessageDefinition of this message.",
        Referrer, 400, "REC_BAD_REQUEST", "invariant", AfterFix
    }
    /// The focus is something else.
    FOCUS = {
        "WW-REF-029", "MessageHeader.focus is not the ServiceRequest",
        meaning: "MessageHeader.focus refers to the ServiceRequest (or, in a response, the Encounter) of the message.",
        advice: "Let MessageHeader.focus[0].reference be the fullUrl of the ServiceRequest.",
        Referrer, 400, "REC_BAD_REQUEST", "invariant", AfterFix
    }
    /// The reason is too long to pass on whole.
    TEXT_CUT = {
        "WW-REF-031", "a text was cut",
        meaning: "The referrer's words are longer than 2,000 characters; the rest is kept with the message but not read on.",
        advice: "Write a shorter reason.",
        Referrer, 400, "REC_BAD_REQUEST", "value", AfterFix
    }
    /// A second consent without an answer.
    CONSENT_UNCLEAR = {
        "WW-REF-032", "a WorkWell consent is neither a clear yes nor a clear no",
        meaning: "A Consent names the WorkWell consent, but its provision.type is neither permit nor deny, or it permits and something else in it says the opposite, or it does not hold on the day of the receipt. Nobody guesses what was meant: it counts as not recorded.",
        advice: "Give Consent.provision.type permit or deny, nothing beside it that says otherwise, and a time that has begun and is not over. Ask the person where their answer has run out.",
        Referrer, 400, "REC_BAD_REQUEST", "value", AfterFix
    }
    /// The message names another organisation as its receiver.
    RECEIVER_NOT_OURS = {
        "WW-REF-033", "the receiver is another organisation",
        meaning: "MessageHeader.destination.receiver leads to an Organization with another ODS code than this service's own.",
        advice: "Give the Organization that the message is addressed to the ODS code of the receiving service's organisation.",
        Referrer, 400, "REC_BAD_REQUEST", "value", AfterFix
    }
    /// A stop for an unknown referral.
    UNKNOWN_REFERRAL = {
        "WW-REF-040", "the referral is not known here",
        meaning: "A cancel or an amendment is about a referral that this gateway does not hold for the sender, or its ids and identifiers fit more than one and nothing was changed.",
        advice: "Read the ServiceRequest first and use the id that the answer to the referral gave.",
        Referrer, 400, "REC_BAD_REQUEST", "invariant", Never
    }
    /// A stop for a referral that is over.
    REFERRAL_CLOSED = {
        "WW-REF-041", "the referral is over",
        meaning: "Only an active referral is cancelled or amended; this one has ended.",
        advice: "Read the ServiceRequest to see where it stands.",
        Referrer, 409, "REC_CONFLICT", "conflict", Never
    }
    /// The same identifier as an open referral.
    REFERRAL_OPEN = {
        "WW-REF-042", "the referral is already here and open",
        meaning: "A referral with any ServiceRequest.identifier of this one is open.",
        advice: "Cancel the open referral first, or give the new one its own identifier.",
        Referrer, 409, "REC_CONFLICT", "conflict", AfterFix
    }
    /// A repeat of something done.
    DUPLICATE = {
        "WW-REF-043", "the message was already processed",
        meaning: "A message with the same X-Request-Id and X-Correlation-Id was processed; nothing was done again.",
        advice: "Take this as success after a timeout; use a new X-Request-Id for a new message.",
        Referrer, 409, "REC_CONFLICT", "duplicate", Never
    }
    /// A repeat of something under way.
    IN_FLIGHT = {
        "WW-REF-044", "the message is being processed",
        meaning: "The first attempt with the same ids has not ended yet.",
        advice: "Send the same request again after a pause.",
        Referrer, 425, "REC_TOO_EARLY", "duplicate", Later
    }
    /// The ids of another message.
    IDS_REUSED = {
        "WW-REF-045", "the ids belong to another body",
        meaning: "The same X-Request-Id and X-Correlation-Id came before with another body; a retry is the same message byte for byte.",
        advice: "Use a new X-Request-Id for a new message.",
        Referrer, 409, "REC_CONFLICT", "conflict", AfterFix
    }
    /// Patient demographics do not match the stored referral.
    PERSON_DIFFERS = {
        "WW-REF-046", "the Patient is not the one of the referral",
        meaning: "A cancel or an amendment names another person than the referral that it is about.",
        advice: "Check the ServiceRequest.id; the Patient of a cancel is the one of the referral. Where a name has changed since, name the referral by the ServiceRequest.id that the answer gave.",
        Referrer, 400, "REC_BAD_REQUEST", "invariant", AfterFix
    }
    /// The policy refuses where no WorkWell consent is recorded.
    WORKWELL_CONSENT_MISSING = {
        "WW-REF-047", "the WorkWell consent is not recorded",
        meaning: "The provider that serves this person needs the person's explicit WorkWell consent, and the message has none.",
        advice: "Ask the person, and add a Consent of the WorkWell consent system.",
        Referrer, 422, "REC_UNPROCESSABLE_ENTITY", "not-supported", AfterFix
    }
    /// A code waits for a row in the provider's list: a warning, the referral is accepted.
    WAITS_FOR_A_CODE = {
        "WW-REF-048", "a person looks at the referral before it goes on",
        meaning: "The referral is accepted. The list of the local service that is named has no row for a code of it, and the gateway does not guess: a person has to look at the code before anything is passed on.",
        advice: "Nothing has to be sent again: whoever runs the gateway answers for the referral meanwhile, and tells you when it goes on or comes back.",
        Icb, 422, "REC_UNPROCESSABLE_ENTITY", "not-supported", AfterFix
    }
    /// A request that says that it answers something.
    RESPONSE_ON_REQUEST = {
        "WW-REF-049", "MessageHeader.response stands on a request",
        meaning: "MessageHeader.response says which request a message answers; a servicerequest-request answers none. It is not looked at.",
        advice: "Leave MessageHeader.response out of a request.",
        Referrer, 400, "REC_BAD_REQUEST", "invariant", AfterFix
    }
}
