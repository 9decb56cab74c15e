//! Records that the operator has rung whoever referred: about news that their system could
//! not be told, and about a person of whom there is none (DESIGN I9).
//!
//! What was told on the telephone is settled: a response that was given up is stopped and
//! never sent afterwards, and nobody is called about it again.

use super::Gateway;
use super::call::Call;
use super::commit::leg_subject;
use super::conditions::Condition;
use super::waiting::closing;
use crate::adapters::store::{
    CaseChange, CaseRow, LegChange, LegFilter, LegKind, LegRow, LegState, LegWithCase, NewEvent,
    QueueChange, QueueFilter, QueueRow, Unit,
};
use crate::domain::caller::Caller;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::identifiers::CaseId;
use crate::domain::queue::QueueKind;
use crate::domain::responsibility::Responsible;
use crate::domain::status::Status;
use crate::problem::{Problem, area::operator as problems};

/// How a response ended that somebody told on the telephone.
const BY_TELEPHONE: &str = "told-by-telephone";

impl Gateway {
    /// Records a call to whoever referred: a return that waits to be heard is heard by it,
    /// responses that were given up are settled, a silence is told, and whoever had to hear of
    /// a phrase that tells of a crisis has. The same call again changes nothing.
    ///
    /// # Errors
    ///
    /// `WW-OPR-001` no such case, `WW-OPR-002` a name that is no plain reference,
    /// `WW-OPR-009` a time to come or from before all that waits, `WW-OPR-015` nothing waits
    /// to be told.
    pub async fn record_news_call(
        &self,
        caller: &Caller,
        case_id: CaseId,
        call: &Call,
    ) -> Result<Status, Problem> {
        let call = self.recorded(call)?;
        loop {
            let row = self.case_of_operator(caller, case_id).await?;
            let returns = row.status.returns_person();
            if returns
                && self
                    .waits_for(row.id, QueueKind::ReturnUnheard, None)
                    .await?
            {
                return self.return_heard(caller, case_id, &call).await;
            }
            let mut parked = self.parked_responses(row.id).await?;
            let mut silences = self.silences(&row).await?;
            let crisis = self.crisis(&row).await?;
            let began = parked.iter().map(|leg| leg.created_at);
            let raised = silences.iter().chain(&crisis).map(|open| open.raised_at);
            let Some(first) = began.chain(raised).min() else {
                return self.repeated(&row, &call).await;
            };
            call.tells_of(first)?;
            // What came after the call was not told by it.
            parked.retain(|leg| call.can_tell_of(leg.created_at));
            silences.retain(|open| call.can_tell_of(open.raised_at));
            let mut unit = self.news_told(caller, &row, (&parked, &silences), &call);
            settle_crisis(&mut unit, crisis, &call, caller);
            if self.commit_change(unit, &row).await? {
                return Ok(row.status);
            }
        }
    }

    fn news_told(
        &self,
        caller: &Caller,
        row: &CaseRow,
        (parked, silences): (&[LegRow], &[QueueRow]),
        call: &Call,
    ) -> Unit {
        let called = (FactKind::ReferrerCalled, row.status);
        let mut unit = Unit {
            change: Some(CaseChange {
                // Where the case stands is the same.
                unseen_by_referrer: true,
                ..CaseChange::of(row.id, row.revision)
            }),
            events: vec![call.event(row, caller, called, self.clock.now())],
            queue_changes: silences.iter().map(by_call).collect(),
            facts: vec![
                call.fact(row, caller)
                    .with("silences", silences.len().to_string())
                    .with("responses", parked.len().to_string()),
            ],
            ..Unit::default()
        };
        settle_parked(&mut unit, parked, caller);
        unit
    }

    /// Records that somebody at the referring organisation was told of a return: from
    /// here on the person is the referrer's. Saying so twice changes nothing.
    ///
    /// # Errors
    ///
    /// Those of [`Gateway::record_news_call`], with `WW-OPR-008` where no return waits.
    pub async fn record_call(
        &self,
        caller: &Caller,
        case_id: CaseId,
        call: &Call,
    ) -> Result<Status, Problem> {
        let call = self.recorded(call)?;
        self.return_heard(caller, case_id, &call).await
    }

