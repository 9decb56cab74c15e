//! What an answer tells of a person whose record is restricted: nothing of where they live
//! or are met.
//!
//! PDS takes address, contact details and practice out of a restricted record; so does
//! every answer of ours. Narrative, notes and contained resources go with them, because
//! they may say the same, and so does where the organisations and people around the person
//! are. Words beside a code stay, save a Flag's, which may say where the person is safe.

use super::read::bundle::Entries;
use crate::standards::fhir::{Document, Kind, Node, Splice};

/// Members that may say a place in any resource.
const EVERYWHERE: &[&str] = &["text", "contained", "note", "description"];

/// What else goes of a resource of this type.
fn hidden(kind: &str) -> &'static [&'static str] {
    match kind {
        "Patient" => &[
            "address",
            "telecom",
            "contact",
            "generalPractitioner",
            "managingOrganization",
            // Where the person was born, of what faith they are, who reads for them.
            "extension",
            "photo",
            "link",
        ],
        "Location" => &[
            "address",
            "position",
            "name",
            "extension",
            "alias",
            "telecom",
            "identifier",
            "managingOrganization",
            "partOf",
        ],
        "Encounter" => &["location", "hospitalization", "serviceProvider"],
        "ServiceRequest" => &["locationCode", "locationReference", "patientInstruction"],
        "RelatedPerson" | "Practitioner" => &["address", "telecom"],
        "Organization" => &["address", "telecom", "contact"],
        "PractitionerRole" => &["telecom", "location"],
        "HealthcareService" => &["location", "telecom", "coverageArea", "comment"],
        "Task" => &["location", "input", "output"],
        // Free words: an answer of a form, what was said, a finding that is no code.
        "QuestionnaireResponse" => &["item"],
        "Communication" => &["payload"],
        "Observation" => &["valueString"],
        // Where BaRS puts the clinical narrative.
        "CarePlan" => &["activity"],
        _ => &[],
    }
}

/// Takes all of it out of an echo.
pub(super) fn hide_location<'d>(document: &'d Document, splice: &mut Splice<'d>) {
    let entries = Entries::of(document.root());
    for entry in &entries.list {
        let Some(resource) = entry.resource else {
            continue;
        };
        for member in EVERYWHERE.iter().chain(hidden(entry.kind)) {
            splice.remove(resource, member);
        }
        if resource.get("contained").is_some() {
            withhold_references(resource, splice);
        }
        if let Some(words) = resource
            .dig(&["code", "text"])
            .filter(|_| entry.kind == "Flag")
        {
            splice.replace(words, WITHHELD);
        }
    }
    hide_practice(&entries, splice);
}

/// What stands in place of words that have to be there.
const WITHHELD: &str = "\"Withheld\"";

/// A reference to a contained resource leads nowhere once that is gone.
fn withhold_references<'d>(node: Node<'d>, splice: &mut Splice<'d>) {
    let leads_within = |node: &Node<'_>| {
        let text = node.str("reference");
        text.is_some_and(|text| text.starts_with('#'))
    };
    match node.kind() {
        Kind::Object if leads_within(&node) => {
            splice.replace(node, format!("{{\"display\":{WITHHELD}}}"));
        }
        Kind::Object => {
            let members = node.members();
            members.for_each(|(_, member)| withhold_references(member, splice));
        }
        Kind::Array => {
            let items = node.items();
            items.for_each(|item| withhold_references(item, splice));
        }
        _ => {}
    }
}

/// The practice's own entry stays, because other references may lead to it, and loses
/// what tells which one it is. The sender stays as it is: it knows itself. References are
/// followed as the reader follows them.
fn hide_practice<'d>(entries: &Entries<'d>, splice: &mut Splice<'d>) {
    let follow = |reference: Node<'d>| entries.resolve(reference.str("reference")?)?.resource;
    let header = entries.first("MessageHeader");
    let sender = header
        .and_then(|header| header.get("sender"))
        .and_then(follow);
    let mut open: Vec<Node<'d>> = Vec::new();
    if let Some(patient) = entries.first("Patient") {
        let practices = patient.each("generalPractitioner");
        let all = practices.chain(patient.get("managingOrganization"));
        open.extend(all.filter_map(follow));
    }
    let mut seen = Vec::new();
    while let Some(resource) = open.pop() {
        if Some(resource) == sender || seen.contains(&resource) {
            continue;
        }
        seen.push(resource);
        for member in ["organization", "practitioner", "partOf"] {
            open.extend(resource.get(member).and_then(follow));
        }
        for member in IDENTIFYING {
            splice.remove(resource, member);
        }
        // R4 wants an identifier or a name of an Organization (org-1).
        if resource.str("resourceType") == Some("Organization") {
            splice.set(resource, "name", WITHHELD);
        }
    }
}

