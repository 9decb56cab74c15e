//! A list of codes as a FHIR R4 ConceptMap, and back: for whoever exchanges maps with
//! other systems. The table stays the source; a map is made from it or read into it.
//!
//! | in the list | in the map |
//! |---|---|
//! | `sct\|928000` | a group whose source is that system's address |
//! | `off-sick`, `declined`, `*` | a group whose source is [`WORDS`], the case's own words |
//! | another alias, `local\|A1` | a group whose source is [`ALIAS`] and the alias |
//! | relation | equivalence, the same four words |
//! | `*` with a target | `unmapped`, mode `fixed`, for readers that do not know `*` |
//!
//! Rows keep their order: a group ends where the next row has another system.

mod read;
mod write;

pub use read::read;
pub use write::write;

use crate::domain::mapping::Relation;
use crate::standards::systems;

/// The system of the canonical words of a case, and of the words for having no answer.
pub const WORDS: &str = "https://workwell-gateway.example/CodeSystem/case-words";

/// What stands before an alias that has no published address.
pub const ALIAS: &str = "https://workwell-gateway.example/CodeSystem/alias/";

/// What stands before a map's own name.
const MAPS: &str = "https://workwell-gateway.example/ConceptMap/";

/// The source of a row that answers for every code without one of its own.
const ANY_OTHER: &str = "*";

/// A list and whose it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// The provider's slug.
    pub provider: String,
    /// The provider's name.
    pub provider_name: String,
    /// The version of the provider's tables.
    pub version: String,
    /// The name of the list, `codes/<name>.csv`.
    pub name: String,
    /// The rows in the list's order.
    pub rows: Vec<Row>,
}

/// One row of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// `alias|code`, a canonical word, or `*`.
    pub source: String,
    /// What it means; may be empty.
    pub source_display: String,
    /// The provider's word; empty only when unmatched.
    pub target: String,
    /// What that means; may be empty.
    pub target_display: String,
    /// How the meanings compare.
    pub relation: Relation,
    /// Why, where they are not equivalent.
    pub comment: String,
}

/// Why a list is no map, or a map no list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The row's line in the list, or the path in the map.
    pub place: String,
    /// What was found and what to write.
    pub what: String,
}

impl Fault {
    fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            what: what.into(),
        }
    }
}

/// The system and the code of a source.
fn split(source: &str) -> (String, &str) {
    match source.split_once('|') {
        None => (WORDS.to_owned(), source),
        Some((alias, code)) => {
            let known = systems::address_of(alias);
            let system = known.map_or_else(|| format!("{ALIAS}{alias}"), str::to_owned);
            (system, code)
        }
    }
}

/// The source of a system and a code; `None` for a system that no alias names.
fn joined(system: &str, code: &str) -> Option<String> {
    if system == WORDS {
        return Some(code.to_owned());
    }
    let alias = match systems::alias_of(system) {
        Some(alias) => alias,
        None => system.strip_prefix(ALIAS).filter(|alias| is_alias(alias))?,
    };
    Some(format!("{alias}|{code}"))
}

fn is_alias(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
    !text.is_empty() && text.bytes().all(plain)
}

/// R4 `code`: no space at either end, and none but single spaces within.
fn is_code(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    !text.is_empty() && words.join(" ") == text
}

#[cfg(test)]
mod tests;
