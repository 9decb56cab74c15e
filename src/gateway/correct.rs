//! A person at the gateway corrects where a case stands: legal from every state, with
//! actor and evidence, and the referrer is told like of any other move (DESIGN I10).
//!
//! A correction says what is true, and what follows from it happens in the same unit of
//! work: a stop goes to every holder, a person who comes back is returned, a case that is
//! opened again waits for a decision or is released anew. What was stopped is never
//! revived: a new delivery is a new version.

use jiff::Timestamp;

use super::Gateway;
use super::conditions::Condition;
use super::evidence::checked;
use super::happened::happened;
use super::hold::{REOPENED, REOPENED_AFTER_WITHDRAWAL};
use super::leg::settled;
use super::resolve::Resolution;
use super::return_to_referrer::is_return;
use super::stop::{Order, Standing};
use super::stop_onward::{Stopping, holder_of, reason_of};
use super::tell_referrer::Telling;
use super::waiting::{close_work, closing};
use crate::adapters::store::{CaseChange, CaseRow, Hold, LegState, Unit};
use crate::domain::caller::Caller;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::identifiers::CaseId;
use crate::domain::queue::QueueKind;
use crate::domain::responsibility::Responsible;
use crate::domain::status::{self, ClosureReason, Status};
use crate::problem::{Problem, area::operator as problems};

pub use super::evidence::MOST_EVIDENCE;

/// What is put right.
#[derive(Clone, Debug)]
pub struct Correction {
    /// Where the case stands.
    pub to: Status,
    /// A reference to what shows it, such as a call or ticket number; it is stored in
    /// clear, so it names no person.
    pub evidence: String,
    /// Why it ended, where it did.
    pub reason: Option<ClosureReason>,
}

/// What a correction does beside setting the status.
enum Effect {
    /// Opens a case that was over; a person decides what comes next.
    Reopen,
    /// Ends it for every holder.
    Stop,
    /// A holder has confirmed a cancellation.
    Confirm,
    /// Ends it as its provider would have.
    End,
    /// Says where its provider stands.
    Move,
}

impl Gateway {
    /// Sets the status of a case, or of one that stays where it is the reason for its end. The
    /// same again changes nothing.
    pub async fn correct(
        &self,
        caller: &Caller,
        case_id: CaseId,
        correction: &Correction,
    ) -> Result<Status, Problem> {
        let evidence = checked(&correction.evidence, "evidence")?;
        loop {
            let row = self.case_of_operator(caller, case_id).await?;
            let to = status::correct(row.status, correction.to);
            if row.status == to {
                let correction = Correction {
                    evidence: evidence.clone(),
                    ..correction.clone()
                };
                let unit = self.reason_correction(caller, &row, &correction).await?;
                let Some(unit) = unit else {
                    return Ok(to);
                };
                if self.commit_change(unit, &row).await? {
                    return Ok(to);
                }
                continue;
            }
            let standing = self.standing(&row).await?;
            if to == Status::Routed {
                may_be_released_anew(&row)?;
                let resolution = Resolution {
                    evidence,
                    send_anyway: false,
                    consent: None,
                };
                return self.release_anew(caller, case_id, &resolution).await;
            }
            let effect = effect_of(&row, &standing, to)?;
            let correction = Correction {
                to,
                evidence: evidence.clone(),
                reason: correction.reason,
            };
            let unit = self
                .correction(caller, &row, &standing, &effect, &correction)
                .await?;
            if self.commit_change(unit, &row).await? {
                return Ok(to);
            }
        }
    }

