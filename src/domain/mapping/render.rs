//! Applies a provider's tables to a case.

mod listed;

use std::borrow::Cow;

use super::screen::{self, Depth};
use super::transform::Step;
use super::{
    Field, FieldRow, Given, OutValue, Part, Position, Requirement, Transform, UnmappedPolicy,
    Value, fields,
};
use crate::domain::case::Case;
use crate::domain::consent::Decision;
use crate::domain::provider::{FreeTextPolicy, Provider};
use crate::domain::routing::{Question, Rule};

pub use listed::code_rows;

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
    /// A word of the table's own is in the payload, in place of an answer.
    Default,
    /// The value has not the shape that a step takes; it is never mended.
    Malformed,
    /// The installed files do not know where the postcode lies, or nobody has looked.
    NoPlace,
    /// The table leaves the field out.
    Dropped,
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
            Self::Default => "default",
            Self::Malformed => "malformed",
            Self::NoPlace => "no-place",
            Self::Dropped => "dropped",
        }
    }

    /// Whether the payload has something for the row.
    pub const fn is_sent(self) -> bool {
        matches!(self, Self::Sent | Self::Default)
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
    pub transform: &'t str,
    /// The first four of these as cells of CSV.
    pub cells: &'t str,
    /// Whether what is sent says less, or something wider, than the case does.
    pub lossy: bool,
    /// How many pieces were taken out of it: screened words, and telephone numbers that have
    /// not the shape of one.
    pub removed: u32,
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
    /// A required field has a value of another shape than the provider takes.
    RequiredMalformed,
    /// A required field needs a place that the installed files do not know.
    RequiredPlaceUnknown,
}

impl FaultCode {
    /// Every code.
    pub const ALL: &'static [Self] = &[
        Self::UnmappedCode,
        Self::UnmappedCodeRefused,
        Self::RequiredMissing,
        Self::RequiredWithheld,
        Self::RequiredMalformed,
        Self::RequiredPlaceUnknown,
    ];

    /// The stable word; its text is in the catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnmappedCode => "unmapped-code",
            Self::UnmappedCodeRefused => "unmapped-code-refused",
            Self::RequiredMissing => "required-missing",
            Self::RequiredWithheld => "required-withheld",
            Self::RequiredMalformed => "required-malformed",
            Self::RequiredPlaceUnknown => "required-place-unknown",
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
    /// Fields that had a value and were kept back, with the reason: the table's own words, or
    /// a code (`consent-...`; of protected data also `no-word` and `in-part`).
    pub withheld: Vec<(&'static str, String)>,
    /// Why nothing can be sent; empty when the payload is whole.
    pub faults: Vec<RenderFault>,
}

impl Rendered<'_> {
    /// The fields of the case that the values were made of, each once, in the order of their
    /// names; what the audit keeps of a disclosure.
    pub fn disclosed(&self) -> Vec<&'static str> {
        let sent = self.trace.iter().filter(|row| row.outcome.is_sent());
        let mut fields: Vec<&'static str> = sent.map(|row| row.source).collect();
        fields.retain(|field| !field.is_empty());
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    /// The fields that had a value and did not go, or not in whole, each once, in the order of
    /// their names; what the audit keeps of them. The reasons stay in the tables of that day.
    pub fn kept_back(&self) -> Vec<&'static str> {
        let mut fields: Vec<&'static str> = self.withheld.iter().map(|(field, _)| *field).collect();
        fields.sort_unstable();
        fields.dedup();
        fields
    }
}

/// Renders a case with a provider's tables, on a day and for a place (a day alone: nobody has
/// looked the postcode up). With faults the outputs must not be sent.
pub fn render<'t, 'g>(
    case: &Case,
    provider: &'t Provider,
    given: impl Into<Given<'g>>,
) -> Rendered<'t> {
    let given = given.into();
    let mut rendered = Rendered {
        outputs: Vec::with_capacity(provider.fields.len()),
        trace: Vec::with_capacity(provider.fields.len()),
        ..Rendered::default()
    };
    let (questions, is_whole) = questions(case, provider, &given);
    if !is_whole {
        let in_part = ("questions", "in-part".to_owned());
        rendered.withheld.push(in_part);
    }
    let sources = Sources { case, questions };
    for row in &provider.fields {
        render_row(&sources, provider, row, &given, &mut rendered);
    }
    account_for_the_rest(&sources, provider, &mut rendered);
    rendered
}

/// Where the published fields are read from.
struct Sources<'c> {
    case: &'c Case,
    questions: Vec<String>,
}

