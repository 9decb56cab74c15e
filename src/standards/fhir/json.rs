//! Strict JSON (RFC 8259) with FHIR's own rules of form (FHIR R4, JSON
//! representation), read in one pass without recursion.

use super::fault::{Fault, FaultKind, shown_name};
use super::limits::Limits;
use super::tree::{Document, Entry, HASH_START, Kind, NOBODY, hash_name, hash_step};

/// Most faults collected from one document; an attacker's million is not worth listing.
pub const MAX_FAULTS: usize = 100;

/// Objects with more members than this are searched for duplicates by sorting.
const FEW_MEMBERS: usize = 16;

/// Reads a document. See [`Document::parse`].
///
/// # Errors
/// Every fault found, in document order, at most [`MAX_FAULTS`].
pub fn parse(source: Vec<u8>, limits: &Limits) -> Result<Document, Vec<Fault>> {
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
        Ok(()) => reader.finish(),
        Err(stop) => {
            let place = reader.place_of_stop();
            reader.found.push((stop.kind, stop.offset, place));
            reader.finish()
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
    fn finish(self) -> Result<Document, Vec<Fault>> {
        if self.found.is_empty() {
            return Ok(self.document);
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
        Err(faults)
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

    fn digits(&mut self) -> bool {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at > start
    }

    fn number(&mut self) -> Result<(), Stop> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let leading_zero = self.peek() == Some(b'0');
        let start = self.at;
        if !self.digits() {
            return self.stop("a digit is expected here");
        }
        if leading_zero && self.at - start > 1 {
            self.at = start;
            return self.stop("a number may not begin with a zero that means nothing");
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if !self.digits() {
                return self.stop("a digit is expected after the decimal point");
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if !self.digits() {
                return self.stop("a digit is expected in the exponent");
            }
        }
        Ok(())
    }

    /// Reads a string; the cursor stands on its opening quote. Gives the decoded
    /// text only when the source has an escape.
    fn string(&mut self) -> Result<Option<String>, Stop> {
        self.at += 1;
        let start = self.at;
        self.plain();
        if self.peek() == Some(b'"') {
            self.at += 1;
            return Ok(None);
        }
        let mut text = self.document.source[start..self.at].to_owned();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Some(text));
                }
                Some(b'\\') => text.push(self.escape()?),
                Some(0..=0x1F) => return self.stop("a control character must be escaped"),
                None => return self.stop("the document ends inside a string"),
                Some(_) => {
                    let run = self.at;
                    self.plain();
                    text.push_str(&self.document.source[run..self.at]);
                }
            }
        }
    }

    /// Moves over characters that stand for themselves.
    fn plain(&mut self) {
        let bytes = self.document.source.as_bytes();
        let mut at = self.at;
        while at < bytes.len() && !ENDS_RUN[bytes[at] as usize] {
            at += 1;
        }
        self.at = at;
    }

    fn escape(&mut self) -> Result<char, Stop> {
        self.at += 1;
        let simple = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return self.stop("this escape does not exist in JSON"),
        };
        self.at += 1;
        Ok(simple)
    }

    /// `\uXXXX`, or a pair of them for a character beyond the basic plane.
    fn unicode_escape(&mut self) -> Result<char, Stop> {
        let first = self.hex4()?;
        if !(0xD800..=0xDBFF).contains(&first) {
            return char::from_u32(first).map_or_else(
                || self.stop("a low surrogate stands without its high surrogate"),
                Ok,
            );
        }
        if !self.bytes()[self.at..].starts_with(b"\\u") {
            return self.stop("a high surrogate stands without its low surrogate");
        }
        self.at += 1;
        let second = self.hex4()?;
        if !(0xDC00..=0xDFFF).contains(&second) {
            return self.stop("a high surrogate stands without its low surrogate");
        }
        let code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        char::from_u32(code).map_or_else(|| self.stop("no such character"), Ok)
    }

    /// Four hexadecimal digits behind the `u` the cursor stands on.
    fn hex4(&mut self) -> Result<u32, Stop> {
        self.at += 1;
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| (byte as char).to_digit(16));
            let Some(digit) = digit else {
                return self.stop("four hexadecimal digits are expected here");
            };
            code = code * 16 + digit;
            self.at += 1;
        }
        Ok(code)
    }

    /// Notes members that repeat an earlier name of the same object.
    fn duplicates(&mut self, object: u32) -> Result<(), Stop> {
        let mut names: [(u32, u32); FEW_MEMBERS] = [(0, 0); FEW_MEMBERS];
        let mut count = 0;
        let mut repeats = Vec::new();
        let after = self.document.entry(object).after;
        let mut at = object + 1;
        while at < after {
            let entry = self.document.entry(at);
            if count == FEW_MEMBERS {
                repeats = self.duplicates_of_many(object);
                break;
            }
            let hash = entry.name_hash;
            let same = names[..count]
                .iter()
                .any(|(other, first)| *other == hash && self.same_name(*first, at));
            if same {
                repeats.push(at);
            } else {
                names[count] = (hash, at);
                count += 1;
            }
            at = entry.after;
        }
        for entry in repeats {
            let name = shown_name(self.name_text(entry)).to_owned();
            let offset = (self.document.entry(entry).name_start as usize).saturating_sub(1);
            self.note(FaultKind::DuplicateMember(name), offset, entry)?;
        }
        Ok(())
    }

    /// The same for large objects: sort, then look at neighbours.
    fn duplicates_of_many(&self, object: u32) -> Vec<u32> {
        let mut members: Vec<(&str, u32)> = Vec::new();
        let after = self.document.entry(object).after;
        let mut at = object + 1;
        while at < after {
            members.push((self.name_text(at), at));
            at = self.document.entry(at).after;
        }
        members.sort_unstable();
        members
            .windows(2)
            .filter(|pair| pair[0].0 == pair[1].0)
            .map(|pair| pair[1].1)
            .collect()
    }

    fn same_name(&self, one: u32, other: u32) -> bool {
        self.name_text(one) == self.name_text(other)
    }

    fn name_text(&self, index: u32) -> &str {
        let entry = self.document.entry(index);
        if !entry.name_escaped {
            return &self.document.source[entry.name_start as usize..entry.name_end as usize];
        }
        self.document
            .decoded_names
            .binary_search_by_key(&index, |(at, _)| *at)
            .map_or("", |found| &self.document.decoded_names[found].1)
    }

    /// A null item is allowed where FHIR pads arrays of primitives and their
    /// `_name` twins (FHIR R4, JSON representation of primitive elements).
    fn nulls(&mut self, array: u32) -> Result<(), Stop> {
        let entry = *self.document.entry(array);
        let is_twin = entry.has_name && self.name_text(array).starts_with('_');
        if is_twin {
            return Ok(());
        }
        let mut nulls = Vec::new();
        let mut has_containers = !entry.has_name;
        let mut at = array + 1;
        while at < entry.after {
            let item = self.document.entry(at);
            match item.kind {
                Kind::Null => nulls.push(at),
                Kind::Object | Kind::Array => has_containers = true,
                Kind::String | Kind::Number | Kind::Boolean => {}
            }
            at = item.after;
        }
        if !has_containers {
            return Ok(());
        }
        for at in nulls {
            let offset = self.document.entry(at).start as usize;
            self.note(FaultKind::NullValue, offset, at)?;
        }
        Ok(())
    }
}

