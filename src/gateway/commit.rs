//! Completes a unit of work and hands it to the store: the one way by which a verb
//! writes.
//!
//! Whatever a verb decides, a case that is open afterwards awaits something by a time,
//! and what waits for a person stands in the queue with an owner, from the same commit on
//! (DESIGN I9). It is done here and not in each verb, so that none can forget it.

use jiff::Timestamp;

use super::Gateway;
use crate::adapters::store::{
    CaseChange, CaseRow, CommitError, Committed, Due, Hold, Lease, LegKind, LegRow, LegState,
    NewQueueEntry, QueueClosing, Unit,
};
use crate::domain::caller::Caller;
use crate::domain::clock::{self, PlanType};
use crate::domain::identifiers::CaseId;
use crate::domain::provider::Clocks;
use crate::domain::queue::QueueKind;
use crate::domain::status::Status;

/// Why a case is held that an operator's correction put there.
pub(super) const HELD_BY_CORRECTION: &str = "corrected";

/// Working days for the call about a phrase that tells of a crisis: the shortest clock
/// there is. It ends with the working day on which the phrase was found.
pub(super) const CRISIS_DAYS: u32 = 0;

/// Entries that a clock raised are about `clock:<step>`.
pub(super) const CLOCK: &str = "clock";

impl Gateway {
    /// Writes a unit, completed. `row` is the case that the unit changes, as it was read;
    /// `None` when it changes none.
    pub(super) async fn commit(
        &self,
        mut unit: Unit,
        row: Option<&CaseRow>,
        now: Timestamp,
    ) -> Result<Committed, CommitError> {
        self.complete(&mut unit, row, now);
        self.store.commit(unit, now).await
    }

    /// The same under a lease: [`CommitError::Stale`] once it is another's.
    pub(super) async fn commit_as_holder(
        &self,
        lease: &Lease,
        mut unit: Unit,
        row: &CaseRow,
        now: Timestamp,
    ) -> Result<Committed, CommitError> {
        self.complete(&mut unit, Some(row), now);
        self.store.commit_as_holder(lease, unit, now).await
    }

    fn complete(&self, unit: &mut Unit, row: Option<&CaseRow>, now: Timestamp) {
        self.complete_opening(unit, now);
        if let Some(row) = row {
            self.complete_change(unit, row, now);
        }
        if let Some(case_id) = unit.stop_unsent {
            // What is stopped no longer waits for anybody.
            let by = by(unit);
            let closing = closed(case_id, QueueKind::Parked, &by, "stopped");
            unit.close.push(QueueClosing {
                subject: Some(LegKind::Deliver.code().to_owned()),
                ..closing
            });
        }
    }

    fn complete_opening(&self, unit: &mut Unit, now: Timestamp) {
        let Some(open) = &mut unit.open else { return };
        let slug = open.provider.as_ref().map(|chosen| chosen.slug.as_str());
        let plan = PlanType::of(&open.case.referral.work);
        open.milestone = self.awaited(open.status, slug, plan, now);
        if let Some(hold) = &open.hold {
            let entry = self.held_entry(open.case.id, slug, &hold.reason, now);
            unit.raise.push(entry);
        }
    }

    fn complete_change(&self, unit: &mut Unit, row: &CaseRow, now: Timestamp) {
        let by = by(unit);
        let Some(change) = unit.change.as_mut().filter(|change| change.id == row.id) else {
            return;
        };
        let moved = change.status.filter(|status| *status != row.status);
        if let Some(status) = moved {
            if change.milestone.is_none() {
                let plan = self.plan_of(row, status);
                change.milestone = Some(self.awaited(status, slug_of(change, row), plan, now));
            }
            unit.close.push(QueueClosing {
                case_id: row.id,
                kind: None,
                subject: Some(CLOCK.to_owned()),
                by: by.clone(),
                closing: "moved".to_owned(),
            });
            settle_hold(change, row, status, now);
        }
        let Some(hold) = &change.hold else { return };
        let held_before = row.hold.as_ref().map(|hold| hold.reason.as_str());
        let held_now = hold.as_ref().map(|hold| hold.reason.as_str());
        if held_before.is_some() && held_before != held_now {
            let closing = closed(row.id, QueueKind::Held, &by, "released");
            unit.close.push(closing);
        }
        if let Some(hold) = hold {
            let entry = self.held_entry(row.id, slug_of(change, row), &hold.reason, now);
            unit.raise.push(entry);
        }
    }

    /// What is awaited of a case that comes to stand at this status now.
    pub(super) fn awaited(
        &self,
        status: Status,
        slug: Option<&str>,
        plan: Option<PlanType>,
        now: Timestamp,
    ) -> Option<Due> {
        let clocks = self.clocks_of(slug);
        let awaited = clock::awaited(status, plan, &clocks, now, &self.calendar)?;
        Some(Due {
            milestone: awaited.step.code().to_owned(),
            at: awaited.due,
        })
    }

