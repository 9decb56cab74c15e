//! Which rows of the code lists a rendering went by. It is told apart from the trace, because
//! a row of a list tells which code it was: a trace holds nothing of a value.

use super::{Sources, missing_consent, questions, run};
use crate::domain::case::Case;
use crate::domain::mapping::transform::rows_of;
use crate::domain::mapping::{CodeRow, Given, Transform, Value};
use crate::domain::provider::Provider;

/// For every row of `fields.csv`, in the order of the trace, the rows of code lists that
/// answered for its value; none where nothing was looked up, or no row answers.
pub fn code_rows<'t, 'g>(
    case: &Case,
    provider: &'t Provider,
    given: impl Into<Given<'g>>,
) -> Vec<Vec<&'t CodeRow>> {
    let given = given.into();
    let (questions, _) = questions(case, provider, &given);
    let sources = Sources { case, questions };
    let rows = provider.fields.iter().map(|row| {
        let mut found = Vec::new();
        let value = row
            .source
            .map_or(Value::Absent, |field| sources.value(field));
        let withheld = value.is_known() && missing_consent(case, row).is_some();
        if withheld || !row.is_sent() {
            return found;
        }
        run(provider, row, value, &given, |step, value| {
            if let Transform::Code { index, .. } = step
                && let Some(list) = provider.codes.get(*index)
            {
                found.extend(rows_of(value, list));
            }
        });
        found
    });
    rows.collect()
}
