//! A provider reports where a case stands.

use jiff::Timestamp;

use super::Gateway;
use super::commit::unparked;
use super::conditions::Condition;
use super::happened::happened;
use super::report_check;
use super::return_to_referrer::is_return;
use super::stop::{Order, Standing, confirmed};
use super::stop_onward::{Stopping, holder_of, reason_of};
use super::tell_referrer::Telling;
use super::waiting::close_work;
use crate::adapters::seal::hex;
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

/// The hash of a report that came in no body of its own.
pub(super) const NO_BODY: [u8; 32] = [0; 32];
/// Hexadecimal digits of a report's hash that its event shows.
const SHOWN: usize = 16;

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
    /// SHA-256 of the request body; zeros where there was none.
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
            report_check::check(&report, row.received_at, self.clock.now())?;
            let tables = self.tables();
            let words = tables.provider(slug).map(|provider| &provider.status_words);
            let word = words.and_then(|words| words.find(&report.word));
            let Some(word) = word.cloned() else {
                // Of a case that is over, or about to be, nobody has to decide anything.
                if row.status.lets_nothing_leave()
                    || self.hold_for_unknown_word(caller, &row, &report).await?
                {
                    return Err(report_check::unknown_word(words));
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
        self.take_report_with(caller, row, report, word, None).await
    }

    /// The same with one more fact in the same unit of work.
    pub(super) async fn take_report_with(
        &self,
        caller: &Caller,
        row: &CaseRow,
        report: &Report,
        word: &StatusWord,
        fact: Option<Fact>,
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
                .with("outcome", outcome)
                .with("report", shown_by(report)),
            ],
            ..Unit::default()
        };
        unit.facts.extend(fact);
        if decided == Move::HistoryOnly {
            self.ask_about_late_end(&mut unit, row, word.status, now);
        } else {
            self.apply_move(&mut unit, caller, row, report, word, (status, now))
                .await?;
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
        (status, now): (Status, Timestamp),
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
        let holder = holder_after(row, caller, status);
        if let Some(event) = unit.events.last_mut().filter(|_| holder != row.responsible) {
            event.holder = Some(holder);
        }
        let Caller::Provider(slug) = caller else {
            return Ok(());
        };
        let standing = self.standing(row).await?;
        // A report shows that the provider has the case, whatever its channel says.
        for leg in standing
            .delivered
            .iter()
            .filter(|leg| leg.destination == *slug)
        {
            if has_arrived(leg) {
                unit.leg_changes.push(settled(leg));
                unit.close.push(unparked(leg, caller, LegState::Delivered));
            }
        }
        // The end of its work, or work on a case that was opened again: the stop is heard.
        if status.is_terminal() || !standing.stops.is_empty() {
            confirmed(unit, &standing.stops, row, slug, caller);
        }
        if status == row.status {
            return Ok(());
        }
        self.apply_end(unit, caller, row, &standing, status, now)?;
        let telling = Telling {
            status,
            reason: word.closure,
            in_detail: word.visibility == Visibility::Summary,
        };
        if is_return(row, status) {
            let case = self.store.unseal_case(row)?;
            self.begin_return(unit, row, &case, &telling, now).await?;
        } else if is_told(word, status) {
            unit.legs.extend(self.respond_leg(row, &telling, now)?);
        }
        if let Some(reason) = reason_of(status) {
            let stopping = Stopping {
                reason,
                closure: None,
                actor: caller,
                evidence: None,
                holder: holder_of(unit, row),
                now,
            };
            self.stop_onward(unit, row, &stopping).await?;
        }
        Ok(())
    }

    /// Where a report ends the case, nothing more leaves; where it stops the case, every
    /// other provider that may hold it is told.
    fn apply_end(
        &self,
        unit: &mut Unit,
        caller: &Caller,
        row: &CaseRow,
        standing: &Standing,
        status: Status,
        now: Timestamp,
    ) -> Result<(), Problem> {
        if !status.is_terminal() {
            return Ok(());
        }
        let Some(reason) = reason_of(status) else {
            unit.stop_unsent = Some(row.id);
            close_work(unit, row.id, caller, "over");
            return Ok(());
        };
        let known_to = match caller {
            Caller::Provider(slug) => Some(slug.as_str()),
            _ => None,
        };
        let order = Order {
            by: caller,
            reason,
            known_to,
        };
        let case = self.store.unseal_case(row)?;
        self.stop_everywhere(unit, &case, standing, &order, now);
        // What this very report shows to have arrived is held when the unit is judged.
        let mut legs = standing.delivered.iter();
        if legs.any(|leg| known_to == Some(leg.destination.as_str()) && has_arrived(leg)) {
            unit.expected_may_be_held = Some(true);
        }
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
        let Caller::Provider(slug) = caller else {
            return Err(not_found());
        };
        let since = row.hold.as_ref().filter(|hold| hold.reason == reason);
        let since = since.map_or(now, |hold| hold.since);
        let mut event = happened(row.id, caller, FactKind::CaseHeld, row.status, now);
        event.occurred_at = report.occurred_at;
        event.note = Some(reason.to_owned());
        let unit = Unit {
            // Remembered by what was said, under whatever key: the same report again is no
            // second event, and is taken once a table knows the word.
            update_key: Some(UpdateKey {
                case_id: row.id,
                provider: slug.clone(),
                client_key: unknown_word_key(report),
                body_hash: report.body_hash,
                http: problems::UNKNOWN_WORD.http,
                // Sealed: what was said is read again once a table knows the word.
                response: kept_report(report),
            }),
            change: Some(CaseChange {
                hold: Some(Some(Hold {
                    reason: reason.to_owned(),
                    since,
                })),
                ..CaseChange::of(row.id, row.revision)
            }),
            events: vec![event],
            facts: vec![
                Fact::new(FactKind::CaseHeld, caller)
                    .about(row.id)
                    .with("reason", reason),
            ],
            ..Unit::default()
        };
        match self.commit(unit, Some(row), now).await {
            Ok(_) | Err(CommitError::UpdateKeyExists(_)) => Ok(true),
            Err(CommitError::Stale) => Ok(false),
            Err(error) => Err(super::unavailable(&error)),
        }
    }
}

