//! Whom a provider serves by age, work, condition and route.
//!
//! Rows are read in order. A row whose fact is missing never refuses: it becomes a
//! question that the provider asks the person (reference/workwell.md 4, point 2).

mod facts;

use facts::{Truth, holds};
use jiff::civil::Date;

use super::{Subject, Verdict, VerdictOutcome};
use crate::domain::case::Referral;
use crate::domain::mapping::Position;

/// What a row asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Whole years of age on the day of the referral.
    Age,
    /// Employment status, a canonical word.
    Employment,
    /// Sickness absence indicator, a canonical word.
    Absence,
    /// `yes`, `may-be-fit` or `not-fit`.
    FitNote,
    /// Whole weeks out of work; 0 for a person in work.
    WeeksOutOfWork,
    /// Condition groups, all barriers together.
    ConditionGroup,
    /// The route by which the person came.
    SourceRoute,
    /// ODS code of the organisation that refers.
    Referrer,
    /// Whether the person may work in the United Kingdom. No referral says it: the
    /// provider asks.
    RightToWork,
}

impl Rule {
    /// The words of the column.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Age, "age"),
        (Self::Employment, "employment"),
        (Self::Absence, "absence"),
        (Self::FitNote, "fit-note"),
        (Self::WeeksOutOfWork, "weeks-out-of-work"),
        (Self::ConditionGroup, "condition-group"),
        (Self::SourceRoute, "source-route"),
        (Self::Referrer, "referrer"),
        (Self::RightToWork, "right-to-work"),
    ];

    /// Reads the word of the column.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, word)| *word == code)
            .map(|(rule, _)| *rule)
    }

    /// The word of the column.
    pub fn code(self) -> &'static str {
        let row = Self::ALL.iter().find(|(rule, _)| *rule == self);
        row.map_or("age", |(_, word)| word)
    }

    /// Whether it compares numbers; the others compare words.
    pub const fn is_number(self) -> bool {
        matches!(self, Self::Age | Self::WeeksOutOfWork)
    }

    /// What to ask the person where the fact is missing and the row has no words for that.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Age => "How old are you?",
            Self::Employment => "Are you in work, and if not, what do you do at present?",
            Self::Absence => "Are you off sick from work at present?",
            Self::FitNote => "Do you have a fit note, and what does it say?",
            Self::WeeksOutOfWork => "How many weeks have you been out of work?",
            Self::ConditionGroup => "What about your health makes work hard?",
            Self::SourceRoute => "How did you come to be referred?",
            Self::Referrer => "Who referred you?",
            Self::RightToWork => "Do you have the right to work in the United Kingdom?",
        }
    }

    /// The published fields that hold the fact.
    pub const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Age => &["birth_date"],
            Self::Employment => &["employment_status"],
            Self::Absence => &["sickness_absence"],
            Self::FitNote => &["fit_note"],
            Self::WeeksOutOfWork => &["weeks_out_of_work", "absence_start"],
            Self::ConditionGroup => &["primary_barrier", "secondary_barriers"],
            Self::SourceRoute => &["source_route"],
            Self::Referrer => &["referrer_ods"],
            Self::RightToWork => &[],
        }
    }
}

/// How a row compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// Less than the number.
    Below,
    /// More than the number.
    Above,
    /// The number or more.
    AtLeast,
    /// The number or less.
    AtMost,
    /// This one.
    Is,
    /// Any but this one.
    IsNot,
    /// One of these.
    OneOf,
    /// None of these.
    NoneOf,
}

impl Operator {
    /// The words of the column.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Below, "below"),
        (Self::Above, "above"),
        (Self::AtLeast, "at-least"),
        (Self::AtMost, "at-most"),
        (Self::Is, "is"),
        (Self::IsNot, "is-not"),
        (Self::OneOf, "one-of"),
        (Self::NoneOf, "none-of"),
    ];

    /// Reads the word of the column.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, word)| *word == code)
            .map(|(operator, _)| *operator)
    }

    /// The word of the column.
    pub fn code(self) -> &'static str {
        let row = Self::ALL.iter().find(|(operator, _)| *operator == self);
        row.map_or("is", |(_, word)| word)
    }

    /// Whether it compares an order, and so takes a number only.
    pub const fn is_order(self) -> bool {
        matches!(
            self,
            Self::Below | Self::Above | Self::AtLeast | Self::AtMost
        )
    }
}

/// What a row compares with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A number.
    Number(u32),
    /// Canonical words; several are written with `;` between them.
    Words(Vec<String>),
}

/// What a row does when it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleOutcome {
    /// Ends the reading: the person is served.
    Accept,
    /// Ends the reading: the person is not served.
    Refuse,
    /// The provider asks the person.
    Ask,
}

impl RuleOutcome {
    /// The words of the column.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Accept, "accept"),
        (Self::Refuse, "refuse"),
        (Self::Ask, "ask"),
    ];

    /// Reads the word of the column.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, word)| *word == code)
            .map(|(outcome, _)| *outcome)
    }
}

/// Why a provider does not serve a person (closure reasons, reference/workwell.md 1.6,
/// and two that it lacks).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IneligibleReason {
    /// Too young or too old.
    Age,
    /// Lives in a part that is not served.
    Area,
    /// Employment, absence or time out of work.
    Employment,
    /// No condition that the provider helps with.
    Condition,
    /// No place free.
    Capacity,
    /// Came by a route that the provider does not take.
    Route,
}

