//! Watches the clocks: what is awaited and does not come is put before a person, who is
//! called, and the referrer is told that there is no news (DESIGN I9).
//!
//! One process at a time does it, under a fenced lease. Nothing expires: each clock that
//! runs out is set anew in the same unit of work, and each entry that is not worked in
//! its own time is called for again each working day until somebody ends it.

use std::time::Duration;

use jiff::Timestamp;

use super::Gateway;
use super::alert::{Alerted, Pause};
use super::commit::CLOCK;
use super::no_news::{is_parked_delivery, is_untold};
use crate::adapters::store::{
    CaseChange, CaseRow, CommitError, Due, Lease, NewQueueEntry, QueueChange, QueueFilter,
    QueueRow, Unit,
};
use crate::domain::caller::Caller;
use crate::domain::clock::{Step, date_in_england};
use crate::domain::fact::{Fact, FactKind};
use crate::domain::queue::QueueKind;
use crate::problem::Problem;

/// How many rows are looked at in one go.
const BATCH: u32 = 100;

/// The shortest time for which the job is taken: a round that waits for a slow receiver
/// of alerts keeps it by taking it again before each alert.
const SHORTEST_LEASE: Duration = Duration::from_mins(2);

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    /// Clocks that had run out.
    pub overdue: usize,
    /// Entries put into the queue for them.
    pub raised: usize,
    /// Referrers told that there is no news.
    pub told: usize,
    /// Alerts that were taken, or written to the log where no address is set.
    pub alerted: usize,
    /// Whether an alert was not taken.
    pub alerts_fail: bool,
}

impl Gateway {
    /// One round at this instant; `None` while another process has the job.
    pub async fn watch_clocks(&self) -> Result<Option<Watched>, Problem> {
        let mut pause = self.watching.lock().await;
        let Some(lease) = self.take_the_watch().await? else {
            return Ok(None);
        };
        let mut watched = Watched::default();
        self.raise_overdue(&lease, &mut watched).await?;
        self.attend_queue(&lease, &mut pause, &mut watched).await?;
        Ok(Some(watched))
    }

    async fn take_the_watch(&self) -> Result<Option<Lease>, Problem> {
        let lasts = (self.settings.clocks.every * 3).max(SHORTEST_LEASE);
        self.store.lease("clocks", lasts).await
    }

    /// Puts every case whose clock has run out into the queue and sets its clock anew.
    async fn raise_overdue(&self, lease: &Lease, watched: &mut Watched) -> Result<(), Problem> {
        loop {
            let now = self.clock.now();
            let rows = self
                .store
                .cases_overdue(&Caller::System, now, BATCH)
                .await?;
            let before = watched.overdue;
            for row in &rows {
                let Some(due) = &row.milestone else { continue };
                let unit = self.overdue_unit(row, due, now).await?;
                let raises = unit.raise.len();
                if self.written(lease, unit, row, now).await? {
                    watched.overdue += 1;
                    watched.raised += raises;
                }
            }
            // Cases that somebody else changes meanwhile are looked at in the next round.
            if watched.overdue == before {
                return Ok(());
            }
        }
    }

    async fn overdue_unit(
        &self,
        row: &CaseRow,
        due: &Due,
        now: Timestamp,
    ) -> Result<Unit, Problem> {
        // A word that is no step of ours is still a clock that has run out.
        let step = Step::read(&due.milestone).map(|(step, _)| step);
        let kind = step.map_or(QueueKind::Silent, Step::when_overdue);
        let late = step.map_or_else(|| due.milestone.clone(), Step::late_code);
        let mut unit = Unit {
            change: Some(CaseChange {
                milestone: Some(Some(Due {
                    milestone: late,
                    at: self.to_be_decided_by(None, now),
                })),
                ..CaseChange::of(row.id, row.revision)
            }),
            facts: vec![
                Fact::new(FactKind::ClockOverdue, &Caller::System)
                    .about(row.id)
                    .with("awaited", due.milestone.clone())
                    .with("due", due.at.to_string()),
            ],
            ..Unit::default()
        };
        if !self.is_attended(row, kind).await? {
            let awaited = step.map_or(due.milestone.as_str(), |step| step.code());
            let subject = format!("{CLOCK}:{awaited}");
            let slug = row.provider.as_ref().map(|chosen| chosen.slug.as_str());
            let entry = self.entry(row.id, kind, subject, awaited, now);
            unit.raise.push(NewQueueEntry {
                due_at: self.to_be_decided_by(slug, now),
                ..entry
            });
        }
        Ok(unit)
    }

    /// Whether somebody has been called for the same thing: by an entry of this kind, or
    /// for a case that cannot arrive because its delivery is parked.
    async fn is_attended(&self, row: &CaseRow, kind: QueueKind) -> Result<bool, Problem> {
        let filter = QueueFilter {
            case_id: Some(row.id),
            ..QueueFilter::default()
        };
        let open = self.store.queue(&Caller::System, &filter).await?;
        Ok(open.iter().any(|other| {
            other.entry.kind == kind
                || (kind == QueueKind::Uncollected && is_parked_delivery(other))
        }))
    }

