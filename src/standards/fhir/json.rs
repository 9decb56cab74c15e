//! Strict JSON (RFC 8259) with FHIR's own rules of form (FHIR R4, JSON
//! representation), read in one pass without recursion.

mod scan;
mod shape;

use super::fault::{Fault, FaultKind, Unreadable, shown_name};
use super::limits::Limits;
use super::name::NameKey;
use super::tree::{Document, Entry, Kind, NOBODY};
use crate::domain::sensitive::Sensitive;

/// Most faults collected from one document; an attacker's million is not worth listing.
pub const MAX_FAULTS: usize = 100;

/// Reads a document. See [`Document::parse`].
///
/// # Errors
/// Every fault found, in document order, at most [`MAX_FAULTS`].
pub fn parse(source: Vec<u8>, limits: &Limits) -> Result<Document, Vec<Fault>> {
    match read(source, limits) {
        Ok((document, faults)) if faults.is_empty() => Ok(document),
        Ok((_, faults)) | Err(Unreadable { faults, .. }) => Err(faults),
    }
}

/// Reads a document with its faults of form. See [`Document::read`].
///
/// # Errors
/// Every fault found and the source, when one of them ended the reading.
pub fn read(source: Vec<u8>, limits: &Limits) -> Result<(Document, Vec<Fault>), Unreadable> {
    let source = match String::from_utf8(source) {
        Ok(text) => text,
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let fault = Fault::at(FaultKind::NotUtf8, error.as_bytes(), at, "$".to_owned());
            return Err(Unreadable {
                faults: vec![fault],
                source: Sensitive::new(error.into_bytes()),
            });
        }
    };
    if u32::try_from(source.len()).is_err() {
        let kind = FaultKind::TooLarge(u32::MAX as usize);
        return Err(Unreadable {
            faults: vec![Fault::at(kind, b"", 0, "$".to_owned())],
            source: Sensitive::new(source.into_bytes()),
        });
    }
    let capacity = (source.len() / 20 + 8).min(limits.nodes);
    let mut reader = Reader {
        document: Document {
            source,
            entries: Vec::with_capacity(capacity),
            decoded: Vec::new(),
            decoded_names: Vec::new(),
        },
        limits: *limits,
        at: 0,
        open: NOBODY,
        closing: 0,
        depth: 0,
        found: Vec::new(),
    };
    let read = reader.read().and_then(|()| reader.noncharacters());
    let (document, faults) = reader.finish();
    if read.is_ok() {
        return Ok((document, faults));
    }
    Err(Unreadable {
        faults,
        source: Sensitive::new(document.source.into_bytes()),
    })
}

/// Reading cannot go on; why is the last of what was found. It is empty, because each step
/// of the reading gives it or nothing.
struct Stop;

/// Reading of one document: a cursor and the innermost open container.
struct Reader {
    document: Document,
    limits: Limits,
    at: usize,
    open: u32,
    /// The bracket that closes what is open.
    closing: u8,
    depth: usize,
    /// Kind, offset and the entry it belongs to; paths are made at the end,
    /// when the resource type of the root is known.
    found: Vec<(FaultKind, usize, u32)>,
}

/// A member name just read, waiting for its value.
#[derive(Clone, Copy, Default)]
struct Name {
    start: u32,
    key: NameKey,
    escaped: bool,
    /// False for the root and for items of arrays.
    is_there: bool,
}

impl Reader {
    fn finish(self) -> (Document, Vec<Fault>) {
        if self.found.is_empty() {
            return (self.document, Vec::new());
        }
        let last_place = self.place_of_stop();
        let mut found = self.found;
        found.sort_by_key(|(_, offset, _)| *offset);
        let document = self.document;
        let faults = found
            .into_iter()
            .map(|(kind, offset, entry)| {
                // A text in which the reading stopped never became an entry.
                let is_there = (entry as usize) < document.entries.len();
                let entry = if is_there { entry } else { last_place };
                let path = if entry == NOBODY {
                    "$".to_owned()
                } else {
                    document.path_of(entry)
                };
                Fault::at(kind, document.source.as_bytes(), offset, path)
            })
            .collect();
        (document, faults)
    }

    fn place_of_stop(&self) -> u32 {
        if self.open == NOBODY && !self.document.entries.is_empty() {
            return 0;
        }
        self.open
    }

    fn bytes(&self) -> &[u8] {
        self.document.source.as_bytes()
    }

