//! Flags: what a provider must see before it meets the person.

use super::bundle::Entries;
use super::coding::{Coding, codings_in, sensitive, words};
use crate::domain::case::{Flag, FlagKind};
use crate::standards::bars::codes;
use crate::standards::fhir::Node;

/// BaRS flag-categories-bars 1.0.0: SG safeguarding concern, SS scene safety, RA
/// reasonable adjustment; RS rejected services, IR infection risk, RC repeat caller, RT
/// ReSPECT, AC agency contacted and API additional patient information are passed on
/// without a kind of their own.
static BARS: &[(&str, FlagKind)] = &[
    ("SG", FlagKind::Safeguarding),
    ("SS", FlagKind::StaffRisk),
    ("RA", FlagKind::ReasonableAdjustment),
    ("RS", FlagKind::Other),
    ("IR", FlagKind::Other),
    ("RC", FlagKind::Other),
    ("RT", FlagKind::Other),
    ("AC", FlagKind::Other),
    ("API", FlagKind::Other),
];

/// Our own categories; BaRS has none for these.
pub(in crate::standards::bars) static WORKWELL: &[(&str, FlagKind)] = &[
    ("reasonable-adjustment", FlagKind::ReasonableAdjustment),
    ("communication-need", FlagKind::CommunicationNeed),
    ("safe-contact", FlagKind::SafeContact),
    ("safeguarding", FlagKind::Safeguarding),
    ("staff-risk", FlagKind::StaffRisk),
    ("other", FlagKind::Other),
];

/// Reads the flags that are in force. One without any words still counts: its category
/// is shown instead.
pub(super) fn read(entries: &Entries<'_>) -> Vec<Flag> {
    entries
        .of_type("Flag")
        .filter(|flag| flag.str("status").is_none_or(|status| status == "active"))
        .filter_map(flag)
        .collect()
}

fn flag(node: Node<'_>) -> Option<Flag> {
    let categories = codings_in(node, "category");
    let kind = categories.iter().find_map(kind).unwrap_or(FlagKind::Other);
    let category = categories.first().and_then(|coding| coding.display);
    let text = node
        .get("code")
        .and_then(words)
        .or(category)
        .unwrap_or(kind.code());
    Some(Flag {
        kind,
        text: sensitive(Some(text))?,
    })
}

fn kind(coding: &Coding<'_>) -> Option<FlagKind> {
    let table = if coding.is_of(codes::FLAG_CATEGORIES) {
        BARS
    } else if coding.is_of(codes::workwell::FLAG) {
        WORKWELL
    } else {
        return None;
    };
    let row = table
        .iter()
        .find(|row| row.0.eq_ignore_ascii_case(coding.code));
    row.map(|row| row.1)
}
