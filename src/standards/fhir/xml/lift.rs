//! Received XML made fit for the codec: what must not reach it is refused,
//! comments go, narratives are taken out as they stand.

use quick_xml::Reader;
use quick_xml::events::{BytesDecl, BytesStart, Event};

use super::{FHIR_NAMESPACE, XHTML_NAMESPACE, placeholder};
use crate::standards::fhir::character;
use crate::standards::fhir::fault::{Fault, FaultKind};

/// Deepest nesting of elements; the codec recurses.
pub(super) const MAX_DEPTH: usize = 96;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

/// XML for the codec and the narratives that stood in it, by placeholder number.
pub(super) struct Lifted {
    pub xml: String,
    pub narratives: Vec<String>,
}

/// Reads received XML of at most `cap` bytes.
pub(super) fn lift(source: &[u8], cap: usize) -> Result<Lifted, Fault> {
    let at = |kind, offset| Fault::at(kind, source, offset, "$".to_owned());
    if source.len() > cap {
        return Err(Fault::at(FaultKind::TooLarge(cap), b"", 0, "$".to_owned()));
    }
    if source.starts_with(b"\xFE\xFF") || source.starts_with(b"\xFF\xFE") {
        return Err(at(FaultKind::XmlEncoding, 0));
    }
    let text =
        std::str::from_utf8(source).map_err(|error| at(FaultKind::NotUtf8, error.valid_up_to()))?;
    // The reader looks at no character's number.
    let illegal = |character| !character::is_allowed(character);
    if let Some(offset) = text.find(illegal) {
        return Err(at(FaultKind::Character, offset));
    }
    // XML allows the mark (unlike JSON): it is an encoding label, not content.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let skipped = source.len() - text.len();
    let mut lifter = Lifter {
        text,
        reader: Reader::from_str(text),
        depth: 0,
        seen_root: false,
        lifted: Lifted {
            xml: String::from(HEAD),
            narratives: Vec::new(),
        },
    };
    match lifter.run() {
        Ok(()) => Ok(lifter.lifted),
        Err((kind, offset)) => Err(at(kind, offset + skipped)),
    }
}

type Refusal = (FaultKind, usize);

struct Lifter<'x> {
    text: &'x str,
    reader: Reader<&'x [u8]>,
    depth: usize,
    seen_root: bool,
    lifted: Lifted,
}

