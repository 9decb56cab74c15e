//! The synchronous 200: the message echoed, with ids minted by us and, for a new
//! referral, a second Encounter (BaRS Core 1.5.0, ids and references; BaRS-APP5,
//! payloads). What was found and is no reason to refuse stands in an OperationOutcome
//! behind everything else; a message without such findings has none.
//!
//! The echo is written into the received source, so that numbers, narrative and order
//! stay as they came.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::restricted::hide_location;
use super::{codes, outcome};
use crate::domain::identifiers::{CaseReference, ServiceRequestId};
use crate::problem::Problem;
use crate::standards::fhir::{Document, Node, Splice, quote};

/// What the gateway has decided about an accepted referral.
#[derive(Clone, Debug)]
pub struct Minted<'a> {
    /// The id under which the referrer reads its ServiceRequest back.
    pub service_request_id: ServiceRequestId,
    /// The id of our Encounter. The same one has to be the focus of every later
    /// response, so it is the case's own id.
    pub encounter_id: Uuid,
    /// What people say on the telephone.
    pub reference: CaseReference,
    /// meta.lastUpdated of our Encounter.
    pub now: Timestamp,
    /// Whether location and practice are taken out of the answer (restricted person).
    pub hide_location: bool,
    /// The id of the Patient where the sender gave none; quoted in every response.
    pub patient_id: String,
    /// Words for whoever reads the sender's screen now, e.g. that this is no crisis
    /// service.
    pub notice: Option<&'static str>,
    /// What was found in the message and is no reason to refuse it.
    pub warnings: &'a [Problem],
}

/// What the gateway has decided about a cancel or an amendment.
#[derive(Clone, Copy, Debug)]
pub struct Echo<'a> {
    /// Whether location and practice are taken out of the answer (restricted person).
    pub hide_location: bool,
    /// meta.lastUpdated of the OperationOutcome, where there is one.
    pub now: Timestamp,
    /// What was found in the message and is no reason to refuse it.
    pub warnings: &'a [Problem],
}

/// Writes the answer to a new referral.
pub fn accept(document: &Document, minted: &Minted<'_>, mint: &mut dyn FnMut() -> Uuid) -> Vec<u8> {
    let mut splice = Splice::new(document);
    let given = Given {
        service_request: Some(minted.service_request_id.uuid()),
        patient: Some(&minted.patient_id),
    };
    give_ids(document, &given, &mut splice, mint);
    if minted.hide_location {
        hide_location(document, &mut splice);
    }
    if let Some(entries) = document.root().get("entry") {
        let entry = format!(
            "{{\"fullUrl\":\"urn:uuid:{}\",\"resource\":{}}}",
            minted.encounter_id.hyphenated(),
            our_encounter(document, minted),
        );
        splice.push(entries, entry);
    }
    add_warnings(document, (minted.warnings, minted.now), &mut splice, mint);
    splice.finish()
}

/// Writes the answer to a cancel or an amendment: the message echoed, ids filled in
/// where there is none, and nothing added but its warnings.
pub fn echo(document: &Document, decided: &Echo<'_>, mint: &mut dyn FnMut() -> Uuid) -> Vec<u8> {
    let mut splice = Splice::new(document);
    give_ids(document, &Given::default(), &mut splice, mint);
    if decided.hide_location {
        hide_location(document, &mut splice);
    }
    add_warnings(document, (decided.warnings, decided.now), &mut splice, mint);
    splice.finish()
}

/// The last entry: what was found and is no reason to refuse.
fn add_warnings<'d>(
    document: &'d Document,
    (warnings, now): (&[Problem], Timestamp),
    splice: &mut Splice<'d>,
    mint: &mut dyn FnMut() -> Uuid,
) {
    let Some((id, outcome)) = outcome::of_accepted(warnings, now, mint) else {
        return;
    };
    if let Some(entries) = document.root().get("entry") {
        let url = id.hyphenated();
        let entry = format!("{{\"fullUrl\":\"urn:uuid:{url}\",\"resource\":{outcome}}}");
        splice.push(entries, entry);
    }
}

/// Ids that the case knows, and so every later message.
#[derive(Default)]
struct Given<'m> {
    service_request: Option<Uuid>,
    patient: Option<&'m str>,
}

pub(super) fn resources(document: &Document) -> impl Iterator<Item = (&str, Node<'_>)> {
    document.root().each("entry").filter_map(|entry| {
        let resource = entry.get("resource")?;
        Some((resource.str("resourceType")?, resource))
    })
}

