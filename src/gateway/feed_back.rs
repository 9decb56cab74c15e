//! A provider reports where a case stands.

use jiff::Timestamp;

use super::Gateway;
use super::cancel::holder_of;
use super::conditions::Condition;
use super::stop_onward::{self, Stopping};
use super::tell_referrer::Telling;
use crate::adapters::store::{
    CaseChange, CaseRow, CommitError, Hold, LegChange, LegFilter, LegKind, LegRow, LegState,
    NewEvent, Unit, UpdateKey,
};
use crate::domain::caller::Caller;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::identifiers::CaseId;
use crate::domain::mapping::StatusWord;
use crate::domain::responsibility::Responsible;
use crate::domain::status::{self, Mark, Move, Refusal, Status, Update, Visibility};
use crate::problem::{Problem, area::provider_api as problems};

/// A report in the provider's own words.
#[derive(Clone, Debug)]
pub struct Report {
    /// The provider's word for the status.
    pub word: String,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Whose clock said so.
    pub timed_by: TimedBy,
    /// The provider's per-case sequence, where it keeps one.
    pub sequence: Option<u64>,
    /// The provider's key for this report: a repeat gets the same answer.
    pub client_key: String,
    /// SHA-256 of the request body.
    pub body_hash: [u8; 32],
}

/// Whose clock a report's time was read from. Two clocks are never compared: a report
/// that the gateway timed itself neither ages the provider's next one nor is aged by the
/// last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimedBy {
    /// The provider said when it happened.
    Provider,
    /// The gateway took the moment at which it heard.
    Gateway,
}

/// What a report did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FedBack {
    /// Where the case stands now.
    pub status: Status,
    /// `moved`, `history` or `unchanged`.
    pub outcome: &'static str,
}

impl Gateway {
    /// Takes a report: translates the word by the provider's own table, judges the
    /// move, and commits case, event and answer to the referrer together.
    pub async fn feed_back(
        &self,
        caller: &Caller,
        case_id: CaseId,
        report: Report,
    ) -> Result<FedBack, Problem> {
        loop {
            let row = self
                .store
                .case_by_id(caller, case_id)
                .await?
                .ok_or_else(|| self.or_held(not_found()))?;
            let Caller::Provider(slug) = caller else {
                return Err(not_found());
            };
            let tables = self.tables();
            let word = tables
                .provider(slug)
                .and_then(|provider| provider.status_words.find(&report.word));
            let Some(word) = word.cloned() else {
                if self.hold_for_unknown_word(caller, &row, &report).await? {
                    return Err(Problem::new(&problems::UNKNOWN_WORD).at("status"));
                }
                continue;
            };
            match self.take_report(caller, &row, &report, &word).await? {
                Taken::Done(done) => return Ok(done),
                Taken::ReadAgain => {}
            }
        }
    }

    /// Whether the case is at its provider, may be, or waits there to be collected. A
    /// report on one that never left would let a cancel end it without a word to whoever
    /// made the report.
    async fn has_left(&self, row: &CaseRow) -> Result<bool, Problem> {
        let legs = self.legs_of(row.id, LegKind::Deliver).await?;
        let left = |leg: &LegRow| match leg.state {
            // After the agreement's end a report must not open what a read may not.
            LegState::Waiting => !self.agreement_ended(&leg.destination),
            LegState::Delivered => true,
            _ => leg.attempts > 0,
        };
        Ok(legs.iter().any(left))
    }

    pub(super) async fn legs_of(
        &self,
        case_id: CaseId,
        kind: LegKind,
    ) -> Result<Vec<LegRow>, Problem> {
        let filter = LegFilter {
            case_id: Some(case_id),
            kind: Some(kind),
            ..LegFilter::default()
        };
        self.store.legs(&Caller::System, &filter).await
    }

