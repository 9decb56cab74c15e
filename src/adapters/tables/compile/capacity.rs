//! `[capacity]` of `provider.toml`: how many people the provider can take.

use crate::adapters::tables::faults::Faults;
use crate::adapters::tables::head::Head;
use crate::domain::mapping::Position;
use crate::domain::provider::{Cap, Capacity};
use crate::problem::area::tables as entry;

const SECTION: &str = "capacity";
/// The keys of the section.
pub(super) const KEYS: &[&str] = &["open_cases", "per_week"];

/// The limits; none without the section.
pub(super) fn compile(head: &Head<'_>, faults: &mut Faults) -> Capacity {
    if head.has(SECTION) && !KEYS.iter().any(|key| head.says(SECTION, key)) {
        let detail = "[capacity] says nothing; add open_cases or per_week, or remove the section";
        faults.add(&entry::VALUE_MISSING, super::HEAD, (1, 1), detail);
    }
    Capacity {
        open_cases: cap(head, "open_cases", faults),
        per_week: cap(head, "per_week", faults),
    }
}

fn cap(head: &Head<'_>, key: &str, faults: &mut Faults) -> Option<Cap> {
    let most = head.number(SECTION, key, faults)?;
    if most == 0 {
        let detail = format!(
            "capacity.{key}: found 0, which takes nobody; write `to` in routing.csv to stop \
             referrals, or a number from 1"
        );
        head.fault(&entry::WRONG_SHAPE, SECTION, key, detail, faults);
        return None;
    }
    let (line, _) = head.place(SECTION, key);
    Some(Cap {
        most,
        position: Position::new(super::HEAD, line),
    })
}
