//! Small edits of a received document, written into its own source: numbers,
//! narrative and order of everything else stay as they came.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::tree::{Document, Kind, Node};

/// Edits of one document, applied by [`Splice::finish`]. An edit inside a
/// value that is itself replaced or removed is lost with it.
#[derive(Debug)]
pub struct Splice<'d> {
    document: &'d Document,
    replaced: BTreeMap<u32, String>,
    removed: BTreeSet<u32>,
    /// New members of an object, in order of their first setting.
    inserted: BTreeMap<u32, Vec<(&'static str, String)>>,
    pushed: BTreeMap<u32, Vec<String>>,
    /// By index: values that are edited or hold an edit somewhere below. A flag a value,
    /// because each value beside an edit is asked for it.
    touched: Vec<bool>,
    /// How many bytes the edits bring, at most.
    added: usize,
}

impl<'d> Splice<'d> {
    /// No edits yet.
    pub fn new(document: &'d Document) -> Splice<'d> {
        Splice {
            document,
            replaced: BTreeMap::new(),
            removed: BTreeSet::new(),
            inserted: BTreeMap::new(),
            pushed: BTreeMap::new(),
            touched: vec![false; document.len()],
            added: 0,
        }
    }

    /// Replaces the member's value, or inserts the member as the first one.
    /// `json_value` is JSON; use [`quote`] for text. No effect on a non-object.
    pub fn set(&mut self, object: Node<'d>, member: &'static str, json_value: impl Into<String>) {
        let Some(node) = object.get(member) else {
            return self.insert(object, member, json_value);
        };
        self.removed.remove(&node.index());
        self.replace(node, json_value);
    }

    /// Inserts a member that the source has not as the first one. `json_value` is JSON. No
    /// effect on a non-object.
    pub fn insert(
        &mut self,
        object: Node<'d>,
        member: &'static str,
        json_value: impl Into<String>,
    ) {
        if object.kind() != Kind::Object {
            return;
        }
        self.touch(object);
        let json = json_value.into();
        self.added += member.len() + json.len() + "\"\":,".len();
        let members = self.inserted.entry(object.index()).or_default();
        match members.iter_mut().find(|(name, _)| *name == member) {
            Some((_, value)) => *value = json,
            None => members.push((member, json)),
        }
    }

    /// Takes a member out; nothing happens when it is absent.
    pub fn remove(&mut self, object: Node<'d>, member: &str) {
        if let Some(members) = self.inserted.get_mut(&object.index()) {
            members.retain(|(name, _)| *name != member);
        }
        if let Some(node) = object.get(member) {
            self.touch(node);
            self.removed.insert(node.index());
        }
    }

    /// Takes one item out of its array, or one member out of its object.
    pub fn drop(&mut self, node: Node<'d>) {
        self.touch(node);
        self.removed.insert(node.index());
    }

    /// Puts JSON in the place of a value.
    pub fn replace(&mut self, node: Node<'d>, json: impl Into<String>) {
        self.touch(node);
        let json = json.into();
        self.added += json.len();
        self.replaced.insert(node.index(), json);
    }

    /// Appends an item to an array. No effect on anything else.
    pub fn push(&mut self, array: Node<'d>, json_item: impl Into<String>) {
        if array.kind() != Kind::Array {
            return;
        }
        self.touch(array);
        let json = json_item.into();
        self.added += json.len() + ",".len();
        self.pushed.entry(array.index()).or_default().push(json);
    }

    /// The source with all edits.
    pub fn finish(self) -> Vec<u8> {
        let source = &self.document.source;
        let mut out = Output {
            source,
            text: String::with_capacity(source.len() + self.added),
            from: 0,
        };
        let root = self.document.root();
        if self.touched[root.index() as usize] {
            self.write(root, &mut out);
        }
        out.keep_to(source.len());
        out.text.into_bytes()
    }

    fn touch(&mut self, node: Node<'d>) {
        let mut at = Some(node);
        while let Some(node) = at {
            let touched = &mut self.touched[node.index() as usize];
            if std::mem::replace(touched, true) {
                return;
            }
            at = node.parent();
        }
    }

    /// Writes a value that is edited or holds an edit.
    fn write(&self, node: Node<'d>, out: &mut Output<'_>) {
        let Some(json) = self.replaced.get(&node.index()) else {
            return self.write_container(node, out);
        };
        out.keep_to(node.span().start);
        out.text.push_str(json);
        out.skip_to(node.span().end);
    }

    fn write_container(&self, node: Node<'d>, out: &mut Output<'_>) {
        // Where the source goes on after the value before.
        let mut from = node.span().start + 1;
        let mut has_before = false;
        for (name, value) in self.inserted.get(&node.index()).into_iter().flatten() {
            out.keep_to(from);
            out.put_separator(has_before);
            quote_into(name, &mut out.text);
            out.text.push(':');
            out.text.push_str(value);
            has_before = true;
        }
        for child in node.children() {
            let span = child.span();
            let is_touched = self.touched[child.index() as usize];
            if is_touched && self.removed.contains(&child.index()) {
                out.keep_to(from);
                out.skip_to(span.end);
            } else {
                out.put_lead(from..span.start, has_before);
                if is_touched {
                    self.write(child, out);
                }
                has_before = true;
            }
            from = span.end;
        }
        for item in self.pushed.get(&node.index()).into_iter().flatten() {
            out.keep_to(from);
            out.put_separator(has_before);
            out.text.push_str(item);
            has_before = true;
        }
    }
}

/// What is written, and how far the source is: all of it between two edits is copied in one go.
struct Output<'s> {
    source: &'s str,
    text: String,
    from: usize,
}

