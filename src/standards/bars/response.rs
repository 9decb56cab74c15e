//! The status that goes back: `servicerequest-response`, referral-short (BaRS
//! Application 6, status update).
//!
//! The guide contradicts itself on the focus (tables and REFRESP03 say ServiceRequest,
//! narrative and most examples say Encounter): the Encounter is emitted. Progress is in
//! the receiver's Encounter; ServiceRequest.status stays `active` as an echo.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::accept::emergency;
use super::codes::{self, profile::uk_core, profile::workwell};
use super::headers::{self as names, CoreVersion, Format};
use super::person_out;
use crate::domain::case::Case;
use crate::domain::identifiers::{
    BundleId, CaseReference, CorrelationId, OdsCode, RequestId, ServiceAddress,
};
use crate::domain::status::{EncounterStatus, Milestone, Status};

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
    let texts = case.referral.identifiers();
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

fn journey(case: &Case) -> Option<Value> {
    let id = case.referral.journey_id?;
    Some(json!([{ "reference": format!("EpisodeOfCare/{id}") }]))
}

/// The sender's Encounter, as far as it is kept. Of a case from before that was, it is said
/// to be finished: a referral is made from one that is triaged or finished.
fn senders_encounter(told: &Told<'_>, urls: &Urls) -> Value {
    let kept = &told.case.sender_ids;
    let was = kept.encounter_as.as_ref();
    let class = was.and_then(|was| was.class.as_ref());
    let mut encounter = json!({
        "resourceType": "Encounter",
        "meta": { "profile": [uk_core("Encounter")] },
        "status": was.map_or("finished", |was| was.status.as_str()),
        "class": class.map_or_else(
            emergency,
            |code| json!({ "system": codes::ACT_CODE, "code": code }),
        ),
        "subject": to(urls.patient),
    });
    // Its id is the sender's; without one none is made up.
    if let Some(id) = &kept.encounter {
        encounter["id"] = json!(id);
    }
    if let Some(journey) = journey(told.case) {
        encounter["episodeOfCare"] = journey;
    }
    encounter
}

fn our_encounter(told: &Told<'_>, urls: &Urls) -> Value {
    let mut encounter = encounter(told.case, told.status, told.since);
    encounter["subject"] = to(urls.patient);
    if let Some(summary) = told.summary
        && let Some(types) = encounter["type"].as_array_mut()
    {
        types.push(json!({ "text": summary }));
    }
    if bars_status(told.status) == EncounterStatus::Cancelled {
        let (code, display) = told.rejection.unwrap_or(Rejection::Other).code();
        encounter["reasonCode"] = json!([{
            "coding": [{ "system": codes::REJECTED_REASONS, "code": code, "display": display }],
            "text": told.summary.unwrap_or(Milestone::of(told.status).words),
        }]);
    }
    encounter
}

/// Our Encounter of a case without its subject: status, and the same in plain words.
pub(super) fn encounter(case: &Case, status: Status, since: Timestamp) -> Value {
    let mut period = json!({ "start": case.received_at.to_string() });
    if status.is_terminal() {
        period["end"] = json!(since.to_string());
    }
    let mut encounter = json!({
        "resourceType": "Encounter",
        "id": case.id.to_string(),
        "meta": { "profile": [uk_core("Encounter"), workwell("Encounter-Status")] },
        "identifier": [{ "system": CaseReference::SYSTEM, "value": case.reference.as_str() }],
        "status": bars_status(status).code(),
        "class": emergency(),
        "type": [{
            "coding": [{ "system": codes::workwell::STATUS, "code": shown_status(status) }],
            "text": Milestone::of(status).words,
        }],
        "period": period,
    });
    if let Some(journey) = journey(case) {
        encounter["episodeOfCare"] = journey;
    }
    encounter
}

/// The status code that goes out. Why a case is held, and that a person has died, is
/// not told by a code either: the code says no more than the words.
pub(super) const fn shown_status(status: Status) -> &'static str {
    match status {
        Status::Deceased => "closed",
        other => other.code(),
    }
}

/// Encounter.status as Application 6 allows it: planned, in-progress, arrived, finished
/// or cancelled. A pause is still in progress, an error is cancelled; the words tell the
/// difference.
pub(super) const fn bars_status(status: Status) -> EncounterStatus {
    match Milestone::of(status).encounter {
        EncounterStatus::OnLeave => EncounterStatus::InProgress,
        EncounterStatus::EnteredInError => EncounterStatus::Cancelled,
        other => other,
    }
}

/// The organisation that referred. For a restricted person it is not named: it may be
/// the practice.
fn referrer(told: &Told<'_>, urls: &Urls) -> Value {
    let referral = &told.case.referral;
    let mut organisation = json!({
        "resourceType": "Organization",
        "id": id_text(urls.referrer),
        "meta": { "profile": [uk_core("Organization"), workwell("Organization")] },
        "name": "Referring organisation",
    });
    if referral.person.security.hides_location() {
        return organisation;
    }
    if let Some(name) = &referral.referrer.organisation_name {
        organisation["name"] = json!(name);
    }
    if let Some(ods) = &referral.referrer.organisation {
        organisation["identifier"] = json!([ods_identifier(ods)]);
    }
    organisation
}

