//! Strict JSON (RFC 8259) with FHIR's own rules of form (FHIR R4, JSON
//! representation), read in one pass without recursion.

mod scan;
mod shape;

use super::fault::{Fault, FaultKind, shown_name};
use super::limits::Limits;
use super::tree::{Document, Entry, HASH_START, Kind, NOBODY, hash_name, hash_step};

/// Most faults collected from one document; an attacker's million is not worth listing.
pub const MAX_FAULTS: usize = 100;

/// Reads a document. See [`Document::parse`].
///
/// # Errors
/// Every fault found, in document order, at most [`MAX_FAULTS`].
pub fn parse(source: Vec<u8>, limits: &Limits) -> Result<Document, Vec<Fault>> {
    match read(source, limits)? {
        (document, faults) if faults.is_empty() => Ok(document),
        (_, faults) => Err(faults),
    }
}

/// Reads a document with its faults of form. See [`Document::read`].
///
/// # Errors
/// Every fault found, when one of them ended the reading.
pub fn read(source: Vec<u8>, limits: &Limits) -> Result<(Document, Vec<Fault>), Vec<Fault>> {
    let source = match String::from_utf8(source) {
        Ok(text) => text,
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let fault = Fault::at(FaultKind::NotUtf8, error.as_bytes(), at, "$".to_owned());
            return Err(vec![fault]);
        }
    };
    if u32::try_from(source.len()).is_err() {
        let kind = FaultKind::TooLarge(u32::MAX as usize);
        return Err(vec![Fault::at(kind, b"", 0, "$".to_owned())]);
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
        depth: 0,
        found: Vec::new(),
    };
    match reader.read() {
        Ok(()) => Ok(reader.finish()),
        Err(stop) => {
            let place = reader.place_of_stop();
            reader.found.push((stop.kind, stop.offset, place));
            Err(reader.finish().1)
        }
    }
}

/// A fault after which reading cannot go on.
struct Stop {
    kind: FaultKind,
    offset: usize,
}

/// Reading of one document: a cursor and the innermost open container.
struct Reader {
    document: Document,
    limits: Limits,
    at: usize,
    open: u32,
    depth: usize,
    /// Kind, offset and the entry it belongs to; paths are made at the end,
    /// when the resource type of the root is known.
    found: Vec<(FaultKind, usize, u32)>,
}

/// A member name just read, waiting for its value.
#[derive(Clone, Copy)]
struct Name {
    start: u32,
    end: u32,
    hash: u32,
    escaped: bool,
}

impl Reader {
    fn finish(self) -> (Document, Vec<Fault>) {
        if self.found.is_empty() {
            return (self.document, Vec::new());
        }
        let mut found = self.found;
        found.sort_by_key(|(_, offset, _)| *offset);
        let document = self.document;
        let faults = found
            .into_iter()
            .map(|(kind, offset, entry)| {
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
        let bytes = self.document.source.as_bytes();
        let mut at = self.at;
        while at < bytes.len() && matches!(bytes[at], b' ' | b'\n' | b'\r' | b'\t') {
            at += 1;
        }
        self.at = at;
    }

    fn stop<T>(&self, expected: &'static str) -> Result<T, Stop> {
        Err(Stop {
            kind: FaultKind::Syntax(expected),
            offset: self.at,
        })
    }

    fn note(&mut self, kind: FaultKind, offset: usize, entry: u32) -> Result<(), Stop> {
        if self.found.len() + 1 >= MAX_FAULTS {
            return Err(Stop { kind, offset });
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
        self.value(None)?;
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
        let container = *self.document.entry(self.open);
        let is_object = container.kind == Kind::Object;
        let close = if is_object { b'}' } else { b']' };
        let is_first = self.document.entries.len() == self.open as usize + 1;
        match self.peek() {
            Some(byte) if byte == close => {
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
            return self.value(None);
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
        self.value(Some(name))
    }

    fn name(&mut self) -> Result<Name, Stop> {
        let start = self.at + 1;
        let bytes = self.document.source.as_bytes();
        let mut at = start;
        let mut hash = HASH_START;
        while at < bytes.len() && !matches!(bytes[at], b'"' | b'\\' | 0..=0x1F) {
            hash = hash_step(hash, bytes[at]);
            at += 1;
        }
        if at < bytes.len() && bytes[at] == b'"' {
            self.at = at + 1;
            return Ok(Name {
                start: narrow(start),
                end: narrow(at),
                hash,
                escaped: false,
            });
        }
        let text = self.string()?.unwrap_or_default();
        let hash = hash_name(text.as_bytes());
        let entry = narrow(self.document.entries.len());
        let name = Name {
            start: narrow(start),
            end: narrow(self.at - 1),
            hash,
            escaped: true,
        };
        self.document.decoded_names.push((entry, text));
        Ok(name)
    }

    fn value(&mut self, name: Option<Name>) -> Result<(), Stop> {
        let index = narrow(self.document.entries.len());
        if index as usize >= self.limits.nodes {
            return Err(Stop {
                kind: FaultKind::TooManyNodes(self.limits.nodes),
                offset: self.at,
            });
        }
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'n') => Kind::Null,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            None => return self.stop("the document ends where a value is expected"),
            Some(_) => return self.stop("a value is expected here"),
        };
        self.document.entries.push(Entry {
            start: narrow(start),
            end: narrow(start),
            name_start: name.map_or(0, |n| n.start),
            name_end: name.map_or(0, |n| n.end),
            name_hash: name.map_or(0, |n| n.hash),
            parent: self.open,
            after: index + 1,
            kind,
            has_name: name.is_some(),
            name_escaped: name.is_some_and(|n| n.escaped),
            value_escaped: false,
        });
        match kind {
            Kind::Object | Kind::Array => return self.open(index),
            Kind::String => {
                if let Some(text) = self.string()? {
                    self.document.entries[index as usize].value_escaped = true;
                    self.document.decoded.push((index, text));
                }
                if self.at - start == 2 {
                    self.note(FaultKind::EmptyString, start, index)?;
                }
            }
            Kind::Number => self.number()?,
            Kind::Boolean | Kind::Null => self.word(kind, index)?,
        }
        self.document.entries[index as usize].end = narrow(self.at);
        Ok(())
    }

    fn open(&mut self, index: u32) -> Result<(), Stop> {
        self.depth += 1;
        if self.depth > self.limits.depth {
            return Err(Stop {
                kind: FaultKind::TooDeep(self.limits.depth),
                offset: self.at,
            });
        }
        self.open = index;
        self.at += 1;
        Ok(())
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
        match (kind, is_empty) {
            (Kind::Object, true) => self.note(FaultKind::EmptyObject, start, index),
            (Kind::Object, false) => self.duplicates(index),
            (_, true) => self.note(FaultKind::EmptyArray, start, index),
            (_, false) => self.nulls(index),
        }
    }

    fn word(&mut self, kind: Kind, index: u32) -> Result<(), Stop> {
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
        let in_array = self.open != NOBODY && self.document.entry(self.open).kind == Kind::Array;
        if kind == Kind::Null && !in_array {
            self.note(FaultKind::NullValue, start, index)?;
        }
        Ok(())
    }
}

/// Offsets fit 32 bits: `parse` refused anything longer.
fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