impl IneligibleReason {
    /// The words of the column.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Age, "ineligible-age"),
        (Self::Area, "ineligible-area"),
        (Self::Employment, "ineligible-employment"),
        (Self::Condition, "ineligible-condition"),
        (Self::Capacity, "ineligible-capacity"),
        (Self::Route, "ineligible-route"),
    ];

    /// Reads the word of the column.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, word)| *word == code)
            .map(|(reason, _)| *reason)
    }

    /// The stable word.
    pub fn code(self) -> &'static str {
        let row = Self::ALL.iter().find(|(reason, _)| *reason == self);
        row.map_or("ineligible-area", |(_, word)| word)
    }
}

/// One row of `eligibility.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EligibilityRow {
    /// What it asks about.
    pub rule: Rule,
    /// How it compares.
    pub operator: Operator,
    /// With what.
    pub expected: Expected,
    /// What it does when it holds.
    pub outcome: RuleOutcome,
    /// Why; every refusal has one.
    pub reason: Option<IneligibleReason>,
    /// Plain words for the referrer (refuse) or the provider (ask).
    pub words: String,
    /// Where the row stands.
    pub position: Position,
}

impl EligibilityRow {
    /// The row in words, `age below 18`: from the table, never from the person.
    pub fn what(&self) -> String {
        let expected = match &self.expected {
            Expected::Number(number) => number.to_string(),
            Expected::Words(words) => words.join(";"),
        };
        [self.rule.code(), self.operator.code(), &expected].join(" ")
    }
}

/// What the provider asks the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What it is about.
    pub rule: Rule,
    /// The table's words; empty when the row has none.
    pub words: String,
    /// The row that asks.
    pub row: Position,
    /// True when the fact is missing, false when the table asks although it is known.
    pub missing: bool,
}

impl Question {
    /// What the provider asks: the table's words, or the rule's own sentence. Never anything
    /// of the person.
    pub fn text(&self) -> &str {
        if self.words.is_empty() {
            return self.rule.sentence();
        }
        &self.words
    }

    /// Whether these ask it already: a missing fact is asked for once, and each of the
    /// table's own words is put once.
    pub fn is_among(&self, others: &[Self]) -> bool {
        let mut same_rule = others.iter().filter(|other| other.rule == self.rule);
        same_rule.any(|other| self.missing || other.text() == self.text())
    }

    /// The row and the rule, `eligibility.csv:6 fit-note`, for the record.
    pub fn what(&self) -> String {
        format!("{} {}", self.row, self.rule.code())
    }
}

/// What the eligibility of a provider says of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// Every row that was read.
    pub verdicts: Vec<Verdict>,
    /// What the provider asks; a missing fact once.
    pub questions: Vec<Question>,
    /// Why the person is not served; `None` when they are.
    pub refused: Option<(IneligibleReason, String)>,
}

/// All rows of one provider. No row means that everybody in the catchment is served.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Eligibility {
    rows: Vec<EligibilityRow>,
}

impl Eligibility {
    /// These rows, in order.
    pub fn new(rows: Vec<EligibilityRow>) -> Self {
        Self { rows }
    }

    /// Every row.
    pub fn rows(&self) -> &[EligibilityRow] {
        &self.rows
    }

    /// Reads the rows in order until one accepts or refuses.
    pub fn judge(&self, subject: &Subject<'_>) -> Judgement {
        let mut verdicts = Vec::new();
        let told = |row: &EligibilityRow, truth| verdicts.push(verdict(row, truth));
        let (questions, refused) = self.read(subject.referral, subject.referred_on, told);
        let refused = refused.map(|row| {
            let reason = row.reason.unwrap_or(IneligibleReason::Condition);
            (reason, row.words.clone())
        });
        Judgement {
            verdicts,
            questions,
            refused,
        }
    }

    /// What the provider asks this person on a day: the questions of [`Self::judge`], for
    /// which no place is looked up.
    pub fn questions(&self, referral: &Referral, today: Date) -> Vec<Question> {
        self.read(referral, today, |_, _| {}).0
    }

    /// The questions, and the row that refuses: then there are none.
    fn read(
        &self,
        referral: &Referral,
        today: Date,
        mut told: impl FnMut(&EligibilityRow, Truth),
    ) -> (Vec<Question>, Option<&EligibilityRow>) {
        let mut questions = Vec::new();
        for row in &self.rows {
            let truth = holds(row, referral, today);
            told(row, truth);
            match (truth, row.outcome) {
                (Truth::No, _) => {}
                (Truth::Unknown, _) => ask(row, true, &mut questions),
                (Truth::Yes, RuleOutcome::Ask) => ask(row, false, &mut questions),
                (Truth::Yes, RuleOutcome::Accept) => break,
                (Truth::Yes, RuleOutcome::Refuse) => return (Vec::new(), Some(row)),
            }
        }
        (questions, None)
    }
}

fn verdict(row: &EligibilityRow, truth: Truth) -> Verdict {
    let outcome = match (truth, row.outcome) {
        (Truth::No, _) => VerdictOutcome::NotMet,
        (Truth::Unknown, _) => VerdictOutcome::Unknown,
        (Truth::Yes, RuleOutcome::Accept) => VerdictOutcome::Accept,
        (Truth::Yes, RuleOutcome::Refuse) => VerdictOutcome::Refuse,
        (Truth::Yes, RuleOutcome::Ask) => VerdictOutcome::Ask,
    };
    Verdict {
        row: row.position.clone(),
        what: row.what().into(),
        outcome,
    }
}

fn ask(row: &EligibilityRow, missing: bool, questions: &mut Vec<Question>) {
    let question = Question {
        rule: row.rule,
        // The words of a refusal say that the person is not served: no question.
        words: match row.outcome {
            RuleOutcome::Ask => row.words.clone(),
            RuleOutcome::Accept | RuleOutcome::Refuse => String::new(),
        },
        row: row.position.clone(),
        missing,
    };
    if !question.is_among(questions) {
        questions.push(question);
    }
}

#[cfg(test)]
mod tests;
