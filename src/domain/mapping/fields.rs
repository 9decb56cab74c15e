//! One row of `fields.csv`, compiled.

use std::borrow::Cow;

use super::{Category, Field, Position, Transform, field};
use crate::domain::routing::Rule;

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
    /// A dotted path (JSON), a name of the closed list (FHIR) or a column (CSV); empty when
    /// prohibited or dropped.
    pub target: String,
    /// The field read; `None` for a constant.
    pub source: Option<&'static Field>,
    /// The steps in order; none means a plain copy. Of a prohibited row, at most what it
    /// excepts.
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
    /// What every trace says of the row.
    pub written: Written,
}

/// What every trace says of a row, whatever the case: written once, when the table is loaded.
#[derive(Clone, Debug)]
pub struct Written {
    /// The steps as the table writes them.
    pub transform: String,
    /// Target, source, position and steps as cells of CSV, without a comma behind them.
    pub cells: String,
}

impl Written {
    /// Writes it down.
    pub fn of(
        target: &str,
        source: Option<&'static Field>,
        steps: &[Transform],
        position: &Position,
    ) -> Self {
        let transform = transform_text(steps);
        let source = source.map_or("", |field| field.name);
        let cells = [target, source, &position.to_string(), &transform];
        let cells = cells.map(as_cell).join(",");
        Self { transform, cells }
    }
}

fn transform_text(steps: &[Transform]) -> String {
    if steps.is_empty() {
        return Transform::Copy.code();
    }
    let steps: Vec<String> = steps.iter().map(Transform::code).collect();
    steps.join(" then ")
}

/// A text as a cell of CSV, in quotation marks where it has to be.
fn as_cell(text: &str) -> Cow<'_, str> {
    if text.contains([',', '"', '\n']) {
        return Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")));
    }
    Cow::Borrowed(text)
}

impl FieldRow {
    /// The name of the source, empty for a constant.
    pub fn source_name(&self) -> &'static str {
        self.source.map_or("", |field| field.name)
    }

    /// Whether it can put something into a payload: it is not prohibited and not dropped.
    pub fn is_sent(&self) -> bool {
        self.requirement != Requirement::Prohibited && !self.is_dropped()
    }

    /// Whether its field says something of what a rule of `eligibility.csv` is about.
    pub fn speaks_of(&self, rule: Rule) -> bool {
        let mut about = rule.fields().iter().filter_map(|name| field(name));
        about.any(|about| self.source.is_some_and(|own| own.is_related_to(about)))
    }

    /// Whether it leaves its field out.
    pub fn is_dropped(&self) -> bool {
        self.steps.contains(&Transform::Drop)
    }

    /// Whether another row, which prohibits a field, lets this one pass something coarser of
    /// it: one of the steps here is among those that it excepts.
    pub fn is_excepted_by(&self, prohibited: &FieldRow) -> bool {
        prohibited.steps.iter().any(|step| match step {
            Transform::Except(names) => self.steps.iter().any(|own| {
                let name = own.name();
                Transform::COARSE.contains(&name.as_str()) && names.contains(&name)
            }),
            _ => false,
        })
    }
}
