//! Calls for a person: a signed webhook to the address that the operators have set.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::Gateway;
use crate::adapters::channels::{Attempt, Destination, Parcel, SigningKeys};
use crate::adapters::store::{CaseRow, QueueRow};

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
            Self::Nowhere => "no-address",
            Self::Failed => "failed",
        }
    }
}

impl Gateway {
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