impl Sources<'_> {
    fn value(&self, field: &Field) -> Value {
        match field.part {
            Part::Decision => Value::list(self.questions.clone()),
            Part::Own | Part::Of(_) => (field.read)(self.case),
        }
    }
}

/// What the provider has to ask: what the decision left open or, where nobody has decided,
/// what the provider's own rows do. What a question would tell of a prohibited field it does
/// not get: a hub may ask where its partner may not know. With them, whether they are all.
fn questions(case: &Case, provider: &Provider, given: &Given<'_>) -> (Vec<String>, bool) {
    let asked = match given.questions {
        Some(questions) => Cow::Borrowed(questions),
        None => Cow::Owned(
            provider
                .eligibility
                .questions(&case.referral, given.referred_on),
        ),
    };
    let may_tell = |question: &&Question| {
        let told = !question.missing;
        !(told && is_prohibited(provider, question.rule))
    };
    let texts = asked.iter().filter(may_tell);
    let texts: Vec<String> = texts.map(|question| question.text().to_owned()).collect();
    let is_whole = texts.len() == asked.len();
    (texts, is_whole)
}

/// Whether the provider may not know of what a rule is about.
fn is_prohibited(provider: &Provider, rule: Rule) -> bool {
    let rows = provider.fields.iter();
    let mut prohibited = rows.filter(|row| row.requirement == Requirement::Prohibited);
    prohibited.any(|row| row.speaks_of(rule))
}

fn render_row<'t>(
    sources: &Sources<'_>,
    provider: &Provider,
    row: &'t FieldRow,
    given: &Given<'_>,
    out: &mut Rendered<'t>,
) {
    let case = sources.case;
    let value = row
        .source
        .map_or(Value::Absent, |field| sources.value(field));
    let known = value.is_known();
    if !row.is_sent() {
        if known {
            out.withheld.push((row.source_name(), row.purpose.clone()));
        }
        let outcome = match row.requirement {
            Requirement::Prohibited => RowOutcome::Prohibited,
            _ => RowOutcome::Dropped,
        };
        return out.trace.push(trace(row, outcome, Loss::default()));
    }
    if let Some(reason) = missing_consent(case, row).filter(|_| known) {
        out.withheld.push((row.source_name(), reason.to_owned()));
        if row.requirement == Requirement::Required {
            out.faults
                .push(fault(row, FaultCode::RequiredWithheld, None));
        }
        let outcome = RowOutcome::Withheld;
        return out.trace.push(trace(row, outcome, Loss::default()));
    }
    let (outcome, loss) = match run(provider, row, value, given, |_, _| ()) {
        Ran::Value(value, loss) => {
            let outcome = outcome_of(&value, loss);
            if let Some(value) = OutValue::of(value) {
                let target = row.target.clone();
                out.outputs.push(Output { target, value });
            }
            let loss = if outcome.is_sent() {
                loss
            } else {
                Loss::default()
            };
            (outcome, loss)
        }
        Ran::Ended(outcome, loss) => (outcome, loss),
        Ran::Unlisted(index) => unlisted(provider, row, index, out),
    };
    if row.requirement == Requirement::Required
        && let Some(code) = lacking(outcome)
    {
        out.faults.push(fault(row, code, None));
    }
    let protected = row.source.is_some_and(|field| field.protected);
    if protected
        && known
        && let Some(reason) = not_whole(outcome, loss)
    {
        out.withheld.push((row.source_name(), reason.to_owned()));
    }
    out.trace.push(trace(row, outcome, loss));
}

/// Why a required row that came to this keeps the case from being sent; an unmapped code has
/// a fault of its own.
const fn lacking(outcome: RowOutcome) -> Option<FaultCode> {
    match outcome {
        RowOutcome::Sent | RowOutcome::Default | RowOutcome::Unmapped => None,
        RowOutcome::Malformed => Some(FaultCode::RequiredMalformed),
        RowOutcome::NoPlace => Some(FaultCode::RequiredPlaceUnknown),
        _ => Some(FaultCode::RequiredMissing),
    }
}

/// Why a known protected value does not reach the provider in whole, so that a reviewer is
/// told of it (DESIGN section 5); an unmapped code is a fault and told as one.
const fn not_whole(outcome: RowOutcome, loss: Loss) -> Option<&'static str> {
    match outcome {
        RowOutcome::Unmapped => None,
        _ if !outcome.is_sent() => Some("no-word"),
        _ if loss.removed > 0 => Some("in-part"),
        _ => None,
    }
}

