//! A BaRS message posted to a receiver or to the national proxy in front of it.

use jiff::Timestamp;
use reqwest::header::HeaderMap;

use super::outcome::{self, Issue};
use super::wire::{self, Answer};
use super::{Attempt, Channels, Parcel};
use crate::problem::area::channel;

/// Posts the parcel to `{base}/$process-message`. Headers and bytes are the same in
/// every attempt, X-Request-Id among them (BaRS Core 1.5.0, transactional integrity).
pub(super) async fn send(
    channels: &Channels,
    base_url: &str,
    parcel: &Parcel,
    now: Timestamp,
) -> Result<Attempt, Attempt> {
    let address = format!("{}/$process-message", base_url.trim_end_matches('/'));
    let url = wire::address(channels, &address)?;
    let timeout = channels.settings.bars_timeout;
    let answer = wire::post(channels, url, parcel, HeaderMap::new(), timeout, now).await?;
    Ok(judge(&answer))
}

/// What an answer comes to (BaRS Core 1.5.0, transactional integrity and error
/// handling).
///
/// - A conflict of kind `duplicate` says that this very message was processed before:
///   delivered. It counts in a first attempt too, since the ids are ours and random, and
///   a process that died between sending and writing that down has forgotten the count.
/// - Busy, early, timed out and failed answers are repeated, and so is any error
///   without an OperationOutcome, which did not come from the receiver.
/// - A `FORBIDDEN` or an expired token is repeated, because each attempt brings the
///   token of its hour.
/// - Everything else is the receiver's refusal: parked with its codes.
fn judge(answer: &Answer) -> Attempt {
    if (200..300).contains(&answer.status) {
        return Attempt::Delivered { reply: None };
    }
    let read = outcome::read(&answer.body);
    let issues = read.as_deref().unwrap_or_default();
    let codes = outcome::in_words(issues);
    let has = |error: &str| issues.iter().any(|issue| issue.error == Some(error));
    if issues.iter().any(is_duplicate) && answer.status == 409 {
        return Attempt::Delivered { reply: None };
    }
    let busy = [
        "TOO_EARLY",
        "TOO_MANY_REQUESTS",
        "SERVICE_UNAVAILABLE",
        "UNAVAILABLE",
    ];
    if busy.into_iter().any(has) {
        return wire::settle(&channel::BUSY, true, answer, &codes);
    }
    if has("TIMEOUT") {
        return wire::settle(&channel::NO_ANSWER, true, answer, &codes);
    }
    let (entry, repeat) = match wire::judge(answer) {
        Attempt::Again { problem, .. } => (problem.entry, true),
        Attempt::Park { problem } => (problem.entry, false),
        delivered @ Attempt::Delivered { .. } => return delivered,
    };
    let token = answer.status == 403 || issues.iter().any(|issue| issue.kind == Some("expired"));
    let redirected = (300..400).contains(&answer.status);
    let unsigned = read.is_none() && !redirected;
    wire::settle(entry, repeat || token || unsigned, answer, &codes)
}

fn is_duplicate(issue: &Issue) -> bool {
    issue.error == Some("CONFLICT") && issue.kind == Some("duplicate")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(status: u16, body: &str) -> String {
        let answer = Answer {
            status,
            retry_after: None,
            body: body.as_bytes().to_vec(),
        };
        match judge(&answer) {
            Attempt::Delivered { .. } => "delivered".to_owned(),
            Attempt::Again { problem, .. } => format!("again {}", problem.entry.code),
            Attempt::Park { problem } => format!("park {}", problem.entry.code),
        }
    }

    #[test]
    fn every_row_of_the_error_table_has_its_consequence() {
        for (status, error, kind, expected) in [
            (409, "REC_CONFLICT", "duplicate", "delivered"),
            (409, "SEND_CONFLICT", "duplicate", "delivered"),
            (409, "REC_CONFLICT", "conflict", "park WW-DLV-013"),
            (425, "REC_TOO_EARLY", "duplicate", "again WW-DLV-003"),
            (408, "REC_TIMEOUT", "timeout", "again WW-DLV-002"),
            (504, "PROXY_TIMEOUT", "timeout", "again WW-DLV-002"),
            (
                429,
                "REC_TOO_MANY_REQUESTS",
                "throttled",
                "again WW-DLV-003",
            ),
            (429, "SEND_TOO_MANY_REQUESTS", "429", "again WW-DLV-003"),
            (500, "PROXY_TOO_MANY_REQUESTS", "429", "again WW-DLV-003"),
            (500, "TOO_MANY_REQUESTS", "throttled", "again WW-DLV-003"),
            (
                503,
                "REC_SERVICE_UNAVAILABLE",
                "transient",
                "again WW-DLV-003",
            ),
            (503, "PROXY_UNAVAILABLE", "transient", "again WW-DLV-003"),
            (500, "REC_SERVER_ERROR", "exception", "again WW-DLV-004"),
            (403, "SEND_FORBIDDEN", "forbidden", "again WW-DLV-006"),
            (401, "SEND_UNAUTHORIZED", "expired", "again WW-DLV-006"),
            (401, "SEND_UNAUTHORIZED", "unknown", "park WW-DLV-006"),
            (401, "REC_UNAUTHORIZED", "security", "park WW-DLV-006"),
            (400, "REC_BAD_REQUEST", "invariant", "park WW-DLV-005"),
            (400, "SEND_BAD_REQUEST", "400", "park WW-DLV-005"),
            (404, "REC_NOT_FOUND", "not-found", "park WW-DLV-005"),
            (
                405,
                "SEND_METHOD_NOT_ALLOWED",
                "not-supported",
                "park WW-DLV-005",
            ),
            (406, "REC_NOT_ACCEPTABLE", "processing", "park WW-DLV-005"),
            (
                422,
                "REC_UNPROCESSABLE_ENTITY",
                "too costly",
                "park WW-DLV-005",
            ),
            (
                501,
                "REC_NOT_IMPLEMENTED",
                "not-supported",
                "park WW-DLV-005",
            ),
        ] {
            let body = format!(
                r#"{{"resourceType":"OperationOutcome","issue":[{{"code":"{kind}","details":{{"coding":[{{"code":"{error}"}}]}}}}]}}"#
            );
            assert_eq!(words(status, &body), expected, "{status} {error} {kind}");
        }
    }

    #[test]
    fn an_error_that_no_receiver_signed_is_repeated() {
        for status in [400, 401, 404, 409, 500, 501, 502] {
            assert!(words(status, "<html>").starts_with("again"), "{status}");
        }
        assert_eq!(words(307, ""), "park WW-DLV-008");
        assert_eq!(words(200, ""), "delivered");
    }
}