/// Gives every resource without an id one. Not the Encounter: its id belongs to its
/// originator. The ServiceRequest of a new referral gets ours in any case, because it
/// is read back under it.
fn give_ids<'d>(
    document: &'d Document,
    given: &Given<'_>,
    splice: &mut Splice<'d>,
    mint: &mut dyn FnMut() -> Uuid,
) {
    for (kind, resource) in resources(document) {
        match (kind, given.service_request, given.patient) {
            ("Encounter", _, _) => {}
            ("ServiceRequest", Some(id), _) => splice.set(resource, "id", quoted(id)),
            _ if resource.get("id").is_some() => {}
            ("Patient", _, Some(id)) => splice.insert(resource, "id", quote(id)),
            _ => splice.insert(resource, "id", quoted(mint())),
        }
    }
}

/// An id as a JSON string.
fn quoted(id: Uuid) -> String {
    let mut room = Uuid::encode_buffer();
    let id = id.hyphenated().encode_lower(&mut room);
    ["\"", id, "\""].concat()
}

/// Written as text: what is taken over from the message stays as it came.
fn our_encounter(document: &Document, minted: &Minted<'_>) -> String {
    let senders = resources(document).find(|(kind, _)| *kind == "Encounter");
    let copied = |member: &str| senders?.1.get(member).map(Node::json);
    let patient = || {
        let entry = document.root().each("entry").find(|entry| {
            entry.get("resource").and_then(|r| r.str("resourceType")) == Some("Patient")
        });
        let url = quote(entry?.str("fullUrl")?);
        Some(format!("{{\"reference\":{url}}}"))
    };
    // R4 asks for a class; the sender's own fits best. BaRS fixes EMER even for a GP.
    let class = copied("class").map_or_else(|| emergency().to_string(), str::to_owned);
    let mut encounter = format!(
        "{{\"resourceType\":\"Encounter\",\"id\":\"{}\",\"meta\":{{\"lastUpdated\":\"{}\",\
         \"profile\":[{},{}]}},\"identifier\":[{{\"system\":{},\"value\":{}}}],\
         \"status\":\"planned\",\"class\":{class}",
        minted.encounter_id.hyphenated(),
        minted.now,
        quote(&codes::profile::uk_core("Encounter")),
        quote(&codes::profile::workwell("Encounter-Receipt")),
        quote(CaseReference::SYSTEM),
        quote(minted.reference.as_str()),
    );
    let subject = copied("subject").map(str::to_owned).or_else(patient);
    // The Journey ID is carried into every message of the journey.
    let journey = copied("episodeOfCare").map(str::to_owned);
    let notice = minted
        .notice
        .map(|notice| format!("[{{\"text\":{}}}]", quote(notice)));
    for (member, value) in [
        ("subject", subject),
        ("episodeOfCare", journey),
        ("reasonCode", notice),
    ] {
        if let Some(value) = value {
            encounter.push_str(",\"");
            encounter.push_str(member);
            encounter.push_str("\":");
            encounter.push_str(&value);
        }
    }
    encounter.push('}');
    encounter
}

