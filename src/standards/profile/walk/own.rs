//! Rules of types: invariants, and what some types ask beyond the table.

use super::Walk;
use crate::standards::fhir::Node;
use crate::standards::profile::finding::{
    INVALID_FORMAT, Layer, NARRATIVE, NHS_NUMBER, Severity, UNKNOWN_CODE,
};
use crate::standards::profile::narrative;
use crate::standards::profile::table::{TypeId, TypeKind};

const NHS_NUMBER_SYSTEM: &str = "https://fhir.nhs.uk/Id/nhs-number";

impl<'d> Walk<'d> {
    /// The rules of a type for an object that was walked and has the elements `seen`.
    pub(super) fn type_rules(&mut self, node: Node<'d>, id: TypeId, seen: u128) {
        let table = self.table;
        if table.type_of(id).kind == TypeKind::Complex {
            self.only_an_id(node);
        }
        for (needed, invariant) in table.invariants(id) {
            if *needed != 0 && seen & needed == 0 {
                continue;
            }
            self.invariant(invariant, node, Layer::Invariant, None);
        }
        let types = self.types;
        if id == types.coding {
            self.coding(node);
        } else if id == types.reference {
            self.reference(node);
        } else if id == types.extension {
            let ext_1 = crate::standards::profile::invariant::of("ext-1");
            self.invariant(ext_1, node, Layer::Invariant, None);
        } else if id == types.identifier {
            self.identifier(node);
        } else if id == types.narrative {
            self.narrative(node);
        } else if id == types.quantity {
            self.unit(node);
        }
    }

    /// `ele-1`: an element has a value or something beside its id.
    fn only_an_id(&mut self, node: Node<'d>) {
        let mut values = node.values();
        let (first, second) = (values.next(), values.next());
        let is_id_alone = second.is_none() && first.is_some_and(|one| one.name() == Some("id"));
        // The twin of a primitive has its value elsewhere.
        let is_twin = || {
            let holder = node.name().or_else(|| node.parent().and_then(Node::name));
            holder.is_some_and(|name| name.starts_with('_'))
        };
        if is_id_alone && !is_twin() {
            let found = "an id and nothing else";
            let expected = "a value or content beside the id";
            let (layer, severity) = (Layer::Invariant, Severity::Error);
            self.tell(layer, severity, "ele-1", node, found, expected);
        }
    }

    /// `ele-1` for a primitive without a value: it has an extension, not just an id.
    pub(super) fn twin_alone(&mut self, twin: Node<'d>) {
        let mut members = twin.members();
        let is_id_alone = matches!((members.next(), members.next()), (Some(("id", _)), None));
        if self.is_full && is_id_alone {
            let found = "an id and nothing else";
            let expected = "a value or an extension beside the id";
            let (layer, severity) = (Layer::Invariant, Severity::Error);
            self.tell(layer, severity, "ele-1", twin, found, expected);
        }
    }

    /// Units of UCUM are written without blanks.
    fn unit(&mut self, node: Node<'d>) {
        let is_ucum = node.str("system") == Some("http://unitsofmeasure.org");
        let Some(code) = node.get("code").filter(|_| is_ucum) else {
            return;
        };
        if code
            .text()
            .is_some_and(|code| code.contains(char::is_whitespace))
        {
            let found = "a code that UCUM does not have";
            let expected = "a unit of UCUM, without blanks";
            let (layer, severity) = (Layer::BaseBinding, Severity::Error);
            self.tell(layer, severity, UNKNOWN_CODE, code, found, expected);
        }
    }

    /// The system of an identifier is an absolute URI (FHIR R4, Identifier.system); an NHS
    /// number has ten digits, the last of which checks the others (modulus 11).
    fn identifier(&mut self, node: Node<'d>) {
        let system = node.get("system");
        if let Some(system) = system.filter(|it| it.text().is_some_and(|uri| !is_absolute(uri))) {
            let found = "a system that is no absolute URI";
            let expected = "an absolute URI, such as https://... or urn:oid:...";
            self.find(INVALID_FORMAT, system, found, expected);
        }
        if node.str("system") != Some(NHS_NUMBER_SYSTEM) {
            return;
        }
        let Some(value) = node.get("value") else {
            return;
        };
        if value.text().is_some_and(is_nhs_number) {
            return;
        }
        let found = "a number that fails its check digit";
        let expected = "an NHS number: ten digits, checked by modulus 11";
        let (layer, severity) = (Layer::Message, Severity::Error);
        self.tell(layer, severity, NHS_NUMBER, value, found, expected);
    }

    fn narrative(&mut self, node: Node<'d>) {
        let Some(div) = node.get("div") else { return };
        let Some(text) = div.text() else { return };
        for (rule, found) in narrative::faults(text) {
            let (layer, expected) = match rule {
                NARRATIVE => (
                    Layer::Structure,
                    "formatting without scripts, events and links to other files",
                ),
                "txt-2" => (Layer::Invariant, "a narrative that says something"),
                _ => (Layer::Invariant, "one div of plain XHTML formatting"),
            };
            self.tell(layer, Severity::Error, rule, div, found, expected);
        }
    }
}

/// Whether a URI has a scheme and something behind it (RFC 3986, 3.1).
fn is_absolute(uri: &str) -> bool {
    uri.split_once(':').is_some_and(|(scheme, rest)| {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(is_allowed)
            && !rest.is_empty()
    })
}

fn is_nhs_number(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || !bytes.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 = bytes[..9]
        .iter()
        .zip((2..=10).rev())
        .map(|(byte, weight)| u32::from(byte - b'0') * weight)
        .sum();
    (11 - sum % 11) % 11 == u32::from(bytes[9] - b'0')
}
