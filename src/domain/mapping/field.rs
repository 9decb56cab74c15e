//! The published list of case fields: everything a table may name as a source.

use std::collections::HashMap;
use std::sync::LazyLock;

mod list;

use super::Value;
use crate::domain::case::Case;
use crate::domain::consent::Recipient;

/// Category of data (reference/workwell.md 2), from the least to the most strict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// Not personal.
    N,
    /// Ordinary personal data.
    O,
    /// Special category (UK GDPR Article 9).
    S,
    /// Criminal or other data that can do great harm.
    C,
}

impl Category {
    /// The letters of the column.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::N, "N"),
        (Self::O, "O"),
        (Self::S, "S"),
        (Self::C, "C"),
    ];

    /// Reads the letter of the column.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, letter)| *letter == code)
            .map(|(category, _)| *category)
    }

    /// The letter.
    pub const fn code(self) -> &'static str {
        match self {
            Self::N => "N",
            Self::O => "O",
            Self::S => "S",
            Self::C => "C",
        }
    }
}

/// What kind of value a field holds when it is known; a transform accepts some kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Free words, a code or a number written as text.
    Text,
    /// A word of a closed list.
    Word,
    /// A calendar date.
    Date,
    /// Yes or no.
    YesNo,
    /// A whole number.
    Number,
    /// Several texts.
    Texts,
    /// Several words of a closed list.
    Words,
}

/// Whether a field holds words that somebody typed, and how they are screened before a table
/// sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FreeText {
    /// No words that somebody typed.
    No,
    /// Words that keep people safe: a telephone number may be the very thing that a provider
    /// must know, so that only National Insurance numbers are taken out.
    Safety,
    /// A few words: numbers and addresses of people are taken out too.
    Words,
    /// A story: sentences about benefits or crime are taken out besides.
    Story,
}

/// Whether a field is a part of the case or made up of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A field of its own.
    Own,
    /// Made up of these others, which count as used when it is.
    Of(&'static [&'static str]),
    /// No part of the referral: it comes of the decision, and the renderer reads it.
    Decision,
}

/// One published field.
pub struct Field {
    /// The name in the `source` column.
    pub name: &'static str,
    /// What it holds, for the generated reference page.
    pub meaning: &'static str,
    /// Its category; a table may be stricter, never laxer.
    pub category: Category,
    /// The kind of its value.
    pub kind: FieldKind,
    /// Whether every table must map it or withhold it with a reason (DESIGN section 5).
    pub protected: bool,
    /// Whose consent it needs before it leaves.
    pub needs: Option<&'static Recipient>,
    /// Whether it is made up of other fields.
    pub part: Part,
    /// Whether it holds words that somebody typed.
    pub free_text: FreeText,
    /// Whether it is about the paperwork and not about the person: only then may a table put
    /// a default in place of an answer.
    pub administrative: bool,
    /// The ways in which it can be without a value: `declined`, `not-known`, `absent`.
    pub unanswered: &'static [&'static str],
    /// The words of its closed list, where it has one.
    pub words: fn() -> Vec<&'static str>,
    /// Reads it from a case.
    pub read: fn(&Case) -> Value,
}

impl Field {
    /// The words that a code list for it has to answer: those of its closed list, or `yes`
    /// and `no`; empty where its values are not listed.
    pub fn codes(&self) -> Vec<&'static str> {
        match self.kind {
            FieldKind::YesNo => vec!["yes", "no"],
            _ => (self.words)(),
        }
    }

    /// Whether one of them says something of the other: the same field, or one is a part of
    /// the other.
    pub fn is_related_to(&self, other: &Field) -> bool {
        let is_part = |whole: &Field, part: &Field| match whole.part {
            Part::Of(parts) => parts.contains(&part.name),
            Part::Own | Part::Decision => false,
        };
        self.name == other.name || is_part(self, other) || is_part(other, self)
    }
}

impl std::fmt::Debug for Field {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Field({})", self.name)
    }
}

/// Fields that are never taken from a GP's door whatever a table says (DESIGN section
/// 5): name, and the coded reason.
pub const NEVER_ACCEPTED: &[(&str, &str)] = &[
    ("ni_number", "never-from-gp-ni-number"),
    ("national_insurance_number", "never-from-gp-ni-number"),
    ("benefits", "never-from-gp-benefits"),
    ("benefit_status", "never-from-gp-benefits"),
    ("criminal_record", "never-from-gp-criminal"),
    ("convictions", "never-from-gp-criminal"),
    ("mappa", "never-from-gp-criminal"),
    ("relatives", "never-from-gp-relatives"),
    ("next_of_kin", "never-from-gp-relatives"),
];

/// Every field, in the order of the published page.
pub fn fields() -> &'static [Field] {
    list::ALL
}

