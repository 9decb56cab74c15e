//! Code lists: what one of our words is in a provider's words.

use std::collections::HashMap;

use super::Position;

/// How the two meanings compare (R4 ConceptMap relationship, the four that a list may
/// use). All but `equivalent` lose something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The same meaning.
    Equivalent,
    /// The provider's word means more.
    Wider,
    /// The provider's word means less.
    Narrower,
    /// The provider has no word; nothing is sent for it.
    Unmatched,
}

impl Relation {
    /// The words of the column.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Equivalent, "equivalent"),
        (Self::Wider, "wider"),
        (Self::Narrower, "narrower"),
        (Self::Unmatched, "unmatched"),
    ];

    /// Reads the word of the column.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, word)| *word == code)
            .map(|(relation, _)| *relation)
    }
}

/// What happens to a code that a list does not hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnmappedPolicy {
    /// The case waits for a person who extends the list.
    #[default]
    Hold,
    /// The provider is not served this case.
    Refuse,
    /// The target stays empty, and the trace says so.
    Omit,
}

impl UnmappedPolicy {
    /// The words in `provider.toml`.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Hold, "hold"),
        (Self::Refuse, "refuse"),
        (Self::Omit, "omit"),
    ];

    /// Reads the word in `provider.toml`.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, word)| *word == code)
            .map(|(policy, _)| *policy)
    }
}

/// One row of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeRow {
    /// `alias|code`, a canonical word, one of `declined`, `not-known`, `absent`, or
    /// [`CodeList::ANY_OTHER`].
    pub source: String,
    /// The provider's word; empty only when unmatched.
    pub target: String,
    /// How the meanings compare.
    pub relation: Relation,
    /// Where the row stands.
    pub position: Position,
}

/// What a list says about a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup<'a> {
    /// A row with a word.
    Word(&'a CodeRow),
    /// A row that says the provider has no word for it.
    NoWord(&'a CodeRow),
    /// No row.
    Unlisted,
}

/// One list of codes.
#[derive(Clone, Debug, Default)]
pub struct CodeList {
    /// The name, as in `code:<name>` and `codes/<name>.csv`.
    pub name: String,
    /// What happens to a code without a row.
    pub unmapped: UnmappedPolicy,
    rows: Vec<CodeRow>,
    by_source: HashMap<String, usize>,
}

impl CodeList {
    /// The source of a row that answers for every code without a row of its own. It is
    /// the analyst's stated default, never a guess of the gateway.
    pub const ANY_OTHER: &'static str = "*";

    /// A list of these rows; of two with one source the first counts (the loader
    /// refuses the second).
    pub fn new(name: impl Into<String>, unmapped: UnmappedPolicy, rows: Vec<CodeRow>) -> Self {
        let mut by_source = HashMap::with_capacity(rows.len());
        for (index, row) in rows.iter().enumerate() {
            by_source.entry(row.source.clone()).or_insert(index);
        }
        Self {
            name: name.into(),
            unmapped,
            rows,
            by_source,
        }
    }

    /// Every row.
    pub fn rows(&self) -> &[CodeRow] {
        &self.rows
    }

    /// Whether a row, or the row for any other code, answers for this one.
    pub fn answers(&self, source: &str) -> bool {
        self.lookup(source) != Lookup::Unlisted
    }

    /// What the list says about a code. The three words of having no answer are found
    /// by their own rows only.
    pub fn lookup(&self, source: &str) -> Lookup<'_> {
        let unanswered = matches!(source, "declined" | "not-known" | "absent");
        let own = self.by_source.get(source);
        let other = || self.by_source.get(Self::ANY_OTHER).filter(|_| !unanswered);
        match own.or_else(other).map(|index| &self.rows[*index]) {
            Some(row) if row.relation == Relation::Unmatched => Lookup::NoWord(row),
            Some(row) => Lookup::Word(row),
            None => Lookup::Unlisted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(rows: &[(&str, &str, Relation)]) -> CodeList {
        let rows = rows
            .iter()
            .map(|(source, target, relation)| CodeRow {
                source: (*source).into(),
                target: (*target).into(),
                relation: *relation,
                position: Position::new("codes/x.csv", 2),
            })
            .collect();
        CodeList::new("x", UnmappedPolicy::Hold, rows)
    }

    #[test]
    fn an_unlisted_code_has_no_word() {
        let list = list(&[("msk", "MSK", Relation::Equivalent)]);
        assert!(matches!(list.lookup("msk"), Lookup::Word(row) if row.target == "MSK"));
        assert_eq!(list.lookup("autism"), Lookup::Unlisted);
    }

    #[test]
    fn the_row_for_any_other_code_does_not_speak_for_a_missing_answer() {
        let list = list(&[("*", "Other", Relation::Wider)]);
        assert!(matches!(list.lookup("sct|928000"), Lookup::Word(row) if row.target == "Other"));
        for word in ["declined", "not-known", "absent"] {
            assert_eq!(list.lookup(word), Lookup::Unlisted, "{word}");
        }
    }

    #[test]
    fn an_unmatched_row_says_that_there_is_no_word() {
        let list = list(&[("learning", "", Relation::Unmatched)]);
        assert!(matches!(list.lookup("learning"), Lookup::NoWord(_)));
    }
}
