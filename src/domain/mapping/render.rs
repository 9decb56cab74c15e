//! Applies a provider's tables to a case.

use std::borrow::Cow;

use jiff::civil::Date;

use super::transform::Step;
use super::{
    Field, FieldRow, OutValue, Part, Position, Requirement, Transform, UnmappedPolicy, Value,
    fields,
};
use crate::domain::case::Case;
use crate::domain::consent::Decision;
use crate::domain::provider::Provider;

/// One value of the payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Where it goes: a dotted path (JSON) or a name of the closed list (FHIR).
    pub target: String,
    /// The value. Personal data.
    pub value: OutValue,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowOutcome {
    /// Its value is in the payload.
    Sent,
    /// The case has no value.
    Absent,
    /// The person prefers not to say, and the table has no word for that.
    Declined,
    /// Nobody knows, and the table has no word for that.
    NotKnown,
    /// A consent that it needs is not given.
    Withheld,
    /// The table says that it is never sent.
    Prohibited,
    /// The code list says that the provider has no word.
    NoWord,
    /// A code is not in the list, and the policy is to leave the target empty.
    Omitted,
    /// A code is not in the list: a fault.
    Unmapped,
}

impl RowOutcome {
    /// The word in a trace.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Absent => "absent",
            Self::Declined => "declined",
            Self::NotKnown => "not-known",
            Self::Withheld => "withheld",
            Self::Prohibited => "prohibited",
            Self::NoWord => "no-word",
            Self::Omitted => "omitted",
            Self::Unmapped => "unmapped",
        }
    }
}

/// One row of the trace: it says everything about a field but its value. It points into
/// the table, which has a row for each of some hundred fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceRow<'t> {
    /// Where the value went; empty for a prohibited row.
    pub target: &'t str,
    /// The field; empty for a constant.
    pub source: &'static str,
    /// The row of `fields.csv`.
    pub row: &'t Position,
    /// The steps as the table writes them.
    pub transform: Cow<'static, str>,
    /// Whether what is sent says less, or something wider, than the case does.
    pub lossy: bool,
    /// What became of it.
    pub outcome: RowOutcome,
}

/// Why a case cannot be rendered for this provider just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultCode {
    /// A code has no row in the list; a person extends the list.
    UnmappedCode,
    /// The same, and the table says that such a case is not for this provider.
    UnmappedCodeRefused,
    /// A required field has no value; a person obtains it. Never a refusal (DESIGN I5).
    RequiredMissing,
    /// A required field needs a consent that is not given.
    RequiredWithheld,
}

impl FaultCode {
    /// Every code.
    pub const ALL: &'static [Self] = &[
        Self::UnmappedCode,
        Self::UnmappedCodeRefused,
        Self::RequiredMissing,
        Self::RequiredWithheld,
    ];

    /// The stable word; its text is in the catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnmappedCode => "unmapped-code",
            Self::UnmappedCodeRefused => "unmapped-code-refused",
            Self::RequiredMissing => "required-missing",
            Self::RequiredWithheld => "required-withheld",
        }
    }
}

/// One fault, without a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderFault {
    /// The row of `fields.csv`.
    pub row: Position,
    /// Where the value would have gone.
    pub target: String,
    /// The field.
    pub source: &'static str,
    /// What is wrong.
    pub code: FaultCode,
    /// The code list, for an unmapped code.
    pub list: Option<String>,
}

/// A case in a provider's words, with the account of every field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered<'t> {
    /// The values, in the table's order.
    pub outputs: Vec<Output>,
    /// One row for every row of `fields.csv`.
    pub trace: Vec<TraceRow<'t>>,
    /// Fields that had a value and that no row of the table names.
    pub unused: Vec<&'static str>,
    /// Fields that had a value and were kept back, with the reason.
    pub withheld: Vec<(&'static str, String)>,
    /// Why nothing can be sent; empty when the payload is whole.
    pub faults: Vec<RenderFault>,
}

/// Renders a case with a provider's tables. `today` is the day of the rendering, against
/// which ages are counted. With faults the outputs must not be sent.
pub fn render<'t>(case: &Case, provider: &'t Provider, today: Date) -> Rendered<'t> {
    let mut rendered = Rendered::default();
    for row in &provider.fields {
        render_row(case, provider, row, today, &mut rendered);
    }
    account_for_the_rest(case, provider, &mut rendered);
    rendered
}

