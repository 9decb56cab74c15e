//! A parsed document: the received source and an arena of compact entries.
//!
//! Entries stand in document order, a container directly before its content, so
//! that a child is the next entry and a sibling is found by one jump. Strings
//! are slices of the source; only a string with an escape has a decoded copy.

use std::fmt::Write;
use std::ops::Range;

use super::fault::{Fault, Unreadable, shown_name};
use super::limits::Limits;
use super::name::NameKey;
use super::{json, resource_types};

/// What a node is in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `{...}`
    Object,
    /// `[...]`
    Array,
    /// `"..."`
    String,
    /// A number, kept as its literal text.
    Number,
    /// `true` or `false`.
    Boolean,
    /// `null`
    Null,
}

/// One value. Offsets are bytes of the source; names exclude their quotes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub start: u32,
    pub end: u32,
    pub name_start: u32,
    /// Of a name with escapes, that of its decoded text.
    pub name: NameKey,
    pub parent: u32,
    pub after: u32,
    pub kind: Kind,
    pub has_name: bool,
    pub name_escaped: bool,
    pub value_escaped: bool,
}

impl Entry {
    /// Where the name stands in the source, unless it has escapes.
    pub(super) fn name_range(&self) -> Range<usize> {
        let start = self.name_start as usize;
        start..start + self.name.length() as usize
    }
}

/// The parent of the root.
pub(super) const NOBODY: u32 = u32::MAX;

/// A parsed document. Cheap to walk, immutable.
#[derive(Debug, Clone)]
pub struct Document {
    pub(super) source: String,
    pub(super) entries: Vec<Entry>,
    /// Decoded text of escaped strings, by entry, ascending.
    pub(super) decoded: Vec<(u32, String)>,
    /// Decoded names of escaped member names, by entry, ascending.
    pub(super) decoded_names: Vec<(u32, String)>,
}

impl Document {
    /// Reads JSON. Collects all recoverable faults; a syntax error, too deep a
    /// nesting or too many values end the reading.
    ///
    /// # Errors
    /// Every fault found, in document order, at most [`json::MAX_FAULTS`].
    pub fn parse(source: Vec<u8>, limits: &Limits) -> Result<Document, Vec<Fault>> {
        json::parse(source, limits)
    }

    /// Reads JSON like [`Document::parse`], and gives the document in spite of faults that
    /// did not end the reading: what else is wrong with it can then be told too. It is for
    /// checking only; nothing of such a document may be acted on.
    ///
    /// # Errors
    /// Every fault found and the source, when one of them ended the reading.
    pub fn read(source: Vec<u8>, limits: &Limits) -> Result<(Document, Vec<Fault>), Unreadable> {
        json::read(source, limits)
    }

    /// The outermost value.
    pub fn root(&self) -> Node<'_> {
        Node {
            document: self,
            index: 0,
        }
    }

    /// The bytes as received.
    pub fn source(&self) -> &[u8] {
        self.source.as_bytes()
    }

    /// Gives the received bytes back.
    pub fn into_source(self) -> Vec<u8> {
        self.source.into_bytes()
    }

    /// How many values the document holds.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Never true: a document has at least its root.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn entry(&self, index: u32) -> &Entry {
        &self.entries[index as usize]
    }

    fn text_of(&self, index: u32) -> &str {
        let entry = self.entry(index);
        if entry.value_escaped {
            return lookup(&self.decoded, index);
        }
        let (start, end) = (entry.start as usize, entry.end as usize);
        if entry.kind == Kind::String {
            &self.source[start + 1..end - 1]
        } else {
            &self.source[start..end]
        }
    }

    fn name_of(&self, index: u32) -> Option<&str> {
        let entry = self.entry(index);
        if !entry.has_name {
            return None;
        }
        if entry.name_escaped {
            return Some(lookup(&self.decoded_names, index));
        }
        Some(&self.source[entry.name_range()])
    }

    /// The name of a member as bytes, which need no look for the ends of characters.
    fn name_bytes(&self, index: u32) -> &[u8] {
        let entry = self.entry(index);
        if entry.name_escaped {
            return lookup(&self.decoded_names, index).as_bytes();
        }
        &self.source.as_bytes()[entry.name_range()]
    }

    /// Path of an entry, also while the document is still being read.
    pub(super) fn path_of(&self, index: u32) -> String {
        let mut steps = Vec::with_capacity(16);
        let mut at = index;
        while self.entry(at).parent != NOBODY {
            steps.push(at);
            at = self.entry(at).parent;
        }
        let mut path = String::with_capacity(96);
        path.push_str(self.root_name());
        for step in steps.into_iter().rev() {
            if let Some(name) = self.name_of(step) {
                path.push('.');
                path.push_str(shown_name(name));
                continue;
            }
            // Writing into a text does not fail.
            let _ = write!(path, "[{}]", self.position_in_array(step));
        }
        path
    }

    fn position_in_array(&self, index: u32) -> usize {
        let mut at = self.entry(index).parent + 1;
        let mut position = 0;
        while at < index {
            at = self.entry(at).after;
            position += 1;
        }
        position
    }

    /// The resource type of the root when R4 knows it: an unknown one could hold anything.
    fn root_name(&self) -> &'static str {
        let Some(root) = self.entries.first() else {
            return "$";
        };
        if root.kind != Kind::Object {
            return "$";
        }
        let mut at = 1;
        while (at as usize) < self.entries.len() {
            let entry = self.entry(at);
            if entry.parent != 0 {
                break;
            }
            let is_type = entry.kind == Kind::String && self.name_of(at) == Some("resourceType");
            if is_type && entry.end > entry.start {
                return resource_types::known(self.text_of(at)).unwrap_or("$");
            }
            if entry.after <= at {
                break;
            }
            at = entry.after;
        }
        "$"
    }
}

