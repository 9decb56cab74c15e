//! Every place of the files, for whoever looks whether each has a provider.

use super::Places;
use crate::domain::identifiers::Postcode;
use crate::domain::routing::{PracticeFacts, Residence};

impl Places {
    /// Every practice, by its code.
    pub fn practices(&self) -> Vec<PracticeFacts> {
        let practices = self.by_practice.values();
        let mut practices: Vec<PracticeFacts> =
            practices.map(|found| found.facts.clone()).collect();
        practices.sort_by(|a, b| a.ods.as_str().cmp(b.ods.as_str()));
        practices
    }

    /// A postcode of every row of the files, by its text: of a district any one will do.
    pub fn homes(&self) -> Vec<(Postcode, Residence)> {
        let mut keys: Vec<&String> = self.by_postcode.keys().collect();
        keys.sort_unstable();
        let homes = keys.into_iter().filter_map(|key| {
            let within = Postcode::parse(key).or_else(|| Postcode::parse(&format!("{key} 1AA")))?;
            let residence = self.residence(&within)?;
            Some((within, residence))
        });
        homes.collect()
    }
}