fn render_row<'t>(
    case: &Case,
    provider: &Provider,
    row: &'t FieldRow,
    today: Date,
    out: &mut Rendered<'t>,
) {
    let value = row.source.map_or(Value::Absent, |field| (field.read)(case));
    let known = value.is_known();
    if row.requirement == Requirement::Prohibited {
        if known {
            out.withheld.push((row.source_name(), row.purpose.clone()));
        }
        return out.trace.push(trace(row, RowOutcome::Prohibited, false));
    }
    if let Some(reason) = missing_consent(case, row).filter(|_| known) {
        out.withheld.push((row.source_name(), reason.to_owned()));
        if row.requirement == Requirement::Required {
            out.faults
                .push(fault(row, FaultCode::RequiredWithheld, None));
        }
        return out.trace.push(trace(row, RowOutcome::Withheld, false));
    }
    let (outcome, lossy) = match run(provider, row, value, today) {
        Ran::Value(value, lossy) => {
            let outcome = outcome_of(&value);
            if let Some(value) = OutValue::of(value) {
                let target = row.target.clone();
                out.outputs.push(Output { target, value });
            }
            (outcome, lossy && outcome == RowOutcome::Sent)
        }
        Ran::NoWord => (RowOutcome::NoWord, true),
        Ran::Unlisted(index) => unlisted(provider, row, index, out),
    };
    let empty = !matches!(outcome, RowOutcome::Sent | RowOutcome::Unmapped);
    if empty && row.requirement == Requirement::Required {
        out.faults
            .push(fault(row, FaultCode::RequiredMissing, None));
    }
    out.trace.push(trace(row, outcome, lossy));
}

enum Ran {
    Value(Value, bool),
    NoWord,
    Unlisted(usize),
}

fn run(provider: &Provider, row: &FieldRow, value: Value, today: Date) -> Ran {
    let (mut value, mut lossy) = (value, false);
    for step in &row.steps {
        match step.apply(value, today, &provider.codes) {
            Step::Done(next, lost) => {
                value = next;
                lossy |= lost;
            }
            Step::NoWord => return Ran::NoWord,
            Step::Unlisted => {
                let Transform::Code { index, .. } = step else {
                    return Ran::Unlisted(usize::MAX);
                };
                return Ran::Unlisted(*index);
            }
        }
    }
    Ran::Value(value, lossy)
}

fn unlisted(
    provider: &Provider,
    row: &FieldRow,
    index: usize,
    out: &mut Rendered<'_>,
) -> (RowOutcome, bool) {
    let list = provider.codes.get(index);
    let code = match list.map(|list| list.unmapped).unwrap_or_default() {
        UnmappedPolicy::Omit => return (RowOutcome::Omitted, true),
        UnmappedPolicy::Hold => FaultCode::UnmappedCode,
        UnmappedPolicy::Refuse => FaultCode::UnmappedCodeRefused,
    };
    let name = list.map(|list| list.name.clone());
    out.faults.push(fault(row, code, name));
    (RowOutcome::Unmapped, false)
}

fn missing_consent(case: &Case, row: &FieldRow) -> Option<&'static str> {
    let recipient = row.source?.needs?;
    match case.referral.consents.for_recipient(recipient) {
        Decision::Given => None,
        Decision::Refused => Some("consent-refused"),
        Decision::Withdrawn => Some("consent-withdrawn"),
        Decision::NotRecorded => Some("consent-not-recorded"),
    }
}

const fn outcome_of(value: &Value) -> RowOutcome {
    match value {
        Value::Absent => RowOutcome::Absent,
        Value::Declined => RowOutcome::Declined,
        Value::NotKnown => RowOutcome::NotKnown,
        _ => RowOutcome::Sent,
    }
}

fn trace(row: &FieldRow, outcome: RowOutcome, lossy: bool) -> TraceRow<'_> {
    TraceRow {
        target: &row.target,
        source: row.source_name(),
        row: &row.position,
        transform: row.transform_text(),
        lossy,
        outcome,
    }
}

fn fault(row: &FieldRow, code: FaultCode, list: Option<String>) -> RenderFault {
    RenderFault {
        row: row.position.clone(),
        target: row.target.clone(),
        source: row.source_name(),
        code,
        list,
    }
}

/// Every field that the table does not name is either withheld by `provider.toml` or
/// listed as unused, so that nothing of the case is dropped in silence.
fn account_for_the_rest(case: &Case, provider: &Provider, out: &mut Rendered<'_>) {
    let sources = provider.fields.iter().filter_map(|row| row.source);
    let named: Vec<&'static Field> = sources.collect();
    // Each field stands in memory once: its place there tells it from all others.
    let is_named = |field: &Field| named.iter().any(|other| std::ptr::eq(*other, field));
    let parts_of_named: Vec<&[&'static str]> = named
        .iter()
        .filter_map(|field| match field.part {
            Part::Of(parts) => Some(parts),
            Part::Own => None,
        })
        .collect();
    let part_of_named = |name: &str| parts_of_named.iter().any(|parts| parts.contains(&name));
    for field in fields() {
        let made_up = field.part != Part::Own;
        if made_up || is_named(field) || part_of_named(field.name) {
            continue;
        }
        if !(field.read)(case).is_known() {
            continue;
        }
        match provider
            .withheld
            .iter()
            .find(|(name, _)| name == field.name)
        {
            Some((_, reason)) => out.withheld.push((field.name, reason.clone())),
            None => out.unused.push(field.name),
        }
    }
}

#[cfg(test)]
mod tests;
