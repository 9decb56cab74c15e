//! What the gateway itself says, asked as its callers ask: the practice searches, each
//! provider lists and reads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;
use workwell_gateway::conformance::parties::Parties;
use workwell_gateway::conformance::parties::providers::Desk;
use workwell_gateway::conformance::parties::referral::person::nhs_number;

use super::senders::{Acknowledged, Cancelling};
use super::verdict::Findings;

/// The system of our case references.
const REFERENCES: &str = "https://workwell-gateway.example/Id/case-reference";
/// How many searches run side by side.
const READERS: usize = 4;

/// A case as its provider sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Whose list it is in.
    pub provider: &'static str,
    /// Canonical status.
    pub status: String,
    /// Who is answerable for the person.
    pub responsible: String,
}

/// All cases, from both sides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Register {
    /// By person: the references of the cases that the practice finds.
    found: BTreeMap<u64, Vec<String>>,
    /// By reference: where it is listed.
    listed: BTreeMap<String, Vec<Listed>>,
}

impl Register {
    /// Asks for every acknowledged referral, and every provider for everything it has.
    pub async fn read(parties: &Arc<Parties>, bars: &str, acknowledged: &[Acknowledged]) -> Self {
        let seeds: Vec<u64> = acknowledged.iter().map(|case| case.seed).collect();
        let share = seeds.len().div_ceil(READERS).max(1);
        let mut searches = tokio::task::JoinSet::new();
        for part in seeds.chunks(share) {
            let (parties, bars, part) = (Arc::clone(parties), bars.to_owned(), part.to_vec());
            searches.spawn(async move {
                let mut found = Vec::new();
                for seed in part {
                    found.push((seed, search(&parties, &bars, seed).await));
                }
                found
            });
        }
        let found = searches.join_all().await.into_iter().flatten().collect();
        let mut lists = tokio::task::JoinSet::new();
        for (slug, desk) in parties.desks() {
            let desk = desk.clone();
            lists.spawn(async move { list(slug, &desk).await });
        }
        let mut listed: BTreeMap<String, Vec<Listed>> = BTreeMap::new();
        for (reference, row) in lists.join_all().await.into_iter().flatten() {
            listed.entry(reference).or_default().push(row);
        }
        Self { found, listed }
    }

    /// The one reference of a person's case.
    pub fn reference(&self, seed: u64) -> Option<&str> {
        match self.found.get(&seed).map(Vec::as_slice) {
            Some([one]) => Some(one),
            _ => None,
        }
    }

    /// Every reference that the practice finds.
    pub fn references(&self) -> impl Iterator<Item = &str> {
        self.found.values().flatten().map(String::as_str)
    }

    /// Every acknowledged referral has one case, at one provider, with an owner.
    pub fn judge(&self, acknowledged: &[Acknowledged], findings: &mut Findings) {
        for case in acknowledged {
            let found = self.found.get(&case.seed).cloned().unwrap_or_default();
            let name = format!("person {} at {}", case.seed, case.provider);
            findings.check(found.len() == 1, || {
                format!("{name}: one case is due, the practice finds {found:?}")
            });
            let Some(reference) = self.reference(case.seed) else {
                continue;
            };
            findings.check(
                case.reference.as_deref().is_none_or(|r| r == reference),
                || {
                    format!(
                        "{name}: acknowledged as {:?}, found as {reference}",
                        case.reference
                    )
                },
            );
            let listed = self.listed.get(reference).map_or(&[][..], Vec::as_slice);
            let cancelled = case.cancelling == Cancelling::Done;
            let [one] = listed else {
                // Cancelled before anything left: the provider is never shown the case.
                findings.check(cancelled && listed.is_empty(), || {
                    format!("{name}: one place in one list is due, found {listed:?}")
                });
                continue;
            };
            findings.check(one.provider == case.provider, || {
                format!("{name}: it is in the list of {}", one.provider)
            });
            let owners = ["referrer", "gateway-operator", "provider"];
            findings.check(owners.contains(&one.responsible.as_str()), || {
                format!("{name}: nobody is answerable: {one:?}")
            });
            let stopped = ["cancel-requested", "cancelled", "entered-in-error"];
            let stopped = stopped.contains(&one.status.as_str());
            findings.check(stopped == cancelled, || {
                format!("{name}: {:?} but {one:?}", case.cancelling)
            });
        }
        let known: BTreeSet<&str> = self.references().collect();
        for (reference, listed) in &self.listed {
            findings.check(known.contains(reference.as_str()), || {
                format!("{reference} is listed {listed:?}, the practice does not find it")
            });
        }
    }
}

/// The references of all cases of a person.
async fn search(parties: &Parties, bars: &str, seed: u64) -> Vec<String> {
    let system = "https%3A%2F%2Ffhir.nhs.uk%2FId%2Fnhs-number";
    let path = format!(
        "ServiceRequest?patient:identifier={system}%7C{}",
        nhs_number(seed)
    );
    let answer = parties
        .gp
        .get(bars, &path)
        .await
        .expect("an answer to a search");
    assert_eq!(
        answer.status,
        200,
        "search for person {seed}: {:?}",
        answer.codes()
    );
    let entries = answer.body["entry"].as_array().cloned().unwrap_or_default();
    entries
        .iter()
        .filter(|entry| entry["search"]["mode"] == "match")
        .map(|entry| reference_of(&entry["resource"]))
        .collect()
}

fn reference_of(request: &Value) -> String {
    let identifiers = request["identifier"].as_array().into_iter().flatten();
    let ours = identifiers.filter(|identifier| identifier["system"] == REFERENCES);
    let mut values = ours.filter_map(|identifier| identifier["value"].as_str());
    values.next().unwrap_or_default().to_owned()
}

async fn list(slug: &'static str, desk: &Desk) -> Vec<(String, Listed)> {
    let mut rows = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = desk
            .api()
            .list(cursor.as_deref(), 100)
            .await
            .expect("a page of cases");
        for row in &page.cases {
            let case = desk.api().read(&row.id).await.expect("a case");
            let listed = Listed {
                provider: slug,
                status: row.status.clone(),
                responsible: case["responsible"].as_str().unwrap_or_default().to_owned(),
            };
            rows.push((row.reference.clone(), listed));
        }
        if page.cases.is_empty() || page.next.is_none() || page.next == cursor {
            return rows;
        }
        cursor = page.next;
    }
}
