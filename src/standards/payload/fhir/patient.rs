//! The Patient.

use super::super::Heading;
use super::super::node::Node;
use super::inputs::Inputs;
use super::{bundle, values};
use crate::domain::identifiers::OdsCode;

const NHS_NUMBER: &str = "https://fhir.nhs.uk/Id/nhs-number";
const ETHNIC_CATEGORY: &str =
    "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-EthnicCategory";
const INTERPRETER: &str = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired";

/// The Patient, with whatever of it is mapped.
pub(super) fn resource(inputs: &mut Inputs<'_>, heading: &Heading<'_>) -> Node {
    let gender = inputs.fitting("Patient.gender");
    Node::object([("resourceType", "Patient".into())])
        .with("extension", extensions(inputs))
        .with("identifier", identifiers(inputs, heading))
        .with("name", repeated(name(inputs)))
        .with("telecom", telecom(inputs))
        .with("gender", gender.unwrap_or_default())
        .with(
            "birthDate",
            inputs.fitting("Patient.birthDate").unwrap_or_default(),
        )
        .with("address", repeated(address(inputs)))
        .with("communication", repeated(communication(inputs)))
        .with("generalPractitioner", repeated(practice(inputs)))
}

fn identifiers(inputs: &mut Inputs<'_>, heading: &Heading<'_>) -> Vec<Node> {
    let mut identifiers = vec![bundle::identifier(heading, "")];
    if let Some(number) = inputs.text("Patient.identifier[nhs-number]") {
        identifiers.push(bundle::system_value(NHS_NUMBER, &number));
    }
    identifiers
}

fn extensions(inputs: &mut Inputs<'_>) -> Vec<Node> {
    let mut extensions = Vec::new();
    if let Some(category) = inputs.text("Patient.extension[ethnic-category]") {
        extensions.push(Node::object([
            ("url", ETHNIC_CATEGORY.into()),
            ("valueCodeableConcept", values::concept(&category)),
        ]));
    }
    if let Some(needed) = inputs.yes_no("Patient.communication.interpreter") {
        extensions.push(Node::object([
            ("url", INTERPRETER.into()),
            ("valueBoolean", needed.into()),
        ]));
    }
    extensions
}

fn name(inputs: &mut Inputs<'_>) -> Node {
    let text = inputs.text("Patient.name.text");
    let family = inputs.text("Patient.name.family");
    let prefix = inputs.texts("Patient.name.prefix");
    let name = Node::object([])
        .with("text", text.unwrap_or_default())
        .with("family", family.unwrap_or_default())
        .with("given", inputs.texts("Patient.name.given"))
        .with("prefix", prefix);
    used_as("official", name)
}

fn address(inputs: &mut Inputs<'_>) -> Node {
    let city = inputs.text("Patient.address.city");
    let district = inputs.text("Patient.address.district");
    let postcode = inputs.text("Patient.address.postalCode");
    let address = Node::object([])
        .with("line", inputs.texts("Patient.address.line"))
        .with("city", city.unwrap_or_default())
        .with("district", district.unwrap_or_default())
        .with("postalCode", postcode.unwrap_or_default());
    used_as("home", address)
}

/// With its `use`, unless there is nothing to use.
fn used_as(usage: &str, node: Node) -> Node {
    if node.is_empty() {
        return node;
    }
    let Node::Object(mut members) = node else {
        return node;
    };
    members.insert(0, ("use".to_owned(), usage.into()));
    Node::Object(members)
}

/// Each kind in its order; rank 1 is preferred among its kind.
fn telecom(inputs: &Inputs<'_>) -> Vec<Node> {
    let mut points = Vec::new();
    for (target, system) in [
        ("Patient.telecom.phone", "phone"),
        ("Patient.telecom.email", "email"),
    ] {
        for (rank, value) in (1..).zip(inputs.texts(target)) {
            points.push(Node::object([
                ("system", system.into()),
                ("value", value.into()),
                ("rank", Node::Number(rank)),
            ]));
        }
    }
    points
}

fn communication(inputs: &mut Inputs<'_>) -> Node {
    let Some(language) = inputs.text("Patient.communication.language") else {
        return Node::object([]);
    };
    Node::object([
        ("language", values::concept(&language)),
        ("preferred", true.into()),
    ])
}

fn practice(inputs: &mut Inputs<'_>) -> Node {
    inputs
        .text("Patient.generalPractitioner[ods]")
        .map_or_else(|| Node::object([]), |code| organization(&code))
}

/// A logical reference to an organisation by its ODS code.
pub(super) fn organization(code: &str) -> Node {
    Node::object([
        ("type", "Organization".into()),
        ("identifier", bundle::system_value(OdsCode::SYSTEM, code)),
    ])
}

/// A list of one, or of none when it is empty.
fn repeated(node: Node) -> Vec<Node> {
    if node.is_empty() {
        Vec::new()
    } else {
        vec![node]
    }
}