    /// The provider's clocks; the defaults where none is chosen or its folder is gone.
    fn clocks_of(&self, slug: Option<&str>) -> Clocks {
        let tables = self.tables();
        let provider = slug.and_then(|slug| tables.provider(slug));
        provider.map_or_else(Clocks::default, |provider| provider.clocks)
    }

    /// The plan matters for support only; a case is not opened for anything else.
    fn plan_of(&self, row: &CaseRow, status: Status) -> Option<PlanType> {
        if clock::Step::after(status) != Some(clock::Step::EndOfSupport) {
            return None;
        }
        let case = self.store.unseal_case(row).ok()?;
        PlanType::of(&case.referral.work)
    }

    /// Until when somebody here has to have acted on what is raised now about a case of
    /// this provider.
    pub(super) fn to_be_decided_by(&self, slug: Option<&str>, now: Timestamp) -> Timestamp {
        clock::end_of_working_day(now, self.clocks_of(slug).hold, &self.calendar)
    }

    fn held_entry(
        &self,
        case_id: CaseId,
        slug: Option<&str>,
        reason: &str,
        now: Timestamp,
    ) -> NewQueueEntry {
        if QueueKind::Held.is_crisis(reason) {
            return self.entry_within(case_id, QueueKind::Held, "", reason, CRISIS_DAYS, now);
        }
        let entry = self.entry(case_id, QueueKind::Held, String::new(), reason, now);
        NewQueueEntry {
            due_at: self.to_be_decided_by(slug, now),
            ..entry
        }
    }

    /// The entry of a leg that was given up; `reason` is the code of its last failure.
    pub(super) fn parked_entry(&self, leg: &LegRow, reason: &str, now: Timestamp) -> NewQueueEntry {
        let entry = self.entry(
            leg.case_id,
            QueueKind::Parked,
            leg_subject(leg),
            reason,
            now,
        );
        NewQueueEntry {
            due_at: self.to_be_decided_by(Some(&leg.destination), now),
            ..entry
        }
    }

    /// An entry that is the operator's to work.
    pub(super) fn entry(
        &self,
        case_id: CaseId,
        kind: QueueKind,
        subject: String,
        reason: &str,
        now: Timestamp,
    ) -> NewQueueEntry {
        NewQueueEntry {
            id: self.ids.v7(now),
            case_id,
            kind,
            subject,
            reason: reason.to_owned(),
            owner: self.settings.gateway.operator.clone(),
            due_at: self.to_be_decided_by(None, now),
        }
    }
}

/// A hold ends with the status that it was about, and one who is put on hold by hand
/// stands in the queue like any other.
fn settle_hold(change: &mut CaseChange, row: &CaseRow, status: Status, now: Timestamp) {
    if status == Status::Held {
        if !matches!(change.hold, Some(Some(_))) {
            change.hold = Some(Some(Hold {
                reason: HELD_BY_CORRECTION.to_owned(),
                since: now,
            }));
        }
    } else if row.hold.is_some() && change.hold.is_none() {
        change.hold = Some(None);
    }
}

fn slug_of<'a>(change: &'a CaseChange, row: &'a CaseRow) -> Option<&'a str> {
    let chosen = change.provider.as_ref().unwrap_or(&row.provider);
    chosen.as_ref().map(|chosen| chosen.slug.as_str())
}

/// Who does it: the actor of the unit's last event.
fn by(unit: &Unit) -> String {
    let last = unit.events.last();
    last.map_or_else(|| Caller::System.label(), |event| event.actor.clone())
}

fn closed(case_id: CaseId, kind: QueueKind, by: &str, closing: &str) -> QueueClosing {
    QueueClosing {
        case_id,
        kind: Some(kind),
        subject: None,
        by: by.to_owned(),
        closing: closing.to_owned(),
    }
}

/// What a parked leg's entry is about.
pub(super) fn leg_subject(leg: &LegRow) -> String {
    format!("{}:{}", leg.kind.code(), leg.id)
}

/// Closes the entry of a leg that waits for nobody any more.
pub(super) fn unparked(leg: &LegRow, by: &Caller, state: LegState) -> QueueClosing {
    let closing = closed(leg.case_id, QueueKind::Parked, &by.label(), state.code());
    QueueClosing {
        subject: Some(leg_subject(leg)),
        ..closing
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::package;

    #[test]
    fn no_verb_writes_past_the_one_way() {
        let mut folders = vec![package("src/gateway")];
        let mut past = Vec::new();
        let mut paths = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder of verbs") {
                let path = entry.expect("a readable entry").path();
                // Upkeep works on a store without a gateway and changes no case.
                match path.is_dir() {
                    true if path.ends_with("upkeep") => {}
                    true => folders.push(path),
                    false => paths.push(path),
                }
            }
        }
        for path in paths {
            let own = path.ends_with("commit.rs");
            if own || path.extension().is_none_or(|ending| ending != "rs") {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("readable source");
            let lines: String = text.split_whitespace().collect();
            if lines.contains("store.commit(") || lines.contains("store.commit_as_holder(") {
                past.push(path);
            }
        }
        assert!(past.is_empty(), "use Gateway::commit: {past:?}");
    }
}
