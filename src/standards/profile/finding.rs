//! What a check of a document found.

/// One finding. Names and types only: no field ever holds a value of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule that was broken: one of the constants of this module, or the key of an
    /// invariant.
    pub rule: &'static str,
    /// Whose rule it is, for the policy.
    pub layer: Layer,
    /// How grave it is without a policy.
    pub severity: Severity,
    /// FHIRPath-like path, such as `Bundle.entry[3].resource.birthDate`.
    pub path: String,
    /// What stands there, in words.
    pub found: String,
    /// What FHIR wants there, in words.
    pub expected: String,
    /// Byte offset in the source.
    pub offset: usize,
    /// Address of the profile that states the rule; `None` for R4 itself.
    pub profile: Option<&'static str>,
}

/// Whose rule it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Elements, counts, types and formats of FHIR R4.
    Structure,
    /// Invariants of FHIR R4.
    Invariant,
    /// Value sets and code systems of FHIR R4.
    BaseBinding,
    /// The message as a whole: references, MessageDefinition, identifiers.
    Message,
    /// BaRS profiles and code systems.
    Bars,
    /// UK Core profiles, value sets and code systems.
    UkCore,
    /// Our own profiles.
    WorkWell,
    /// Profiles of packages that the operator installed.
    Local,
}

impl Layer {
    /// Every layer.
    pub const ALL: [Layer; 8] = [
        Layer::Structure,
        Layer::Invariant,
        Layer::BaseBinding,
        Layer::Message,
        Layer::Bars,
        Layer::UkCore,
        Layer::WorkWell,
        Layer::Local,
    ];

    /// The word in settings and reports.
    pub const fn code(self) -> &'static str {
        match self {
            Layer::Structure => "structure",
            Layer::Invariant => "invariant",
            Layer::BaseBinding => "base-binding",
            Layer::Message => "message",
            Layer::Bars => "bars",
            Layer::UkCore => "uk-core",
            Layer::WorkWell => "workwell",
            Layer::Local => "local",
        }
    }

    /// The layer of that word; every other word is a package of the operator's.
    pub fn of(code: &str) -> Layer {
        let known = Layer::ALL.into_iter().find(|layer| layer.code() == code);
        known.unwrap_or(Layer::Local)
    }

    /// The layer of codes that a package of this name defines: R4's are its bindings.
    pub fn of_terms(package: &str) -> Layer {
        match package {
            "r4" => Layer::BaseBinding,
            other => Layer::of(other),
        }
    }
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The document does not conform.
    Error,
    /// It conforms, and something should be looked at.
    Warning,
    /// What was met and not evaluated.
    Information,
}

impl Severity {
    /// The word of FHIR's issue-severity.
    pub const fn code(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Information => "information",
        }
    }
}

/// An element that FHIR R4 does not define at this place.
pub const UNKNOWN_ELEMENT: &str = "unknown-element";
/// The wrong kind of JSON value: a list for one, an object for text, and so on.
pub const WRONG_JSON_TYPE: &str = "wrong-json-type";
/// A required element is absent.
pub const MISSING_ELEMENT: &str = "missing-element";
/// An element stands there more often than a profile allows.
pub const TOO_MANY: &str = "too-many";
/// A resource without `resourceType`.
pub const MISSING_RESOURCE_TYPE: &str = "missing-resource-type";
/// A `resourceType` that FHIR R4 does not define.
pub const UNKNOWN_RESOURCE_TYPE: &str = "unknown-resource-type";
/// Two types of the same choice element, such as `deceasedBoolean` and `deceasedDateTime`.
pub const MORE_THAN_ONE_CHOICE: &str = "more-than-one-choice";
/// A primitive value that breaks the format of its type.
pub const INVALID_FORMAT: &str = "invalid-format";
/// Nothing where FHIR wants something: a null, an empty text, list or object.
pub const EMPTY_VALUE: &str = "empty-value";
/// A document that cannot be read to its end.
pub const UNREADABLE: &str = "unreadable";
/// A member that stands twice in its object.
pub const DUPLICATE_MEMBER: &str = "duplicate-member";
/// A type that a profile does not allow.
pub const TYPE_NOT_ALLOWED: &str = "type-not-allowed";
/// A value other than the fixed one, or one that does not fit the pattern.
pub const FIXED_VALUE: &str = "fixed-value";
/// An item that is of no slice where only slices are allowed.
pub const UNKNOWN_SLICE: &str = "unknown-slice";
/// A code outside a value set that is required.
pub const BINDING: &str = "binding";
/// A code outside a value set that may be extended: right where none of its codes fits.
pub const EXTENSIBLE_BINDING: &str = "extensible-binding";
/// A code that its code system does not have.
pub const UNKNOWN_CODE: &str = "unknown-code";
/// An extension that no definition here describes.
pub const UNKNOWN_EXTENSION: &str = "unknown-extension";
/// A modifier extension that no definition here describes: the meaning cannot be known.
pub const UNKNOWN_MODIFIER: &str = "unknown-modifier-extension";
/// An extension at a place where its definition does not allow it.
pub const EXTENSION_CONTEXT: &str = "extension-context";
/// A reference to a resource of a type that is not allowed.
pub const REFERENCE_TARGET: &str = "reference-target";
/// A fullUrl that is the address of another resource than that of its entry.
pub const FULL_URL: &str = "full-url";
/// Two contained resources of one resource with the same id.
pub const DUPLICATE_ID: &str = "duplicate-id";
/// A `urn:uuid` that no entry has as its fullUrl, or a reference of no known form.
pub const UNRESOLVED_REFERENCE: &str = "unresolved-reference";
/// A narrative with anything but plain formatting.
pub const NARRATIVE: &str = "narrative";
/// An NHS number that fails its check digit.
pub const NHS_NUMBER: &str = "nhs-number";
/// A profile that is for another type than that of the resource.
pub const PROFILE_TYPE: &str = "profile-type";
/// Information: something that was met and is not evaluated here.
pub const NOT_EVALUATED: &str = "not-evaluated";
/// Too few or too many resources of a type for the MessageDefinition.
pub const MESSAGE_CARDINALITY: &str = "message-cardinality";

/// Every rule id that is no invariant.
pub const RULES: [&str; 30] = [
    FULL_URL,
    DUPLICATE_ID,
    EXTENSION_CONTEXT,
    UNREADABLE,
    UNKNOWN_ELEMENT,
    WRONG_JSON_TYPE,
    MISSING_ELEMENT,
    TOO_MANY,
    MISSING_RESOURCE_TYPE,
    UNKNOWN_RESOURCE_TYPE,
    MORE_THAN_ONE_CHOICE,
    INVALID_FORMAT,
    EMPTY_VALUE,
    DUPLICATE_MEMBER,
    TYPE_NOT_ALLOWED,
    FIXED_VALUE,
    UNKNOWN_SLICE,
    BINDING,
    EXTENSIBLE_BINDING,
    UNKNOWN_CODE,
    UNKNOWN_EXTENSION,
    UNKNOWN_MODIFIER,
    REFERENCE_TARGET,
    UNRESOLVED_REFERENCE,
    NARRATIVE,
    NHS_NUMBER,
    PROFILE_TYPE,
    NOT_EVALUATED,
    MESSAGE_CARDINALITY,
    "ele-1",
];

impl Finding {
    /// False for warnings and mere information.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
