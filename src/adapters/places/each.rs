//! Every place of the files, for whoever looks whether each has a provider.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{Held, Places};
use crate::domain::identifiers::{OdsCode, Postcode};
use crate::domain::organisation::Organisation;
use crate::domain::routing::{PracticeFacts, Residence};

impl Places {
    /// Every practice that is open on a day, by its code.
    pub fn practices(&self, day: Date) -> Vec<PracticeFacts> {
        let all = match &self.held {
            Held::Set(set) => set.organisations.values().cloned().collect(),
            Held::Files { organisations, .. } => organisations
                .as_ref()
                .map(|found| found.all())
                .unwrap_or_default(),
        };
        let open = |one: &Organisation| one.kind == "practice" && !one.is_closed(day);
        let codes = all.iter().filter(|one| open(one)).map(|one| &one.code);
        let mut codes: Vec<OdsCode> = codes.filter_map(|code| OdsCode::parse(code)).collect();
        codes.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        let facts = codes.iter().filter_map(|code| self.practice(code, day));
        facts.collect()
    }

    /// Every lower layer super output area in which a postcode lies.
    pub fn lsoas(&self) -> BTreeSet<String> {
        match &self.held {
            Held::Set(_) => {
                let homes = self.homes().into_iter();
                homes.filter_map(|(_, residence)| residence.lsoa).collect()
            }
            Held::Files { postcodes, .. } => postcodes
                .as_ref()
                .map(|found| found.lsoas())
                .unwrap_or_default(),
        }
    }

    /// A postcode for every place that routing can tell apart: of a set every row; of the
    /// country's postcodes one for each sector in each authority and board.
    pub fn homes(&self) -> Vec<(Postcode, Residence)> {
        match &self.held {
            Held::Set(set) => {
                let mut keys: Vec<&String> = set.by_postcode.keys().collect();
                keys.sort_unstable();
                let homes = keys.into_iter().filter_map(|key| {
                    let within =
                        Postcode::parse(key).or_else(|| Postcode::parse(&format!("{key} 1AA")))?;
                    let residence = set.residence(&within)?;
                    Some((within, residence))
                });
                homes.collect()
            }
            Held::Files { postcodes, .. } => {
                let sectors = postcodes.as_ref().map(|found| found.of_each_sector());
                let sectors = sectors.unwrap_or_default().into_iter();
                let homes = sectors.filter_map(|postcode| {
                    let residence = self.residence(&postcode)?;
                    Some((postcode, residence))
                });
                homes.collect()
            }
        }
    }
}
