//! The mapped fields by their targets, and the faults found while they are placed.

use std::collections::BTreeMap;

use super::values;
use crate::domain::mapping::{OutValue, Output, fhir_target};
use crate::problem::{Entry, Problem, area::channel};

/// Mapped fields by target; each knows its faults.
pub(super) struct Inputs<'a> {
    values: BTreeMap<&'a str, Vec<&'a OutValue>>,
    problems: Vec<Problem>,
}

impl<'a> Inputs<'a> {
    /// Sorts the outputs by target. Unknown targets and repeats that no element takes
    /// are faults.
    pub(super) fn new(outputs: &'a [Output]) -> Self {
        let mut inputs = Self {
            values: BTreeMap::new(),
            problems: Vec::new(),
        };
        for output in outputs {
            let target = output.target.as_str();
            let Some(known) = fhir_target(target) else {
                inputs.fault(&channel::TARGET_UNKNOWN, target, "it is not a FHIR target");
                continue;
            };
            let values = inputs.values.entry(target).or_default();
            if !values.is_empty() && !known.repeats {
                inputs.fault(&channel::TARGET_CLASH, target, "it can be filled once only");
                continue;
            }
            values.push(&output.value);
        }
        inputs
    }

    /// The faults, if there are any.
    pub(super) fn finish(self) -> Result<(), Vec<Problem>> {
        if self.problems.is_empty() {
            Ok(())
        } else {
            Err(self.problems)
        }
    }

    /// Every text of a target, cleaned as FHIR wants it; blank ones are left out.
    pub(super) fn texts(&self, target: &str) -> Vec<String> {
        let values = self.values.get(target).map(Vec::as_slice);
        values
            .unwrap_or_default()
            .iter()
            .flat_map(|value| value.texts())
            .map(|text| values::clean(&text))
            .filter(|text| !text.is_empty())
            .collect()
    }

    /// The one text of a target; several are a fault.
    pub(super) fn text(&mut self, target: &str) -> Option<String> {
        let mut texts = self.texts(target);
        if texts.len() > 1 {
            self.unfit(target, "a single text");
            return None;
        }
        texts.pop()
    }

    /// The one text of a target, where it is what the element takes.
    pub(super) fn fitting(&mut self, target: &str) -> Option<String> {
        let text = self.text(target)?;
        let takes = fhir_target(target)?.takes;
        if takes.fits(&text) {
            return Some(text);
        }
        self.unfit(target, &takes.says());
        None
    }

    /// True or false.
    pub(super) fn yes_no(&mut self, target: &str) -> Option<bool> {
        let text = self.fitting(target)?;
        Some(text == "true")
    }

    /// A whole number, not negative.
    pub(super) fn number(&mut self, target: &str) -> Option<i64> {
        self.fitting(target)?.parse().ok()
    }

    fn unfit(&mut self, target: &str, wanted: &str) {
        self.fault(
            &channel::TARGET_UNKNOWN,
            target,
            &format!("it takes {wanted}"),
        );
    }

    fn fault(&mut self, entry: &'static Entry, target: &str, detail: &str) {
        self.problems
            .push(Problem::new(entry).at(target).with(detail));
    }
}
