//! A provider confirms: a person there has seen the case, or its end.

use super::Gateway;
use super::call::Call;
use super::feed_back::{FedBack, NO_BODY, Report, Taken, TimedBy, not_found};
use super::happened::happened;
use super::stop::confirmed;
use super::tell_referrer::Telling;
use crate::adapters::store::{CaseChange, CaseRow, LegKind, NewEvent, Unit};
use crate::domain::caller::Caller;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::identifiers::CaseId;
use crate::domain::mapping::{Position, StatusWord};
use crate::domain::queue::QueueKind;
use crate::domain::responsibility::Responsible;
use crate::domain::status::{Status, Visibility};
use crate::problem::{Problem, area::operator as problems};

impl Gateway {
    /// A person at the provider has seen the case. Saying so twice, or after the work
    /// began, changes nothing and is no error; on a case that is being stopped it
    /// confirms the stop.
    pub async fn acknowledge(&self, caller: &Caller, case_id: CaseId) -> Result<FedBack, Problem> {
        loop {
            let row = self
                .store
                .case_by_id(caller, case_id)
                .await?
                .ok_or_else(|| self.or_held(not_found()))?;
            let standing = self.standing(&row).await?;
            if let Caller::Provider(slug) = caller
                && standing.stop_is_unsent(slug)
            {
                // It has seen the case, and cannot have seen its end.
                return Ok(FedBack {
                    status: row.status,
                    outcome: "unchanged",
                });
            }
            let status = match row.status {
                Status::CancelRequested => Status::Cancelled,
                over if over.is_terminal() => {
                    if !self.confirm_stop(caller, &row).await? {
                        continue;
                    }
                    return Ok(FedBack {
                        status: over,
                        outcome: "unchanged",
                    });
                }
                begun if begun > Status::Acknowledged => {
                    return Ok(FedBack {
                        status: begun,
                        outcome: "unchanged",
                    });
                }
                _ => Status::Acknowledged,
            };
            // A case that was opened again is another case to confirm.
            let version = standing.version(None);
            let now = self.clock.now();
            let report = Report {
                word: "acknowledge".to_owned(),
                occurred_at: now,
                timed_by: TimedBy::Gateway,
                sequence: None,
                client_key: format!("acknowledge:{}:{version}", status.code()),
                body_hash: NO_BODY,
            };
            let word = StatusWord {
                word: report.word.clone(),
                status,
                closure: None,
                visibility: Visibility::Codes,
                position: Position::new("provider API", 0),
            };
            match self.take_report(caller, &row, &report, &word).await? {
                Taken::Done(done) => return Ok(done),
                Taken::ReadAgain => {}
            }
        }
    }

    /// The holder confirms a stop that had ended the case at once, such as a referral sent
    /// in error: nobody at the provider is answerable any more (DESIGN I10). `false` when
    /// the case has changed meanwhile.
    async fn confirm_stop(&self, caller: &Caller, row: &CaseRow) -> Result<bool, Problem> {
        let Caller::Provider(slug) = caller else {
            return Ok(true);
        };
        let waits = self
            .waits_for(row.id, QueueKind::StopUnheard, Some(slug))
            .await?;
        if !waits {
            return Ok(true);
        }
        let now = self.clock.now();
        let event = happened(row.id, caller, FactKind::StopConfirmed, row.status, now);
        self.record_confirmed_stop(caller, row, slug, event, row.status)
            .await
    }

    /// Somebody at a provider said on the telephone that the stop is known there. Saying
    /// so twice changes nothing.
    ///
    /// # Errors
    ///
    /// `WW-OPR-001` no such case, `WW-OPR-002` a name that is no plain reference,
    /// `WW-OPR-009` a time to come or from before the stop, `WW-OPR-010` no stop waits there.
    pub async fn record_stop_call(
        &self,
        caller: &Caller,
        case_id: CaseId,
        slug: &str,
        call: &Call,
    ) -> Result<Status, Problem> {
        let call = self.recorded(call)?;
        loop {
            let row = self.case_of_operator(caller, case_id).await?;
            let waiting = self.open_entries(row.id, QueueKind::StopUnheard).await?;
            let waits = waiting.iter().find(|open| open.entry.subject == slug);
            let Some(waits) = waits else {
                let stops = self.legs_of(row.id, LegKind::Stop).await?;
                if stops.iter().any(|stop| stop.destination == slug) {
                    return Ok(row.status);
                }
                return Err(Problem::new(&problems::NO_STOP_WAITS).at(format!("provider {slug}")));
            };
            call.tells_of(waits.raised_at)?;
            // The last holder's word ends a cancellation.
            let to = match row.status {
                Status::CancelRequested if waiting.len() == 1 => Status::Cancelled,
                other => other,
            };
            let confirmed = (FactKind::StopConfirmed, to);
            let event = NewEvent {
                visible_to_referrer: to != row.status,
                ..call.event(&row, caller, confirmed, self.clock.now())
            };
            if self
                .record_confirmed_stop(caller, &row, slug, event, to)
                .await?
            {
                return Ok(to);
            }
        }
    }

    async fn record_confirmed_stop(
        &self,
        caller: &Caller,
        row: &CaseRow,
        slug: &str,
        mut event: NewEvent,
        to: Status,
    ) -> Result<bool, Problem> {
        let stops = self.legs_of(row.id, LegKind::Stop).await?;
        let returning = self
            .waits_for(row.id, QueueKind::ReturnUnheard, None)
            .await?;
        if to.returns_person() && !returning && row.responsible != Responsible::Referrer {
            event.holder = Some(Responsible::Referrer);
        }
        let mut unit = Unit {
            change: Some(CaseChange {
                status: (to != row.status).then_some(to),
                ..CaseChange::of(row.id, row.revision)
            }),
            events: vec![event],
            facts: vec![
                Fact::new(FactKind::StopConfirmed, caller)
                    .about(row.id)
                    .with("status", to.code())
                    .with("provider", slug),
            ],
            ..Unit::default()
        };
        confirmed(&mut unit, &stops, row, slug, caller);
        if to != row.status {
            let now = self.clock.now();
            unit.legs
                .extend(self.respond_leg(row, &Telling::of(to), now)?);
        }
        self.commit_change(unit, row).await
    }
}