fn ods_identifier(ods: &OdsCode) -> Value {
    json!({ "system": OdsCode::SYSTEM, "value": ods.as_str() })
}

fn organisation(told: &Told<'_>, urls: &Urls) -> Value {
    json!({
        "resourceType": "Organization",
        "id": id_text(urls.organisation),
        "meta": { "profile": [uk_core("Organization"), workwell("Organization")] },
        "identifier": [ods_identifier(&told.ours.ods)],
        "name": told.ours.name,
    })
}

/// The message has at least one Practitioner; ours is the desk that answers.
fn practitioner(told: &Told<'_>, urls: &Urls) -> Value {
    let mut practitioner = json!({
        "resourceType": "Practitioner",
        "id": id_text(urls.practitioner),
        "meta": { "profile": [uk_core("Practitioner"), workwell("Practitioner")] },
        "name": [{ "text": told.ours.desk }],
    });
    if let Some(telephone) = &told.ours.telephone {
        practitioner["telecom"] = json!([{ "system": "phone", "value": telephone, "use": "work" }]);
    }
    practitioner
}

fn role(urls: &Urls) -> Value {
    json!({
        "resourceType": "PractitionerRole",
        "id": id_text(urls.role),
        "meta": { "profile": [uk_core("PractitionerRole"), workwell("PractitionerRole")] },
        "practitioner": to(urls.practitioner),
        "organization": to(urls.organisation),
    })
}

/// What the headers of a message name. They can be written again for every attempt.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// The service it is addressed to.
    pub target: &'a ServiceAddress,
    /// `X-Request-Id`, the same in every attempt.
    pub request_id: &'a str,
    /// The conversation.
    pub correlation_id: CorrelationId,
    /// The use case of the referral.
    pub use_case: &'a str,
    /// Who we are.
    pub ours: &'a Ours,
}

/// The headers of a response, without Content-Type (see [`content_type`]).
pub fn headers(envelope: &Envelope<'_>) -> Vec<(&'static str, String)> {
    let ours = envelope.ours;
    let organisation = json!({
        "resourceType": "Organization",
        "identifier": [ods_identifier(&ours.ods)],
        "name": ours.name,
    });
    let software = json!({
        "resourceType": "Device",
        "deviceName": [{ "name": ours.software, "type": "model-name" }],
        "version": [{ "value": ours.software_version }],
    });
    let use_context = format!("{}|referral|servicerequest-response|new", envelope.use_case);
    vec![
        (names::TARGET, names::encode_target(envelope.target)),
        (names::REQUEST_ID, envelope.request_id.to_owned()),
        (names::CORRELATION_ID, envelope.correlation_id.to_string()),
        (names::ORGANISATION, names::encode(&organisation)),
        (names::SOFTWARE, names::encode(&software)),
        ("Accept", content_type(ours)),
        ("use-context", use_context),
    ]
}