/// The Encounter.class that BaRS Application 5 fixes.
pub(super) fn emergency() -> Value {
    json!({ "system": codes::ACT_CODE, "code": "EMER", "display": "emergency" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::area::referral;
    use crate::standards::bars::sample;
    use crate::standards::emitted;

    fn minted() -> Minted<'static> {
        let case = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0042);
        Minted {
            service_request_id: ServiceRequestId::new(Uuid::from_u128(5)),
            encounter_id: case,
            reference: CaseReference::of(case),
            now: "2026-09-01T09:31:00Z".parse().expect("an instant"),
            hide_location: false,
            patient_id: Uuid::from_u128(6).to_string(),
            notice: None,
            warnings: &[],
        }
    }

    fn counter() -> impl FnMut() -> Uuid {
        let mut next = 100u128;
        move || {
            next += 1;
            Uuid::from_u128(next)
        }
    }

    fn answer(message: &Value, minted: &Minted<'_>) -> Value {
        let bytes = accept(&sample::document(message), minted, &mut counter());
        serde_json::from_slice(&bytes).expect("JSON")
    }

    #[test]
    fn the_answer_to_a_new_referral() {
        let answer = answer(&sample::referral(), &minted());
        sample::assert_sound(&answer);
        emitted::kept("the-answer-to-a-new-referral", &answer);
    }

    #[test]
    fn warnings_are_the_last_entry_and_change_nothing_else() {
        let warnings = [Problem::new(&referral::SOURCE).as_warning()];
        let warned = Minted {
            warnings: &warnings,
            ..minted()
        };
        let message = sample::referral();
        let without = answer(&message, &minted());
        let mut with = answer(&message, &warned);
        sample::assert_sound(&with);
        emitted::kept("an-answer-with-warnings", &with);
        let entries = with["entry"].as_array_mut().expect("entries");
        let last = entries.pop().expect("an entry");
        assert_eq!(last["resource"]["resourceType"], "OperationOutcome");
        assert_eq!(last["resource"]["issue"][0]["severity"], "warning");
        assert_eq!(with, without);
    }

    #[test]
    fn a_given_id_is_kept_and_an_encounter_is_never_given_one() {
        let mut message = sample::referral();
        sample::resource(&mut message, 6)["id"] = json!("given");
        sample::resource(&mut message, 2)["id"] = json!("senders-own");
        let mut answer = answer(&message, &minted());
        assert_eq!(sample::resource(&mut answer, 6)["id"], "given");
        assert_eq!(sample::resource(&mut answer, 4).get("id"), None);
        assert_eq!(
            sample::resource(&mut answer, 2)["id"],
            Uuid::from_u128(5).hyphenated().to_string()
        );
        assert_eq!(answer["id"], message["id"]);
    }

    #[test]
    fn what_the_sender_wrote_is_not_written_anew() {
        let mut message = sample::referral();
        sample::add(
            &mut message,
            20,
            json!({
                "resourceType": "Observation",
                "text": { "status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">a &lt; b </div>" },
                "status": "final",
                "code": { "text": "x" },
                "valueQuantity": { "value": 1 },
            }),
        );
        let source = message
            .to_string()
            .replace("\"value\":1}", "\"value\":1.50e0}");
        let document = Document::parse(
            source.into_bytes(),
            &crate::standards::fhir::Limits::default(),
        )
        .expect("a readable document");
        let bytes = accept(&document, &minted(), &mut counter());
        let text = String::from_utf8(bytes).expect("UTF-8");
        assert!(text.contains("\"value\":1.50e0}"));
        assert!(text.contains("a &lt; b </div>"));
    }

    #[test]
    fn a_restricted_persons_location_and_practice_are_not_echoed() {
        let hiding = Minted {
            hide_location: true,
            ..minted()
        };
        let mut answer = answer(&sample::referral(), &hiding);
        let patient = sample::resource(&mut answer, 3).clone();
        for member in ["address", "telecom", "contact", "generalPractitioner"] {
            assert_eq!(patient.get(member), None, "{member}");
        }
        assert!(!answer.to_string().contains("Invented Row"));
        assert!(patient.get("name").is_some());
        sample::assert_sound(&answer);
        emitted::kept("the-answer-about-a-restricted-person", &answer);
    }

    #[test]
    fn a_restricted_persons_location_is_not_echoed_in_words_or_by_those_around() {
        let mut message = sample::referral();
        let narrative = json!({
            "status": "generated",
            "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">4 Hidden Lane</div>",
        });
        let address = json!([{ "text": "4 Hidden Lane" }]);
        sample::resource(&mut message, 3)["text"] = narrative;
        for (number, kind) in (40..).zip(["Organization", "RelatedPerson", "Practitioner"]) {
            let around = json!({ "resourceType": kind, "address": address.clone() });
            sample::add(&mut message, number, around);
        }
        sample::resource(&mut message, 2)["locationCode"] = json!([{ "text": "4 Hidden Lane" }]);
        let hiding = Minted {
            hide_location: true,
            ..minted()
        };
        assert!(
            !answer(&message, &hiding)
                .to_string()
                .contains("Hidden Lane")
        );
    }

    #[test]
    fn a_cancel_is_echoed_with_its_own_id_and_without_a_second_encounter() {
        let id = "0b5f7a40-3333-4000-8000-000000000001";
        let message = sample::cancel(id);
        let decided = Echo {
            hide_location: false,
            now: minted().now,
            warnings: &[],
        };
        let bytes = echo(&sample::document(&message), &decided, &mut counter());
        let mut answer: Value = serde_json::from_slice(&bytes).expect("JSON");
        sample::assert_sound(&answer);
        emitted::kept("the-echo-of-a-cancellation", &answer);
        assert_eq!(sample::resource(&mut answer, 2)["id"], id);
        assert!(sample::resource(&mut answer, 3)["id"].is_string());
        let count = |bundle: &Value| bundle["entry"].as_array().map(Vec::len);
        assert_eq!(count(&answer), count(&message));
    }
}