/// What tells which Organization, Practitioner or PractitionerRole it is.
const IDENTIFYING: [&str; 12] = [
    "identifier",
    "name",
    "alias",
    "telecom",
    "address",
    "contact",
    "partOf",
    "organization",
    "practitioner",
    "location",
    "text",
    "extension",
];

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::standards::bars::sample;

    const SECRET: &str = "4 Hidden Lane";

    fn hidden_echo(message: &Value) -> Value {
        let document = sample::document(message);
        let mut splice = Splice::new(&document);
        hide_location(&document, &mut splice);
        serde_json::from_slice(&splice.finish()).expect("JSON")
    }

    #[test]
    fn no_member_that_may_say_a_place_stays_whatever_resource_it_is_in() {
        let address = || json!({ "text": SECRET });
        for (kind, member, value) in [
            (
                "Patient",
                "contained",
                json!([{ "resourceType": "Organization", "address": [address()] }]),
            ),
            (
                "Patient",
                "extension",
                json!([{ "url": "urn:x:birthPlace", "valueAddress": address() }]),
            ),
            ("Organization", "contact", json!([{ "address": address() }])),
            (
                "HealthcareService",
                "location",
                json!([{ "display": SECRET }]),
            ),
            ("Task", "location", json!({ "display": SECRET })),
            ("Task", "description", json!(SECRET)),
            (
                "Encounter",
                "hospitalization",
                json!({ "origin": { "display": SECRET } }),
            ),
            ("Encounter", "serviceProvider", json!({ "display": SECRET })),
            (
                "CarePlan",
                "text",
                json!({ "status": "generated", "div": SECRET }),
            ),
            ("CarePlan", "note", json!([{ "text": SECRET }])),
            ("ServiceRequest", "note", json!([{ "text": SECRET }])),
            ("ServiceRequest", "patientInstruction", json!(SECRET)),
            ("Flag", "code", json!({ "text": SECRET })),
            ("Task", "input", json!([{ "valueString": SECRET }])),
            (
                "QuestionnaireResponse",
                "item",
                json!([{ "linkId": "1", "answer": [{ "valueString": SECRET }] }]),
            ),
            (
                "Communication",
                "payload",
                json!([{ "contentString": SECRET }]),
            ),
            ("Observation", "valueString", json!(SECRET)),
        ] {
            let mut message = sample::referral();
            let mut resource = json!({ "resourceType": kind });
            resource[member] = value;
            sample::add(&mut message, 40, resource);
            let text = hidden_echo(&message).to_string();
            assert!(!text.contains("Hidden"), "{kind}.{member}");
        }
    }

    #[test]
    fn the_practice_is_hidden_however_it_is_referred_to() {
        for reference in [sample::url(40), "Organization/their-practice".to_owned()] {
            let mut message = sample::referral();
            let practice = json!({
                "resourceType": "Organization",
                "id": "their-practice",
                "identifier": [{ "value": "A99123" }],
                "name": "Hidden Surgery",
            });
            sample::add(&mut message, 40, practice);
            sample::resource(&mut message, 3)["generalPractitioner"] =
                json!([{ "reference": reference }]);
            let text = hidden_echo(&message).to_string();
            assert!(!text.contains("Hidden") && !text.contains("A99123"));
        }
    }

    #[test]
    fn a_reference_to_what_was_contained_is_withheld_and_no_other() {
        let mut message = sample::referral();
        let request = sample::resource(&mut message, 2);
        let kept = request["subject"].clone();
        request["contained"] = json!([{ "resourceType": "Practitioner", "id": "gp" }]);
        request["performer"] = json!([{ "reference": "#gp" }]);
        let mut echo = hidden_echo(&message);
        let request = sample::resource(&mut echo, 2);
        assert_eq!(request.get("contained"), None);
        assert_eq!(request["performer"], json!([{ "display": "Withheld" }]));
        assert_eq!(request["subject"], kept);
    }
}
