//! The referrer cancels: `update`/revoked or `delete`/entered-in-error (BaRS Core 1.5.0,
//! decision table; tables and narrative differ, so both reasons are accepted).
//!
//! A stop overtakes everything: unsent legs die in the same unit of work, and a leg that
//! was or may have been delivered is followed by the stop (DESIGN I10).

use jiff::Timestamp;

use super::Gateway;
use super::happened::happened;
use super::receive::{Answer, Message};
use super::stop::{Order, Standing};
use super::stop_onward::{Stopping, holder_of};
use super::tell_referrer::Telling;
use crate::adapters::journal::Kind;
use crate::adapters::store::{CaseChange, CaseRow, CommitError, Unit};
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
            let row = self.find_referral(message).await?;
            let case = self
                .store
                .unseal_case(&row)
                .map_err(|problem| vec![problem])?;
            same_person(message, &case)?;
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
            match self.commit(unit, Some(&row), now).await {
                Ok(_) => {
                    self.journal(message, Kind::Cancelled, row.id, &row.reference);
                    self.outbox_changed.notify_one();
                    let decided = accept::Echo {
                        hide_location: row.restricted || says_restricted(message),
                        now,
                        warnings: message.warnings,
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

    /// The referral that a message speaks of: by the id that we gave, else by the
    /// sender's identifier, else by the conversation. A referral of another
    /// organisation is as unknown as none.
    pub(super) async fn find_referral(
        &self,
        message: &Message<'_>,
    ) -> Result<CaseRow, Vec<Problem>> {
        let unknown =
            || vec![self.or_held(Problem::new(&problems::UNKNOWN_REFERRAL).at("ServiceRequest"))];
        let one = |problem| vec![problem];
        let caller = &message.caller;
        if let Some(id) = message.facts.service_request_id
            && let Some(row) = self
                .store
                .case_by_service_request_id(caller, id)
                .await
                .map_err(one)?
        {
            return Ok(row);
        }
        if let Some(identifier) = &message.facts.service_request_identifier
            && let Some(row) = self
                .store
                .case_by_service_request_identifier(caller, identifier)
                .await
                .map_err(one)?
        {
            return Ok(row);
        }
        self.find_in_conversation(message)
            .await
            .map_err(one)?
            .ok_or_else(unknown)
    }

    /// The referral of a conversation, where only one can be meant: a journey keeps its
    /// correlation id over onward referrals, and the wrong one is never stopped (DESIGN I5).
    async fn find_in_conversation(
        &self,
        message: &Message<'_>,
    ) -> Result<Option<CaseRow>, Problem> {
        let conversation = message.headers.correlation_id;
        let caller = &message.caller;
        let rows = self
            .store
            .cases_by_correlation(caller, conversation)
            .await?;
        let mut meant = Vec::new();
        for row in rows {
            let case = self.store.unseal_case(&row)?;
            let known = case.referral.service_request_identifier;
            let named = message.facts.service_request_identifier.as_ref();
            if named.zip(known.as_ref()).is_none_or(|(a, b)| a == b) {
                meant.push(row);
            }
        }
        // A conversation can hold a closed referral and its successor: the open one is meant.
        let open = meant.iter().filter(|row| !row.status.is_terminal()).count();
        meant.sort_by_key(|row| (row.status.is_terminal(), std::cmp::Reverse(row.received_at)));
        Ok(meant.into_iter().next().filter(|_| open <= 1))
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
        event.holder = (holder != row.responsible).then_some(holder);
        unit.events = vec![event];
        unit.facts = vec![
            message.sent_with(
                Fact::new(FactKind::CaseStopped, &message.caller)
                    .about(row.id)
                    .shown_by(message.id)
                    .with("status", to.code())
                    .with("may-be-held", may_be_held.to_string()),
            ),
        ];
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

/// Whether the message itself marks its person as restricted, whatever the referral said.
fn says_restricted(message: &Message<'_>) -> bool {
    let person = message.person;
    person.is_some_and(|person| person.security.hides_location())
}

/// The receiver cross-checks the Patient before it cancels (BaRS Core 1.5.0): what both
/// messages carry has to be the same.
fn same_person(message: &Message<'_>, case: &Case) -> Result<(), Vec<Problem>> {
    let Some(now) = message.person else {
        return Ok(());
    };
    let then = &case.referral.person;
    let numbers = now.nhs_number.as_ref().zip(then.nhs_number.as_ref());
    let births = now.birth_date.as_ref().zip(then.birth_date.as_ref());
    let same = match numbers {
        Some((a, b)) => a == b,
        None => births.is_none_or(|(a, b)| a == b),
    };
    if same {
        return Ok(());
    }
    Err(vec![Problem::new(&problems::PERSON_DIFFERS).at("Patient")])
}
