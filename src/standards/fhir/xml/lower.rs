//! JSON made fit for the codec, and the codec's XML made fit for the world.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::lift::{REFERENCE, has_references};
use super::{XHTML_NAMESPACE, placeholder};
use crate::standards::fhir::character;
use crate::standards::fhir::fault::{Fault, FaultKind};
use crate::standards::fhir::splice::quote;
use crate::standards::fhir::tree::{Document, Kind, Node};

/// JSON with `resourceType` first in each object and narratives taken out.
pub(super) struct Lowered {
    pub json: String,
    pub narratives: Vec<String>,
}

/// Prepares a document for the codec, which wants `resourceType` first.
pub(super) fn lower(document: &Document) -> Result<Lowered, Fault> {
    let mut lowered = Lowered {
        json: String::with_capacity(document.source().len()),
        narratives: Vec::new(),
    };
    write(document.root(), &mut lowered)?;
    Ok(lowered)
}

fn write(node: Node<'_>, out: &mut Lowered) -> Result<(), Fault> {
    match node.kind() {
        Kind::Object => write_object(node, out),
        Kind::Array => {
            out.json.push('[');
            for (position, item) in node.items().enumerate() {
                if position > 0 {
                    out.json.push(',');
                }
                write(item, out)?;
            }
            out.json.push(']');
            Ok(())
        }
        Kind::String => write_string(node, out),
        Kind::Number | Kind::Boolean => {
            out.json.push_str(node.text().unwrap_or_default());
            Ok(())
        }
        Kind::Null => {
            out.json.push_str("null");
            Ok(())
        }
    }
}

fn write_object(node: Node<'_>, out: &mut Lowered) -> Result<(), Fault> {
    let is_type = |name: &str| name == "resourceType";
    let first = node.members().filter(|(name, _)| is_type(name));
    let rest = node.members().filter(|(name, _)| !is_type(name));
    out.json.push('{');
    for (position, (name, value)) in first.chain(rest).enumerate() {
        if position > 0 {
            out.json.push(',');
        }
        out.json.push_str(&quote(name));
        out.json.push(':');
        write(value, out)?;
    }
    out.json.push('}');
    Ok(())
}

fn write_string(node: Node<'_>, out: &mut Lowered) -> Result<(), Fault> {
    let text = node.text().unwrap_or_default();
    if !text.chars().all(character::is_allowed) {
        return Err(refuse(node, FaultKind::Character));
    }
    if node.name() == Some("div") {
        check_narrative(text).map_err(|expected| refuse(node, FaultKind::XmlSyntax(expected)))?;
        let number = out.narratives.len();
        out.narratives.push(text.to_owned());
        out.json.push_str(&quote(&placeholder(number)));
    } else {
        out.json.push_str(&quote(text));
    }
    Ok(())
}

fn refuse(node: Node<'_>, kind: FaultKind) -> Fault {
    let source = node.document().source();
    Fault::at(kind, source, node.span().start, node.path())
}

/// A narrative must be one well-formed `div` in the XHTML namespace.
fn check_narrative(text: &str) -> Result<(), &'static str> {
    const ONE_DIV: &str = "one well-formed div in the XHTML namespace";
    let mut reader = Reader::from_str(text);
    let mut open = 0_usize;
    let mut roots = 0_usize;
    loop {
        let event = reader.read_event().map_err(|_| ONE_DIV)?;
        if let Event::Start(tag) | Event::Empty(tag) = &event {
            if open == 0 {
                roots += 1;
                let namespace = tag.try_get_attribute("xmlns").ok().flatten();
                let is_xhtml = namespace.is_some_and(|a| a.value.as_ref() == XHTML_NAMESPACE);
                if tag.name().as_ref() != "div" || !is_xhtml {
                    return Err(ONE_DIV);
                }
            }
            for attribute in tag.attributes() {
                let attribute = attribute.map_err(|_| ONE_DIV)?;
                if !has_references(&attribute.value) {
                    return Err(REFERENCE);
                }
            }
        }
        match event {
            Event::Start(_) => open += 1,
            Event::End(_) => open = open.saturating_sub(1),
            Event::Eof if open == 0 && roots == 1 => return Ok(()),
            Event::Eof | Event::DocType(_) | Event::Decl(_) => return Err(ONE_DIV),
            Event::GeneralRef(reference) if !character::is_reference(reference.as_ref()) => {
                return Err(REFERENCE);
            }
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) if open == 0 => {
                return Err(ONE_DIV);
            }
            _ => {}
        }
    }
}

/// Finishes the codec's XML: line ends and tabs in attributes as character
/// references (it writes them raw, and the next reader would see spaces), then
/// the narratives in their places, their carriage returns kept as `&#xD;`.
pub(super) fn finish(xml: &str, narratives: &[String]) -> String {
    let mut out = String::with_capacity(xml.len() + 64);
    let (mut in_tag, mut in_quotes) = (false, false);
    for character in xml.chars() {
        match character {
            '<' => in_tag = true,
            '>' if !in_quotes => in_tag = false,
            '"' if in_tag => in_quotes = !in_quotes,
            _ => {}
        }
        match (in_quotes, character) {
            (true, '\r') => out.push_str("&#xD;"),
            (true, '\n') => out.push_str("&#xA;"),
            (true, '\t') => out.push_str("&#x9;"),
            _ => out.push(character),
        }
    }
    put_back(&out, narratives)
}

/// Any `<div` left in the codec's XML is a placeholder: text is escaped. The
/// codec sorts elements, so the numbers need not ascend.
fn put_back(xml: &str, narratives: &[String]) -> String {
    let open = format!("<div xmlns=\"{XHTML_NAMESPACE}\">");
    let mut out = String::with_capacity(xml.len());
    let mut rest = xml;
    while let Some((before, behind)) = rest.split_once(open.as_str()) {
        let Some((number, after)) = behind.split_once("</div>") else {
            break;
        };
        out.push_str(before);
        let narrative = number
            .trim()
            .parse()
            .ok()
            .and_then(|n: usize| narratives.get(n));
        let narrative = narrative.map(|text| text.replace('\r', "&#xD;"));
        out.push_str(&narrative.unwrap_or_default());
        rest = after;
    }
    out.push_str(rest);
    out
}
