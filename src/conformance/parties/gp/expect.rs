//! What a good `servicerequest-response` is, in literals: response-referral-short as
//! BaRS Application 6 uses it for status (two Encounters, the receiver's in focus).

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value;
use uuid::Uuid;

use crate::conformance::parties::referral::bundle::{entries, references, resolve, resources};

/// How the line begins that tells of a provider's silence.
const NO_NEWS: &str = "No news since ";

/// A referral that may be answered.
#[derive(Clone, Debug)]
pub struct Expected {
    /// `Bundle.id` of the request.
    pub bundle_id: String,
    /// Its correlation id.
    pub correlation_id: Uuid,
    /// The service it was addressed to, `system|value`: the response's source.
    pub answered_by: String,
}

/// A good response, in the few words that matter to a practice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// `MessageHeader.response.identifier`: which referral it answers.
    pub answers: String,
    /// `X-Request-Id` of the response.
    pub request_id: Uuid,
    /// Status of the receiver's Encounter.
    pub encounter_status: String,
    /// The case reference, where the receiver's Encounter carries it.
    pub reference: Option<String>,
    /// The words that came with the status, where there are some.
    pub words: Option<String>,
    /// Every line that a practice reads beside the status.
    pub texts: Vec<String>,
}

impl Response {
    /// What a practice reads first: that there is no news, else the words of the status,
    /// else its code.
    pub fn in_short(&self) -> &str {
        let silence = self.texts.iter().find(|text| text.starts_with(NO_NEWS));
        let words = silence.or(self.words.as_ref());
        words.unwrap_or(&self.encounter_status)
    }
}

/// What is wrong with a response, and the HTTP status that says so.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults {
    pub(super) status: u16,
    pub(super) lines: Vec<String>,
}

impl Faults {
    fn add(&mut self, status: u16, line: impl Into<String>) {
        if self.lines.is_empty() {
            self.status = status;
        }
        self.lines.push(line.into());
    }

    fn check(&mut self, holds: bool, line: &str) {
        if !holds {
            self.add(400, line);
        }
    }
}

/// Judges a response against what the practice has sent; all faults at once.
pub(super) fn judge(
    headers: &HeaderMap,
    message: &Value,
    sent: &BTreeMap<String, Expected>,
    target: &(String, String),
) -> Result<Response, Faults> {
    let mut faults = Faults::default();
    let request_id = judge_headers(headers, target, &mut faults);
    let header = message["entry"][0]["resource"].clone();
    judge_message(message, &header, target, &mut faults);
    let answers = header["response"]["identifier"]
        .as_str()
        .unwrap_or_default();
    match sent.get(answers) {
        _ if answers.is_empty() => faults.add(400, "MessageHeader.response.identifier is missing"),
        None => faults.add(
            404,
            "MessageHeader.response.identifier names no referral of ours",
        ),
        Some(expected) => {
            let correlation = uuid(headers, "x-correlation-id");
            let same = correlation == Some(expected.correlation_id);
            faults.check(same, "X-Correlation-Id is not the referral's");
            let from = header["source"]["endpoint"] == expected.answered_by.as_str();
            faults.check(
                from,
                "MessageHeader.source.endpoint is not the service we referred to",
            );
        }
    }
    let focus = header["focus"][0]["reference"].as_str().unwrap_or_default();
    let focus = resolve(message, focus).cloned().unwrap_or_default();
    judge_encounters(message, &focus, &mut faults);
    let Some(request_id) = request_id.filter(|_| faults.lines.is_empty()) else {
        return Err(faults);
    };
    Ok(Response {
        answers: answers.to_owned(),
        request_id,
        encounter_status: focus["status"].as_str().unwrap_or_default().to_owned(),
        reference: focus["identifier"][0]["value"].as_str().map(str::to_owned),
        words: words(&focus),
        texts: texts(&focus),
    })
}

fn judge_headers(
    headers: &HeaderMap,
    target: &(String, String),
    faults: &mut Faults,
) -> Option<Uuid> {
    let media = text(headers, "content-type");
    let fhir = media
        .split(';')
        .next()
        .is_some_and(|media| media.trim() == "application/fhir+json");
    faults.check(fhir, "Content-Type is not application/fhir+json");
    let wanted = serde_json::json!({"system": target.0, "value": target.1});
    let named = BASE64_STANDARD
        .decode(text(headers, "nhsd-target-identifier"))
        .ok()
        .and_then(|json| serde_json::from_slice::<Value>(&json).ok());
    faults.check(
        named == Some(wanted),
        "NHSD-Target-Identifier does not name our service",
    );
    for name in ["nhsd-end-user-organisation", "nhsd-requesting-software"] {
        let named = BASE64_STANDARD
            .decode(text(headers, name))
            .is_ok_and(|json| !json.is_empty());
        faults.check(named, &format!("{name} is missing or not base64"));
    }
    let request_id = uuid(headers, "x-request-id");
    faults.check(
        request_id.is_some(),
        "X-Request-Id is missing or not a UUID",
    );
    request_id
}

