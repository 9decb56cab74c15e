//! Calls for a person: a signed webhook to the address that the operators have set.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::Gateway;
use crate::adapters::channels::{Attempt, Destination, Parcel, SigningKeys};
use crate::adapters::store::{CaseRow, QueueRow};
use crate::domain::caller::Caller;
use crate::domain::fact::{Fact, FactKind, NO_ADDRESS, called_nobody};
use crate::domain::identifiers::CaseId;
use crate::problem::Problem;

/// What became of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alerted {
    /// It was taken.
    Sent,
    /// No address is set: the log and the metrics are all there is.
    Nowhere,
    /// It was not taken; it is tried again after a pause.
    Failed,
}

/// The longest pause: an address that answers again gets what waits by then.
const LONGEST_PAUSE: Duration = Duration::from_mins(15);

/// How long the address of the alerts is left alone after it did not take one: as long as
/// the first pause, then twice as long each time, at most [`LONGEST_PAUSE`]. It is kept in
/// memory: whoever takes the watch over tries at once.
#[derive(Debug, Default)]
pub(super) struct Pause {
    failures: u32,
    until: Option<Timestamp>,
}

impl Pause {
    /// Whether it is not yet over.
    pub(super) fn holds(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| now < until)
    }

    /// Keeps what became of an alert; `first` is the first pause.
    pub(super) fn note(&mut self, alerted: Alerted, first: Duration, now: Timestamp) {
        if alerted != Alerted::Failed {
            *self = Self::default();
            return;
        }
        let longer = 2_u32.saturating_pow(self.failures);
        let pause = first.saturating_mul(longer).min(LONGEST_PAUSE.max(first));
        self.failures = self.failures.saturating_add(1);
        let pause = SignedDuration::try_from(pause).unwrap_or(SignedDuration::MAX);
        self.until = Some(now.saturating_add(pause).unwrap_or(Timestamp::MAX));
    }
}

impl Alerted {
    /// The word in the metrics.
    const fn code(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Nowhere => NO_ADDRESS,
            Self::Failed => "failed",
        }
    }
}

/// The detail of [`FactKind::OperatorAlerted`] that says what became of the alert.
const OUTCOME: &str = "outcome";

/// When nobody could be called, and about which kind of entry.
pub(super) type CalledNobody = Vec<(Timestamp, String)>;

/// Facts read at one time.
const AT_ONCE: u32 = 500;

impl Gateway {
    /// That the owner of an entry was called, or could not be.
    pub(super) fn alerted_fact(alerted: Alerted, entry: &QueueRow, overdue: bool) -> Fact {
        let fact = Fact::new(FactKind::OperatorAlerted, &Caller::System)
            .about(entry.entry.case_id)
            .with("kind", entry.entry.kind.code())
            .with("owner", entry.entry.owner.clone())
            .with("overdue", overdue.to_string());
        match alerted {
            Alerted::Nowhere => fact.with(OUTCOME, NO_ADDRESS),
            Alerted::Sent | Alerted::Failed => fact,
        }
    }

    /// The calls about a case that reached nobody, because no address was set for alerts.
    /// The audit log knows: an entry has one time for the last call, whatever became of it.
    pub(super) async fn called_nobody(&self, case: CaseId) -> Result<CalledNobody, Problem> {
        let mut calls = Vec::new();
        let mut from = 1;
        loop {
            let by = &Caller::System;
            let facts = self.store.recorded_of_case(by, case, from, AT_ONCE).await?;
            let Some(last) = facts.last() else {
                return Ok(calls);
            };
            from = last.position + 1;
            let nobody = facts.iter().filter(|fact| called_nobody(fact));
            calls.extend(nobody.filter_map(|fact| {
                let kind = fact.details_named("kind").next()?;
                Some((fact.at, kind.to_owned()))
            }));
        }
    }

