//! What is written for one unit, as steps.
//!
//! A step says its statement and what must come of it. An engine runs the steps in
//! their order inside one transaction and gives up at the first that does not hold; so
//! the rules are here, once, and an engine may send all of them in one go.

mod case;
mod history;
mod outbox;
mod queue;
mod requests;

use super::{Query, Row, RowFault, Value};
use crate::adapters::store::prepare::Prepared;
use crate::adapters::store::unit::{CommitError, Committed, Stopped};

/// A statement of a unit.
pub(in super::super) struct Step<'a> {
    pub(in super::super) sql: &'static str,
    pub(in super::super) values: Vec<Value<'a>>,
    pub(in super::super) then: Then,
}

/// What must come of a step.
pub(in super::super) enum Then {
    /// Whatever comes is right.
    Written,
    /// One row is written, or the unit is stale.
    OneOrStale,
    /// One row is written, or the unit is refused by what this query finds.
    OneOrRefused(Query<CommitError>),
    /// The statement finds no row, or the unit is refused by the row it finds.
    NoneFound(fn(&Row<'_>) -> Result<CommitError, RowFault>),
    /// The statement finds whether a stopped case may be held; where the unit was decided
    /// on the opposite it is stale.
    MayBeHeld(Option<bool>),
    /// The rows written are the legs that were stopped.
    LegsStopped,
}

impl Step<'_> {
    /// Whether the statement gives rows.
    pub(in super::super) const fn finds(&self) -> bool {
        matches!(self.then, Then::NoneFound(_) | Then::MayBeHeld(_))
    }
}

/// What came of a step.
pub(in super::super) enum Ran<'a> {
    /// The first row found.
    Found(Option<Row<'a>>),
    /// How many rows were written.
    Written(u64),
}

/// What follows from it.
pub(in super::super) enum Verdict<'a> {
    /// The next step.
    Holds,
    /// The unit is undone.
    Refused(CommitError),
    /// The unit is undone, and refused by what this query finds.
    LookUp(&'a Query<CommitError>),
}

/// Judges what came of a step.
pub(in super::super) fn judge<'a>(
    step: &'a Step<'_>,
    ran: &Ran<'_>,
    report: &mut Report,
) -> Result<Verdict<'a>, RowFault> {
    let verdict = match (&step.then, ran) {
        (Then::OneOrStale | Then::OneOrRefused(_), Ran::Written(1)) => Verdict::Holds,
        (Then::OneOrStale, _) => Verdict::Refused(CommitError::Stale),
        (Then::OneOrRefused(stored), _) => Verdict::LookUp(stored),
        (Then::NoneFound(refusal), Ran::Found(Some(row))) => Verdict::Refused(refusal(row)?),
        (Then::MayBeHeld(expected), Ran::Found(Some(row))) => {
            match report.may_be_held(row.get(0)?, *expected) {
                Ok(()) => Verdict::Holds,
                Err(refusal) => Verdict::Refused(refusal),
            }
        }
        (Then::LegsStopped, Ran::Written(rows)) => {
            report.legs_stopped(*rows);
            Verdict::Holds
        }
        _ => Verdict::Holds,
    };
    Ok(verdict)
}

/// A lock on one row, which a database that can only be read refuses. SQLite takes its
/// one writer's lock for any unit, be it empty.
#[cfg(feature = "postgres")]
pub(in super::super) fn probe() -> Query<()> {
    let sql = "SELECT 1 FROM setting WHERE name = 'key-check' FOR SHARE".to_owned();
    Query::new(sql, Vec::new(), |_| Ok(()))
}

/// Every step of a unit, in the order that [`Unit`](super::super::Unit) documents.
pub(in super::super) fn steps(unit: &Prepared) -> Vec<Step<'_>> {
    let mut steps = Vec::with_capacity(12);
    steps.extend(unit.fence.as_ref().map(requests::hold_lease));
    if let Some(answer) = &unit.answer {
        steps.push(requests::insert_answer(answer));
    }
    if let Some(open) = &unit.open {
        if unit.unique_open_identifier {
            steps.extend(case::no_second_open_identifier(open));
        }
        if unit.no_open_case_of_person {
            steps.extend(case::no_second_open_case(open));
        }
        if let Some(room) = &unit.room {
            steps.extend(case::room_at_provider(room));
        }
        steps.push(case::insert(open, unit.now));
        steps.extend(case::further_identifiers(open.new.case.id, &open.content));
    }
    if let Some(update) = &unit.update_key {
        steps.push(requests::insert_update_key(update));
    }
    for (change, may_be_held) in &unit.following {
        steps.push(case::change(change, unit.now));
        steps.extend(outbox::stop(change.change.id, Some(*may_be_held)));
    }
    if let Some(change) = &unit.change {
        steps.push(case::change(change, unit.now));
        let content = change.content.iter();
        steps.extend(
            content.flat_map(|content| case::further_identifiers(change.change.id, content)),
        );
    }
    steps.extend(unit.leg_changes.iter().map(outbox::change));
    if let Some(case_id) = unit.stop_unsent {
        steps.extend(outbox::stop(case_id, unit.expected_may_be_held));
    }
    steps.extend(unit.legs.iter().map(|leg| outbox::insert(leg, unit.now)));
    let messages = unit.messages.iter();
    steps.extend(messages.map(|message| history::insert_message(message, unit.now)));
    let events = unit.events.iter();
    steps.extend(events.map(|event| history::insert_event(event, unit.now)));
    let closings = unit.close.iter();
    steps.extend(closings.map(|closing| queue::close(closing, unit.now)));
    let changes = unit.queue_changes.iter();
    steps.extend(changes.map(|change| queue::change(change, unit.now)));
    let entries = unit.raise.iter();
    steps.extend(entries.map(|entry| queue::raise(entry, unit.now)));
    let facts = unit.facts.iter();
    steps.extend(facts.map(|fact| history::insert_fact(fact, unit.now)));
    steps
}

/// What a unit reports, gathered while its steps run.
#[derive(Default)]
pub(in super::super) struct Report {
    stopped: Option<Stopped>,
}

impl Report {
    /// Notes how many legs were stopped.
    fn legs_stopped(&mut self, rows: u64) {
        self.stopped = Some(Stopped {
            legs: u32::try_from(rows).unwrap_or(u32::MAX),
            may_be_held: false,
        });
    }

    /// Notes whether a stopped case may be held; an error when the unit believed otherwise.
    fn may_be_held(&mut self, found: bool, expected: Option<bool>) -> Result<(), CommitError> {
        if expected.is_some_and(|expected| expected != found) {
            return Err(CommitError::Stale);
        }
        if let Some(stopped) = &mut self.stopped {
            stopped.may_be_held = found;
        }
        Ok(())
    }

    /// What the unit reports when all of its steps have run.
    pub(in super::super) fn of(self, unit: &Prepared) -> Committed {
        let changed = unit.change.as_ref();
        let changed = changed.map(|change| change.change.expected_revision + 1);
        Committed {
            stopped: self.stopped,
            revision: changed.or(unit.open.as_ref().map(|_| 1)),
        }
    }
}