    /// Tells the referrer and calls the owner of every entry that is new or overdue.
    async fn attend_queue(
        &self,
        lease: &Lease,
        pause: &mut Pause,
        watched: &mut Watched,
    ) -> Result<(), Problem> {
        let mut after = None;
        loop {
            let now = self.clock.now();
            let filter = QueueFilter {
                to_act_by: Some(now),
                after,
                limit: BATCH,
                ..QueueFilter::default()
            };
            let rows = self.store.queue(&Caller::System, &filter).await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = Some(last.place());
            for entry in rows.iter().filter(|entry| self.is_to_act_on(entry, now)) {
                let Some(case) = self
                    .store
                    .case_by_id(&Caller::System, entry.entry.case_id)
                    .await?
                else {
                    continue;
                };
                self.tell_no_news(lease, entry, &case, watched).await?;
                // An address that does not answer is not tried for each entry in turn, nor
                // in each round.
                if !self.is_to_call(entry, now) || pause.holds(self.clock.now()) {
                    continue;
                }
                if !self.call_owner(lease, entry, &case, pause, watched).await? {
                    return Ok(());
                }
            }
        }
    }

    fn is_to_act_on(&self, entry: &QueueRow, now: Timestamp) -> bool {
        let untold = entry.told_at.is_none() && entry.entry.due_at <= now;
        untold || self.is_to_call(entry, now)
    }

    /// The owner is called when the entry is raised, when its time is over, and then each
    /// working day. Its time stays what it was: overdue is overdue.
    fn is_to_call(&self, entry: &QueueRow, now: Timestamp) -> bool {
        let Some(called) = entry.alerted_at else {
            return true;
        };
        let due = entry.entry.due_at;
        due <= now && (called < due || self.to_be_decided_by(None, called) <= now)
    }

    /// Tells the referrer once about each stretch without news. The telling does not wait
    /// for the alert, nor the alert for it.
    async fn tell_no_news(
        &self,
        lease: &Lease,
        entry: &QueueRow,
        case: &CaseRow,
        watched: &mut Watched,
    ) -> Result<(), Problem> {
        let now = self.clock.now();
        // Where no system can be told the entry asks for a call; a recorded one tells it.
        if !is_untold(entry, case, now) || case.return_address.is_none() {
            return Ok(());
        }
        let last_news = self.last_news(case).await?;
        let leg = if self.is_told_since(case, last_news).await? {
            None
        } else {
            let Some(leg) = self.no_news_leg(case, last_news, now)? else {
                return Ok(());
            };
            Some(leg)
        };
        let tells = leg.is_some();
        let unit = Unit {
            legs: leg.into_iter().collect(),
            queue_changes: vec![QueueChange {
                told: true,
                ..unchanged(entry)
            }],
            facts: vec![
                Fact::new(FactKind::NoNewsTold, &Caller::System)
                    .about(case.id)
                    .with("kind", entry.entry.kind.code())
                    .with("since", date_in_england(last_news).to_string()),
            ],
            ..Unit::default()
        };
        if self.written(lease, unit, case, now).await? && tells {
            watched.told += 1;
            self.outbox_changed.notify_one();
        }
        Ok(())
    }

    /// Calls the owner; `false` when the job is another process's by now.
    async fn call_owner(
        &self,
        lease: &Lease,
        entry: &QueueRow,
        case: &CaseRow,
        pause: &mut Pause,
        watched: &mut Watched,
    ) -> Result<bool, Problem> {
        if self.take_the_watch().await?.as_ref() != Some(lease) {
            return Ok(false);
        }
        let now = self.clock.now();
        let alerted = self.alert(entry, case, now).await;
        pause.note(alerted, self.settings.clocks.every, self.clock.now());
        if alerted == Alerted::Failed {
            watched.alerts_fail = true;
            return Ok(true);
        }
        let overdue = entry.entry.due_at <= now;
        let change = QueueChange {
            alerted: true,
            owner: self.settings.clocks.escalate_to.clone().filter(|_| overdue),
            ..unchanged(entry)
        };
        let unit = Unit {
            queue_changes: vec![change],
            facts: vec![Self::alerted_fact(alerted, entry, overdue)],
            ..Unit::default()
        };
        if self.written(lease, unit, case, now).await? {
            watched.alerted += 1;
        }
        Ok(true)
    }

    /// `false` when the rows have changed meanwhile or the job is another's: the next
    /// round decides anew.
    async fn written(
        &self,
        lease: &Lease,
        unit: Unit,
        row: &CaseRow,
        now: Timestamp,
    ) -> Result<bool, Problem> {
        match self.commit_as_holder(lease, unit, row, now).await {
            Ok(_) => Ok(true),
            Err(CommitError::Stale) => Ok(false),
            Err(error) => Err(super::unavailable(&error)),
        }
    }
}

const fn unchanged(row: &QueueRow) -> QueueChange {
    QueueChange {
        id: row.entry.id,
        owner: None,
        due_at: None,
        alerted: false,
        told: false,
    }
}