    /// Sends one alert about an entry of the queue: codes, the case reference, an owner
    /// and times; nothing of the person. Until it is taken it keeps its `webhook-id`, so
    /// that the receiver can tell a repeat (Standard Webhooks).
    pub(super) async fn alert(&self, row: &QueueRow, case: &CaseRow, now: Timestamp) -> Alerted {
        let alerted = match self.alert_to() {
            None => Alerted::Nowhere,
            Some(Err(code)) => {
                tracing::error!(error.code = code, "the secret of the alerts cannot be used");
                Alerted::Failed
            }
            Some(Ok(destination)) => {
                let parcel = parcel(row, case, now);
                match self.channels.send(&destination, &parcel, now).await {
                    Attempt::Delivered { .. } => Alerted::Sent,
                    Attempt::Again { problem, .. } | Attempt::Park { problem } => {
                        tracing::error!(error.code = problem.entry.code, case.id = %case.id,
                            "an alert was not taken; it is sent again after a pause");
                        Alerted::Failed
                    }
                }
            }
        };
        let kind = row.entry.kind.code();
        self.telemetry
            .operator_alerted(kind, case.id, alerted.code(), row.entry.due_at <= now);
        alerted
    }

    fn alert_to(&self) -> Option<Result<Destination, &'static str>> {
        let alerts = self.settings.alerts.as_ref()?;
        let secret = SigningKeys::read(&alerts.secret_file);
        Some(match secret {
            Ok(secret) => Ok(Destination::Webhook {
                url: alerts.url.clone(),
                secret,
            }),
            Err(problem) => Err(problem.entry.code),
        })
    }
}

/// Whether the last call about an entry reached nobody.
pub(super) fn reached_nobody(row: &QueueRow, calls: &CalledNobody) -> bool {
    let kind = row.entry.kind.code();
    let at = row.alerted_at;
    at.is_some_and(|at| calls.iter().any(|(when, of)| *when == at && of == kind))
}

fn parcel(row: &QueueRow, case: &CaseRow, now: Timestamp) -> Parcel {
    let entry = &row.entry;
    let what = if entry.due_at <= now {
        "overdue"
    } else {
        "raised"
    };
    let last = row.alerted_at.map_or(0, Timestamp::as_second);
    let body = json!({
        "type": format!("queue.{what}"),
        "timestamp": now.to_string(),
        "data": {
            "caseReference": case.reference.as_str(),
            "kind": entry.kind.code(),
            "reason": entry.reason,
            "owner": entry.owner,
            "raisedAt": row.raised_at.to_string(),
            "dueAt": entry.due_at.to_string(),
        },
    });
    Parcel {
        effect_key: format!("{}-{what}-{last}", entry.id),
        content_type: "application/json".to_owned(),
        body: body.to_string().into_bytes(),
        headers: Vec::new(),
        attempt: 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pauses_grow_to_the_longest_and_begin_anew_once_an_alert_was_taken() {
        let first = Duration::from_mins(1);
        let mut pause = Pause::default();
        let mut now = Timestamp::UNIX_EPOCH;
        assert!(!pause.holds(now));
        for minutes in [1, 2, 4, 8, 15, 15] {
            pause.note(Alerted::Failed, first, now);
            let over = now + SignedDuration::from_mins(minutes);
            assert!(pause.holds(over - SignedDuration::from_secs(1)));
            assert!(!pause.holds(over), "{minutes}");
            now = over;
        }
        pause.note(Alerted::Sent, first, now);
        assert!(!pause.holds(now));
        pause.note(Alerted::Failed, first, now);
        assert!(!pause.holds(now + SignedDuration::from_mins(1)));
    }

    #[test]
    fn a_first_pause_above_the_longest_stays_what_it_is() {
        let hour = Duration::from_hours(1);
        let mut pause = Pause::default();
        let now = Timestamp::UNIX_EPOCH;
        for _ in 0..40 {
            pause.note(Alerted::Failed, hour, now);
        }
        assert!(pause.holds(now + SignedDuration::from_mins(59)));
        assert!(!pause.holds(now + SignedDuration::from_mins(60)));
    }
}
