//! FHIR XML to FHIR JSON and back, off the hot path.
//!
//! - `codec` is the only file that names fhirbolt, and calls it in strict mode only;
//! - `lift` reads XML first: refuses what must not reach the codec and takes narratives out;
//! - `lower` writes XML: orders members for the codec and puts narratives back.
//!
//! Every conversion is checked to have lost nothing. It runs on the caller's
//! thread for a millisecond or more; the caller chooses a blocking thread.

mod codec;
mod lift;
mod lower;

use super::fault::{Fault, FaultKind};
use super::limits::Limits;
use super::splice::{Splice, quote};
use super::tree::{Document, Kind, Node};

/// The namespace of FHIR elements.
const FHIR_NAMESPACE: &str = "http://hl7.org/fhir";
/// The namespace of narratives.
const XHTML_NAMESPACE: &str = "http://www.w3.org/1999/xhtml";

/// What stands for narrative number `number` while the codec works.
fn placeholder(number: usize) -> String {
    format!("<div xmlns=\"{XHTML_NAMESPACE}\">{number}</div>")
}

/// Turns FHIR XML (UTF-8, at most `cap` bytes) into FHIR JSON.
///
/// # Errors
/// Faults of the XML with their line, or faults of form with their path.
pub fn to_json(xml: &[u8], cap: usize) -> Result<Vec<u8>, Vec<Fault>> {
    let lifted = lift::lift(xml, cap).map_err(|fault| vec![fault])?;
    let refuse = |kind| vec![Fault::at(kind, xml, 0, "$".to_owned())];
    let json = codec::json_from_xml(&lifted).map_err(refuse)?;
    let limits = Limits {
        depth: lift::MAX_DEPTH + 1,
        nodes: usize::MAX,
    };
    let document = Document::parse(json, &limits).map_err(without_place)?;
    let mut splice = Splice::new(&document);
    put_narratives(document.root(), &lifted.narratives, &mut splice);
    Ok(splice.finish())
}

/// The JSON between the formats is nobody's source: its lines mean nothing to the sender.
fn without_place(faults: Vec<Fault>) -> Vec<Fault> {
    let bare = |fault: Fault| Fault::at(fault.kind, b"", 0, fault.path);
    faults.into_iter().map(bare).collect()
}

fn put_narratives<'d>(node: Node<'d>, narratives: &[String], splice: &mut Splice<'d>) {
    for child in node.children() {
        match (child.kind(), child.name()) {
            (Kind::Object | Kind::Array, _) => put_narratives(child, narratives, splice),
            (Kind::String, Some("div")) => {
                let number = child.text().and_then(number_of_placeholder);
                if let Some(narrative) = number.and_then(|n| narratives.get(n)) {
                    splice.replace(child, quote(narrative));
                }
            }
            _ => {}
        }
    }
}

fn number_of_placeholder(text: &str) -> Option<usize> {
    let (_, rest) = text.split_once('>')?;
    rest.strip_suffix("</div>")?.parse().ok()
}

/// Turns FHIR JSON (at most `cap` bytes) into FHIR XML.
///
/// # Errors
/// The first fault of the JSON, or the path at which the two formats differ.
pub fn from_json(json: &[u8], cap: usize) -> Result<Vec<u8>, Fault> {
    if json.len() > cap {
        return Err(Fault::at(FaultKind::TooLarge(cap), b"", 0, "$".to_owned()));
    }
    let document = Document::parse(json.to_vec(), &Limits::default()).map_err(|faults| {
        let unknown = || Fault::at(FaultKind::NotConvertible, json, 0, "$".to_owned());
        faults.into_iter().next().unwrap_or_else(unknown)
    })?;
    let lowered = lower::lower(&document)?;
    let refuse = |kind| Fault::at(kind, json, 0, document.root().path());
    let xml = codec::xml_from_json(lowered.json.as_bytes()).map_err(refuse)?;
    let xml = lower::finish(&xml, &lowered.narratives);
    prove_same(&document, &xml)?;
    Ok(xml.into_bytes())
}

/// Reads the XML back: the codec takes an object for a list in silence, and
/// nothing else it does in silence may pass either.
fn prove_same(document: &Document, xml: &str) -> Result<(), Fault> {
    let lost = |node: Node<'_>| {
        let kind = FaultKind::NotConvertible;
        Fault::at(kind, document.source(), node.span().start, node.path())
    };
    let back = to_json(xml.as_bytes(), usize::MAX).map_err(|_| lost(document.root()))?;
    let back = Document::parse(back, &Limits::default()).map_err(|_| lost(document.root()))?;
    match difference(document.root(), back.root()) {
        Some(node) => Err(lost(node)),
        None => Ok(()),
    }
}

/// The first value of `one` that `other` does not hold in the same place.
fn difference<'d>(one: Node<'d>, other: Node<'_>) -> Option<Node<'d>> {
    if one.kind() != other.kind() {
        return Some(one);
    }
    match one.kind() {
        Kind::Object => {
            if one.members().count() != other.members().count() {
                return Some(one);
            }
            one.members().find_map(|(name, value)| {
                other
                    .get(name)
                    .map_or(Some(value), |twin| difference(value, twin))
            })
        }
        Kind::Array => {
            if one.items().count() != other.items().count() {
                return Some(one);
            }
            one.items()
                .zip(other.items())
                .find_map(|(value, twin)| difference(value, twin))
        }
        Kind::Null => None,
        Kind::String | Kind::Number | Kind::Boolean => {
            let same = one.text() == other.text() || same_narrative(one, other);
            (!same).then_some(one)
        }
    }
}

/// A carriage return in a narrative may stand as itself in JSON, never in XML.
fn same_narrative(one: Node<'_>, other: Node<'_>) -> bool {
    let written = |node: Node<'_>| node.text().map(|text| text.replace('\r', "&#xD;"));
    one.name() == Some("div") && written(one) == written(other)
}

#[cfg(test)]
mod tests;
