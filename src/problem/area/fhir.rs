//! FHR: reading FHIR.

super::entries! {
    /// The document cannot be read.
    SYNTAX = {
        "WW-FHR-001", "the message is not readable",
        meaning: "The body is not one complete JSON document (or, where XML was announced, XML document).",
        advice: "Send one complete document in the format that Content-Type names.",
        Referrer, 400, "REC_BAD_REQUEST", "invalid", AfterFix
    }
    /// A member appears twice.
    DUPLICATE_MEMBER = {
        "WW-FHR-002", "a member appears more than once",
        meaning: "The same member stands twice in one object; readers differ on which one counts, so the message has no single meaning.",
        advice: "Give each member once; several values belong in one array.",
        Referrer, 400, "REC_BAD_REQUEST", "invalid", AfterFix
    }
    /// A null, or something empty.
    EMPTY_VALUE = {
        "WW-FHR-003", "a value is null or empty",
        meaning: "FHIR R4 allows no null outside lists of primitives and nothing that is empty.",
        advice: "Leave the member out when there is nothing to say.",
        Referrer, 400, "REC_BAD_REQUEST", "invalid", AfterFix
    }
    // BaRS has no 413; a request that costs too much is 422 too-costly
    // (BaRS Core 1.5.0, failure scenarios).
    /// The message is too large or too deep.
    TOO_LARGE = {
        "WW-FHR-004", "the message is larger than is read here",
        meaning: "The body, its nesting or the number of its values is beyond the limit of this gateway.",
        advice: "Send a smaller message; leave attachments out of it.",
        Referrer, 422, "REC_UNPROCESSABLE_ENTITY", "too-costly", AfterFix
    }
    /// Not UTF-8.
    ENCODING = {
        "WW-FHR-005", "the message is not in UTF-8",
        meaning: "FHIR is exchanged in UTF-8 without a byte order mark.",
        advice: "Encode the message in UTF-8 and send it without a byte order mark.",
        Referrer, 400, "REC_BAD_REQUEST", "invalid", AfterFix
    }
    /// XML with a document type declaration.
    DOCTYPE = {
        "WW-FHR-006", "the XML has a document type declaration",
        meaning: "A DOCTYPE can expand entities and read files, so none is accepted.",
        advice: "Remove the DOCTYPE; FHIR XML needs none.",
        Referrer, 400, "REC_BAD_REQUEST", "invalid", AfterFix
    }
    /// XML that is not FHIR R4.
    NOT_FHIR_XML = {
        "WW-FHR-007", "the XML is not FHIR R4",
        meaning: "An element is outside the FHIR namespace, is not defined by R4 at its place, or is single where R4 has a list.",
        advice: "Check the namespace and the spelling and place of the element that is named.",
        Referrer, 400, "REC_BAD_REQUEST", "invalid", AfterFix
    }
    /// Not a message Bundle.
    NOT_A_MESSAGE = {
        "WW-FHR-008", "the body is not a message Bundle",
        meaning: "POST /$process-message takes a Bundle whose type is message.",
        advice: "Send resourceType Bundle with type message and a MessageHeader as its first entry.",
        Referrer, 400, "REC_BAD_REQUEST", "invariant", AfterFix
    }
    /// A value has the wrong shape.
    VALUE = {
        "WW-FHR-009", "a value has the wrong shape",
        meaning: "The value does not have the shape of its FHIR R4 type, or is of another JSON kind.",
        advice: "Write dates as YYYY-MM-DD, instants with their offset, ids as UUIDs and codes without spaces.",
        Referrer, 400, "REC_BAD_REQUEST", "value", AfterFix
    }
    /// An element that R4 does not define there.
    UNKNOWN_ELEMENT = {
        "WW-FHR-010", "an element is not defined by FHIR R4 at this place",
        meaning: "FHIR R4 defines no element of this name here; what it says would be lost.",
        advice: "Check the spelling and the place of the element, or carry it as an extension.",
        Referrer, 400, "REC_BAD_REQUEST", "invalid", AfterFix
    }
    /// The wrong kind of JSON value.
    WRONG_JSON_TYPE = {
        "WW-FHR-011", "a value is of the wrong JSON kind",
        meaning: "FHIR R4 wants another kind of JSON value here: a list for a repeating element, an object for a complex one, text for most others.",
        advice: "Write the value in the kind that is named.",
        Referrer, 400, "REC_BAD_REQUEST", "invalid", AfterFix
    }
    /// A required element is absent.
    MISSING_ELEMENT = {
        "WW-FHR-012", "a required element is missing",
        meaning: "FHIR R4 does not allow this resource or element without the one that is named.",
        advice: "Give the element that is named.",
        Referrer, 400, "REC_BAD_REQUEST", "required", AfterFix
    }
    /// No resource type, or one that R4 does not define.
    RESOURCE_TYPE = {
        "WW-FHR-013", "the resource type is missing or not one of FHIR R4",
        meaning: "Every resource says in resourceType which of the R4 resources it is.",
        advice: "Give resourceType as R4 spells it.",
        Referrer, 400, "REC_BAD_REQUEST", "invalid", AfterFix
    }
    /// Two types of one choice element.
    MORE_THAN_ONE_CHOICE = {
        "WW-FHR-014", "an element is given in two types",
        meaning: "An element with a choice of types, such as value[x], is given in one type only.",
        advice: "Keep the one that is meant.",
        Referrer, 400, "REC_BAD_REQUEST", "invariant", AfterFix
    }
    /// A resource that was not looked at.
    NOT_EVALUATED = {
        "WW-FHR-015", "something was not checked",
        meaning: "The message has or names something that this gateway has no rules for, such as a profile of the sender's own; it is named.",
        advice: "Nothing needs to be done.",
        Us, 400, "REC_BAD_REQUEST", "not-supported", Never
    }
    /// An invariant does not hold.
    INVARIANT = {
        "WW-FHR-016", "an invariant does not hold",
        meaning: "FHIR R4 or a profile wants a condition among several elements that is not met; the key of the constraint is named.",
        advice: "Give what is named as expected, or take out what contradicts it.",
        Referrer, 400, "REC_BAD_REQUEST", "invariant", AfterFix
    }
    /// A code that is not allowed there.
    CODE = {
        "WW-FHR-017", "a code is not allowed at this place",
        meaning: "The code is not in the value set that the element is bound to, or its code system does not have it.",
        advice: "Use a code of the value set or code system that is named.",
        Referrer, 400, "REC_BAD_REQUEST", "value", AfterFix
    }
    /// A profile's rule is broken.
    PROFILE = {
        "WW-FHR-018", "a rule of a profile is broken",
        meaning: "A profile that the resource names, or that the message demands, asks for another count, type or value.",
        advice: "Write what is named as expected, or agree with the receiver that its rule is only reported.",
        Referrer, 400, "REC_BAD_REQUEST", "invariant", AfterFix
    }
    /// An extension that is not known.
    EXTENSION = {
        "WW-FHR-019", "an extension is not known",
        meaning: "No definition here describes the extension. A modifier extension could change the meaning of what it stands in, so it is refused; any other is passed over.",
        advice: "Leave the modifier extension out, or check the address of the extension.",
        Referrer, 400, "REC_BAD_REQUEST", "not-supported", AfterFix
    }
    /// A reference to something else than is allowed.
    TARGET = {
        "WW-FHR-020", "a reference leads to a resource of another type",
        meaning: "The element may refer to resources of some types only, and this one leads to another.",
        advice: "Refer to a resource of a type that is named.",
        Referrer, 400, "REC_BAD_REQUEST", "invalid", AfterFix
    }
    /// A narrative that acts or calls out.
    NARRATIVE = {
        "WW-FHR-021", "a narrative is more than formatted text",
        meaning: "The narrative of a resource has a script, an event handler or a link to another file; whoever showed it would run or fetch that.",
        advice: "Send plain formatting only (FHIR R4, Narrative).",
        Referrer, 400, "REC_BAD_REQUEST", "invalid", AfterFix
    }
    /// A code outside a list that may be extended.
    EXTENSIBLE_CODE = {
        "WW-FHR-022", "a code is outside a list that may be extended",
        meaning: "The element is bound to a value set of which another code may be used only where none of the set fits; a program cannot tell whether one does.",
        advice: "Use a code of the value set where one fits; otherwise nothing needs to be done.",
        Referrer, 400, "REC_BAD_REQUEST", "value", AfterFix
    }    /// A character that no text may have.
    CHARACTER = {
        "WW-FHR-023", "a text has a character that FHIR does not",
        meaning: "A text has a control character other than tab, line feed and carriage return, or U+FFFE or U+FFFF. FHIR XML cannot write it, so the message could not be passed on or answered in that format.",
        advice: "Leave the character out of the text that is named.",
        Referrer, 400, "REC_BAD_REQUEST", "invalid", AfterFix
    }
}
