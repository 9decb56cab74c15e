//! One row of `fields.csv`, compiled.

use std::borrow::Cow;

use super::{Category, Field, Position, Transform};

/// Whether a provider must, may or must never get a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// Without it the case waits for a person; it is never a refusal (DESIGN I5).
    Required,
    /// Sent where it is known.
    Optional,
    /// Never sent; the row records the decision.
    Prohibited,
}

impl Requirement {
    /// The words of the column.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Required, "required"),
        (Self::Optional, "optional"),
        (Self::Prohibited, "prohibited"),
    ];

    /// Reads the word of the column.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, word)| *word == code)
            .map(|(requirement, _)| *requirement)
    }

    /// The word of the column.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Optional => "optional",
            Self::Prohibited => "prohibited",
        }
    }
}

/// One row: which field goes where, how, and why.
#[derive(Clone, Debug)]
pub struct FieldRow {
    /// A dotted path (JSON) or a name of the closed list (FHIR); empty when prohibited.
    pub target: String,
    /// The field read; `None` for a constant.
    pub source: Option<&'static Field>,
    /// The steps in order; none means a plain copy.
    pub steps: Vec<Transform>,
    /// Required, optional or prohibited.
    pub requirement: Requirement,
    /// Why the provider needs it, for the data-protection reviewer.
    pub purpose: String,
    /// The category of data, at least as strict as the field's own.
    pub category: Category,
    /// The analyst's remark.
    pub comment: String,
    /// Where the row stands.
    pub position: Position,
}

impl FieldRow {
    /// The name of the source, empty for a constant.
    pub fn source_name(&self) -> &'static str {
        self.source.map_or("", |field| field.name)
    }

    /// The steps as the table writes them.
    pub fn transform_text(&self) -> Cow<'static, str> {
        match &self.steps[..] {
            [] | [Transform::Copy] => Cow::Borrowed("copy"),
            [step] => Cow::Owned(step.code()),
            steps => {
                let steps: Vec<String> = steps.iter().map(Transform::code).collect();
                Cow::Owned(steps.join(" then "))
            }
        }
    }
}
