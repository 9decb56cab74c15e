//! Which member of a body is amiss, by its name: never by a value.

use serde_json::{Map, Value};

use crate::config::nearest;

/// A member that a body may have.
pub(super) struct Member {
    name: &'static str,
    is_needed: bool,
    /// What it is, in words; a text, a whole number.
    kind: &'static str,
    /// What an object holds in turn.
    within: &'static [Member],
}

impl Member {
    /// One that must be there.
    pub(super) const fn needed(name: &'static str, kind: &'static str) -> Self {
        Self {
            name,
            is_needed: true,
            kind,
            within: &[],
        }
    }

    /// One that may be left out.
    pub(super) const fn optional(name: &'static str, kind: &'static str) -> Self {
        Self {
            is_needed: false,
            ..Self::needed(name, kind)
        }
    }

    /// An object, which may be left out.
    pub(super) const fn within(name: &'static str, within: &'static [Self]) -> Self {
        Self {
            is_needed: false,
            within,
            ..Self::needed(name, "an object")
        }
    }

    fn is_of_kind(&self, value: &Value) -> bool {
        match self.kind {
            "a text" => value.is_string() || (!self.is_needed && value.is_null()),
            "an object" => value.is_object() || value.is_null(),
            _ => value.is_u64() || value.is_null(),
        }
    }
}

/// What is amiss with the members of a body; `None` where it is no object, or nothing is.
pub(super) fn amiss(body: &[u8], known: &[Member]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let mut found = Vec::new();
    look(body.as_object()?, "", known, &mut found);
    (!found.is_empty()).then(|| found.join("; "))
}

fn look(body: &Map<String, Value>, path: &str, known: &[Member], found: &mut Vec<String>) {
    for name in body.keys() {
        if !known.iter().any(|member| member.name == name) {
            found.push(unknown(name, path, known));
        }
    }
    for member in known {
        let name = format!("{path}{}", member.name);
        match body.get(member.name) {
            None if member.is_needed => found.push(format!("`{name}` is missing")),
            Some(value) if !member.is_of_kind(value) => {
                found.push(format!("`{name}` is not {}", member.kind));
            }
            Some(Value::Object(inner)) => look(inner, &format!("{name}."), member.within, found),
            _ => {}
        }
    }
}

/// A name that nobody knows is not repeated: it could be a datum of a person. What was most
/// likely meant says as much.
fn unknown(name: &str, path: &str, known: &[Member]) -> String {
    let names = || known.iter().map(|member| member.name);
    if let Some(meant) = nearest(name, names(), 1).first() {
        return format!("a member is not known; was `{path}{meant}` meant?");
    }
    let all: Vec<String> = names().map(|name| format!("`{path}{name}`")).collect();
    let all = all.join(", ");
    format!("a member is not known; the known ones are {all}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const INNER: &[Member] = &[Member::optional("how", "a text")];
    const KNOWN: &[Member] = &[
        Member::needed("status", "a text"),
        Member::needed("occurred_at", "a text"),
        Member::optional("sequence", "a whole number"),
        Member::within("consent", INNER),
    ];

    fn said(body: &str) -> String {
        amiss(body.as_bytes(), KNOWN).unwrap_or_default()
    }

    #[test]
    fn a_misspelt_member_is_named_with_what_was_meant_and_what_is_missing() {
        assert_eq!(
            said(r#"{"status":"x","occured_at":"y"}"#),
            "a member is not known; was `occurred_at` meant?; `occurred_at` is missing"
        );
        assert_eq!(
            said(r#"{"status":1,"occurred_at":"y","sequence":"z","consent":{"hwo":"q"}}"#),
            "`status` is not a text; `sequence` is not a whole number; a member is not known; was \
             `consent.how` meant?"
        );
    }

    #[test]
    fn a_name_that_could_be_a_datum_and_every_value_stay_unsaid() {
        for body in [
            r#"{"status":"x","occurred_at":"y","Zebulon Pike":"zebulon"}"#,
            r#"{"status":["zebulon"],"occurred_at":"y","zebulon":1}"#,
            r#"{"status":"x","occurred_at":"y","9990000018":1}"#,
        ] {
            let said = said(body);
            assert!(
                said.contains("not known; the known ones are `status`"),
                "{said}"
            );
            assert!(!said.to_lowercase().contains("zebulon"), "{said}");
            assert!(!said.contains("999"), "{said}");
        }
        for body in ["", "zebulon", "[1]", r#"{"status":"x","occurred_at":"y"}"#] {
            assert_eq!(said(body), "", "{body}");
        }
    }
}