impl<'x> Lifter<'x> {
    fn position(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX)
    }

    fn next(&mut self) -> Result<(usize, Event<'x>), Refusal> {
        let start = self.position();
        match self.reader.read_event() {
            Ok(Event::DocType(_)) => Err((FaultKind::XmlDoctype, start)),
            Ok(event) => Ok((start, event)),
            Err(_) => Err(syntax("tags that match", start)),
        }
    }

    fn run(&mut self) -> Result<(), Refusal> {
        loop {
            let (start, event) = self.next()?;
            match event {
                Event::Eof => break,
                Event::Decl(declaration) => check_declaration(&declaration, start)?,
                Event::Start(tag) if is_narrative(&tag) => self.narrative(start, &tag, false)?,
                Event::Empty(tag) if is_narrative(&tag) => self.narrative(start, &tag, true)?,
                Event::Start(tag) => {
                    self.enter(start)?;
                    self.check_tag(&tag, start)?;
                    self.copy(start);
                }
                Event::Empty(tag) => {
                    self.enter(start)?;
                    self.depth -= 1;
                    self.check_tag(&tag, start)?;
                    self.copy(start);
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    self.copy(start);
                }
                Event::Text(text) if is_space(text.as_ref()) => {}
                Event::Comment(_) | Event::PI(_) => {}
                Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                    return Err(syntax("no text outside a narrative", start));
                }
                Event::DocType(_) => return Err((FaultKind::XmlDoctype, start)),
            }
        }
        if self.depth > 0 || !self.seen_root {
            return Err(syntax("one complete root element", self.text.len()));
        }
        Ok(())
    }

    fn enter(&mut self, start: usize) -> Result<(), Refusal> {
        if self.depth == 0 && self.seen_root {
            return Err(syntax("one root element", start));
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err((FaultKind::TooDeep(MAX_DEPTH), start));
        }
        Ok(())
    }

    /// Copies the tag just read. Line ends inside it are white space between
    /// attributes or become a space (XML 1.0, 3.3.3 attribute-value normalisation).
    fn copy(&mut self, start: usize) {
        let raw = &self.text[start..self.position()];
        if raw.contains(['\r', '\n', '\t']) {
            let flat = raw.replace("\r\n", " ").replace(['\r', '\n', '\t'], " ");
            self.lifted.xml.push_str(&flat);
        } else {
            self.lifted.xml.push_str(raw);
        }
    }

    fn check_tag(&mut self, tag: &BytesStart<'_>, start: usize) -> Result<(), Refusal> {
        if tag.name().as_ref().contains(':') {
            return Err((FaultKind::XmlNamespace, start));
        }
        check_references(tag, start)?;
        let mut has_namespace = false;
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|_| syntax("attributes in order", start))?;
            let name = attribute.key.as_ref();
            match name {
                "xmlns" if attribute.value.as_ref() == FHIR_NAMESPACE => {
                    has_namespace = true;
                }
                "xmlns" => return Err((FaultKind::XmlNamespace, start)),
                "id" | "url" | "value" => {}
                // Other prefixes (xsi:schemaLocation) say nothing about the resource.
                _ if name.contains(':') => {}
                _ => return Err(syntax("no attributes but id, url and value", start)),
            }
        }
        if !self.seen_root && !has_namespace {
            return Err((FaultKind::XmlNamespace, start));
        }
        self.seen_root = true;
        Ok(())
    }

    /// Takes a narrative out as it stands. Line ends are as an XML reader sees
    /// them (XML 1.0, 2.11); a carriage return written `&#xD;` stays so.
    fn narrative(
        &mut self,
        start: usize,
        tag: &BytesStart<'_>,
        empty: bool,
    ) -> Result<(), Refusal> {
        let is_xhtml = tag
            .try_get_attribute("xmlns")
            .ok()
            .flatten()
            .is_some_and(|attribute| attribute.value.as_ref() == XHTML_NAMESPACE);
        if !is_xhtml || self.depth == 0 {
            return Err((FaultKind::XmlNamespace, start));
        }
        check_references(tag, start)?;
        let mut open = usize::from(!empty);
        while open > 0 {
            let (at, event) = self.next()?;
            match event {
                Event::Start(tag) => {
                    check_references(&tag, at)?;
                    open += 1;
                }
                Event::Empty(tag) => check_references(&tag, at)?,
                Event::End(_) => open -= 1,
                Event::Eof => return Err(syntax("the end of the narrative", at)),
                Event::GeneralRef(reference) if !character::is_reference(reference.as_ref()) => {
                    return Err(syntax(REFERENCE, at));
                }
                _ => {}
            }
        }
        let raw = &self.text[start..self.position()];
        let narrative = raw.replace("\r\n", "\n").replace('\r', "\n");
        let number = self.lifted.narratives.len();
        self.lifted.xml.push_str(&placeholder(number));
        self.lifted.narratives.push(narrative);
        Ok(())
    }
}

fn syntax(expected: &'static str, at: usize) -> Refusal {
    (FaultKind::XmlSyntax(expected), at)
}

fn check_references(tag: &BytesStart<'_>, start: usize) -> Result<(), Refusal> {
    let mut attributes = tag.attributes().flatten();
    if attributes.all(|attribute| has_references(&attribute.value)) {
        return Ok(());
    }
    Err(syntax(REFERENCE, start))
}

fn is_narrative(tag: &BytesStart<'_>) -> bool {
    tag.name().as_ref() == "div"
}

/// What a reference to something else is answered with.
pub(super) const REFERENCE: &str =
    "no entity but the five of XML and numbers of characters that XML has";

/// Whether each reference in an attribute needs no document type and stands for a character
/// that XML has. The codec takes others, such as `&#7;`.
pub(super) fn has_references(value: &str) -> bool {
    let mut behind = value.split('&').skip(1);
    behind.all(|rest| {
        rest.split_once(';')
            .is_some_and(|(entity, _)| character::is_reference(entity))
    })
}

/// Any spelling of UTF-8, and ASCII, which is a part of it.
fn check_declaration(declaration: &BytesDecl<'_>, start: usize) -> Result<(), Refusal> {
    let Some(label) = declaration.encoding() else {
        return Ok(());
    };
    let label = label.map_err(|_| syntax("an XML declaration", start))?;
    let known = ["utf-8", "utf8", "us-ascii"]
        .iter()
        .any(|name| label.eq_ignore_ascii_case(name));
    if known {
        Ok(())
    } else {
        Err((FaultKind::XmlEncoding, start))
    }
}

/// Elements and FHIR attributes outside narratives of XML that is well formed.
pub(super) fn census(xml: &str) -> (usize, usize) {
    let mut reader = Reader::from_str(xml);
    let (mut elements, mut attributes) = (0, 0);
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) | Event::Empty(tag) => {
                elements += 1;
                attributes += tag
                    .attributes()
                    .flatten()
                    .filter(|a| matches!(a.key.as_ref(), "id" | "url" | "value"))
                    .count();
            }
            Event::Eof => break,
            _ => {}
        }
    }
    (elements, attributes)
}

fn is_space(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_whitespace())
}
