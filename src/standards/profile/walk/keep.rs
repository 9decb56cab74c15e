//! The findings of one walk, so many and no more.

use crate::standards::profile::finding::{Finding, Layer};

/// Most findings of one layer from one document.
pub const MAX_FINDINGS: usize = 200;

/// Findings so far.
#[derive(Debug, Default)]
pub(super) struct Findings {
    list: Vec<Finding>,
    /// The rules that were told, each once: a few, whatever a document holds.
    rules: Vec<(Layer, &'static str)>,
    /// How many there are of each layer.
    counts: [usize; Layer::ALL.len()],
    /// Names that were told once and are not told again.
    told: Vec<&'static str>,
    /// How many rules were looked through for one of the same name.
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
        #[cfg(test)]
        {
            self.looked_through += self.rules.len();
        }
        let is_known = self.rules.contains(&(layer, rule));
        let count = &mut self.counts[layer as usize];
        if *count >= MAX_FINDINGS && is_known {
            return;
        }
        if !is_known {
            self.rules.push((layer, rule));
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