    async fn correction(
        &self,
        caller: &Caller,
        row: &CaseRow,
        standing: &Standing,
        effect: &Effect,
        correction: &Correction,
    ) -> Result<Unit, Problem> {
        let now = self.clock.now();
        let to = correction.to;
        let mut event = happened(row.id, caller, FactKind::CaseCorrected, to, now);
        event.note = Some(correction.evidence.clone());
        event.visible_to_referrer = true;
        event.holder = Some(self.holder(row, to)).filter(|holder| *holder != row.responsible);
        let mut unit = Unit {
            change: Some(CaseChange {
                status: Some(to),
                hold: (to == Status::Held || row.hold.is_some()).then(|| hold_after(row, to, now)),
                // What was asked for was cancelled for the reason that it was asked for.
                closure_reason: (row.status != Status::CancelRequested)
                    .then(|| correction.reason.map(|reason| reason.code().to_owned())),
                ..CaseChange::of(row.id, row.revision)
            }),
            events: vec![event],
            facts: vec![
                Fact::new(FactKind::CaseCorrected, caller)
                    .about(row.id)
                    .with("from", row.status.code())
                    .with("to", to.code())
                    .with("evidence", correction.evidence.clone()),
            ],
            ..Unit::default()
        };
        let case = self.store.unseal_case(row)?;
        match effect {
            Effect::Stop => {
                let order = Order {
                    by: caller,
                    reason: reason_of(to).unwrap_or(status::StopReason::Cancel),
                    known_to: None,
                };
                self.stop_everywhere(&mut unit, &case, standing, &order, now);
            }
            Effect::Confirm => {
                let (kind, how) = (QueueKind::StopUnheard, "confirmed");
                unit.close.push(closing(row.id, kind, None, caller, how));
                // One that is to be sent still is; one that waits to be collected would wait
                // for ever, since nobody waits for its holder any more.
                let stops = standing.stops.iter();
                let waiting = stops.filter(|stop| stop.state == LegState::Waiting);
                unit.leg_changes.extend(waiting.map(settled));
                close_work(&mut unit, row.id, caller, "over");
            }
            Effect::End => {
                unit.stop_unsent = Some(row.id);
                close_work(&mut unit, row.id, caller, "over");
            }
            Effect::Reopen | Effect::Move => {
                // Why it had ended is asked no more: it has not.
                let asked = Some(Condition::ClosingReasonDiffers.code());
                let entry = closing(row.id, QueueKind::Held, asked, caller, "corrected");
                unit.close.push(entry);
            }
        }
        if !to.returns_person() {
            // The person is not on the way back any more.
            let (kind, how) = (QueueKind::ReturnUnheard, "corrected");
            unit.close.push(closing(row.id, kind, None, caller, how));
        }
        let telling = Telling {
            reason: correction.reason,
            ..Telling::of(to)
        };
        if is_return(row, to) {
            self.begin_return(&mut unit, row, &case, &telling, now)
                .await?;
        } else {
            unit.legs.extend(self.response_to(&case, &telling, now));
        }
        if let Some(reason) = reason_of(to) {
            let stopping = Stopping {
                reason,
                closure: None,
                actor: caller,
                evidence: None,
                holder: holder_of(&unit, row),
                now,
            };
            self.stop_onward(&mut unit, row, &stopping).await?;
        }
        Ok(unit)
    }

    /// Who holds the person after a correction; a return is decided where it begins.
    fn holder(&self, row: &CaseRow, to: Status) -> Responsible {
        match (to, &row.provider) {
            (Status::Cancelled, _) if row.status == Status::CancelRequested => {
                Responsible::Referrer
            }
            (to, _) if to.returns_person() => row.responsible.clone(),
            (Status::Held, _) | (_, None) => {
                Responsible::GatewayOperator(self.settings.gateway.operator.clone())
            }
            (_, Some(provider)) => Responsible::Provider(provider.slug.clone()),
        }
    }
}

/// Whether a correction may set this status on some case: the others come of a message, or
/// of giving a person back.
pub const fn is_for_correction(status: Status) -> bool {
    !matches!(
        status,
        Status::Received | Status::CancelRequested | Status::Returned
    )
}

/// What the correction does, or why it would say what is not so.
fn effect_of(row: &CaseRow, standing: &Standing, to: Status) -> Result<Effect, Problem> {
    let refused = |what: &str| Err(Problem::new(&problems::CORRECTION).at("to").with(what));
    match to {
        Status::Received | Status::CancelRequested => {
            refused("this status comes of a message and is not set by hand")
        }
        Status::Returned => refused("to give a person back use `cases return ID --reason REASON`"),
        Status::Held if row.status.is_terminal() => Ok(Effect::Reopen),
        Status::Held => refused("to keep a case from leaving use `cases hold ID`"),
        Status::Cancelled if row.status == Status::CancelRequested => Ok(Effect::Confirm),
        Status::Cancelled if standing.may_be_held() && !row.status.is_terminal() => refused(
            "a provider may have it and has to hear: `cases withdraw` or `cases return` tells it",
        ),
        to if reason_of(to).is_some() => Ok(Effect::Stop),
        _ => {
            let slug = row.provider.as_ref().map(|provider| provider.slug.as_str());
            if slug.is_some_and(|slug| standing.is_at(slug)) {
                return Ok(if to.is_terminal() {
                    Effect::End
                } else {
                    Effect::Move
                });
            }
            refused(
                "no provider has it: it never arrived or was stopped there; open it with `--to \
                 held`, then `cases resolve` releases it anew",
            )
        }
    }
}

/// Whether a case may be released anew without a further decision: not one whose person
/// withdrew or was said to have died.
fn may_be_released_anew(row: &CaseRow) -> Result<(), Problem> {
    let asks_first = matches!(row.status, Status::Withdrawn | Status::Deceased);
    if row.status.is_terminal() && !asks_first {
        return Ok(());
    }
    let what = if asks_first {
        "open it with `--to held`; a person decides with `cases resolve`"
    } else {
        "a case that is not over is not released by a correction; a held one is by `cases resolve`"
    };
    Err(Problem::new(&problems::CORRECTION).at("to").with(what))
}

const fn reopened(from: Status) -> &'static str {
    match from {
        Status::Withdrawn => REOPENED_AFTER_WITHDRAWAL,
        _ => REOPENED,
    }
}

/// A case that is opened again is held; any other correction ends a hold.
fn hold_after(row: &CaseRow, to: Status, now: Timestamp) -> Option<Hold> {
    (to == Status::Held).then(|| Hold {
        reason: reopened(row.status).to_owned(),
        since: now,
    })
}
