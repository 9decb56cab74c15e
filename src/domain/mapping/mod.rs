//! A provider's tables, compiled, and the renderer that applies them to a case.
//!
//! Nothing here guesses: an unknown code, a missing datum and a withheld field each
//! have a named outcome (DESIGN I5), and neither trace nor fault holds a value.

mod codes;
mod fhir_targets;
mod field;
mod fields;
mod given;
mod narrow;
mod position;
mod render;
mod screen;
mod status_words;
mod transform;
mod value;

#[cfg(test)]
pub(crate) mod sample;

pub use codes::{CodeList, CodeRow, Lookup, Relation, UnmappedPolicy};
pub use fhir_targets::{FHIR_TARGETS, FhirTakes, FhirTarget, fhir_target};
pub use field::{Category, Field, FieldKind, FreeText, NEVER_ACCEPTED, Part, field, fields};
pub use fields::{FieldRow, Requirement, Written};
pub use given::Given;
pub use narrow::narrow;
pub use position::Position;
pub use render::{
    FaultCode, Output, RenderFault, Rendered, RowOutcome, TraceRow, code_rows, render,
};
pub use screen::REMOVED;
pub use status_words::{StatusWord, StatusWords};
pub(in crate::domain) use transform::age as age_on;
pub use transform::{AgeBands, Join, PhoneFormat, Shape, Transform, is_date_pattern};
pub use value::{OutValue, Value};