    pub(super) async fn take_report(
        &self,
        caller: &Caller,
        row: &CaseRow,
        report: &Report,
        word: &StatusWord,
    ) -> Result<Taken, Problem> {
        let update = Update {
            status: word.status,
            occurred_at: report.occurred_at,
            sequence: report.sequence,
        };
        if row.status == Status::Routed && !self.has_left(row).await? {
            return self
                .refuse_report(caller, row, report, Refusal::NotDelivered)
                .await;
        }
        let last = match report.timed_by {
            TimedBy::Provider => row.last_update,
            TimedBy::Gateway => Mark::default(),
        };
        let decided = match status::update(row.status, last, &update) {
            Ok(decided) => decided,
            Err(refusal) => return self.refuse_report(caller, row, report, refusal).await,
        };
        let now = self.clock.now();
        let (status, outcome) = match decided {
            Move::To(status) => (status, "moved"),
            Move::AlreadyThere => (row.status, "unchanged"),
            Move::HistoryOnly => (row.status, "history"),
        };
        let done = FedBack { status, outcome };
        let mut unit = Unit {
            update_key: Some(update_key(caller, row.id, report, 200, &done)),
            events: vec![reported(row, caller, report, word, status, decided)],
            facts: vec![
                Fact::new(
                    if decided == Move::HistoryOnly {
                        FactKind::StatusLate
                    } else {
                        FactKind::StatusReported
                    },
                    caller,
                )
                .about(row.id)
                .with("status", status.code())
                .with("outcome", outcome),
            ],
            ..Unit::default()
        };
        if decided != Move::HistoryOnly {
            self.apply_move(&mut unit, caller, row, report, word, status)
                .await?;
        }
        if let Move::To(status) = decided
            && is_told(word, status)
        {
            let telling = Telling {
                status,
                reason: word
                    .closure
                    .filter(|_| word.visibility == Visibility::Summary),
            };
            unit.legs.extend(self.respond_leg(row, &telling, now)?);
        }
        match self.commit(unit, Some(row), now).await {
            Ok(_) => {
                self.outbox_changed.notify_one();
                Ok(Taken::Done(done))
            }
            Err(CommitError::Stale) => Ok(Taken::ReadAgain),
            Err(CommitError::UpdateKeyExists(earlier)) => {
                repeated(report, &earlier).map(Taken::Done)
            }
            Err(error) => Err(super::unavailable(&error)),
        }
    }

    async fn apply_move(
        &self,
        unit: &mut Unit,
        caller: &Caller,
        row: &CaseRow,
        report: &Report,
        word: &StatusWord,
        status: Status,
    ) -> Result<(), Problem> {
        unit.change = Some(CaseChange {
            status: Some(status),
            last_update: (report.timed_by == TimedBy::Provider).then(|| Mark {
                occurred_at: Some(report.occurred_at),
                sequence: report.sequence.or(row.last_update.sequence),
            }),
            closure_reason: word.closure.map(|reason| Some(reason.code().to_owned())),
            ..CaseChange::of(row.id, row.revision)
        });
        let mut holder = self.holder_after(row, caller, status);
        if status == Status::Declined {
            holder = self.back_with_hub(row).await?.unwrap_or(holder);
        }
        if let Some(event) = unit.events.last_mut().filter(|_| holder != row.responsible) {
            event.holder = Some(holder);
        }
        // A report on a case that nobody collected yet shows that the provider has it;
        // a confirmed stop needs no further sending.
        let delivering = self.legs_of(row.id, LegKind::Deliver).await?;
        let waiting = delivering
            .iter()
            .filter(|leg| leg.state == LegState::Waiting);
        unit.leg_changes.extend(waiting.map(settled));
        if let Some(reason) = stop_onward::reason_of(status) {
            let stopping = Stopping {
                reason,
                actor: caller,
                evidence: None,
                holder: holder_of(unit, row),
                now: self.clock.now(),
            };
            self.stop_onward(unit, row, &stopping).await?;
        }
        if status.is_terminal() {
            let stops = self.legs_of(row.id, LegKind::Stop).await?;
            let open: Vec<&LegRow> = stops.iter().filter(|leg| is_unsettled(leg)).collect();
            unit.leg_changes.extend(open.iter().copied().map(settled));
            unit.close.extend(
                open.into_iter()
                    .map(|leg| super::commit::unparked(leg, caller, LegState::Delivered)),
            );
        }
        Ok(())
    }

    /// Who holds the person after a report. The referrer who cancelled has the person
    /// back at once; one whose referral was declined only when it has been told, and
    /// until then the operator sees to that (DESIGN I9).
    fn holder_after(&self, row: &CaseRow, caller: &Caller, status: Status) -> Responsible {
        match (status, caller) {
            (Status::Cancelled, _) => Responsible::Referrer,
            (Status::Declined, _) if row.status == status => row.responsible.clone(),
            (Status::Declined, _) => {
                Responsible::GatewayOperator(self.settings.gateway.operator.clone())
            }
            (_, Caller::Provider(slug)) => Responsible::Provider(slug.clone()),
            _ => row.responsible.clone(),
        }
    }

    async fn refuse_report(
        &self,
        caller: &Caller,
        row: &CaseRow,
        report: &Report,
        refusal: Refusal,
    ) -> Result<Taken, Problem> {
        // A repeat of a report that was taken earlier still gets its answer.
        let Caller::Provider(slug) = caller else {
            return Err(not_found());
        };
        if let Some(earlier) = self
            .store
            .update_key(row.id, slug, &report.client_key)
            .await?
        {
            return repeated(report, &earlier).map(Taken::Done);
        }
        Err(Problem::new(&problems::MOVE_NOT_ALLOWED)
            .at("status")
            .with(format!(
                "the case stands at `{}`: {}",
                row.status.code(),
                refusal.code()
            )))
    }