fn lookup(decoded: &[(u32, String)], index: u32) -> &str {
    decoded
        .binary_search_by_key(&index, |(at, _)| *at)
        .map_or("", |found| decoded[found].1.as_str())
}

/// A cursor on one value; copied freely.
#[derive(Debug, Clone, Copy)]
pub struct Node<'d> {
    document: &'d Document,
    index: u32,
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.document, other.document) && self.index == other.index
    }
}

impl<'d> Node<'d> {
    /// What this value is in JSON.
    pub fn kind(self) -> Kind {
        self.entry().kind
    }

    /// The member of this object with that name; `None` on anything else.
    #[inline]
    pub fn get(self, name: &str) -> Option<Node<'d>> {
        self.member(NameKey::of(name), name)
    }

    /// The member with a name whose key is known.
    fn member(self, key: NameKey, name: &str) -> Option<Node<'d>> {
        self.values().find(|value| value.is_named(key, name))
    }

    /// Whether this member has that name, whose key is `key`.
    #[inline]
    pub(crate) fn is_named(self, key: NameKey, name: &str) -> bool {
        self.name_key() == key && (key.is_whole() || self.is_called(name))
    }

    /// Letter for letter.
    #[inline(never)]
    fn is_called(self, name: &str) -> bool {
        self.document.name_bytes(self.index) == name.as_bytes()
    }

    /// The members of this object in document order; none on anything else.
    pub fn members(self) -> impl Iterator<Item = (&'d str, Node<'d>)> {
        self.values()
            .map(|node| (node.name().unwrap_or_default(), node))
    }

    /// The values of the members, where their names are not wanted, or of few of them.
    pub(crate) fn values(self) -> Items<'d> {
        if self.kind() == Kind::Object {
            self.children()
        } else {
            Items::none(self.document)
        }
    }

    /// The items of this array; a value that is no array yields itself once.
    pub fn items(self) -> Items<'d> {
        if self.kind() == Kind::Array {
            return self.children();
        }
        Items {
            document: self.document,
            next: self.index,
            end: self.index + 1,
        }
    }

    /// The items of member `name`; none if it is absent.
    pub fn each(self, name: &str) -> Items<'d> {
        self.get(name)
            .map_or(Items::none(self.document), Node::items)
    }

    /// The value of a string, or the literal text of a number or boolean.
    pub fn text(self) -> Option<&'d str> {
        match self.kind() {
            Kind::String | Kind::Number | Kind::Boolean => Some(self.document.text_of(self.index)),
            Kind::Object | Kind::Array | Kind::Null => None,
        }
    }

    /// The text of member `name`.
    pub fn str(self, name: &str) -> Option<&'d str> {
        self.get(name)?.text()
    }

    /// Follows member names, taking the first item of each array on the way.
    pub fn dig(self, path: &[&str]) -> Option<Node<'d>> {
        let mut node = self.items().next()?;
        for name in path {
            node = node.get(name)?.items().next()?;
        }
        Some(node)
    }

    /// The bytes this value takes in the source.
    pub fn span(self) -> Range<usize> {
        self.entry().start as usize..self.entry().end as usize
    }

    /// The value as it stands in the source.
    pub fn json(self) -> &'d str {
        &self.document.source[self.span()]
    }

    /// Path from the root, such as `Bundle.entry[3].resource.identifier[0].value`.
    /// The root is named by its resource type when R4 knows it, else `$`.
    pub fn path(self) -> String {
        self.document.path_of(self.index)
    }

    /// The member name of this value; `None` for the root and for array items.
    pub fn name(self) -> Option<&'d str> {
        self.document.name_of(self.index)
    }

    /// The object or array this value stands in.
    pub fn parent(self) -> Option<Node<'d>> {
        let parent = self.entry().parent;
        (parent != NOBODY).then_some(Node {
            document: self.document,
            index: parent,
        })
    }

    /// The document this cursor walks.
    pub fn document(self) -> &'d Document {
        self.document
    }

    /// The member name in short, made while reading; that of the empty name without one.
    pub(crate) fn name_key(self) -> NameKey {
        self.entry().name
    }

    pub(super) fn index(self) -> u32 {
        self.index
    }

    /// Members or items, whatever this container holds.
    pub(super) fn children(self) -> Items<'d> {
        Items {
            document: self.document,
            next: self.index + 1,
            end: self.entry().after,
        }
    }

    /// Every value below this one, in document order.
    pub(crate) fn below(self) -> impl Iterator<Item = Node<'d>> {
        let document = self.document;
        (self.index + 1..self.entry().after).map(move |index| Node { document, index })
    }

    pub(super) fn entry(self) -> &'d Entry {
        self.document.entry(self.index)
    }
}

