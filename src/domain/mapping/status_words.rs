//! A provider's words for where a case stands.

use super::Position;
use crate::domain::status::{ClosureReason, Status, Visibility};

/// One row of `status.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusWord {
    /// The provider's word as it is written.
    pub word: String,
    /// What it means.
    pub status: Status,
    /// Why the case ended, where it did.
    pub closure: Option<ClosureReason>,
    /// How much of it the referrer sees.
    pub visibility: Visibility,
    /// Where the row stands.
    pub position: Position,
}

/// Every word of one provider. A word that is not here is never guessed: the case is
/// held for a person (issue, unknown provider word).
#[derive(Clone, Debug, Default)]
pub struct StatusWords {
    rows: Vec<StatusWord>,
}

impl StatusWords {
    /// These rows; the loader refuses two with one word.
    pub fn new(rows: Vec<StatusWord>) -> Self {
        Self { rows }
    }

    /// Every row, in the table's order.
    pub fn rows(&self) -> &[StatusWord] {
        &self.rows
    }

    /// The row of a word, whatever its case and spacing.
    pub fn find(&self, word: &str) -> Option<&StatusWord> {
        let folded = Self::fold(word);
        self.rows.iter().find(|row| Self::fold(&row.word) == folded)
    }

    /// The provider's first word for a status, so that it can be told in its own words.
    pub fn word_for(&self, status: Status) -> Option<&StatusWord> {
        self.rows.iter().find(|row| row.status == status)
    }

    /// The form in which words are compared: lower case, single spaces.
    pub fn fold(word: &str) -> String {
        let words: Vec<&str> = word.split_whitespace().collect();
        words.join(" ").to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> StatusWords {
        StatusWords::new(vec![StatusWord {
            word: "On the caseload".into(),
            status: Status::InSupport,
            closure: None,
            visibility: Visibility::Codes,
            position: Position::new("status.csv", 2),
        }])
    }

    #[test]
    fn a_word_is_found_whatever_its_case_and_spacing() {
        let found = words().find(" on the  CASELOAD ").map(|row| row.status);
        assert_eq!(found, Some(Status::InSupport));
    }

    #[test]
    fn an_unknown_word_is_not_guessed() {
        assert_eq!(words().find("caseload"), None);
    }

    #[test]
    fn a_status_is_told_in_the_providers_word() {
        let words = words();
        let word = words
            .word_for(Status::InSupport)
            .map(|row| row.word.as_str());
        assert_eq!(word, Some("On the caseload"));
        assert_eq!(words.word_for(Status::Completed), None);
    }
}