    /// An unknown word is never guessed: the case keeps its status and a named operator
    /// is asked to look (DESIGN I5). Its repeat does not start the operator's clock anew.
    /// `false` when the case has changed meanwhile.
    async fn hold_for_unknown_word(
        &self,
        caller: &Caller,
        row: &CaseRow,
        report: &Report,
    ) -> Result<bool, Problem> {
        let now = self.clock.now();
        let reason = Condition::UnknownProviderWord.code();
        let since = row.hold.as_ref().filter(|hold| hold.reason == reason);
        let since = since.map_or(now, |hold| hold.since);
        let unit = Unit {
            change: Some(CaseChange {
                hold: Some(Some(Hold {
                    reason: reason.to_owned(),
                    since,
                })),
                ..CaseChange::of(row.id, row.revision)
            }),
            events: vec![NewEvent {
                case_id: row.id,
                occurred_at: report.occurred_at,
                actor: caller.label(),
                kind: FactKind::CaseHeld.code().to_owned(),
                status: row.status,
                provider_word: None,
                note: Some(reason.to_owned()),
                evidence: None,
                visible_to_referrer: false,
                holder: None,
            }],
            facts: vec![
                Fact::new(FactKind::CaseHeld, caller)
                    .about(row.id)
                    .with("reason", reason),
            ],
            ..Unit::default()
        };
        match self.commit(unit, Some(row), now).await {
            Ok(_) => Ok(true),
            Err(CommitError::Stale) => Ok(false),
            Err(error) => Err(super::unavailable(&error)),
        }
    }
}

pub(super) enum Taken {
    Done(FedBack),
    ReadAgain,
}

/// A stop that nobody is about to send: it waits to be collected, or for a person.
pub(super) fn is_unsettled(stop: &LegRow) -> bool {
    matches!(stop.state, LegState::Waiting | LegState::Parked)
}

/// The provider has shown by itself that this leg arrived.
pub(super) fn settled(leg: &LegRow) -> LegChange {
    LegChange {
        id: leg.id,
        expected_attempts: leg.attempts,
        state: LegState::Delivered,
        attempts: leg.attempts,
        due_at: leg.due_at,
        last_error: None,
        ends_claim: false,
    }
}

/// Whether the referrer hears of a report. A provider's table may keep progress to
/// itself, but never that the person is on the way back (DESIGN I9).
fn is_told(word: &StatusWord, status: Status) -> bool {
    word.visibility != Visibility::Nothing || status == Status::Declined
}

fn reported(
    row: &CaseRow,
    caller: &Caller,
    report: &Report,
    word: &StatusWord,
    status: Status,
    decided: Move,
) -> NewEvent {
    let moved = matches!(decided, Move::To(_));
    NewEvent {
        case_id: row.id,
        occurred_at: report.occurred_at,
        actor: caller.label(),
        kind: FactKind::StatusReported.code().to_owned(),
        status,
        provider_word: Some(word.word.clone()),
        note: (decided == Move::HistoryOnly).then(|| "late".to_owned()),
        evidence: None,
        visible_to_referrer: moved && is_told(word, status),
        holder: None,
    }
}

fn update_key(
    caller: &Caller,
    case_id: CaseId,
    report: &Report,
    http: u16,
    done: &FedBack,
) -> UpdateKey {
    let provider = match caller {
        Caller::Provider(slug) => slug.clone(),
        other => other.label(),
    };
    UpdateKey {
        case_id,
        provider,
        client_key: report.client_key.clone(),
        body_hash: report.body_hash,
        http,
        response: format!("{} {}", done.status.code(), done.outcome).into_bytes(),
    }
}

/// The same key with the same body gets the same answer; with another body it is a
/// mistake that the provider has to see.
fn repeated(report: &Report, earlier: &UpdateKey) -> Result<FedBack, Problem> {
    if earlier.body_hash != report.body_hash {
        return Err(Problem::new(&problems::KEY_REUSED).at("Idempotency-Key"));
    }
    let text = String::from_utf8_lossy(&earlier.response);
    let (status, outcome) = text.split_once(' ').unwrap_or_default();
    Ok(FedBack {
        status: Status::from_code(status).unwrap_or(Status::Received),
        outcome: match outcome {
            "moved" => "moved",
            "history" => "history",
            _ => "unchanged",
        },
    })
}

pub(super) fn not_found() -> Problem {
    Problem::new(&problems::NO_SUCH_CASE)
}
