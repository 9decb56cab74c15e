//! A provider reports where a case stands.

use jiff::Timestamp;

use super::Gateway;
use super::conditions::Condition;
use super::tell_referrer::Telling;
use crate::adapters::store::{
    CaseChange, CaseRow, CommitError, Hold, LegChange, LegFilter, LegKind, LegRow, LegState,
    NewEvent, Unit, UpdateKey,
};
use crate::domain::caller::Caller;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::identifiers::CaseId;
use crate::domain::mapping::{Position, StatusWord};
use crate::domain::responsibility::Responsible;
use crate::domain::status::{self, Mark, Move, Refusal, Status, Update, Visibility};
use crate::problem::{Problem, area::provider_api as problems};

/// A report in the provider's own words.
#[derive(Clone, Debug)]
pub struct Report {
    /// The provider's word for the status.
    pub word: String,
    /// When it happened, by the provider's clock.
    pub occurred_at: Timestamp,
    /// The provider's per-case sequence, where it keeps one.
    pub sequence: Option<u64>,
    /// The provider's key for this report: a repeat gets the same answer.
    pub client_key: String,
    /// SHA-256 of the request body.
    pub body_hash: [u8; 32],
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
                .ok_or_else(not_found)?;
            let Caller::Provider(slug) = caller else {
                return Err(not_found());
            };
            let tables = self.tables();
            let word = tables
                .provider(slug)
                .and_then(|provider| provider.status_words.find(&report.word));
            let taken = match word.cloned() {
                Some(word) => self.take_report(caller, &row, &report, &word).await?,
                None => self.hold_for_unknown_word(caller, &row, &report).await?,
            };
            match taken {
                Taken::Done(done) => return Ok(done),
                Taken::ReadAgain => {}
            }
        }
    }

    /// A person at the provider has seen the case. Saying so twice, or after the work
    /// began, changes nothing and is no error; on a case that is being stopped it
    /// confirms the stop.
    pub async fn acknowledge(&self, caller: &Caller, case_id: CaseId) -> Result<FedBack, Problem> {
        loop {
            let row = self
                .store
                .case_by_id(caller, case_id)
                .await?
                .ok_or_else(not_found)?;
            let status = match row.status {
                Status::CancelRequested => Status::Cancelled,
                over if over.is_terminal() => {
                    self.confirm_stop(caller, &row).await?;
                    return Ok(FedBack {
                        status: over,
                        outcome: "unchanged",
                    });
                }
                _ => Status::Acknowledged,
            };
            let now = self.clock.now();
            let report = Report {
                word: "acknowledge".to_owned(),
                occurred_at: row
                    .last_update
                    .occurred_at
                    .map_or(now, |last| last.max(now)),
                sequence: None,
                client_key: format!("acknowledge:{}", status.code()),
                body_hash: [0; 32],
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

    /// The holder confirms the stop of a case that was over at once (entered in error):
    /// the stop need not be brought to it again.
    async fn confirm_stop(&self, caller: &Caller, row: &CaseRow) -> Result<(), Problem> {
        let filter = LegFilter {
            case_id: Some(row.id),
            kind: Some(LegKind::Stop),
            ..LegFilter::default()
        };
        let legs = self.store.legs(&Caller::System, &filter).await?;
        let open = legs
            .iter()
            .filter(|leg| matches!(leg.state, LegState::Waiting | LegState::Parked));
        let unit = Unit {
            leg_changes: open.map(settled).collect(),
            facts: vec![
                Fact::new(FactKind::LegDelivered, caller)
                    .about(row.id)
                    .with("kind", LegKind::Stop.code()),
            ],
            ..Unit::default()
        };
        if unit.leg_changes.is_empty() {
            return Ok(());
        }
        match self.store.commit(unit, self.clock.now()).await {
            // Somebody else has moved the row: the worker, or a second confirmation.
            Ok(_) | Err(CommitError::Stale) => Ok(()),
            Err(error) => Err(super::unavailable(&error)),
        }
    }

    async fn take_report(
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
        let decided = match status::update(row.status, row.last_update, &update) {
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
            && word.visibility != Visibility::Nothing
        {
            let telling = Telling {
                status,
                reason: word
                    .closure
                    .filter(|_| word.visibility == Visibility::Summary),
            };
            unit.legs.extend(self.respond_leg(row, &telling, now)?);
        }
        match self.store.commit(unit, now).await {
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
            responsible: Some(holder_after(row, caller, status)),
            last_update: Some(Mark {
                occurred_at: Some(report.occurred_at),
                sequence: report.sequence.or(row.last_update.sequence),
            }),
            closure_reason: word.closure.map(|reason| Some(reason.code().to_owned())),
            ..CaseChange::of(row.id, row.revision)
        });
        // A report on a case that nobody collected yet shows that the provider has it;
        // a confirmed stop needs no further sending.
        let open = self
            .store
            .legs(
                &Caller::System,
                &LegFilter {
                    case_id: Some(row.id),
                    ..LegFilter::default()
                },
            )
            .await?;
        let over = open.iter().filter(|leg| match leg.kind {
            LegKind::Deliver => leg.state == LegState::Waiting,
            LegKind::Stop => {
                status.is_terminal() && matches!(leg.state, LegState::Waiting | LegState::Parked)
            }
            LegKind::Respond => false,
        });
        unit.leg_changes.extend(over.map(settled));
        Ok(())
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
    /// is asked to look (DESIGN I5).
    async fn hold_for_unknown_word(
        &self,
        caller: &Caller,
        row: &CaseRow,
        report: &Report,
    ) -> Result<Taken, Problem> {
        let now = self.clock.now();
        let reason = Condition::UnknownProviderWord.code();
        let unit = Unit {
            change: Some(CaseChange {
                hold: Some(Some(Hold {
                    reason: reason.to_owned(),
                    since: now,
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
            }],
            facts: vec![
                Fact::new(FactKind::CaseHeld, caller)
                    .about(row.id)
                    .with("reason", reason),
            ],
            ..Unit::default()
        };
        match self.store.commit(unit, now).await {
            Ok(_) => Err(Problem::new(&problems::UNKNOWN_WORD).at("status")),
            // The provider may only be told once somebody was asked to look.
            Err(CommitError::Stale) => Ok(Taken::ReadAgain),
            Err(error) => Err(super::unavailable(&error)),
        }
    }
}

enum Taken {
    Done(FedBack),
    ReadAgain,
}

/// A leg whose destination has shown that it knows.
fn settled(leg: &LegRow) -> LegChange {
    LegChange {
        id: leg.id,
        expected_attempts: leg.attempts,
        state: LegState::Delivered,
        attempts: leg.attempts,
        due_at: leg.due_at,
        last_error: None,
    }
}

/// Once a case is over its last holder has nothing more to do; the referrer has it back
/// when the provider never took the person on.
fn holder_after(row: &CaseRow, caller: &Caller, status: Status) -> Responsible {
    match (status, caller) {
        (Status::Declined | Status::Cancelled, _) => Responsible::Referrer,
        (_, Caller::Provider(slug)) => Responsible::Provider(slug.clone()),
        _ => row.responsible.clone(),
    }
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
        visible_to_referrer: moved && word.visibility != Visibility::Nothing,
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

fn not_found() -> Problem {
    Problem::new(&problems::NO_SUCH_CASE)
}
