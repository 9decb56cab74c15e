//! A JSON value whose members keep the order in which they were written.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::domain::mapping::OutValue;

/// A value. Personal data passes through it: it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Node {
    Text(String),
    Bool(bool),
    Number(i64),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    /// An object of these members, in this order.
    pub(super) fn object<const N: usize>(members: [(&str, Node); N]) -> Self {
        let members = members.map(|(name, value)| (name.to_owned(), value));
        Self::Object(members.into())
    }

    /// With one more member; without it when the value is empty, because JSON for FHIR
    /// has no empty objects, lists or texts (FHIR R4, JSON representation).
    #[must_use]
    pub(super) fn with(mut self, name: &str, value: impl Into<Node>) -> Self {
        let value = value.into();
        if let Self::Object(members) = &mut self
            && !value.is_empty()
        {
            members.push((name.to_owned(), value));
        }
        self
    }

    /// With this member behind the first one, which in FHIR is `resourceType`.
    #[must_use]
    pub(super) fn insert_second(mut self, name: &str, value: Node) -> Self {
        if let Self::Object(members) = &mut self {
            let place = members.len().min(1);
            members.insert(place, (name.to_owned(), value));
        }
        self
    }

    /// The member of this name.
    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        let Self::Object(members) = self else {
            return None;
        };
        let found = members.iter().find(|(member, _)| member == name)?;
        Some(&found.1)
    }

    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Object(members) => members.is_empty(),
            Self::Bool(_) | Self::Number(_) => false,
        }
    }

    /// The bytes, without white space.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts, numbers and their containers always serialise")
    }
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Node {
    fn from(yes: bool) -> Self {
        Self::Bool(yes)
    }
}

impl From<Vec<Node>> for Node {
    fn from(items: Vec<Node>) -> Self {
        Self::List(items)
    }
}

impl From<Vec<String>> for Node {
    fn from(items: Vec<String>) -> Self {
        Self::List(items.into_iter().map(Self::Text).collect())
    }
}

/// Nothing, which [`Node::with`] leaves out.
impl From<Option<Node>> for Node {
    fn from(value: Option<Node>) -> Self {
        value.unwrap_or(Self::Text(String::new()))
    }
}

impl From<&OutValue> for Node {
    fn from(value: &OutValue) -> Self {
        match value {
            OutValue::Text(text) => Self::Text(text.clone()),
            OutValue::List(items) => items.clone().into(),
            OutValue::Bool(yes) => Self::Bool(*yes),
            OutValue::Number(number) => Self::Number(*number),
        }
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Bool(yes) => serializer.serialize_bool(*yes),
            Self::Number(number) => serializer.serialize_i64(*number),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}