fn judge_message(message: &Value, header: &Value, target: &(String, String), faults: &mut Faults) {
    let is = |value: &Value, literal: &str| value == literal;
    faults.check(
        is(&message["resourceType"], "Bundle"),
        "the body is not a Bundle",
    );
    faults.check(
        is(&message["type"], "message"),
        "Bundle.type is not message",
    );
    let id = message["id"]
        .as_str()
        .is_some_and(|id| Uuid::try_parse(id).is_ok());
    faults.check(id, "Bundle.id is not a UUID");
    faults.check(
        message["meta"]["versionId"].is_string(),
        "Bundle.meta.versionId is missing",
    );
    faults.check(
        is(&header["resourceType"], "MessageHeader"),
        "the first entry is not a MessageHeader",
    );
    faults.check(
        is(&header["eventCoding"]["code"], "servicerequest-response"),
        "MessageHeader.eventCoding is not servicerequest-response",
    );
    faults.check(
        is(&header["reason"]["coding"][0]["code"], "new"),
        "MessageHeader.reason is not new",
    );
    faults.check(
        is(&header["response"]["code"], "ok"),
        "MessageHeader.response.code is not ok",
    );
    faults.check(
        header["destination"][0]["endpoint"] == format!("{}|{}", target.0, target.1),
        "MessageHeader.destination.endpoint is not our service",
    );
    faults.check(
        is(
            &header["definition"],
            "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-response-referral-short",
        ),
        "MessageHeader.definition is not response-referral-short",
    );
    for (kind, least, most) in [
        ("ServiceRequest", 1, 1),
        ("Patient", 1, 1),
        ("Encounter", 2, 2),
        ("Organization", 2, usize::MAX),
        ("Practitioner", 1, usize::MAX),
        ("PractitionerRole", 1, usize::MAX),
    ] {
        let count = resources(message, kind).count();
        let line = format!("{kind} occurs {count} times");
        faults.check((least..=most).contains(&count), &line);
    }
    let request = resources(message, "ServiceRequest").next();
    let status = request
        .and_then(|request| request["status"].as_str())
        .unwrap_or_default();
    faults.check(
        ["active", "revoked", "completed", "entered-in-error"].contains(&status),
        "ServiceRequest.status is not one of a referral's",
    );
    let unique = entries(message).filter_map(|entry| entry["fullUrl"].as_str());
    let unique: std::collections::BTreeSet<&str> = unique.collect();
    faults.check(
        unique.len() == entries(message).count(),
        "an entry has no fullUrl of its own",
    );
    for reference in references(message) {
        let journey = reference.starts_with("EpisodeOfCare/");
        let found = journey || resolve(message, reference).is_some();
        faults.check(
            found,
            "a reference other than the Journey ID points at nothing",
        );
    }
}

fn judge_encounters(message: &Value, focus: &Value, faults: &mut Faults) {
    let in_focus = focus["resourceType"] == "Encounter";
    faults.check(
        in_focus,
        "MessageHeader.focus is not an Encounter of the message",
    );
    let status = focus["status"].as_str().unwrap_or_default();
    let known = [
        "planned",
        "in-progress",
        "arrived",
        "onleave",
        "finished",
        "cancelled",
        "entered-in-error",
    ];
    faults.check(
        known.contains(&status),
        "the focus Encounter's status is none of a response",
    );
    let mut journeys: Vec<&Value> = resources(message, "Encounter")
        .map(|encounter| &encounter["episodeOfCare"][0]["reference"])
        .collect();
    journeys.dedup();
    // A referral may come without one; then neither has it.
    faults.check(
        journeys.len() == 1,
        "the two Encounters do not share one Journey ID",
    );
}

/// What stands as a text in the Encounter's types, in order.
fn texts(encounter: &Value) -> Vec<String> {
    let types = encounter["type"].as_array().into_iter().flatten();
    types
        .filter_map(|one| one["text"].as_str())
        .map(str::to_owned)
        .collect()
}

/// The status in words, wherever the Encounter carries them.
fn words(encounter: &Value) -> Option<String> {
    [
        &encounter["reasonCode"][0]["text"],
        &encounter["text"]["div"],
        &encounter["type"][0]["text"],
    ]
    .into_iter()
    .find_map(|place| place.as_str().map(str::to_owned))
}

pub(super) fn uuid(headers: &HeaderMap, name: &str) -> Option<Uuid> {
    Uuid::try_parse(text(headers, name)).ok()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}
