//! What a caller may see, as SQL (DESIGN I11).

use crate::domain::caller::Caller;

/// Two conditions over `?1`, which every scoped statement binds first: one for a
/// case called `c`, one for a leg called `l`. For a caller who sees everything `?1` is
/// null, for any other it never is.
pub(in super::super) struct Scope {
    pub(super) cases: &'static str,
    pub(super) legs: &'static str,
    pub(super) events: &'static str,
    pub(super) messages: &'static str,
    pub(super) value: Option<String>,
}

const EVERYTHING: &str = "CAST(?1 AS TEXT) IS NULL";
/// A provider sees a case once it was released to it, and no longer when every leg was
/// stopped before anything left.
const RELEASED_TO: &str = "c.provider = ?1 AND EXISTS (
    SELECT 1 FROM legs r WHERE r.case_id = c.id AND r.destination = ?1
    AND r.kind = 'deliver' AND (r.state <> 'stopped' OR r.attempts > 0))";

impl Scope {
    /// Of the store itself.
    pub(super) const fn everything() -> Self {
        Self {
            cases: EVERYTHING,
            legs: EVERYTHING,
            events: EVERYTHING,
            messages: EVERYTHING,
            value: None,
        }
    }

    pub(in super::super) fn of(caller: &Caller) -> Self {
        match caller {
            Caller::Operator(_) | Caller::System => Self::everything(),
            Caller::Referrer(ods) => Self {
                cases: "c.referrer = ?1",
                legs: EVERYTHING,
                events: "c.referrer = ?1 AND e.visible_to_referrer",
                messages: "c.referrer = ?1",
                value: Some(ods.as_str().to_owned()),
            },
            // A provider gets what its tables let through, never the message itself.
            Caller::Provider(slug) => Self {
                cases: RELEASED_TO,
                legs: "l.destination = ?1 AND l.kind <> 'respond'",
                events: RELEASED_TO,
                messages: EVERYTHING,
                value: Some(slug.clone()),
            },
        }
    }
}
