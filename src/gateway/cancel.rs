//! The referrer cancels: `update`/revoked or `delete`/entered-in-error (BaRS Core 1.5.0,
//! decision table; tables and narrative differ, so both reasons are accepted).
//!
//! A stop overtakes everything: unsent legs die in the same unit of work, and a leg that
//! was or may have been delivered is followed by the stop (DESIGN I10).

use jiff::Timestamp;

use super::Gateway;
use super::commit::unparked;
use super::find_referral::Meant;
use super::happened::happened;
use super::receive::{Answer, Message};
use super::stop::{Order, Standing, overtaken};
use super::stop_onward::{Stopping, holder_of};
use super::tell_referrer::Telling;
use crate::adapters::journal::Kind;
use crate::adapters::store::{CaseChange, CaseRow, CommitError, LegKind, LegRow, LegState, Unit};
use crate::domain::case::Case;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::responsibility::Responsible;
use crate::domain::status::{self, Status, StopReason};
use crate::problem::{Problem, area::referral as problems};
use crate::standards::bars::accept;

impl Gateway {
    /// Stops the referral that this message names.
    pub(super) async fn cancel(
        &self,
        message: &Message<'_>,
        in_error: bool,
    ) -> Result<Answer, Vec<Problem>> {
        let reason = if in_error {
            StopReason::EnteredInError
        } else {
            StopReason::Cancel
        };
        loop {
            let Meant { row, by_our_id } = self.find_referral(message).await?;
            let mut case = self
                .store
                .unseal_case(&row)
                .map_err(|problem| vec![problem])?;
            let other_name = same_person(message, &case, by_our_id)?;
            let is_marked = mark(message, &mut case);
            let standing = self.standing(&row).await.map_err(|problem| vec![problem])?;
            let may_be_held = standing.may_be_held();
            let to = status::stop(row.status, reason, may_be_held).map_err(|_| {
                vec![
                    Problem::new(&problems::REFERRAL_CLOSED)
                        .with(format!("the referral stands at `{}`", row.status.code())),
                ]
            })?;
            let now = self.clock.now();
            let mut unit = self.stop_unit(message, &row, &case, &standing, (reason, to), now);
            let stopping = Stopping {
                reason,
                closure: None,
                actor: &message.caller,
                evidence: Some(message.id),
                holder: holder_of(&unit, &row),
                now,
            };
            self.stop_onward(&mut unit, &row, &stopping)
                .await
                .map_err(|problem| vec![problem])?;
            if is_marked {
                restrict(&mut unit, &case);
                let unsent = self.legs_of(row.id, LegKind::Respond).await;
                withhold(
                    &mut unit,
                    &unsent.map_err(|problem| vec![problem])?,
                    message,
                );
            }
            match self.commit(unit, Some(&row), now).await {
                Ok(_) => {
                    self.journal(message, Kind::Cancelled, row.id, &row.reference);
                    self.outbox_changed.notify_one();
                    self.telemetry
                        .referral_cancelled(message.exchange(), row.id);
                    let mut warnings: Vec<Problem> = message.told().cloned().collect();
                    warnings.extend(other_name);
                    let decided = accept::Echo {
                        hide_location: row.restricted
                            || case.referral.person.security.hides_location(),
                        now,
                        warnings: &warnings,
                    };
                    return Ok(Answer::echo(accept::echo(
                        message.document,
                        &decided,
                        &mut || self.ids.v4(),
                    )));
                }
                Err(CommitError::Stale) => {}
                Err(CommitError::AlreadyAnswered(earlier)) => return Ok(message.repeat(&earlier)),
                Err(error) => return Err(vec![super::unavailable(&error)]),
            }
        }
    }

