//! Codings of a CodeableConcept.

use crate::domain::sensitive::Sensitive;
use crate::standards::fhir::Node;

/// One coding.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coding<'d> {
    pub(super) system: &'d str,
    pub(super) code: &'d str,
    pub(super) display: Option<&'d str>,
}

/// The codings of a CodeableConcept; those without a code are left out.
pub(super) fn codings(concept: Node<'_>) -> impl Iterator<Item = Coding<'_>> {
    concept.each("coding").filter_map(|coding| {
        Some(Coding {
            system: coding.str("system").unwrap_or_default(),
            code: coding.str("code")?,
            display: coding.str("display"),
        })
    })
}

/// The codings of all CodeableConcepts in a member.
pub(super) fn codings_in<'d>(resource: Node<'d>, member: &str) -> Vec<Coding<'d>> {
    resource.each(member).flat_map(codings).collect()
}

impl Coding<'_> {
    /// Whether the coding is of this system, in any case of its letters (`CodeSystem`,
    /// `Codesystem`: both are published).
    pub(super) fn is_of(&self, system: &str) -> bool {
        self.system.eq_ignore_ascii_case(system)
    }

    /// Whether the coding is this code of this system.
    pub(super) fn is(&self, system: &str, code: &str) -> bool {
        self.is_of(system) && self.code.eq_ignore_ascii_case(code)
    }
}

/// The words of a CodeableConcept: its text, else the first display.
pub(super) fn words(concept: Node<'_>) -> Option<&str> {
    concept
        .str("text")
        .or_else(|| codings(concept).find_map(|coding| coding.display))
}

/// The extension of a resource or element whose URL ends so: UK Core spells the same
/// extension with and without its `Extension-` prefix.
pub(super) fn extension<'d>(node: Node<'d>, ending: &str) -> Option<Node<'d>> {
    node.each("extension").find(|extension| {
        extension
            .str("url")
            .is_some_and(|url| url.ends_with(ending))
    })
}

/// A text as personal data.
pub(super) fn sensitive(text: Option<&str>) -> Option<Sensitive<String>> {
    text.map(str::trim)
        .filter(|text| !text.is_empty())
        .map(|text| Sensitive::new(text.to_owned()))
}