    fn peek(&self) -> Option<u8> {
        self.bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    #[cold]
    fn stop<T>(&mut self, expected: &'static str) -> Result<T, Stop> {
        self.stop_by(FaultKind::Syntax(expected), self.at)
    }

    #[cold]
    fn stop_by<T>(&mut self, kind: FaultKind, offset: usize) -> Result<T, Stop> {
        let place = self.place_of_stop();
        self.found.push((kind, offset, place));
        Err(Stop)
    }

    #[cold]
    fn note(&mut self, kind: FaultKind, offset: usize, entry: u32) -> Result<(), Stop> {
        if self.found.len() + 1 >= MAX_FAULTS {
            return self.stop_by(kind, offset);
        }
        self.found.push((kind, offset, entry));
        Ok(())
    }

    fn read(&mut self) -> Result<(), Stop> {
        if self.bytes().starts_with(b"\xEF\xBB\xBF") {
            self.note(FaultKind::ByteOrderMark, 0, NOBODY)?;
            self.at = 3;
        }
        self.skip_space();
        self.value(Name::default())?;
        while self.open != NOBODY {
            self.step()?;
        }
        self.skip_space();
        if self.at < self.bytes().len() {
            return self.stop("nothing may follow the document");
        }
        Ok(())
    }

    /// Reads one member or item of the open container, or closes it.
    /// On entry the cursor stands behind `{`, `[` or a complete value.
    fn step(&mut self) -> Result<(), Stop> {
        self.skip_space();
        let is_object = self.closing == b'}';
        let is_first = self.document.entries.len() == self.open as usize + 1;
        match self.peek() {
            Some(byte) if byte == self.closing => {
                self.at += 1;
                return self.close(is_first);
            }
            Some(b',') if !is_first => {
                self.at += 1;
                self.skip_space();
            }
            Some(_) if is_first => {}
            None => return self.stop("the document ends inside an object or array"),
            Some(_) if is_object => return self.stop("a comma or '}' is expected here"),
            Some(_) => return self.stop("a comma or ']' is expected here"),
        }
        if !is_object {
            return self.value(Name::default());
        }
        if self.peek() != Some(b'"') {
            return self.stop("a member name in double quotes is expected here");
        }
        let name = self.name()?;
        self.skip_space();
        if self.peek() != Some(b':') {
            return self.stop("a colon is expected here");
        }
        self.at += 1;
        self.skip_space();
        self.value(name)
    }

    fn name(&mut self) -> Result<Name, Stop> {
        let start = self.at + 1;
        let mut name = Name {
            start: narrow(start),
            is_there: true,
            ..Name::default()
        };
        if self.plain_string() {
            name.key = NameKey::of_bytes(&self.bytes()[start..self.at - 1]);
            return Ok(name);
        }
        let text = self.string_with_escapes(start)?;
        name.key = NameKey::of(&text);
        name.escaped = true;
        let entry = narrow(self.document.entries.len());
        self.document.decoded_names.push((entry, text));
        Ok(name)
    }

    fn value(&mut self, name: Name) -> Result<(), Stop> {
        let index = narrow(self.document.entries.len());
        if index as usize >= self.limits.nodes {
            return self.stop_by(FaultKind::TooManyNodes(self.limits.nodes), self.at);
        }
        let (start, parent) = (self.at, self.open);
        let mut value_escaped = false;
        let kind = match self.peek() {
            Some(b'"') => {
                value_escaped = self.text(index)?;
                Kind::String
            }
            Some(b'{') => self.open(index, b'}')?,
            Some(b'[') => self.open(index, b']')?,
            Some(b't' | b'f') => self.word(Kind::Boolean, index)?,
            Some(b'n') => self.word(Kind::Null, index)?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            None => return self.stop("the document ends where a value is expected"),
            Some(_) => return self.stop("a value is expected here"),
        };
        self.document.entries.push(Entry {
            start: narrow(start),
            // Of a container it is known when it is closed.
            end: narrow(self.at),
            name_start: name.start,
            name: name.key,
            parent,
            after: index + 1,
            kind,
            has_name: name.is_there,
            name_escaped: name.escaped,
            value_escaped,
        });
        Ok(())
    }

    /// A string as a value: its decoded text is kept when it has an escape.
    fn text(&mut self, index: u32) -> Result<bool, Stop> {
        let start = self.at;
        if !self.plain_string() {
            let text = self.string_with_escapes(start + 1)?;
            self.document.decoded.push((index, text));
            return Ok(true);
        }
        if self.at - start == 2 {
            self.note(FaultKind::EmptyString, start, index)?;
        }
        Ok(false)
    }

    fn open(&mut self, index: u32, closing: u8) -> Result<Kind, Stop> {
        self.depth += 1;
        if self.depth > self.limits.depth {
            return self.stop_by(FaultKind::TooDeep(self.limits.depth), self.at);
        }
        self.open = index;
        self.closing = closing;
        self.at += 1;
        Ok(if closing == b'}' {
            Kind::Object
        } else {
            Kind::Array
        })
    }

    /// Closes the innermost container; the cursor stands behind its bracket.
    fn close(&mut self, is_empty: bool) -> Result<(), Stop> {
        let index = self.open;
        let after = narrow(self.document.entries.len());
        let end = narrow(self.at);
        let entry = &mut self.document.entries[index as usize];
        entry.after = after;
        entry.end = end;
        let (kind, start, parent) = (entry.kind, entry.start as usize, entry.parent);
        self.depth -= 1;
        self.open = parent;
        if parent != NOBODY {
            let is_object = self.document.entry(parent).kind == Kind::Object;
            self.closing = if is_object { b'}' } else { b']' };
        }
        match (kind, is_empty) {
            (Kind::Object, true) => self.note(FaultKind::EmptyObject, start, index),
            (Kind::Object, false) => self.duplicates(index),
            (_, true) => self.note(FaultKind::EmptyArray, start, index),
            (_, false) => self.nulls(index),
        }
    }

    fn word(&mut self, kind: Kind, index: u32) -> Result<Kind, Stop> {
        let rest = &self.bytes()[self.at..];
        let Some(length) = [&b"true"[..], b"false", b"null"]
            .iter()
            .find(|word| rest.starts_with(word))
            .map(|word| word.len())
        else {
            return self.stop("a value is expected here");
        };
        let start = self.at;
        self.at += length;
        let in_array = self.open != NOBODY && self.closing == b']';
        if kind == Kind::Null && !in_array {
            self.note(FaultKind::NullValue, start, index)?;
        }
        Ok(kind)
    }
}

/// Offsets fit 32 bits: `parse` refused anything longer.
fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
