//! The ServiceRequest and who makes it.

use super::super::Heading;
use super::super::node::Node;
use super::inputs::Inputs;
use super::{bundle, patient, values};
use crate::domain::identifiers::CaseReference;

/// What tells a question from the other notes.
const TO_ASK: &str = "To ask the person:";

/// What the request points to.
pub(super) struct Links {
    pub(super) subject: Node,
    pub(super) requester: Option<Node>,
    pub(super) conditions: Vec<Node>,
    pub(super) others: Vec<Node>,
}

/// Who refers.
pub(super) enum Requester {
    /// A reference that needs no resource.
    Reference(Node),
    /// A PractitionerRole.
    Role(Node),
}

/// The ServiceRequest.
pub(super) fn resource(inputs: &mut Inputs<'_>, heading: &Heading<'_>, links: Links) -> Node {
    let authored = inputs.fitting("ServiceRequest.authoredOn");
    let reason = inputs.text("ServiceRequest.reasonCode.text");
    let reasons: Vec<Node> = reason.iter().map(|text| values::words(text)).collect();
    let notes = inputs.texts("ServiceRequest.note");
    let to_ask = inputs.texts("ServiceRequest.note[to-ask]");
    let to_ask = to_ask.iter().map(|text| format!("{TO_ASK} {text}"));
    let notes: Vec<Node> = notes
        .into_iter()
        .chain(to_ask)
        .map(|text| values::words(&text))
        .collect();
    Node::object([("resourceType", "ServiceRequest".into())])
        .with("identifier", identifiers(inputs, heading))
        .with("status", "active")
        .with("intent", "order")
        .with(
            "code",
            values::words("Referral for work and health support"),
        )
        .with("subject", links.subject)
        .with("authoredOn", authored.unwrap_or_default())
        .with("requester", links.requester)
        .with("reasonCode", reasons)
        .with("reasonReference", links.conditions)
        .with("supportingInfo", links.others)
        .with("note", notes)
}

/// Case and version always, the reference that people say always; the case's own id
/// when it is mapped.
fn identifiers(inputs: &mut Inputs<'_>, heading: &Heading<'_>) -> Vec<Node> {
    let mut identifiers = bundle::request_identifiers(heading);
    if let Some(id) = inputs.text("ServiceRequest.identifier[case-id]") {
        identifiers.push(bundle::system_value(bundle::CASE_ID, &id));
    }
    // Usually the very reference that stands there already.
    if let Some(reference) = inputs.text("ServiceRequest.identifier[case-reference]")
        && reference != heading.reference.as_str()
    {
        identifiers.push(bundle::system_value(CaseReference::SYSTEM, &reference));
    }
    identifiers
}

/// The organisation as a logical reference; with a person's name or a telephone number
/// it takes a PractitionerRole to hold them.
pub(super) fn requester(inputs: &mut Inputs<'_>) -> Option<Requester> {
    let code = inputs.text("ServiceRequest.requester[ods]");
    let name = inputs.text("ServiceRequest.requester.name");
    let telephone = inputs.text("ServiceRequest.requester.telephone");
    let practitioner = inputs.text("ServiceRequest.requester.practitioner");
    let organization = code
        .as_deref()
        .map_or_else(|| Node::object([]), patient::organization)
        .with("display", name.unwrap_or_default());
    if telephone.is_none() && practitioner.is_none() {
        let named = !organization.is_empty();
        return named.then_some(Requester::Reference(organization));
    }
    let person = Node::object([]).with("display", practitioner.unwrap_or_default());
    let telecom: Vec<Node> = telephone
        .map(|number| Node::object([("system", "phone".into()), ("value", number.into())]))
        .into_iter()
        .collect();
    Some(Requester::Role(
        Node::object([("resourceType", "PractitionerRole".into())])
            .with("practitioner", person)
            .with("organization", organization)
            .with("telecom", telecom),
    ))
}
