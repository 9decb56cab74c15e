//! A case's ids and a time, for tests.

use uuid::Uuid;

use super::Heading;
use crate::domain::identifiers::{CaseId, CaseReference};

/// The case.
pub(super) const ID: &str = "01900000-0000-7000-8000-000000000001";

fn id() -> Uuid {
    ID.parse().expect("a UUID")
}

pub(super) fn reference() -> CaseReference {
    CaseReference::of(id())
}

pub(super) fn heading(reference: &CaseReference, version: u32) -> Heading<'_> {
    Heading {
        case_id: CaseId::new(id()),
        reference,
        version,
        at: "2026-03-01T09:30:00Z".parse().expect("an instant"),
    }
}
