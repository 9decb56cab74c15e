//! How the people of a hub are split over the partners that support them.
//!
//! The hub is routed to as any provider; then the rows of `split.csv` say which partner the
//! case goes to instead. A partner whose own tables refuse, that is full or disabled is
//! passed over, and the person stays with the hub. Two partners are never chosen between
//! (DESIGN I5).

use super::catchment::{Touch, touches};
use super::{CatchmentKind, Subject};
use crate::domain::case::BarrierGroup;
use crate::domain::mapping::Position;
use crate::domain::provider::Validity;

/// By what a row splits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SplitBy {
    /// A place, as in `catchment.csv`.
    Place(CatchmentKind),
    /// One of the person's condition groups.
    ConditionGroup,
    /// The preferred language, by its code. A referral that says it in words alone is met by
    /// no row, and the person stays with the hub.
    Language,
}

impl SplitBy {
    /// The words of the column.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Place(CatchmentKind::Pcn), "pcn"),
        (Self::Place(CatchmentKind::Practice), "practice"),
        (Self::Place(CatchmentKind::La), "la"),
        (Self::Place(CatchmentKind::Lsoa), "lsoa"),
        (Self::Place(CatchmentKind::Postcode), "postcode"),
        (Self::ConditionGroup, "condition-group"),
        (Self::Language, "language"),
    ];

    /// The word of the column.
    pub fn code(self) -> &'static str {
        let row = Self::ALL.iter().find(|(by, _)| *by == self);
        row.map_or("pcn", |(_, word)| word)
    }
}

/// One row of `split.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitRow {
    /// The slug of the hub.
    pub hub: String,
    /// The slug of the partner.
    pub partner: String,
    /// By what.
    pub by: SplitBy,
    /// The code as it is compared: a place in capitals, a group or a language in small
    /// letters and without an alias.
    pub code: String,
    /// When the row counts.
    pub validity: Validity,
    /// Where the row stands.
    pub position: Position,
}

impl SplitRow {
    /// The row without its code: which of several places held would say where the person
    /// lives.
    pub fn what(&self) -> String {
        format!("{} for {}", self.by.code(), self.partner)
    }

    /// Whether it holds of the person; `None` when the referral does not say.
    pub(super) fn holds(&self, subject: &Subject<'_>) -> Option<bool> {
        match self.by {
            SplitBy::Place(kind) => match touches(kind, &self.code, subject) {
                Touch::Yes(_) => Some(true),
                Touch::No => Some(false),
                Touch::Unknown => None,
            },
            SplitBy::ConditionGroup => of_group(&self.code, subject),
            SplitBy::Language => of_language(&self.code, subject),
        }
    }
}

/// A barrier of group `not-known` may belong to any group; no barrier at all says nothing.
fn of_group(code: &str, subject: &Subject<'_>) -> Option<bool> {
    let barriers = &subject.referral.barriers;
    if barriers.iter().any(|barrier| barrier.group.code() == code) {
        return Some(true);
    }
    let open = barriers
        .iter()
        .any(|barrier| barrier.group == BarrierGroup::NotKnown);
    (!open && !barriers.is_empty()).then_some(false)
}

fn of_language(code: &str, subject: &Subject<'_>) -> Option<bool> {
    let language = subject.referral.person.language.as_ref()?;
    let written = language.expose();
    let found = written.rsplit('|').next().unwrap_or(written);
    Some(found.trim().eq_ignore_ascii_case(code))
}
