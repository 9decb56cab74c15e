//! The status that goes back: `servicerequest-response`, referral-short (BaRS
//! Application 6, status update).
//!
//! The guide contradicts itself on the focus (tables and REFRESP03 say ServiceRequest,
//! narrative and most examples say Encounter): the Encounter is emitted. Progress is in
//! the receiver's Encounter; ServiceRequest.status stays `active` as an echo.

mod encounter;
mod envelope;
mod parties;

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::codes::{self, profile::workwell};
use super::headers::CoreVersion;
use super::person_out;
use crate::domain::case::Case;
use crate::domain::identifiers::{BundleId, OdsCode, RequestId, ServiceAddress};
use crate::domain::status::Status;
pub(super) use encounter::encounter;
#[cfg(test)]
pub(super) use encounter::shown_status;
use encounter::{our_encounter, senders_encounter};
pub use envelope::{Envelope, content_type, headers};
use parties::{organisation, practitioner, referrer, role};

/// Who we are in a message that we send.
#[derive(Clone, Debug)]
pub struct Ours {
    /// The ODS code of the organisation that runs this gateway.
    pub ods: OdsCode,
    /// Its name.
    pub name: String,
    /// Who answers for a referral there: a desk or a role, not a person's name.
    pub desk: String,
    /// Where that desk is rung.
    pub telephone: Option<String>,
    /// The software's name.
    pub software: String,
    /// The software's version.
    pub software_version: String,
    /// The version of BaRS Core that is spoken.
    pub core_version: CoreVersion,
}

/// The reasons of `rejected-reasons-bars`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// The resource asked for is not available in time.
    NotAvailable,
    /// The person could not be reached.
    FailedContact,
    /// Anything else; its text is a MUST.
    Other,
}

impl Rejection {
    /// The code and its display.
    pub const fn code(self) -> (&'static str, &'static str) {
        match self {
            Self::NotAvailable => ("RRNA", "Requested resource not available within timescale"),
            Self::FailedContact => ("FC", "Failed Contact"),
            Self::Other => ("OTH", "Other"),
        }
    }
}

/// What is told, and with which ids.
#[derive(Clone, Debug)]
pub struct Told<'a> {
    /// The case.
    pub case: &'a Case,
    /// Where it stands.
    pub status: Status,
    /// When it came to stand there.
    pub since: Timestamp,
    /// Why it was not taken on; [`Rejection::Other`] with the plain words when absent.
    pub rejection: Option<Rejection>,
    /// One more line that the provider's table lets the referrer see.
    pub summary: Option<&'a str>,
    /// Who we are.
    pub ours: &'a Ours,
    /// Id of this message's Bundle.
    pub bundle_id: BundleId,
    /// A new `X-Request-Id`.
    pub request_id: RequestId,
    /// When this message is made.
    pub now: Timestamp,
}