/// The items of an array, or one lone value.
#[derive(Debug, Clone)]
pub struct Items<'d> {
    document: &'d Document,
    next: u32,
    end: u32,
}

impl<'d> Items<'d> {
    fn none(document: &'d Document) -> Items<'d> {
        Items {
            document,
            next: 0,
            end: 0,
        }
    }
}

impl<'d> Iterator for Items<'d> {
    type Item = Node<'d>;

    fn next(&mut self) -> Option<Node<'d>> {
        if self.next >= self.end {
            return None;
        }
        #[cfg(test)]
        STEPS.with(|steps| steps.set(steps.get() + 1));
        let node = Node {
            document: self.document,
            index: self.next,
        };
        self.next = node.entry().after;
        Some(node)
    }
}

#[cfg(test)]
thread_local! {
    /// How many members and items this thread has gone by: it says of any machine whether
    /// something is gone through once, or once for each of something else.
    pub(crate) static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(json: &str) -> Document {
        Document::parse(json.as_bytes().to_vec(), &Limits::default()).expect("valid test document")
    }

    const MESSAGE: &str = r#"{"entry":[{"resource":{"resourceType":"Patient","active":true,
        "identifier":[{"value":"a"},{"value":"b\u0041"}],"name":{"family":"Test"}}}],
        "total":1.50,"resourceType":"Bundle"}"#;

    #[test]
    fn a_path_names_members_and_positions_wherever_the_resource_type_stands() {
        let doc = document(MESSAGE);
        let value = doc
            .root()
            .dig(&["entry", "resource"])
            .and_then(|patient| patient.each("identifier").nth(1))
            .and_then(|identifier| identifier.get("value"))
            .expect("second identifier");
        assert_eq!(value.path(), "Bundle.entry[0].resource.identifier[1].value");
        assert_eq!(value.text(), Some("bA"));
        assert_eq!(value.name(), Some("value"));
    }

    #[test]
    fn numbers_and_booleans_keep_their_literal_text() {
        let doc = document(MESSAGE);
        assert_eq!(doc.root().str("total"), Some("1.50"));
        let patient = doc.root().dig(&["entry", "resource"]).expect("patient");
        assert_eq!(patient.str("active"), Some("true"));
    }

    #[test]
    fn a_lone_value_counts_as_one_item_and_an_absent_member_as_none() {
        let doc = document(MESSAGE);
        let patient = doc.root().dig(&["entry", "resource"]).expect("patient");
        assert_eq!(patient.each("name").count(), 1);
        assert_eq!(patient.each("contact").count(), 0);
        assert_eq!(patient.each("identifier").count(), 2);
    }

    #[test]
    fn the_span_of_a_value_is_its_own_source_text() {
        let doc = document(MESSAGE);
        let total = doc.root().get("total").expect("total");
        assert_eq!(&doc.source()[total.span()], b"1.50");
        assert_eq!(doc.root().span(), 0..MESSAGE.len());
    }

    #[test]
    fn an_unknown_resource_type_does_not_reach_the_path() {
        let doc = document(r#"{"resourceType":"Somebody","name":[1]}"#);
        let item = doc.root().dig(&["name"]).expect("item");
        assert_eq!(item.path(), "$.name[0]");
        assert_eq!(item.parent().and_then(Node::parent), Some(doc.root()));
    }

    #[test]
    fn a_name_written_with_an_escape_is_the_same_name() {
        let doc = document(r#"{"\u0069d":"x","b":"y"}"#);
        assert_eq!(doc.root().str("id"), Some("x"));
        let key = doc.root().get("id").expect("id").name_key();
        assert_eq!(key, NameKey::of("id"));
    }
}
