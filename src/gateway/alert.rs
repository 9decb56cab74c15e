//! Calls for a person: a signed webhook to the address that the operators have set.

use jiff::Timestamp;
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
    /// It was not taken; the next round tries again.
    Failed,
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
                            "an alert was not taken; it is sent again in the next round");
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
