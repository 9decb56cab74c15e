//! A report of a provider: what it says, what shows that it was made, and how it is kept.

use jiff::Timestamp;

use crate::adapters::seal::hex;
use crate::adapters::store::UpdateKey;

/// The hash of a report that came in no body of its own.
pub(in crate::gateway) const NO_BODY: [u8; 32] = [0; 32];

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

/// What shows that a report was made: the beginning of the SHA-256 of its bytes, which
/// whoever sent them can make again, or the act of ours that it answered.
pub(super) fn shown_by(report: &Report) -> String {
    if report.body_hash == NO_BODY {
        return report.client_key.clone();
    }
    format!("report sha256:{}", &hex(&report.body_hash)[..SHOWN])
}

/// A report whose word no table knew, as it is sealed until one does.
pub(super) fn kept_report(report: &Report) -> Vec<u8> {
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
pub(in crate::gateway) fn report_of(kept: &UpdateKey) -> Option<Report> {
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
