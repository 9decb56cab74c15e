//! What can only be counted at the end: as each party saw it, and as the gateway's own
//! reads tell it.

use std::collections::{BTreeMap, BTreeSet};

use super::office::{Office, is_returned};
use super::stage::Accepted;
use super::summary::Tally;
use crate::conformance::parties::Parties;

/// What the practice and the providers saw.
pub(super) fn by_the_parties(parties: &Parties, tally: &mut Tally, accepted: &[Accepted]) {
    let mut holders: BTreeMap<String, usize> = BTreeMap::new();
    for (slug, desk) in parties.all_desks() {
        let effects = desk.effects();
        let doubled = effects.values().filter(|count| **count > 1).count();
        if doubled > 0 {
            let said = format!("{slug} took {doubled} cases more than once");
            tally.missing.push(said);
        }
        for reference in effects.into_keys() {
            *holders.entry(reference).or_default() += 1;
        }
    }
    if holders.values().any(|count| *count > 1) {
        let said = "two providers hold the same case".to_owned();
        tally.missing.push(said);
    }
    let of_practice: BTreeSet<&String> = accepted.iter().map(|case| &case.reference).collect();
    let received = holders
        .keys()
        .filter(|reference| of_practice.contains(reference));
    tally.delivered = received.count();
    for case in accepted {
        let told = !parties.gp.responses_to(&case.bundle_id).is_empty();
        let held = holders.contains_key(&case.reference);
        tally.status_returned += usize::from(told);
        tally.lost += usize::from(!told && !held);
    }
}

/// What the gateway's own reads tell: who came back, who was referred on, and whether
/// anybody is nobody's.
pub(super) async fn by_the_gateway(
    office: &Office<'_>,
    parties: &Parties,
    tally: &mut Tally,
    accepted: &[Accepted],
) -> Result<(), String> {
    for case in accepted {
        let known = office.know(&case.reference).await?;
        tally.returned += usize::from(is_returned(&known));
    }
    let taken = parties.stillwater.desk.effects();
    let cases = office.cases().await?;
    let onward = cases
        .iter()
        .filter(|row| row.referred_on_by.is_some() && taken.contains_key(row.reference.as_str()));
    tally.referred_on = onward.count();
    let unowned = office.unowned().await?;
    tally.unowned = unowned.len();
    for reference in unowned {
        let said = format!("nobody holds the person of {reference}");
        tally.missing.push(said);
    }
    Ok(())
}