    /// The same for a call that was found fit to be recorded.
    async fn return_heard(
        &self,
        caller: &Caller,
        case_id: CaseId,
        call: &Call,
    ) -> Result<Status, Problem> {
        let kind = QueueKind::ReturnUnheard;
        loop {
            let row = self.case_of_operator(caller, case_id).await?;
            let over = row.status.returns_person();
            if over && row.responsible == Responsible::Referrer {
                return Ok(row.status);
            }
            let open = self.open_entries(row.id, kind).await?;
            let Some(waits) = open.first().filter(|_| over) else {
                return Err(Problem::new(&problems::NO_RETURN_WAITS)
                    .with(format!("the case stands at `{}`", row.status.code())));
            };
            call.tells_of(waits.raised_at)?;
            let called = (FactKind::ReferrerCalled, row.status);
            let event = NewEvent {
                holder: Some(Responsible::Referrer),
                ..call.event(&row, caller, called, self.clock.now())
            };
            let mut unit = Unit {
                change: Some(CaseChange::of(row.id, row.revision)),
                events: vec![event],
                close: vec![closing(row.id, kind, None, caller, "called")],
                facts: vec![call.fact(&row, caller)],
                ..Unit::default()
            };
            // Who was rung has heard what their system would not take.
            let mut parked = self.parked_responses(row.id).await?;
            parked.retain(|leg| call.can_tell_of(leg.created_at));
            settle_parked(&mut unit, &parked, caller);
            settle_crisis(&mut unit, self.crisis(&row).await?, call, caller);
            if self.commit_change(unit, &row).await? {
                return Ok(row.status);
            }
        }
    }

    /// The entries whose silence no system can tell the referrer of.
    async fn silences(&self, row: &CaseRow) -> Result<Vec<QueueRow>, Problem> {
        let filter = QueueFilter {
            case_id: Some(row.id),
            ..QueueFilter::default()
        };
        let now = self.clock.now();
        let mut silences = Vec::new();
        for entry in self.store.queue(&Caller::System, &filter).await? {
            if self.silent_since(&entry, row, now).await?.is_some() {
                silences.push(entry);
            }
        }
        Ok(silences)
    }

    /// What asks to ring about a phrase that tells of a crisis, beside another hold.
    async fn crisis(&self, row: &CaseRow) -> Result<Option<QueueRow>, Problem> {
        let held = self.open_entries(row.id, QueueKind::Held).await?;
        let about = Condition::RedFlag.code();
        Ok(held.into_iter().find(|open| open.entry.subject == about))
    }

    /// The responses of a case that were given up.
    pub(super) async fn parked_responses(&self, case_id: CaseId) -> Result<Vec<LegRow>, Problem> {
        let parked = LegFilter {
            case_id: Some(case_id),
            kind: Some(LegKind::Respond),
            state: Some(LegState::Parked),
            ..LegFilter::default()
        };
        self.store.legs(&Caller::System, &parked).await
    }

    /// Nothing waits: the same call is known, or there was none to make.
    async fn repeated(&self, row: &CaseRow, call: &Call) -> Result<Status, Problem> {
        let events = self.store.events(&Caller::System, row.id).await?;
        let known = events.iter().any(|known| {
            known.event.kind == FactKind::ReferrerCalled.code()
                && known.event.occurred_at == call.at
                && known.event.note.as_deref() == Some(call.told.as_str())
        });
        if known {
            return Ok(row.status);
        }
        Err(Problem::new(&problems::NO_CALL_WAITS)
            .with(format!("the case stands at `{}`", row.status.code())))
    }

    /// Whether somebody has rung the referrer since this response was put into the outbox:
    /// when it fails for good nobody need ring again.
    pub(super) async fn was_told_on_the_telephone(
        &self,
        found: &LegWithCase,
    ) -> Result<bool, Problem> {
        if found.leg.kind != LegKind::Respond {
            return Ok(false);
        }
        let events = self.store.events(&Caller::System, found.case.id).await?;
        Ok(events.iter().any(|row| {
            row.event.kind == FactKind::ReferrerCalled.code() && row.at > found.leg.created_at
        }))
    }
}

/// Stops what was given up and has been told on the telephone.
pub(super) fn settle_parked(unit: &mut Unit, parked: &[LegRow], by: &Caller) {
    for leg in parked {
        unit.leg_changes.push(LegChange {
            state: LegState::Stopped,
            ..LegChange::of(leg)
        });
        let subject = leg_subject(leg);
        let kind = QueueKind::Parked;
        unit.close
            .push(closing(leg.case_id, kind, Some(&subject), by, "called"));
        unit.facts.push(
            Fact::new(FactKind::LegStopped, by)
                .about(leg.case_id)
                .with("leg", leg.id.to_string())
                .with("kind", leg.kind.code())
                .with("reason", BY_TELEPHONE),
        );
    }
}

/// Closes what asked to ring about a crisis, where it was there when the call was made.
fn settle_crisis(unit: &mut Unit, crisis: Option<QueueRow>, call: &Call, by: &Caller) {
    let Some(open) = crisis.filter(|open| call.can_tell_of(open.raised_at)) else {
        return;
    };
    let subject = Some(open.entry.subject.as_str());
    unit.close.push(closing(
        open.entry.case_id,
        QueueKind::Held,
        subject,
        by,
        "called",
    ));
}

fn by_call(entry: &QueueRow) -> QueueChange {
    QueueChange {
        id: entry.entry.id,
        owner: None,
        due_at: None,
        alerted: false,
        told: true,
    }
}
