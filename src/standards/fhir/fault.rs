//! What is wrong with the form of a document, and where.

use std::fmt;

use crate::domain::sensitive::Sensitive;
use crate::standards::profile::table::is_element_name;

/// The kind of a fault. Carries member names at most, never a value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// The document is not JSON; the text says what was expected here.
    Syntax(&'static str),
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// A byte order mark stands before the document.
    ByteOrderMark,
    /// The same member appears twice in one object (a smuggling risk: readers differ on which wins).
    DuplicateMember(String),
    /// `null` outside an array of primitives.
    NullValue,
    /// An object without members.
    EmptyObject,
    /// An array without items.
    EmptyArray,
    /// A string of no characters.
    EmptyString,
    /// A character that a text of FHIR cannot have.
    Character,
    /// Nesting beyond the limit.
    TooDeep(usize),
    /// More values than the limit.
    TooManyNodes(usize),
    /// More bytes than the limit.
    TooLarge(usize),
    /// XML that is not well formed.
    XmlSyntax(&'static str),
    /// XML with a document type declaration (entity expansion, outside files).
    XmlDoctype,
    /// XML in an encoding other than UTF-8.
    XmlEncoding,
    /// XML outside the FHIR namespace, or with a prefix on it.
    XmlNamespace,
    /// An element that FHIR R4 does not define at this place.
    UnknownElement(String),
    /// The XML and JSON forms cannot be turned into one another without loss.
    NotConvertible,
}

/// One fault with its place. Line and column count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind of fault.
    pub kind: FaultKind,
    /// Byte offset in the source.
    pub offset: usize,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// FHIRPath-like path from the root, as far as it was known.
    pub path: String,
}

/// A source that could not be read to its end.
#[derive(Debug, Clone)]
pub struct Unreadable {
    /// Every fault found, in the order of the source.
    pub faults: Vec<Fault>,
    /// The source as it came: nothing of it may be acted on.
    pub source: Sensitive<Vec<u8>>,
}

/// Line and column of a byte offset of `source`, from 1; columns in characters.
pub fn position(source: &[u8], offset: usize) -> (u32, u32) {
    let before = &source[..offset.min(source.len())];
    let line_start = before
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    let newlines = before[..line_start].split(|b| *b == b'\n').count() - 1;
    let characters = before[line_start..]
        .iter()
        .filter(|byte| (**byte & 0xC0) != 0x80)
        .count();
    let number = |count: usize| u32::try_from(count + 1).unwrap_or(u32::MAX);
    (number(newlines), number(characters))
}

impl Fault {
    /// A fault at a byte offset of `source`.
    pub fn at(kind: FaultKind, source: &[u8], offset: usize, path: String) -> Fault {
        let (line, column) = position(source, offset);
        Fault {
            kind,
            offset,
            line,
            column,
            path,
        }
    }

    /// What was found, in words, without any value of the document.
    pub fn what(&self) -> String {
        match &self.kind {
            FaultKind::Syntax(expected) => format!("not valid JSON: {expected}"),
            FaultKind::NotUtf8 => "bytes that are not UTF-8".to_owned(),
            FaultKind::ByteOrderMark => "a byte order mark before the document".to_owned(),
            FaultKind::DuplicateMember(name) => {
                format!("member '{name}' appears more than once in the same object")
            }
            FaultKind::NullValue => "a null where FHIR allows none".to_owned(),
            FaultKind::EmptyObject => "an empty object".to_owned(),
            FaultKind::EmptyArray => "an empty array".to_owned(),
            FaultKind::EmptyString => "an empty string".to_owned(),
            FaultKind::Character => "a control character, U+FFFE or U+FFFF in a text".to_owned(),
            FaultKind::TooDeep(limit) => format!("nesting deeper than {limit} levels"),
            FaultKind::TooManyNodes(limit) => format!("more than {limit} values"),
            FaultKind::TooLarge(limit) => format!("more than {limit} bytes"),
            FaultKind::XmlSyntax(expected) => format!("not well-formed FHIR XML: {expected}"),
            FaultKind::XmlDoctype => "a document type declaration".to_owned(),
            FaultKind::XmlEncoding => "an XML encoding other than UTF-8".to_owned(),
            FaultKind::XmlNamespace => {
                "an element outside the namespace http://hl7.org/fhir, or one with a prefix"
                    .to_owned()
            }
            FaultKind::UnknownElement(name) => {
                format!("element '{name}', which FHIR R4 does not define here")
            }
            FaultKind::NotConvertible => {
                "a structure that has no exact counterpart in the other FHIR format".to_owned()
            }
        }
    }

    /// What to write instead.
    pub fn advice(&self) -> String {
        match &self.kind {
            FaultKind::Syntax(_) => "send one complete JSON document (RFC 8259)",
            FaultKind::NotUtf8 | FaultKind::XmlEncoding => "encode the message in UTF-8",
            FaultKind::ByteOrderMark => "send the document without a byte order mark",
            FaultKind::DuplicateMember(_) => "give each member once; lists belong in one array",
            FaultKind::NullValue => "leave the member out when there is no value",
            FaultKind::EmptyObject | FaultKind::EmptyArray | FaultKind::EmptyString => {
                "leave the member out when there is nothing to say (FHIR R4, JSON representation)"
            }
            FaultKind::Character => {
                "leave the character out; of control characters a text may have tab, line feed \
                 and carriage return (FHIR R4, string; XML 1.0, 2.2)"
            }
            FaultKind::TooDeep(_) | FaultKind::TooManyNodes(_) | FaultKind::TooLarge(_) => {
                "send a smaller message; split attachments from it"
            }
            FaultKind::XmlSyntax(_) => "send one complete XML document",
            FaultKind::XmlDoctype => "remove the DOCTYPE; FHIR XML needs none",
            FaultKind::XmlNamespace => {
                "declare xmlns=\"http://hl7.org/fhir\" on the root element and use no prefix"
            }
            FaultKind::UnknownElement(_) => "check the spelling and the place of the element",
            FaultKind::NotConvertible => {
                "check that single elements are not written as lists, nor lists as single elements"
            }
        }
        .to_owned()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} at {} (line {}, column {})",
            self.what(),
            self.path,
            self.line,
            self.column
        )
    }
}

impl std::error::Error for Fault {}

/// A member name as it may be shown: one that FHIR R4 has somewhere. Any other may be what
/// somebody typed, a person's name or address; where it stands is told instead.
pub fn shown_name(name: &str) -> &str {
    let bare = name.strip_prefix('_').unwrap_or(name);
    if is_element_name(bare) {
        name
    } else {
        "(another name)"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_counted_in_lines_and_characters() {
        let source = "{\n \"é\": x".as_bytes();
        let fault = Fault::at(FaultKind::NullValue, source, source.len() - 1, "$".into());
        assert_eq!((fault.line, fault.column), (2, 7));
    }

    #[test]
    fn a_name_that_could_hold_a_datum_is_not_repeated() {
        assert_eq!(shown_name("_birthDate"), "_birthDate");
        assert_eq!(shown_name("deceasedBoolean"), "deceasedBoolean");
        for name in [
            "9990000018",
            "Some One",
            "Zanzibarrow",
            "birthdate",
            "_",
            "",
        ] {
            assert_eq!(shown_name(name), "(another name)", "{name}");
        }
    }
}
