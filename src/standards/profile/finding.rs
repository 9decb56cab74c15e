//! What a check of a document found.

/// One finding. Names and types only: no field ever holds a value of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule that was broken: one of the constants of this module.
    pub rule: &'static str,
    /// FHIRPath-like path, such as `Bundle.entry[3].resource.birthDate`.
    pub path: String,
    /// What stands there, in words.
    pub found: String,
    /// What FHIR wants there, in words.
    pub expected: String,
    /// Byte offset in the source.
    pub offset: usize,
}

/// An element that FHIR R4 does not define at this place.
pub const UNKNOWN_ELEMENT: &str = "unknown-element";
/// The wrong kind of JSON value: a list for one, an object for text, and so on.
pub const WRONG_JSON_TYPE: &str = "wrong-json-type";
/// A required element is absent.
pub const MISSING_ELEMENT: &str = "missing-element";
/// A resource without `resourceType`.
pub const MISSING_RESOURCE_TYPE: &str = "missing-resource-type";
/// A `resourceType` that FHIR R4 does not define.
pub const UNKNOWN_RESOURCE_TYPE: &str = "unknown-resource-type";
/// Two types of the same choice element, such as `deceasedBoolean` and `deceasedDateTime`.
pub const MORE_THAN_ONE_CHOICE: &str = "more-than-one-choice";
/// A primitive value that breaks the format of its type.
pub const INVALID_FORMAT: &str = "invalid-format";
/// Information: a resource type of R4 that the embedded table does not hold.
pub const NOT_EVALUATED: &str = "not-evaluated";
/// Too few or too many resources of a type for the MessageDefinition.
pub const MESSAGE_CARDINALITY: &str = "message-cardinality";

impl Finding {
    /// False for mere information about what was not evaluated.
    pub fn is_error(&self) -> bool {
        self.rule != NOT_EVALUATED
    }
}
