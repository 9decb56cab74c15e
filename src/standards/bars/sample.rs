//! A synthetic referral for tests: invented people and places, a test NHS number.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::headers::{Accepted, EndUserOrganisation, Format, Headers};
use super::policy::{ReadPolicy, Served};
use super::read::{self, Reading};
use crate::domain::case::{BarrierGroup, Case, ConditionGroups, ListedCondition, MODEL_VERSION};
use crate::domain::identifiers::{
    CaseId, CaseReference, OdsCode, ServiceAddress, ServiceRequestId,
};
use crate::standards::fhir::{Document, Limits};

pub(crate) const SERVICE: &str = "https://fhir.nhs.uk/Id/dos-service-id|2000099999";
pub(crate) const SENDER: &str = "https://fhir.nhs.uk/Id/dos-service-id|2000099001";
pub(crate) const JOURNEY: &str = "EpisodeOfCare/0b5f7a40-0000-4000-8000-0000000000ee";

/// The fullUrl of the entry with this number.
pub(crate) fn url(number: u32) -> String {
    format!("urn:uuid:0b5f7a40-0000-4000-8000-{number:012}")
}

pub(crate) fn address(text: &str) -> ServiceAddress {
    ServiceAddress::parse(text).expect("an address")
}

fn reference(number: u32) -> Value {
    json!({ "reference": url(number) })
}

fn coding(system: &str, code: &str) -> Value {
    json!({ "coding": [{ "system": system, "code": code }] })
}

fn uk_core(kind: &str) -> Value {
    json!({
        "lastUpdated": "2026-09-01T09:30:00.1234567+00:00",
        "profile": [format!("https://fhir.hl7.org.uk/StructureDefinition/UKCore-{kind}")],
    })
}

fn entry(number: u32, resource: impl Into<Value>) -> Value {
    let mut resource = resource.into();
    resource["meta"]["lastUpdated"] = json!("2026-09-01T09:30:00.1234567+00:00");
    json!({ "fullUrl": url(number), "resource": resource })
}

fn header() -> Value {
    json!({
        "resourceType": "MessageHeader",
        "eventCoding": { "system": "https://fhir.nhs.uk/CodeSystem/message-events-bars", "code": "servicerequest-request" },
        "destination": [{ "endpoint": SERVICE, "receiver": reference(8) }],
        "sender": reference(7),
        "source": { "name": "Example Surgery", "software": "Anon GP", "version": "1.0", "endpoint": SENDER },
        "reason": coding("https://fhir.nhs.uk/CodeSystem/message-reason-bars", "new"),
        "focus": [reference(2)],
        "definition": "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-request-referral",
    })
}

fn service_request() -> Value {
    json!({
        "resourceType": "ServiceRequest",
        "meta": { "profile": ["https://fhir.nhs.uk/StructureDefinition/BARSServiceRequest-request-referral"] },
        "identifier": [{ "system": "https://gp.example/Id/referral", "value": "R-1001" }],
        "basedOn": [reference(5)],
        "status": "active",
        "intent": "plan",
        "category": [{ "coding": [
            { "system": "https://fhir.nhs.uk/CodeSystem/message-category-servicerequest", "code": "referral" },
            { "system": "https://fhir.nhs.uk/CodeSystem/usecases-categories-bars", "code": "a5t1" },
        ] }],
        "subject": reference(3),
        "encounter": reference(4),
        "authoredOn": "2026-09-01T09:30:00+01:00",
        "requester": reference(9),
        "performer": [reference(11)],
    })
}

