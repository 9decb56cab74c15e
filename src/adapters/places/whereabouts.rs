//! What is known of a person's place: home, practice, and who carries these on.

use std::cell::RefCell;

use jiff::civil::Date;

use super::Places;
use crate::domain::identifiers::{OdsCode, Postcode};
use crate::domain::organisation::{Lineage, Organisation, Successions, lineage};
use crate::domain::routing::{PracticeFacts, Residence};

/// What is known of a person's place on a day.
#[derive(Clone, Debug)]
pub struct Whereabouts {
    /// Where the postcode lies.
    pub residence: Option<Residence>,
    /// The practice, or the one that carries it on.
    pub practice: Option<PracticeFacts>,
    /// Which codes mean the same as those of the practice, its network and the boards.
    pub successions: Successions,
}

impl Places {
    /// Everything that is known of a person's place on a day.
    pub fn whereabouts(
        &self,
        postcode: Option<&Postcode>,
        practice: Option<&OdsCode>,
        day: Date,
    ) -> Whereabouts {
        // Each organisation is asked for several times, and is read once.
        let seen: RefCell<Vec<(String, Option<Organisation>)>> = RefCell::default();
        let find = |code: &str| {
            let known = seen
                .borrow()
                .iter()
                .find(|(known, _)| known == code)
                .cloned();
            if let Some((_, known)) = known {
                return known;
            }
            let found = self.organisation(code);
            seen.borrow_mut().push((code.to_owned(), found.clone()));
            found
        };
        let residence = postcode.and_then(|postcode| self.residence(postcode));
        let facts = practice.and_then(|ods| facts_of(ods, day, &find));
        let codes = [
            practice.map(OdsCode::as_str),
            facts.as_ref().and_then(|facts| facts.pcn.as_deref()),
            facts.as_ref().and_then(|facts| facts.icb.as_deref()),
            residence.as_ref().and_then(|home| home.icb.as_deref()),
        ];
        let mut codes: Vec<&str> = codes.into_iter().flatten().collect();
        codes.dedup();
        let successions = Successions::of(&codes, day, &find);
        Whereabouts {
            residence,
            practice: facts,
            successions,
        }
    }

    /// The network and board of a practice on a day. A practice that was merged has those
    /// of its successor; one that was split has none.
    pub fn practice(&self, ods: &OdsCode, day: Date) -> Option<PracticeFacts> {
        facts_of(ods, day, &|code| self.organisation(code))
    }
}

fn facts_of(
    ods: &OdsCode,
    day: Date,
    find: &dyn Fn(&str) -> Option<Organisation>,
) -> Option<PracticeFacts> {
    let found = match lineage(ods.as_str(), day, find) {
        Lineage::Now(current) => find(&current),
        Lineage::Itself => find(ods.as_str()),
        Lineage::Unclear => None,
    }?;
    if found.kind.is_empty() {
        return None;
    }
    Some(PracticeFacts {
        ods: ods.clone(),
        pcn: found.network(day).map(str::to_owned),
        icb: found.icb,
    })
}
