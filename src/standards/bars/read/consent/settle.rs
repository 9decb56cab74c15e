//! Of several Consents about one thing, what counts.

use crate::domain::consent::{Decision, Record};

/// The record of one Consent.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub(super) record: Record,
    /// It is in force and says neither yes nor no.
    pub(super) is_unclear: bool,
}

/// The record that counts: the later one; where that cannot be told, the one that permits
/// less. A yes counts only where nothing unclear came after it, or may have.
pub(super) fn settled(heard: Vec<Heard>) -> Record {
    let mut counts = Record::default();
    for one in &heard {
        if counts_more(&one.record, &counts) {
            counts.clone_from(&one.record);
        }
    }
    if counts.decision != Decision::Given {
        return counts;
    }
    let at = counts.at;
    let is_before = |one: &Heard| one.record.at.zip(at).is_some_and(|(one, yes)| one < yes);
    let mut unclear = heard.into_iter().filter(|one| one.is_unclear);
    let after = unclear.find(|one| !is_before(one));
    after.map_or(counts, |one| one.record)
}

/// Of two records about the same thing the later counts; where that cannot be told, the
/// one that permits less.
fn counts_more(new: &Record, known: &Record) -> bool {
    let strictness = |record: &Record| match record.decision {
        Decision::NotRecorded => 0,
        Decision::Given => 1,
        Decision::Refused => 2,
        Decision::Withdrawn => 3,
    };
    match (new.at, known.at) {
        _ if known.decision == Decision::NotRecorded => true,
        _ if new.decision == Decision::NotRecorded => false,
        (Some(new_at), Some(known_at)) if new_at != known_at => new_at > known_at,
        _ => strictness(new) > strictness(known),
    }
}