/// What a value lost on its way.
#[derive(Clone, Copy, Default)]
struct Loss {
    lossy: bool,
    removed: u32,
    is_default: bool,
}

impl Loss {
    const SOME: Self = Self {
        lossy: true,
        removed: 0,
        is_default: false,
    };

    /// Takes out of account and value what a step gave.
    fn take(&mut self, lossy: bool, removed: u32) {
        self.lossy |= lossy || removed > 0;
        self.removed += removed;
    }
}

enum Ran {
    Value(Value, Loss),
    Ended(RowOutcome, Loss),
    Unlisted(usize),
}

/// Takes a value through the steps of a row; `before` sees each step and what it is given.
fn run(
    provider: &Provider,
    row: &FieldRow,
    value: Value,
    given: &Given<'_>,
    mut before: impl FnMut(&Transform, &Value),
) -> Ran {
    let (mut value, mut loss) = (value, Loss::default());
    let free_text = row.source.map(|field| field.free_text);
    let as_written = provider.free_text == FreeTextPolicy::AsWritten;
    if let Some(depth) = free_text.and_then(|kind| Depth::of(kind, as_written)) {
        let (screened, removed) = screen::value(value, depth);
        value = screened;
        loss.take(false, removed);
    }
    for step in &row.steps {
        before(step, &value);
        match step.apply(value, given, &provider.codes) {
            Step::Done(next, lossy) => {
                value = next;
                loss.take(lossy, 0);
            }
            Step::Removed(next, removed) => {
                value = next;
                loss.take(false, removed);
            }
            Step::Defaulted(next) => {
                value = next;
                loss.take(true, 0);
                loss.is_default = true;
            }
            Step::NoWord => return Ran::Ended(RowOutcome::NoWord, Loss::SOME),
            Step::Malformed => return Ran::Ended(RowOutcome::Malformed, Loss::SOME),
            Step::NoPlace => return Ran::Ended(RowOutcome::NoPlace, Loss::SOME),
            Step::Dropped => return Ran::Ended(RowOutcome::Dropped, Loss::SOME),
            Step::Unlisted => {
                let Transform::Code { index, .. } = step else {
                    return Ran::Unlisted(usize::MAX);
                };
                return Ran::Unlisted(*index);
            }
        }
    }
    Ran::Value(value, loss)
}

fn unlisted(
    provider: &Provider,
    row: &FieldRow,
    index: usize,
    out: &mut Rendered<'_>,
) -> (RowOutcome, Loss) {
    let list = provider.codes.get(index);
    let code = match list.map(|list| list.unmapped).unwrap_or_default() {
        UnmappedPolicy::Omit => return (RowOutcome::Omitted, Loss::SOME),
        UnmappedPolicy::Hold => FaultCode::UnmappedCode,
        UnmappedPolicy::Refuse => FaultCode::UnmappedCodeRefused,
    };
    let name = list.map(|list| list.name.clone());
    out.faults.push(fault(row, code, name));
    (RowOutcome::Unmapped, Loss::default())
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

const fn outcome_of(value: &Value, loss: Loss) -> RowOutcome {
    match value {
        Value::Absent => RowOutcome::Absent,
        Value::Declined => RowOutcome::Declined,
        Value::NotKnown => RowOutcome::NotKnown,
        _ if loss.is_default => RowOutcome::Default,
        _ => RowOutcome::Sent,
    }
}

fn trace(row: &FieldRow, outcome: RowOutcome, loss: Loss) -> TraceRow<'_> {
    TraceRow {
        target: &row.target,
        source: row.source_name(),
        row: &row.position,
        transform: &row.written.transform,
        cells: &row.written.cells,
        lossy: loss.lossy,
        removed: loss.removed,
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
fn account_for_the_rest(read: &Sources<'_>, provider: &Provider, out: &mut Rendered<'_>) {
    let sources = provider.fields.iter().filter_map(|row| row.source);
    let named: Vec<&'static Field> = sources.collect();
    // Each field stands in memory once: its place there tells it from all others.
    let is_named = |field: &Field| named.iter().any(|other| std::ptr::eq(*other, field));
    let parts_of_named: Vec<&[&'static str]> = named
        .iter()
        .filter_map(|field| match field.part {
            Part::Of(parts) => Some(parts),
            Part::Own | Part::Decision => None,
        })
        .collect();
    let part_of_named = |name: &str| parts_of_named.iter().any(|parts| parts.contains(&name));
    for field in fields() {
        let made_up = matches!(field.part, Part::Of(_));
        if made_up || is_named(field) || part_of_named(field.name) {
            continue;
        }
        if !read.value(field).is_known() {
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