/// A message to post.
#[derive(Clone, Debug)]
pub struct Message {
    /// The service it is addressed to.
    pub target: ServiceAddress,
    /// Header names and values, `use-context` included (a sender must send it),
    /// Content-Type not.
    pub headers: Vec<(&'static str, String)>,
    /// The Bundle.
    pub body: Value,
}

/// Builds the response; `None` when the original gave no return address.
pub fn build(told: &Told<'_>, mint: &mut dyn FnMut() -> Uuid) -> Option<Message> {
    let target = told.case.referral.return_address.clone()?;
    let urls = Urls::mint(told, mint);
    let entries: Vec<Value> = [
        (&urls.header, header(told, &target, &urls)),
        (&urls.request, service_request(told, &urls)),
        (&urls.patient, patient(told, &urls)),
        (&urls.senders, senders_encounter(told, &urls)),
        (&urls.ours, our_encounter(told, &urls)),
        (&urls.referrer, referrer(told, &urls)),
        (&urls.organisation, organisation(told, &urls)),
        (&urls.practitioner, practitioner(told, &urls)),
        (&urls.role, role(&urls)),
    ]
    .into_iter()
    .map(|(url, mut resource)| {
        resource["meta"]["lastUpdated"] = json!(told.now.to_string());
        json!({ "fullUrl": urn(*url), "resource": resource })
    })
    .collect();
    let body = json!({
        "resourceType": "Bundle",
        "id": told.bundle_id.to_string(),
        "meta": {
            "versionId": told.case.referral.application_version,
            "lastUpdated": told.now.to_string(),
            "profile": [codes::profile::BUNDLE, workwell("Bundle-StatusResponse")],
        },
        "type": "message",
        "timestamp": told.now.to_string(),
        "entry": entries,
    });
    let envelope = Envelope {
        target: &target,
        request_id: &told.request_id.to_string(),
        correlation_id: told.case.referral.correlation_id,
        use_case: &told.case.referral.use_case,
        ours: told.ours,
    };
    Some(Message {
        headers: headers(&envelope),
        target,
        body,
    })
}

/// The UUIDs of the entries.
struct Urls {
    header: Uuid,
    request: Uuid,
    patient: Uuid,
    senders: Uuid,
    ours: Uuid,
    referrer: Uuid,
    organisation: Uuid,
    practitioner: Uuid,
    role: Uuid,
}

impl Urls {
    /// Where an id is known and a UUID, the fullUrl is made of it.
    fn mint(told: &Told<'_>, mint: &mut dyn FnMut() -> Uuid) -> Self {
        let known = |id: &Option<String>| id.as_deref().and_then(|id| Uuid::try_parse(id).ok());
        Self {
            header: mint(),
            request: told.case.service_request_id.uuid(),
            patient: known(&told.case.sender_ids.patient).unwrap_or_else(&mut *mint),
            senders: known(&told.case.sender_ids.encounter).unwrap_or_else(&mut *mint),
            ours: told.case.id.uuid(),
            referrer: mint(),
            organisation: mint(),
            practitioner: mint(),
            role: mint(),
        }
    }
}

fn urn(id: Uuid) -> String {
    format!("urn:uuid:{}", id.hyphenated())
}

fn to(id: Uuid) -> Value {
    json!({ "reference": urn(id) })
}

fn id_text(id: Uuid) -> String {
    id.hyphenated().to_string()
}

fn header(told: &Told<'_>, target: &ServiceAddress, urls: &Urls) -> Value {
    let referral = &told.case.referral;
    json!({
        "resourceType": "MessageHeader",
        "id": id_text(urls.header),
        "meta": { "profile": [
            codes::profile::RESPONSE_HEADER,
            workwell("MessageHeader-StatusResponse"),
        ] },
        "eventCoding": { "system": codes::EVENTS, "code": "servicerequest-response" },
        "destination": [{
            "endpoint": target.to_string(),
            "receiver": to(urls.referrer),
        }],
        "sender": to(urls.organisation),
        "source": {
            "name": told.ours.name,
            "software": told.ours.software,
            "version": told.ours.software_version,
            "endpoint": referral.addressed_to.to_string(),
        },
        "reason": { "coding": [{ "system": codes::REASONS, "code": "new" }] },
        "response": { "identifier": referral.bundle_id.to_string(), "code": "ok" },
        "focus": [to(urls.ours)],
        "definition": codes::definition::RESPONSE_SHORT,
    })
}

fn service_request(told: &Told<'_>, urls: &Urls) -> Value {
    let referral = &told.case.referral;
    let mut request = json!({
        "resourceType": "ServiceRequest",
        "id": told.case.service_request_id.to_string(),
        "meta": { "profile": [workwell("ServiceRequest-StatusResponse")] },
        "status": "active",
        "intent": "plan",
        "category": [category(&referral.use_case)],
        "subject": to(urls.patient),
        "performer": [to(urls.organisation)],
    });
    let identifiers = original_identifiers(told.case);
    if !identifiers.is_empty() {
        request["identifier"] = json!(identifiers);
    }
    // The profile asks for authoredOn; without one it is not claimed.
    if let Some(authored) = referral.authored_at {
        request["authoredOn"] = json!(authored.to_string());
        request["meta"]["profile"] = json!([
            codes::profile::SERVICE_REQUEST,
            workwell("ServiceRequest-StatusResponse"),
        ]);
    }
    request
}

/// ServiceRequest.category with its two codings.
pub(super) fn category(use_case: &str) -> Value {
    json!({ "coding": [
        { "system": codes::CATEGORIES, "code": "referral", "display": "Transfer of Care" },
        { "system": codes::use_case_system(use_case), "code": use_case },
    ] })
}

/// The identifiers that the sender gave its ServiceRequest, kept as `system|value`: a system
/// is a URI and holds no `|` (RFC 3986), a value may.
pub(super) fn original_identifiers(case: &Case) -> Vec<Value> {
    identifiers_of(case.referral.identifiers())
}

/// Identifiers as they stand in a resource, of their `system|value`.
fn identifiers_of<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<Value> {
    let pairs = texts.filter_map(|text| text.split_once('|'));
    let identifiers = pairs.map(|(system, value)| {
        let mut identifier = json!({ "value": value });
        if !system.is_empty() {
            identifier["system"] = json!(system);
        }
        identifier
    });
    identifiers.collect()
}

fn patient(told: &Told<'_>, urls: &Urls) -> Value {
    let id = told.case.sender_ids.patient.clone();
    let id = id.unwrap_or_else(|| id_text(urls.patient));
    person_out::patient(&told.case.referral.person, &id)
}

#[cfg(test)]
mod tests;