/// A report whose word no table knew, as it is sealed until one does.
fn kept_report(report: &Report) -> Vec<u8> {
    let kept = serde_json::json!({
        "word": report.word,
        "occurredAt": report.occurred_at.to_string(),
        "timedByProvider": report.timed_by == TimedBy::Provider,
        "sequence": report.sequence,
        "key": report.client_key,
    });
    kept.to_string().into_bytes()
}

/// The same, read again; `None` where it was kept by an earlier version of the program,
/// which kept that something was said and not what.
pub(super) fn report_of(kept: &UpdateKey) -> Option<Report> {
    let found: serde_json::Value = serde_json::from_slice(&kept.response).ok()?;
    let timed_by = if found["timedByProvider"].as_bool()? {
        TimedBy::Provider
    } else {
        TimedBy::Gateway
    };
    Some(Report {
        word: found["word"].as_str()?.to_owned(),
        occurred_at: found["occurredAt"].as_str()?.parse().ok()?,
        timed_by,
        sequence: found["sequence"].as_u64(),
        client_key: found["key"].as_str()?.to_owned(),
        body_hash: kept.body_hash,
    })
}

/// What was said, where the provider wrote it; else the delivery that it answered.
fn unknown_word_key(report: &Report) -> String {
    let hash = hex(&report.body_hash);
    match report.timed_by {
        TimedBy::Provider => format!("unknown-word:{hash}"),
        TimedBy::Gateway => format!("unknown-word:{}", report.client_key),
    }
}

/// Who holds the person after a report. Who asked to cancel has the person back at once,
/// and so has who is already known to be told, when the provider says of an end that it has
/// heard of it; a return is the operator's until it is heard, which is decided where it
/// begins.
fn holder_after(row: &CaseRow, caller: &Caller, status: Status) -> Responsible {
    if status.returns_person() {
        let was_its_own = matches!(
            (&row.responsible, caller),
            (Responsible::Provider(held), Caller::Provider(says)) if held == says
        );
        let has_heard = row.status == status && was_its_own;
        return if row.status == Status::CancelRequested || has_heard {
            Responsible::Referrer
        } else {
            row.responsible.clone()
        };
    }
    match caller {
        Caller::Provider(slug) => Responsible::Provider(slug.clone()),
        _ => row.responsible.clone(),
    }
}

pub(super) enum Taken {
    Done(FedBack),
    ReadAgain,
}

/// A stop that nobody is about to send: it waits to be collected, or for a person. One
/// that is to be sent still is, whatever its holder reports meanwhile: that it says its
/// work is over does not show that it has heard.
pub(super) fn is_unsettled(stop: &LegRow) -> bool {
    matches!(stop.state, LegState::Waiting | LegState::Parked)
}

/// A delivery of which its provider's report shows what the channel does not know.
fn has_arrived(leg: &LegRow) -> bool {
    let is_open = matches!(leg.state, LegState::Released | LegState::Parked);
    leg.state == LegState::Waiting || (is_open && leg.attempts > 0)
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
    word.visibility != Visibility::Nothing || status.returns_person()
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
    let kind = FactKind::StatusReported;
    let mut event = happened(row.id, caller, kind, status, report.occurred_at);
    event.provider_word = Some(word.word.clone());
    let late = if decided == Move::HistoryOnly {
        "late, "
    } else {
        ""
    };
    event.note = Some(format!("{late}{}", shown_by(report)));
    event.visible_to_referrer = moved && is_told(word, status);
    event
}

/// What shows that a report was made: the beginning of the SHA-256 of its bytes, which
/// whoever sent them can make again, or the act of ours that it answered.
fn shown_by(report: &Report) -> String {
    if report.body_hash == NO_BODY {
        return report.client_key.clone();
    }
    format!("report sha256:{}", &hex(&report.body_hash)[..SHOWN])
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
