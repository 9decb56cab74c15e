//! What the providers' systems received: who was sent what, read off the wire.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::support::receiver::Taken;

/// Identifiers `<case id>-<version>` of FHIR deliveries.
const CASE_VERSION: &str = "https://workwell-gateway.example/Id/case-version";

/// What a delivery is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The case itself, in any version.
    Case,
    /// Its end.
    Stop,
}

/// One delivery that was taken, be its answer lost or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The provider.
    pub slug: String,
    /// The gateway's id of the case.
    pub case_id: String,
    /// What it is.
    pub kind: Kind,
}

/// By case and provider, what arrived.
#[derive(Debug, Default)]
pub struct Book {
    arrived: BTreeMap<(String, String), Vec<Kind>>,
    tried: BTreeSet<(String, String)>,
}

impl Book {
    /// Notes what came to a provider's door, and whether its system took it.
    pub fn note(&mut self, arrival: &Arrival, takes: bool) {
        let key = (arrival.case_id.clone(), arrival.slug.clone());
        self.tried.insert(key.clone());
        if takes {
            self.arrived.entry(key).or_default().push(arrival.kind);
        }
    }

    /// An attempt was begun, and the process ended before anybody knew how far it came.
    pub fn may_have_come(&mut self, case_id: &str, slug: &str) {
        self.tried.insert((case_id.to_owned(), slug.to_owned()));
    }

    /// Whether this case ever came to the provider's door.
    pub fn was_tried(&self, case_id: &str, slug: &str) -> bool {
        self.tried.contains(&(case_id.to_owned(), slug.to_owned()))
    }

    /// Whether the provider has, or once had, this case.
    pub fn has_reached(&self, case_id: &str, slug: &str) -> bool {
        self.of(case_id, slug).contains(&Kind::Case)
    }

    /// The providers that the case has reached.
    pub fn reached(&self, case_id: &str) -> Vec<String> {
        let of_case = self
            .arrived
            .iter()
            .filter(|((case, _), kinds)| case == case_id && kinds.contains(&Kind::Case));
        of_case.map(|((_, slug), _)| slug.clone()).collect()
    }

    /// Whether the last that the provider received of the case is its end.
    pub fn ends_with_stop(&self, case_id: &str, slug: &str) -> bool {
        self.of(case_id, slug).last() == Some(&Kind::Stop)
    }

    fn of(&self, case_id: &str, slug: &str) -> &[Kind] {
        let key = (case_id.to_owned(), slug.to_owned());
        self.arrived.get(&key).map_or(&[], Vec::as_slice)
    }
}

/// Reads a request that came to a provider's door, `/<slug>/...`.
pub fn read(taken: &Taken) -> Option<Arrival> {
    let slug = taken
        .path
        .trim_start_matches('/')
        .split('/')
        .next()?
        .to_owned();
    let body = taken.json();
    let (case_id, kind) = if body["resourceType"] == "Bundle" {
        transaction(&body)?
    } else {
        let named = body["type"].as_str()?;
        let kind = if named.ends_with(".cancelled") {
            Kind::Stop
        } else {
            Kind::Case
        };
        (body["data"]["case"]["id"].as_str()?.to_owned(), kind)
    };
    Some(Arrival {
        slug,
        case_id,
        kind,
    })
}

fn transaction(bundle: &Value) -> Option<(String, Kind)> {
    let entries = bundle["entry"].as_array()?;
    let request = entries
        .iter()
        .map(|entry| &entry["resource"])
        .find(|resource| resource["resourceType"] == "ServiceRequest")?;
    let named = request["identifier"].as_array()?;
    let named = named.iter().find(|id| id["system"] == CASE_VERSION)?;
    let id = named["value"].as_str()?.get(..36)?.to_owned();
    let ended = request["status"] == "revoked" || request["status"] == "entered-in-error";
    Some((id, if ended { Kind::Stop } else { Kind::Case }))
}
