//! The findings of one walk, so many and no more.

use crate::standards::profile::finding::{Finding, Layer};

/// Most findings of one layer from one document.
pub const MAX_FINDINGS: usize = 200;

/// Findings so far.
#[derive(Debug, Default)]
pub(super) struct Findings {
    list: Vec<Finding>,
    /// How many there are of each layer.
    counts: [usize; Layer::ALL.len()],
    /// Names that were told once and are not told again.
    told: Vec<&'static str>,
    /// How many were looked through for one of the same rule.
    #[cfg(test)]
    pub(super) looked_through: usize,
}

impl Findings {
    /// Adds one, unless its layer is full and its rule is told already.
    pub(super) fn add(
        &mut self,
        layer: Layer,
        rule: &'static str,
        finding: impl FnOnce() -> Finding,
    ) {
        let count = &mut self.counts[layer as usize];
        if *count >= MAX_FINDINGS {
            #[cfg(test)]
            {
                self.looked_through += self.list.len();
            }
            let same = |one: &Finding| one.layer == layer && one.rule == rule;
            if self.list.iter().any(same) {
                return;
            }
        }
        *count += 1;
        self.list.push(finding());
    }

    /// Whether this name was not told before; it counts as told afterwards.
    pub(super) fn is_new(&mut self, name: &'static str) -> bool {
        let is_new = !self.told.contains(&name);
        if is_new {
            self.told.push(name);
        }
        is_new
    }

    pub(super) fn into_list(self) -> Vec<Finding> {
        self.list
    }
}
