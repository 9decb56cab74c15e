//! A FHIR server: a transaction Bundle posted to its base.

use jiff::Timestamp;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};

use super::wire::{self, Answer};
use super::{Attempt, Channels, Parcel, Secret, outcome};

/// Posts the Bundle. Repeats are safe by the Bundle's own conditional creates, not by a
/// header (FHIR R4, RESTful API, conditional create).
pub(super) async fn send(
    channels: &Channels,
    base_url: &str,
    bearer: Option<&Secret>,
    parcel: &Parcel,
    now: Timestamp,
) -> Result<Attempt, Attempt> {
    let url = wire::address(channels, base_url)?;
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/fhir+json"));
    if let Some(token) = bearer {
        let mut value = wire::header("Authorization", &format!("Bearer {}", token.expose()))?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    let timeout = channels.settings.attempt_timeout;
    let answer = wire::post(channels, url, parcel, headers, timeout, now).await?;
    Ok(judge(&answer))
}

/// By the status; the codes of an OperationOutcome go into the text.
fn judge(answer: &Answer) -> Attempt {
    let codes = outcome::read(&answer.body).map_or_else(String::new, |i| outcome::in_words(&i));
    match wire::judge(answer) {
        Attempt::Park { problem } => wire::settle(problem.entry, false, answer, &codes),
        Attempt::Again { problem, .. } => wire::settle(problem.entry, true, answer, &codes),
        delivered @ Attempt::Delivered { .. } => delivered,
    }
}
