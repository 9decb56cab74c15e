//! One POST and its answer, the same for every channel.

use std::error::Error;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Response, Url};

use super::{Attempt, Channels, Parcel, address};
use crate::problem::{Entry, Problem, area::channel};

/// What is read of an answer's body at most.
pub(super) const ANSWER_LIMIT: usize = 64 * 1024;

/// What came back.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) retry_after: Option<Duration>,
    /// Empty when the body was longer than the limit or broke off: half an answer is
    /// not read for codes.
    pub(super) body: Vec<u8>,
}

/// Judges the address. `Err` is the attempt's end.
pub(super) fn address(channels: &Channels, url: &str) -> Result<Url, Attempt> {
    address::check(url, &channels.settings.policy).map_err(|problem| Attempt::Park { problem })
}

/// Posts the parcel with its own headers and these. `Err` is the attempt's end without
/// an answer.
pub(super) async fn post(
    channels: &Channels,
    url: Url,
    parcel: &Parcel,
    further: HeaderMap,
    timeout: Duration,
    now: Timestamp,
) -> Result<Answer, Attempt> {
    let headers = headers(parcel, further)?;
    let response = channels
        .client
        .post(url)
        .headers(headers)
        .body(parcel.body.clone())
        .timeout(timeout)
        .send()
        .await
        .map_err(|error| failure(&error))?;
    Ok(Answer {
        status: response.status().as_u16(),
        retry_after: retry_after(response.headers(), now),
        body: read(response).await,
    })
}

/// A header value out of a stored text. `Err` parks: it will never become valid.
pub(super) fn header(name: &str, value: &str) -> Result<HeaderValue, Attempt> {
    HeaderValue::from_str(value).map_err(|_| unsendable(name))
}

fn headers(parcel: &Parcel, further: HeaderMap) -> Result<HeaderMap, Attempt> {
    let mut headers = HeaderMap::with_capacity(parcel.headers.len() + further.len() + 1);
    for (name, text) in &parcel.headers {
        let value = header(name, text)?;
        let name = HeaderName::try_from(name).map_err(|_| unsendable("a header's name"))?;
        headers.append(name, value);
    }
    headers.insert(CONTENT_TYPE, header("Content-Type", &parcel.content_type)?);
    headers.extend(further);
    Ok(headers)
}

fn unsendable(name: &str) -> Attempt {
    let problem = Problem::new(&channel::PARCEL)
        .at(name)
        .with("it holds a character that HTTP does not allow there");
    Attempt::Park { problem }
}

/// Reads the body up to the limit.
async fn read(mut response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= ANSWER_LIMIT => {
                body.extend_from_slice(&chunk);
            }
            Ok(None) => return body,
            // Dropping the response closes the connection; what follows is not read.
            Ok(Some(_)) | Err(_) => return Vec::new(),
        }
    }
}

/// `Retry-After`: seconds or a date (RFC 9110, section 10.2.3); a past date is none.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Duration::try_from(date.duration_since(now)).ok()
}

/// What an attempt without an answer came to. The library's own text is never shown: it
/// names the whole address.
fn failure(error: &reqwest::Error) -> Attempt {
    if let Some(refused) = cause::<address::Refused>(error) {
        let problem = refused.problem();
        return Attempt::Park { problem };
    }
    if error.is_builder() {
        return unsendable("the request");
    }
    let (entry, detail): (&'static Entry, &str) = match (error.is_connect(), error.is_timeout()) {
        (true, true) => (
            &channel::UNREACHABLE,
            "no connection within the time allowed",
        ),
        (true, false) if speaks_of_certificate(error) => (
            &channel::UNREACHABLE,
            "the certificate that it shows is not trusted",
        ),
        (true, false) => (&channel::UNREACHABLE, "no connection"),
        (false, true) => (&channel::NO_ANSWER, "no answer within the time allowed"),
        (false, false) => (
            &channel::NO_ANSWER,
            "the connection broke before an answer came",
        ),
    };
    Attempt::Again {
        problem: Problem::new(entry).with(detail),
        retry_after: None,
    }
}

fn cause<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

fn speaks_of_certificate(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.to_string().contains("certificate") {
            return true;
        }
        next = error.source();
    }
    false
}

/// What an answer comes to by its status alone (RFC 9110; the channel has looked at
/// what its own standard says first).
///
/// Any 2xx is delivered. A 4xx that repeating cannot cure is parked at once, so that a
/// person sees it today and not after the last try; a failure of the other side is
/// repeated, save "not implemented".
pub(super) fn judge(answer: &Answer) -> Attempt {
    let entry = match answer.status {
        200..=299 => return Attempt::Delivered { reply: None },
        300..=399 => &channel::REDIRECTED,
        401 | 403 => &channel::CREDENTIAL,
        408 => &channel::NO_ANSWER,
        409 | 412 => &channel::CONFLICT,
        410 => &channel::GONE,
        425 | 429 | 503 => &channel::BUSY,
        400..=499 | 501 => &channel::REFUSED,
        _ => &channel::FAILED,
    };
    let repeat = matches!(answer.status, 408 | 425 | 429 | 500 | 502..);
    settle(entry, repeat, answer, "")
}

/// The attempt for this entry; `codes` (of closed lists only) follow the status.
pub(super) fn settle(entry: &'static Entry, repeat: bool, answer: &Answer, codes: &str) -> Attempt {
    let problem = Problem::new(entry).with(format!("HTTP {}{codes}", answer.status));
    if repeat {
        Attempt::Again {
            problem,
            retry_after: answer.retry_after,
        }
    } else {
        Attempt::Park { problem }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(status: u16) -> String {
        let answer = Answer {
            status,
            retry_after: None,
            body: Vec::new(),
        };
        match judge(&answer) {
            Attempt::Delivered { .. } => "delivered".to_owned(),
            Attempt::Again { problem, .. } => format!("again {}", problem.entry.code),
            Attempt::Park { problem } => format!("park {}", problem.entry.code),
        }
    }

    #[test]
    fn a_status_decides_whether_repeating_can_help() {
        for (statuses, expected) in [
            (&[200, 201, 202, 204][..], "delivered"),
            (&[301, 302, 303, 304, 307, 308], "park WW-DLV-008"),
            (&[400, 404, 405, 413, 415, 422, 501], "park WW-DLV-005"),
            (&[401, 403], "park WW-DLV-006"),
            (&[408], "again WW-DLV-002"),
            (&[409, 412], "park WW-DLV-013"),
            (&[410], "park WW-DLV-007"),
            (&[425, 429, 503], "again WW-DLV-003"),
            (&[500, 502, 504, 507, 599], "again WW-DLV-004"),
        ] {
            for status in statuses {
                assert_eq!(words(*status), expected, "{status}");
            }
        }
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let now: Timestamp = "1994-11-06T08:49:00Z".parse().expect("an instant");
        for (text, expected) in [
            ("120", Some(120)),
            ("0", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(37)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", None),
            ("soon", None),
            ("-5", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_static(text));
            let expected = expected.map(Duration::from_secs);
            assert_eq!(retry_after(&headers, now), expected, "{text}");
        }
    }
}