impl Output<'_> {
    /// Takes the source over up to there, as far as it is not yet.
    fn keep_to(&mut self, end: usize) {
        self.text.push_str(&self.source[self.from..end]);
        self.from = end;
    }

    /// Leaves the source out up to there.
    fn skip_to(&mut self, end: usize) {
        self.from = end;
    }

    fn put_separator(&mut self, has_before: bool) {
        if has_before {
            self.text.push(',');
        }
    }

    /// What stands before a value, with the comma that it needs now.
    fn put_lead(&mut self, lead: Range<usize>, has_before: bool) {
        // Most stand behind what they stood behind: nothing changes.
        if has_before && self.source.as_bytes()[lead.start] == b',' {
            return;
        }
        let came = &self.source[lead.clone()];
        self.keep_to(lead.start);
        self.put_separator(has_before);
        self.text.push_str(without_comma(came));
        self.skip_to(lead.end);
    }
}

/// What stands before a value, its name included, without the comma that
/// belonged to its neighbour.
fn without_comma(lead: &str) -> &str {
    if !lead.trim_start().starts_with(',') {
        return lead;
    }
    lead.split_once(',').map_or(lead, |(_, rest)| rest)
}

const HEX: [char; 16] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
];

/// Text as a JSON string, quotes included.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    quote_into(text, &mut out);
    out
}

fn quote_into(text: &str, out: &mut String) {
    out.push('"');
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        // All that must be escaped is one byte long; the rest is copied in one go.
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(&text[from..at]);
        from = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            control => {
                out.push_str("\\u");
                let code = usize::from(control);
                out.extend(['0', '0', HEX[code / 16], HEX[code % 16]]);
            }
        }
    }
    out.push_str(&text[from..]);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::standards::fhir::Limits;

    fn edited(json: &str, edit: impl for<'d> Fn(&mut Splice<'d>, Node<'d>)) -> String {
        let doc = Document::parse(json.as_bytes().to_vec(), &Limits::default()).expect("valid");
        let mut splice = Splice::new(&doc);
        edit(&mut splice, doc.root());
        let out = splice.finish();
        let again = Document::parse(out.clone(), &Limits::default());
        assert!(again.is_ok() || out.ends_with(b"{}"), "not JSON any more");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn only_the_edited_places_change() {
        let out = edited(
            "{ \"a\" : 1.50,\n \"b\":[ 1 , 2 ],\n\t\"c\":{\"d\":1E2} }\n",
            |splice, root| {
                splice.set(root, "b", "[3]");
                splice.set(root, "id", quote("x\"y"));
            },
        );
        assert_eq!(
            out,
            "{\"id\":\"x\\\"y\", \"a\" : 1.50,\n \"b\":[3],\n\t\"c\":{\"d\":1E2} }\n"
        );
    }

    #[test]
    fn members_and_items_can_be_taken_out_anywhere() {
        let json = r#"{"a":1, "b":2, "c":[1, {"d":1,"e":2}]}"#;
        assert_eq!(
            edited(json, |s, root| s.remove(root, "a")),
            r#"{ "b":2, "c":[1, {"d":1,"e":2}]}"#
        );
        assert_eq!(
            edited(json, |s, root| s.remove(root, "c")),
            r#"{"a":1, "b":2}"#
        );
        let nested = edited(json, |s, root| {
            let item = root.each("c").nth(1).expect("object");
            s.remove(item, "e");
            s.remove(item, "absent");
        });
        assert_eq!(nested, r#"{"a":1, "b":2, "c":[1, {"d":1}]}"#);
        let items = edited("[1, 2, 3]", |s, root| {
            s.drop(root.items().next().expect("first"));
        });
        assert_eq!(items, "[ 2, 3]");
    }

    #[test]
    fn an_item_is_appended_and_a_nested_value_replaced() {
        let out = edited(r#"{"entry":[{"n":1},{"n":2}]}"#, |splice, root| {
            let entries = root.get("entry").expect("entry");
            splice.push(entries, "{\"n\":3}");
            let second = entries.items().nth(1).expect("second");
            splice.set(second, "n", "22");
        });
        assert_eq!(out, r#"{"entry":[{"n":1},{"n":22},{"n":3}]}"#);
    }

    #[test]
    fn the_last_word_on_a_member_wins() {
        let out = edited(r#"{"a":1,"b":2}"#, |splice, root| {
            splice.set(root, "z", "1");
            splice.set(root, "z", "2");
            splice.set(root, "y", "1");
            splice.remove(root, "y");
            splice.remove(root, "a");
            splice.set(root, "a", "3");
        });
        assert_eq!(out, r#"{"z":2,"a":3,"b":2}"#);
    }

    #[test]
    fn setting_the_only_member_after_removing_all_leaves_no_stray_comma() {
        let out = edited(r#"{"a":1,"b":2}"#, |splice, root| {
            splice.remove(root, "a");
            splice.remove(root, "b");
            splice.set(root, "c", "1");
        });
        assert_eq!(out, r#"{"c":1}"#);
    }

    proptest! {
        #[test]
        fn any_text_survives_quoting(text in any::<String>()) {
            let back: String = serde_json::from_str(&quote(&text)).expect("JSON string");
            prop_assert_eq!(back, text);
        }
    }
}