/// The media type of a response.
pub fn content_type(ours: &Ours) -> String {
    format!(
        "{}; version={}",
        Format::Json.media_type(),
        ours.core_version
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::case::{EncounterAs, Security};
    use crate::standards::bars::decision::Meaning;
    use crate::standards::bars::message_rules::RESPONSE_SHORT;
    use crate::standards::bars::policy::{ReadPolicy, Served};
    use crate::standards::bars::{read, sample};
    use crate::standards::emitted;
    use crate::standards::fhir::{Document, Limits};

    fn ours() -> Ours {
        Ours {
            ods: OdsCode::parse("Y99100").expect("an ODS code"),
            name: "Example WorkWell".into(),
            desk: "WorkWell referral desk".into(),
            telephone: None,
            software: "workwell-gateway".into(),
            software_version: "0.1.0".into(),
            core_version: CoreVersion::new(1, 5, 0),
        }
    }

    fn response(case: &Case, status: Status) -> Option<Message> {
        saying(case, status, None, None)
    }

    fn saying(
        case: &Case,
        status: Status,
        rejection: Option<Rejection>,
        summary: Option<&str>,
    ) -> Option<Message> {
        let mut next = 200u128;
        let told = Told {
            case,
            status,
            since: "2026-09-03T10:00:00Z".parse().expect("an instant"),
            rejection,
            summary,
            ours: &ours(),
            bundle_id: BundleId::new(Uuid::from_u128(900)),
            request_id: RequestId::new(Uuid::from_u128(901)),
            now: "2026-09-03T10:00:01Z".parse().expect("an instant"),
        };
        build(&told, &mut || {
            next += 1;
            Uuid::from_u128(next)
        })
    }

    #[test]
    fn an_identifier_goes_back_as_it_came_whatever_its_value_holds() {
        let mut message = sample::referral();
        let identifier = json!({ "system": "https://gp.example/referrals", "value": "A|7" });
        sample::resource(&mut message, 2)["identifier"] = json!([identifier]);
        let read = sample::read_as(&message, &sample::policy()).referral;
        let case = Case {
            referral: read.expect("a referral"),
            ..sample::case()
        };
        assert_eq!(original_identifiers(&case), [identifier]);
    }

    #[test]
    fn the_response_to_a_declined_referral() {
        let message = response(&sample::case(), Status::Declined).expect("a return address");
        emitted::kept("response-declined", &message.body);
    }

    /// What a referrer's system gets on the way of a case, each with all that may be said.
    #[test]
    fn the_responses_of_every_milestone_look_as_they_did() {
        let case = sample::case();
        for status in Status::ALL {
            let milestone = Milestone::of(*status);
            if !milestone.tells_referrer {
                continue;
            }
            let message = response(&case, *status).expect("a return address");
            emitted::kept(
                &format!("response-milestone-{}", status.code()),
                &message.body,
            );
        }
        for (name, status, rejection, summary) in [
            (
                "response-returned-with-its-reason",
                Status::Returned,
                Some(Rejection::FailedContact),
                Some("Given back: could not be reached"),
            ),
            (
                "response-no-news",
                Status::Delivered,
                None,
                Some("No news since 2026-09-01"),
            ),
        ] {
            let message = saying(&case, status, rejection, summary).expect("a return address");
            sample::assert_sound(&message.body);
            emitted::kept(name, &message.body);
        }
        let mut restricted = sample::case();
        restricted.referral.person.security = Security::Restricted;
        let message = response(&restricted, Status::Accepted).expect("a return address");
        sample::assert_sound(&message.body);
        emitted::kept("response-about-a-restricted-person", &message.body);
    }

    #[test]
    fn the_headers_of_a_response() {
        let message = response(&sample::case(), Status::Accepted).expect("a return address");
        insta::assert_json_snapshot!(message.headers);
        assert_eq!(message.target, sample::address(sample::SENDER));
    }

    #[test]
    fn every_milestone_makes_a_message_that_our_own_reader_takes_as_a_status() {
        let policy = ReadPolicy {
            services: vec![Served::of_all(sample::address(sample::SENDER))],
            expects_responses: true,
            ..ReadPolicy::default()
        };
        for status in Status::ALL {
            let message = response(&sample::case(), *status).expect("a return address");
            sample::assert_sound(&message.body);
            let bytes = serde_json::to_vec(&message.body).expect("JSON");
            let document = Document::parse(bytes, &Limits::default()).expect("readable");
            let headers = sample::headers("Y99100", sample::SENDER);
            let reading = read::read(
                &document,
                &headers,
                &policy,
                &sample::groups(),
                sample::received_at(),
            );
            assert_eq!(
                reading.meaning,
                Some(Meaning::StatusResponse),
                "{}",
                status.code()
            );
            assert_eq!(sample::found(&reading), [""; 0], "{}", status.code());
        }
    }

    #[test]
    fn the_resources_are_as_many_as_referral_short_asks() {
        let message = response(&sample::case(), Status::InSupport).expect("a return address");
        for focus in RESPONSE_SHORT.focus {
            let entries = message.body["entry"].as_array().expect("entries");
            let of_type = |e: &&Value| e["resource"]["resourceType"] == focus.kind;
            let count = entries.iter().filter(of_type).count();
            assert!(count >= focus.min, "{}", focus.kind);
            assert!(focus.max.is_none_or(|max| count <= max), "{}", focus.kind);
        }
    }

    #[test]
    fn a_response_holds_no_more_of_the_person_than_the_nhs_number() {
        let message = response(&sample::case(), Status::Accepted).expect("a return address");
        let text = message.body.to_string();
        assert!(text.contains("9990000018"));
        for datum in [
            "Quillfeather",
            "Orla",
            "Invented Row",
            "07700900001",
            "1984",
        ] {
            assert!(!text.contains(datum), "{datum}");
        }
    }

    #[test]
    fn for_a_restricted_person_no_practice_is_named() {
        let mut case = sample::case();
        case.referral.person.security = Security::Restricted;
        let message = response(&case, Status::Accepted).expect("a return address");
        let text = message.body.to_string();
        assert!(!text.contains("Y99001") && !text.contains("Example Surgery"));
    }

    #[test]
    fn the_senders_encounter_comes_back_as_it_was() {
        let mut case = sample::case();
        case.sender_ids.encounter_as = Some(EncounterAs {
            status: "triaged".to_owned(),
            class: Some("AMB".to_owned()),
        });
        let message = response(&case, Status::Accepted).expect("a return address");
        let entries = message.body["entry"].as_array().expect("entries");
        let mut encounters = entries
            .iter()
            .map(|entry| &entry["resource"])
            .filter(|resource| resource["resourceType"] == "Encounter");
        let theirs = encounters.find(|e| e["status"] == "triaged");
        assert_eq!(theirs.expect("the sender's")["class"]["code"], "AMB");
        sample::assert_sound(&message.body);
    }

    #[test]
    fn without_a_return_address_there_is_no_response() {
        let mut case = sample::case();
        case.referral.return_address = None;
        assert!(response(&case, Status::Accepted).is_none());
    }
}