fn patient() -> Value {
    json!({
        "resourceType": "Patient",
        "meta": uk_core("Patient"),
        "extension": [{
            "url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-EthnicCategory",
            "valueCodeableConcept": coding("https://fhir.hl7.org.uk/CodeSystem/UKCore-EthnicCategory", "A"),
        }],
        "identifier": [{
            "extension": [{
                "url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
                "valueCodeableConcept": coding("https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland", "01"),
            }],
            "system": "https://fhir.nhs.uk/Id/nhs-number",
            "value": "9990000018",
        }],
        "name": [
            { "use": "old", "family": "Formerly" },
            { "use": "official", "family": "Quillfeather", "given": ["Orla", "May"], "prefix": ["Ms"] },
        ],
        "telecom": [{ "system": "email", "value": "orla@person.example", "rank": 3 }],
        "gender": "female",
        "birthDate": "1984-05-17",
        "address": [{ "use": "home", "line": ["1 Invented Row"], "city": "Nowhere", "postalCode": "zz1 1zz" }],
        "contact": [
            {
                "relationship": [coding("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "ONESELF")],
                "telecom": [
                    { "system": "phone", "value": "01632960001", "use": "home", "rank": 2 },
                    { "system": "phone", "value": "07700900001", "use": "mobile", "rank": 1 },
                ],
            },
            {
                "relationship": [coding("http://terminology.hl7.org/CodeSystem/v2-0131", "C")],
                "name": { "family": "Relative" },
                "telecom": [{ "system": "phone", "value": "07700900999", "rank": 1 }],
            },
        ],
        "communication": [{ "language": coding("urn:ietf:bcp:47", "pl"), "preferred": true }],
        "generalPractitioner": [reference(7)],
    })
}

fn organisation(ods: &str, name: &str) -> Value {
    json!({
        "resourceType": "Organization",
        "meta": uk_core("Organization"),
        "identifier": [{ "system": "https://fhir.nhs.uk/id/ods-organization-code", "value": ods }],
        "type": [coding("http://snomed.info/sct", "788007007")],
        "name": name,
    })
}

fn consent() -> Value {
    json!({
        "resourceType": "Consent",
        "meta": uk_core("Consent"),
        "status": "active",
        "scope": coding("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy"),
        "category": [coding("https://fhir.nhs.uk/CodeSystem/consent-categories-bars", "DRC")],
        "patient": reference(3),
        "dateTime": "2026-09-01",
        "policyRule": coding("http://terminology.hl7.org/CodeSystem/v3-ActCode", "IMPLIED"),
    })
}

/// A plain App 5-shaped message: everything the payload tables ask for, nothing of
/// WorkWell's own. Entries: 1 MessageHeader, 2 ServiceRequest, 3 Patient, 4 Encounter,
/// 5 CarePlan, 6 Condition, 7 the practice, 8 the receiver, 9 Practitioner,
/// 10 PractitionerRole, 11 HealthcareService, 12 Consent.
pub(crate) fn referral() -> Value {
    json!({
        "resourceType": "Bundle",
        "id": "0b5f7a40-1111-4000-8000-000000000001",
        "meta": {
            "versionId": "1.1.0",
            "lastUpdated": "2026-09-01T09:30:00+00:00",
            "profile": ["https://fhir.nhs.uk/StructureDefinition/BARSBundleMessage"],
        },
        "type": "message",
        "timestamp": "2026-09-01T09:30:00+00:00",
        "entry": [
            entry(1, header()),
            entry(2, service_request()),
            entry(3, patient()),
            entry(4, json!({
                "resourceType": "Encounter",
                "meta": uk_core("Encounter"),
                "status": "finished",
                "class": { "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "EMER" },
                "subject": reference(3),
                "episodeOfCare": [{ "reference": JOURNEY }],
            })),
            entry(5, json!({
                "resourceType": "CarePlan",
                "status": "completed",
                "intent": "plan",
                "subject": reference(3),
                "period": { "start": "2026-09-01" },
                "addresses": [reference(6)],
                "activity": [{ "outcomeCodeableConcept": [{ "text": "Off work six weeks with low back pain; wants help to return." }] }],
            })),
            entry(6, json!({
                "resourceType": "Condition",
                "code": { "coding": [{ "system": "http://snomed.info/sct", "code": "279039007", "display": "Low back pain" }] },
                "subject": reference(3),
            })),
            entry(7, organisation("y99001", "Example Surgery")),
            entry(8, organisation("Y99100", "Example WorkWell")),
            entry(9, json!({ "resourceType": "Practitioner", "name": [{ "family": "Thrupp", "given": ["Ivo"], "prefix": ["Dr"] }] })),
            entry(10, json!({
                "resourceType": "PractitionerRole",
                "practitioner": reference(9),
                "organization": reference(7),
                "code": [coding("http://snomed.info/sct", "62247001")],
            })),
            entry(11, json!({
                "resourceType": "HealthcareService",
                "identifier": [{ "system": "https://fhir.nhs.uk/Id/dos-service-id", "value": "2000099999" }],
                "active": true,
                "providedBy": reference(8),
                "name": "Example WorkWell",
            })),
            entry(12, consent()),
        ],
    })
}

/// The cancel of the referral whose ServiceRequest has this id.
pub(crate) fn cancel(service_request_id: &str) -> Value {
    let mut message = referral();
    message["id"] = json!("0b5f7a40-1111-4000-8000-000000000002");
    let entries = message["entry"].as_array_mut().expect("entries");
    entries.retain(|entry| {
        let kind = entry["resource"]["resourceType"].as_str();
        matches!(
            kind,
            Some("MessageHeader" | "ServiceRequest" | "Patient" | "Organization")
        )
    });
    let header = &mut entries[0]["resource"];
    header["reason"]["coding"][0]["code"] = json!("update");
    header["definition"] = json!(
        "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-request-cancelled"
    );
    let request = &mut entries[1]["resource"];
    request["id"] = json!(service_request_id);
    request["status"] = json!("revoked");
    for member in ["basedOn", "encounter", "requester", "performer"] {
        request.as_object_mut().expect("an object").remove(member);
    }
    message
}

/// The resource of an entry, by its number.
pub(crate) fn resource(message: &mut Value, number: u32) -> &mut Value {
    let wanted = url(number);
    let entries = message["entry"].as_array_mut().expect("entries");
    let entry = entries.iter_mut().find(|e| e["fullUrl"] == wanted.as_str());
    &mut entry.expect("an entry of that number")["resource"]
}

/// One more entry.
pub(crate) fn add(message: &mut Value, number: u32, resource: Value) {
    let entries = message["entry"].as_array_mut().expect("entries");
    entries.push(entry(number, resource));
}

pub(crate) fn document(message: &Value) -> Document {
    let bytes = serde_json::to_vec(message).expect("JSON");
    Document::parse(bytes, &Limits::default()).expect("a readable document")
}

pub(crate) fn headers(ods: &str, target: &str) -> Headers {
    Headers {
        request_id: "0b5f7a40-2222-4000-8000-000000000001"
            .parse()
            .expect("a UUID"),
        correlation_id: "0b5f7a40-2222-4000-8000-000000000002"
            .parse()
            .expect("a UUID"),
        target: Some(address(target)),
        organisation: Some(EndUserOrganisation {
            ods: OdsCode::parse(ods).expect("an ODS code"),
            name: Some("Example Surgery".to_owned()),
        }),
        software: None,
        has_practitioner: false,
        accept: Accepted::DEFAULT,
        content: Some(Format::Json),
    }
}

/// The service that the samples are for.
pub(crate) fn served() -> Served {
    Served {
        use_cases: vec!["a5t1".to_owned(), "a6t1".to_owned()],
        ..Served::of_all(address(SERVICE))
    }
}

pub(crate) fn policy() -> ReadPolicy {
    ReadPolicy {
        services: vec![served()],
        ..ReadPolicy::default()
    }
}

/// Reads a message as the practice's.
pub(crate) fn read_as(message: &Value, policy: &ReadPolicy) -> Reading {
    let headers = headers("Y99001", SERVICE);
    read::read(
        &document(message),
        &headers,
        policy,
        &groups(),
        received_at(),
    )
}

/// When every message of a test is received.
pub(crate) fn received_at() -> Timestamp {
    "2026-09-03T09:00:00Z"
        .parse()
        .expect("the test's own instant")
}

/// A few listed codes.
pub(crate) fn groups() -> ConditionGroups {
    let listed = [
        ("sct", "279039007", BarrierGroup::Msk),
        ("sct", "35489007", BarrierGroup::MentalHealth),
        ("sct", "195967001", BarrierGroup::CardioRespiratory),
        ("icd10", "M54.5", BarrierGroup::Msk),
    ];
    let rows = listed.map(|(alias, code, group)| ListedCondition {
        alias,
        code: code.to_owned(),
        group,
    });
    ConditionGroups::new(rows.to_vec(), "")
}

/// `code path` of every fault, warnings with a `w` before.
pub(crate) fn found(reading: &Reading) -> Vec<String> {
    reading
        .problems
        .iter()
        .map(|problem| {
            let mark = if problem.warning { "w " } else { "" };
            format!(
                "{mark}{} {}",
                problem.entry.code,
                problem.path.as_deref().unwrap_or("-")
            )
        })
        .collect()
}

/// The sample as an accepted case.
pub(crate) fn case() -> Case {
    let id = uuid::Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0042);
    let reading = read_as(&referral(), &policy());
    Case {
        model_version: MODEL_VERSION.to_owned(),
        id: CaseId::new(id),
        reference: CaseReference::of(id),
        service_request_id: ServiceRequestId::new(uuid::Uuid::from_u128(5)),
        part_of: None,
        referred_on_by: None,
        test_person: true,
        has_red_flag: None,
        sender_ids: crate::domain::case::SenderIds {
            patient: Some("0b5f7a40-4444-4000-8000-000000000003".into()),
            encounter: None,
            encounter_as: None,
        },
        received_at: "2026-09-01T09:31:00Z".parse().expect("an instant"),
        referral: reading.referral.expect("a referral"),
    }
}

/// Fails when what we emit is not sound R4.
pub(crate) fn assert_sound(resource: &Value) {
    use crate::standards::profile::{Ask, Finding, check};
    let mut faults = check(&document(resource), &Ask::everything());
    faults.retain(Finding::is_error);
    assert!(faults.is_empty(), "{faults:#?}");
}
