//! Questions to a node, as FHIRPath asks them.

use std::cmp::Ordering;

use crate::standards::fhir::name::NameKey;
use crate::standards::fhir::{Kind, Node};

/// Whether the element is there: as a value or with an extension only.
#[inline]
pub(super) fn has(node: Node<'_>, name: &str) -> bool {
    has_member(node, NameKey::of(name), name)
}

fn has_member(node: Node<'_>, key: NameKey, name: &str) -> bool {
    node.values()
        .any(|value| value.is_named(key, name) || is_twin_of(value, name))
}

fn is_twin_of(value: Node<'_>, name: &str) -> bool {
    value.name_key().first_byte() == b'_'
        && value.name().and_then(|member| member.strip_prefix('_')) == Some(name)
}

/// Whether any type of a choice is there: `value` for `value[x]`.
pub(super) fn has_choice(node: Node<'_>, stem: &str) -> bool {
    choice(node, stem).is_some()
}

/// The member of a choice.
pub(super) fn choice<'d>(node: Node<'d>, stem: &str) -> Option<Node<'d>> {
    let is_it = |member: &str| {
        let bare = member.strip_prefix('_').unwrap_or(member);
        bare.strip_prefix(stem)
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
    };
    let first = stem.bytes().next().unwrap_or_default();
    node.values().find(|value| {
        let found = value.name_key().first_byte();
        (found == first || found == b'_') && value.name().is_some_and(is_it)
    })
}

/// Whether a primitive has exactly this text.
pub(super) fn is(node: Node<'_>, name: &str, text: &str) -> bool {
    node.str(name) == Some(text)
}

/// Whether a primitive has one of these texts.
pub(super) fn is_one_of(node: Node<'_>, name: &str, texts: &[&str]) -> bool {
    node.str(name).is_some_and(|text| texts.contains(&text))
}

/// Whether a CodeableConcept member (or any of a list of them) has this coding.
pub(super) fn has_coding(node: Node<'_>, name: &str, system: &str, codes: &[&str]) -> bool {
    let coded = |coding: Node<'_>| is(coding, "system", system) && is_one_of(coding, "code", codes);
    node.each(name)
        .any(|concept| concept.each("coding").any(coded))
}

/// How many items a member has.
pub(super) fn count(node: Node<'_>, name: &str) -> usize {
    node.each(name).count()
}

/// The number that stands in a member.
pub(super) fn number(node: Node<'_>, name: &str) -> Option<f64> {
    let value = node.get(name)?;
    if value.kind() != Kind::Number {
        return None;
    }
    value.text()?.parse().ok()
}

/// Whether no value stands twice.
pub(super) fn distinct<T: Ord>(mut values: Vec<T>) -> bool {
    values.sort_unstable();
    values.windows(2).all(|pair| pair[0] != pair[1])
}

/// Whether a moment is certainly later than another: what is less precise than the
/// other is compared as far as it goes.
pub(super) fn is_later(one: &str, other: &str) -> bool {
    let instant = |text: &str| text.parse::<jiff::Timestamp>().ok();
    if let (Some(one), Some(other)) = (instant(one), instant(other)) {
        return one > other;
    }
    let date = |text: &'_ str| text.split('T').next().map(str::to_owned);
    let (Some(one), Some(other)) = (date(one), date(other)) else {
        return false;
    };
    let length = one.len().min(other.len());
    match (one.get(..length), other.get(..length)) {
        (Some(one), Some(other)) => one.cmp(other) == Ordering::Greater,
        _ => false,
    }
}

/// Every node below, itself included.
pub(super) fn each_below<'d>(node: Node<'d>, visit: &mut impl FnMut(Node<'d>)) {
    visit(node);
    match node.kind() {
        Kind::Object => node.members().for_each(|(_, n)| each_below(n, visit)),
        Kind::Array => node.items().for_each(|n| each_below(n, visit)),
        _ => {}
    }
}