    fn stop_unit(
        &self,
        message: &Message<'_>,
        row: &CaseRow,
        case: &Case,
        standing: &Standing,
        (reason, to): (StopReason, Status),
        now: Timestamp,
    ) -> Unit {
        let may_be_held = standing.may_be_held();
        let holder = if may_be_held {
            row.responsible.clone()
        } else {
            Responsible::Referrer
        };
        let mut unit = message.done(Some(row.id), now);
        unit.change = Some(CaseChange {
            status: Some(to),
            hold: row.hold.as_ref().map(|_| None),
            // The status itself tells an error; no closure reason says it better.
            closure_reason: (reason == StopReason::Cancel)
                .then(|| Some("referrer-cancelled".to_owned())),
            ..CaseChange::of(row.id, row.revision)
        });
        unit.messages = vec![message.received(row.id)];
        let mut event = happened(row.id, &message.caller, FactKind::CaseStopped, to, now);
        event.evidence = Some(message.id);
        event.visible_to_referrer = true;
        let differs = of_person(message, case);
        event.note = differs.map(str::to_owned);
        event.holder = (holder != row.responsible).then_some(holder);
        unit.events = vec![event];
        let fact = Fact::new(FactKind::CaseStopped, &message.caller)
            .about(row.id)
            .shown_by(message.id)
            .with("status", to.code())
            .with("may-be-held", may_be_held.to_string());
        let fact = match differs {
            Some(differs) => fact.with("person", differs),
            None => fact,
        };
        unit.facts = vec![message.sent_with(fact)];
        let order = Order {
            by: &message.caller,
            reason,
            known_to: None,
        };
        self.stop_everywhere(&mut unit, case, standing, &order, now);
        // A cancel that waits for its holder's confirmation is no milestone yet and is told
        // then; any other stop is final at once, whoever has the case.
        unit.legs
            .extend(self.response_to(case, &Telling::of(to), now));
        unit
    }
}

/// What differs of the person and is no reason to refuse the stop, for the history and the
/// audit log: whoever reads them sees that the number may be wrong.
fn of_person(message: &Message<'_>, case: &Case) -> Option<&'static str> {
    let then = &case.referral.person;
    let differs = message.person?.birth_date_differs(then);
    differs.then_some("birth-date-differs")
}

/// Marks the case's person as restricted where the message does and the referral did not;
/// whether it changed anything. A label is never taken off by a stop.
fn mark(message: &Message<'_>, case: &mut Case) -> bool {
    let known = &mut case.referral.person.security;
    let said = message.person.map(|person| person.security);
    match said {
        Some(said) if said.hides_location() && !known.hides_location() => {
            *known = said;
            true
        }
        _ => false,
    }
}

/// The case is kept as it is marked, so that no later answer, read or audit tells the place.
/// The cases that were referred on are shown to no practice, but their facts name it.
fn restrict(unit: &mut Unit, marked: &Case) {
    if let Some(change) = &mut unit.change {
        change.restricted = Some(true);
        change.case = Some(Box::new(marked.clone()));
    }
    for stop in &mut unit.following {
        stop.change.restricted = Some(true);
    }
}

/// What was to be told before the mark names the practice: it does not leave any more. The
/// referrer has ended the referral itself, and hears of its end by what this unit or the
/// holder's confirmation sends.
fn withhold(unit: &mut Unit, responses: &[LegRow], message: &Message<'_>) {
    let is_unsent = |leg: &&LegRow| matches!(leg.state, LegState::Released | LegState::Parked);
    for leg in responses.iter().filter(is_unsent) {
        unit.leg_changes.push(overtaken(leg));
        unit.close
            .push(unparked(leg, &message.caller, LegState::Stopped));
    }
}

/// The receiver cross-checks the Patient before it cancels (BaRS Core 1.5.0): what both
/// messages carry must not speak against its being the same person. A stop that says less
/// than the referral is taken (DESIGN I5), and so is one whose NHS number is the referral's.
///
/// A family name changes, and so does not speak against a stop that names the referral by
/// the id that we gave with the birth date of its person: what is refused leaves somebody in
/// a service that was called off (DESIGN I10). The sender is told of it by a warning. Where an
/// identifier of the sender's found the referral, a slip of it leads to another person, and
/// the name decides: that refusal is heard, and our id settles it.
fn same_person(
    message: &Message<'_>,
    case: &Case,
    by_our_id: bool,
) -> Result<Option<Problem>, Vec<Problem>> {
    let then = &case.referral.person;
    let Some(now) = message.person else {
        return Ok(None);
    };
    let differs = Problem::new(&problems::PERSON_DIFFERS).at("Patient");
    if let Some(what) = then.contradicted_by(now) {
        return Err(vec![differs.with(format!("{what} differs"))]);
    }
    if !then.has_another_family_name(now) {
        return Ok(None);
    }
    if by_our_id {
        let taken = "the family name differs; ServiceRequest.id and birth date are the referral's, \
                     which was stopped";
        return Ok(Some(differs.with(taken).as_warning()));
    }
    let refused = "the family name differs, and neither an NHS number nor the ServiceRequest.id \
                   that the answer gave shows that the referral is meant";
    Err(vec![differs.with(refused)])
}
