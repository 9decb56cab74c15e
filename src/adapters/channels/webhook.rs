//! A webhook by the Standard Webhooks convention.

use jiff::Timestamp;
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::Value;

use super::wire::{self, Answer};
use super::{Attempt, Channels, Parcel, Reply, SigningKeys};

const LONGEST_WORD: usize = 200;

/// Posts the parcel. `webhook-id` is the effect key and the same in every attempt;
/// `webhook-timestamp` is the attempt's, so the signature differs (Standard Webhooks,
/// webhook headers).
pub(super) async fn send(
    channels: &Channels,
    url: &str,
    secret: &SigningKeys,
    parcel: &Parcel,
    now: Timestamp,
) -> Result<Attempt, Attempt> {
    let url = wire::address(channels, url)?;
    let seconds = now.as_second();
    let signature = secret.sign(&parcel.effect_key, seconds, &parcel.body);
    let mut headers = HeaderMap::new();
    headers.insert(
        "webhook-id",
        wire::header("webhook-id", &parcel.effect_key)?,
    );
    headers.insert("webhook-timestamp", HeaderValue::from(seconds));
    headers.insert(
        "webhook-signature",
        wire::header("webhook-signature", &signature)?,
    );
    let timeout = channels.settings.attempt_timeout;
    let answer = wire::post(channels, url, parcel, headers, timeout, now).await?;
    Ok(judge(&answer))
}

fn judge(answer: &Answer) -> Attempt {
    match wire::judge(answer) {
        Attempt::Delivered { .. } => Attempt::Delivered {
            reply: reply(&answer.body),
        },
        other => other,
    }
}

/// `{"status": "<the provider's word>", "reference": "..."}`, or nothing. An answer of
/// any other shape is no fault: the convention asks for no body at all.
fn reply(body: &[u8]) -> Option<Reply> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    Some(Reply {
        status_word: word(&answer, "status")?,
        reference: word(&answer, "reference"),
    })
}

fn word(answer: &Value, name: &str) -> Option<String> {
    let word = answer.get(name)?.as_str()?.trim();
    let fits = !word.is_empty() && word.chars().count() <= LONGEST_WORD;
    fits.then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_synchronous_answer_is_read_and_anything_else_is_no_answer() {
        let long = format!(r#"{{"status":"{}"}}"#, "x".repeat(201));
        for (body, expected) in [
            (
                r#"{"status":"on our list","reference":"A-17"}"#,
                Some(("on our list", Some("A-17"))),
            ),
            (r#"{"status":" taken "}"#, Some(("taken", None))),
            (
                r#"{"status":"taken","reference":17}"#,
                Some(("taken", None)),
            ),
            (r#"{"reference":"A-17"}"#, None),
            (r#"{"status":""}"#, None),
            (long.as_str(), None),
            ("[]", None),
            ("OK", None),
            ("", None),
        ] {
            let found = reply(body.as_bytes());
            let expected = expected.map(|(word, reference): (&str, Option<&str>)| Reply {
                status_word: word.to_owned(),
                reference: reference.map(str::to_owned),
            });
            assert!(found == expected, "{body}");
        }
    }

    #[test]
    fn a_reply_shows_nothing_of_itself() {
        let found = reply(br#"{"status":"zebulon"}"#);
        assert_eq!(format!("{found:?}"), "Some([reply])");
    }
}