/// Finds a field by its name.
pub fn field(name: &str) -> Option<&'static Field> {
    static BY_NAME: LazyLock<HashMap<&'static str, &'static Field>> =
        LazyLock::new(|| list::ALL.iter().map(|field| (field.name, field)).collect());
    BY_NAME.get(name).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mapping::sample;

    #[test]
    fn every_name_is_used_once_and_never_one_that_is_not_accepted() {
        for (index, field) in fields().iter().enumerate() {
            let again = fields()[index + 1..].iter().any(|f| f.name == field.name);
            assert!(!again, "{} is there twice", field.name);
            let barred = NEVER_ACCEPTED.iter().any(|(name, _)| *name == field.name);
            assert!(!barred, "{} must never be accepted", field.name);
        }
    }

    #[test]
    fn the_protected_fields_are_the_seven_of_the_design() {
        let names: Vec<&str> = fields()
            .iter()
            .filter(|f| f.protected)
            .map(|f| f.name)
            .collect();
        assert_eq!(
            names,
            [
                "language",
                "interpreter",
                "communication_needs",
                "reasonable_adjustments",
                "safe_contact",
                "safeguarding",
                "staff_risk"
            ]
        );
    }

    #[test]
    fn every_field_of_the_sample_case_has_the_kind_that_is_published() {
        let case = sample::case();
        for field in fields() {
            let value = (field.read)(&case);
            let fits = match field.kind {
                FieldKind::Text | FieldKind::Word => matches!(value, Value::Text(_)),
                FieldKind::Date => matches!(value, Value::Date(_)),
                FieldKind::YesNo => matches!(value, Value::Bool(_)),
                FieldKind::Number => matches!(value, Value::Number(_)),
                FieldKind::Texts | FieldKind::Words => matches!(value, Value::List(_)),
            };
            assert!(fits || !value.is_known(), "{} is {value:?}", field.name);
        }
    }

    #[test]
    fn only_texts_are_free_text_and_only_paperwork_may_have_a_default() {
        for field in fields() {
            let is_text = matches!(field.kind, FieldKind::Text | FieldKind::Texts);
            assert!(is_text || field.free_text == FreeText::No, "{}", field.name);
            let may_default = !field.protected && field.category <= Category::O;
            assert!(may_default || !field.administrative, "{}", field.name);
            let is_safety = field.free_text == FreeText::Safety;
            let is_yes_no = field.kind == FieldKind::YesNo;
            assert_eq!(field.protected && !is_yes_no, is_safety, "{}", field.name);
        }
    }

    #[test]
    fn a_field_is_without_a_value_only_in_the_ways_that_are_published() {
        use crate::domain::case::{Answer, Person, Referral, Referrer, Work};
        let mut bare = sample::case();
        bare.referral = Referral {
            journey_id: None,
            service_request_identifier: None,
            further_identifiers: Vec::new(),
            authored_at: None,
            referrer: Referrer::default(),
            person: Person::default(),
            work: Work::default(),
            barriers: Vec::new(),
            flags: Vec::new(),
            reason: None,
            consents: crate::domain::consent::Consents::default(),
            ..bare.referral
        };
        let mut cases = vec![bare.clone()];
        let ways = [Answer::Declined, Answer::NotKnown];
        cases.extend(ways.map(|way: Answer<()>| {
            let mut case = bare.clone();
            let declined = way == Answer::Declined;
            case.referral.person.interpreter = if declined {
                Answer::Declined
            } else {
                Answer::NotKnown
            };
            case.referral.person.ethnicity = if declined {
                Answer::Declined
            } else {
                Answer::NotKnown
            };
            case.referral.work.employment = if declined {
                Answer::Declined
            } else {
                Answer::NotKnown
            };
            case.referral.work.absence = if declined {
                Answer::Declined
            } else {
                Answer::NotKnown
            };
            case
        }));
        for field in fields() {
            let mut seen: Vec<&str> = Vec::new();
            for case in &cases {
                let value = (field.read)(case);
                if !value.is_known() && !seen.contains(&value.kind()) {
                    seen.push(value.kind());
                }
            }
            for kind in seen {
                assert!(field.unanswered.contains(&kind), "{} is {kind}", field.name);
            }
        }
    }

    #[test]
    fn a_word_field_gives_only_words_of_its_list() {
        let case = sample::case();
        for field in fields() {
            let words = (field.words)();
            let found = match (field.read)(&case) {
                Value::Text(text) if field.kind == FieldKind::Word => vec![text],
                Value::List(items) if field.kind == FieldKind::Words => items,
                _ => continue,
            };
            for word in found {
                assert!(words.contains(&word.as_str()), "{}: {word}", field.name);
            }
        }
    }

    #[test]
    fn a_field_made_up_of_others_names_real_ones() {
        for made_up in fields() {
            let Part::Of(parts) = made_up.part else {
                continue;
            };
            for part in parts {
                assert!(field(part).is_some(), "{}: {part}", made_up.name);
            }
        }
    }
}