/// Bytes that end a run of characters standing for themselves in a string.
const ENDS_RUN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = true;
        byte += 1;
    }
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table
};

/// Offsets fit 32 bits: `parse` refused anything longer.
fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::standards::fhir::{Node, Splice};

    fn faults(json: &str) -> Vec<(FaultKind, String)> {
        match parse(json.as_bytes().to_vec(), &Limits::default()) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.into_iter().map(|f| (f.kind, f.path)).collect(),
        }
    }

    #[test]
    fn every_recoverable_fault_is_reported_at_once_with_its_path() {
        let found = faults(
            r#"{"resourceType":"Patient","a":{},"b":[],"c":"","d":null,"a":1,
                "e":[{"f":1},null],"name":[{"given":["x",null],"_given":[null,{"id":"y"}]}]}"#,
        );
        let expected = [
            (FaultKind::EmptyObject, "Patient.a"),
            (FaultKind::EmptyArray, "Patient.b"),
            (FaultKind::EmptyString, "Patient.c"),
            (FaultKind::NullValue, "Patient.d"),
            (FaultKind::DuplicateMember("a".into()), "Patient.a"),
            (FaultKind::NullValue, "Patient.e[1]"),
        ];
        let expected: Vec<_> = expected.map(|(kind, path)| (kind, path.to_owned())).into();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_duplicate_is_found_in_large_objects_and_behind_escapes() {
        let many: Vec<String> = (0..40).map(|n| format!("\"m{n}\":1")).collect();
        let found = faults(&format!("{{{},\"m7\":2}}", many.join(",")));
        assert_eq!(found[0].0, FaultKind::DuplicateMember("m7".into()));
        let found = faults(r#"{"id":1,"\u0069d":2}"#);
        assert_eq!(found[0].0, FaultKind::DuplicateMember("id".into()));
    }

    #[test]
    fn a_member_name_holding_a_datum_is_not_repeated_in_the_fault() {
        let found = faults(r#"{"9990000018":1,"9990000018":2}"#);
        assert_eq!(
            found[0].0,
            FaultKind::DuplicateMember("(unreadable name)".into())
        );
        assert!(!found[0].1.contains("999"));
    }

    #[test]
    fn a_syntax_error_stops_and_keeps_what_was_found_before() {
        let found = faults(r#"{"resourceType":"Patient","a":"","b":tru}"#);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].0, FaultKind::EmptyString);
        assert!(matches!(found[1].0, FaultKind::Syntax(_)));
    }

    #[test]
    fn twenty_thousand_levels_are_refused_at_the_limit() {
        let found = parse("[".repeat(20_000).into_bytes(), &Limits::default());
        let faults = found.expect_err("too deep");
        assert_eq!(faults[0].kind, FaultKind::TooDeep(64));
        assert_eq!(faults[0].offset, 64);
    }

    #[test]
    fn more_values_than_the_limit_are_refused() {
        let limits = Limits {
            nodes: 10,
            depth: 4,
        };
        let faults = parse(format!("[{}1]", "1,".repeat(20)).into_bytes(), &limits);
        let faults = faults.expect_err("too many");
        assert_eq!(faults[0].kind, FaultKind::TooManyNodes(10));
    }

    #[test]
    fn a_flood_of_faults_is_cut_off() {
        let faults = parse(
            format!("[{}1]", "\"\",".repeat(5000)).into_bytes(),
            &Limits::default(),
        );
        assert_eq!(faults.expect_err("faults").len(), MAX_FAULTS);
    }

    #[test]
    fn a_byte_order_mark_and_broken_utf8_are_faults() {
        assert_eq!(faults("\u{feff}{\"a\":1}")[0].0, FaultKind::ByteOrderMark);
        let broken = parse(b"{\"a\":\"\xFF\"}".to_vec(), &Limits::default());
        assert_eq!(broken.expect_err("utf8")[0].kind, FaultKind::NotUtf8);
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for bad in [
            "",
            " ",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "[1 2]",
            "NaN",
            "01",
            "-",
            "1.",
            "1e",
            "+1",
            "\"\u{1}\"",
            r#""\x""#,
            r#""\ud800""#,
            r#""\udc00x""#,
            r#""\ud800\u0041""#,
            "1 1",
            "{\"a\" 1}",
            "{,}",
            "'a'",
            "[1]]",
            "nul",
            "truefalse",
            "{\"a\":}",
            "/*c*/1",
        ] {
            let found = faults(bad);
            let refused = matches!(found.last(), Some((FaultKind::Syntax(_), _)));
            assert!(refused, "accepted {bad:?}");
        }
    }

    #[test]
    fn a_surrogate_pair_becomes_one_character() {
        let doc = parse(br#""\ud83d\ude00x""#.to_vec(), &Limits::default()).expect("pair");
        assert_eq!(doc.root().text(), Some("\u{1F600}x"));
    }

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(serde_json::Value::from),
            any::<i64>().prop_map(serde_json::Value::from),
            "[^\u{0}]{1,12}".prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(5, 60, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 1..6).prop_map(serde_json::Value::from),
                prop::collection::btree_map("\\PC{1,6}", inner, 1..6)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn same(node: Node<'_>, value: &serde_json::Value) -> bool {
        match value {
            serde_json::Value::Object(map) => {
                node.members().count() == map.len()
                    && map
                        .iter()
                        .all(|(k, v)| node.get(k).is_some_and(|n| same(n, v)))
            }
            serde_json::Value::Array(items) => {
                node.items().count() == items.len()
                    && node.items().zip(items).all(|(n, v)| same(n, v))
            }
            serde_json::Value::String(text) => node.text() == Some(text),
            other => node.text() == Some(&other.to_string()),
        }
    }

    fn only_form_faults(faults: &[Fault]) -> bool {
        faults.iter().all(|fault| {
            !matches!(
                fault.kind,
                FaultKind::Syntax(_) | FaultKind::NotUtf8 | FaultKind::ByteOrderMark
            )
        })
    }

    proptest! {
        #[test]
        fn a_valid_document_reads_as_serde_json_reads_it(value in any_json(), pretty: bool) {
            let text = if pretty {
                serde_json::to_string_pretty(&value).expect("value")
            } else {
                value.to_string()
            };
            let doc = parse(text.clone().into_bytes(), &Limits::default());
            let doc = doc.expect("valid document");
            prop_assert!(same(doc.root(), &value));
            prop_assert_eq!(Splice::new(&doc).finish(), text.as_bytes());
            prop_assert_eq!(doc.into_source(), text.into_bytes());
        }

        #[test]
        fn random_bytes_never_panic_and_agree_with_serde_json(bytes in any::<Vec<u8>>()) {
            let ours = parse(bytes.clone(), &Limits::default());
            let theirs = serde_json::from_slice::<serde_json::Value>(&bytes).is_ok();
            let accepted = ours.map_or_else(|faults| only_form_faults(&faults), |_| true);
            prop_assert_eq!(accepted, theirs);
        }

        #[test]
        fn text_near_json_is_accepted_exactly_when_serde_json_accepts_it(
            text in "[\\[\\]{}:,\"\\\\0-9a-fu.eE+\\- truefalsn]{0,24}"
        ) {
            let ours = parse(text.clone().into_bytes(), &Limits::default());
            let theirs = serde_json::from_str::<serde_json::Value>(&text).is_ok();
            let accepted = ours.map_or_else(|faults| only_form_faults(&faults), |_| true);
            prop_assert_eq!(accepted, theirs, "{}", text);
        }
    }
}
