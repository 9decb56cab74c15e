//! The entries of a message and the references between them (BaRS Core 1.5.0, ids and
//! references).

use std::collections::BTreeMap;

use super::Faults;
use crate::domain::identifiers::JourneyId;
use crate::problem::Problem;
use crate::problem::area::referral as entry;
use crate::standards::fhir::{Kind, Node};

/// One entry.
#[derive(Clone, Copy, Debug)]
pub(in crate::standards::bars) struct Entry<'d> {
    /// The entry itself, for its path.
    pub(in crate::standards::bars) node: Node<'d>,
    pub(in crate::standards::bars) full_url: Option<&'d str>,
    /// The resource type; empty when there is none.
    pub(in crate::standards::bars) kind: &'d str,
    pub(in crate::standards::bars) resource: Option<Node<'d>>,
}

/// The entries in document order.
pub(in crate::standards::bars) struct Entries<'d> {
    pub(in crate::standards::bars) list: Vec<Entry<'d>>,
}

impl<'d> Entries<'d> {
    pub(in crate::standards::bars) fn of(bundle: Node<'d>) -> Self {
        let list = bundle
            .each("entry")
            .map(|node| {
                let resource = node.get("resource");
                Entry {
                    node,
                    full_url: node.str("fullUrl"),
                    kind: resource
                        .and_then(|r| r.str("resourceType"))
                        .unwrap_or_default(),
                    resource,
                }
            })
            .collect();
        Self { list }
    }

    /// The resources of a type.
    pub(in crate::standards::bars) fn of_type<'s>(
        &'s self,
        kind: &'s str,
    ) -> impl Iterator<Item = Node<'d>> + 's {
        self.list
            .iter()
            .filter(move |entry| entry.kind == kind)
            .filter_map(|entry| entry.resource)
    }

    /// The first resource of a type.
    pub(in crate::standards::bars) fn first(&self, kind: &str) -> Option<Node<'d>> {
        self.of_type(kind).next()
    }

    /// The entry that a reference names: by fullUrl, or by `Type/id`.
    pub(in crate::standards::bars) fn resolve(&self, reference: &str) -> Option<&Entry<'d>> {
        let by_url = self.list.iter().find(|e| e.full_url == Some(reference));
        by_url.or_else(|| {
            let (kind, id) = reference.rsplit_once('/')?;
            self.list
                .iter()
                .find(|e| e.kind == kind && e.resource.and_then(|r| r.str("id")) == Some(id))
        })
    }

    /// The resource that a Reference element names, when it is of this type.
    pub(super) fn follow(&self, reference: Option<Node<'d>>, kind: &str) -> Option<Node<'d>> {
        let entry = self.resolve(reference?.str("reference")?)?;
        (entry.kind == kind).then_some(entry.resource).flatten()
    }

    /// How many resources of each type there are.
    pub(super) fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for entry in &self.list {
            *counts.entry(entry.kind.to_owned()).or_default() += 1;
        }
        counts
    }
}

/// The Journey ID: the first Encounter's `EpisodeOfCare/<uuid>`.
pub(super) fn journey_id(entries: &Entries<'_>) -> Option<JourneyId> {
    entries
        .of_type("Encounter")
        .flat_map(|encounter| encounter.each("episodeOfCare"))
        .find_map(|episode| episode.str("reference")?.rsplit_once('/')?.1.parse().ok())
}

/// Checks fullUrls and references. `excused` is a reference whose target is told as missing
/// elsewhere.
pub(super) fn check(entries: &Entries<'_>, excused: Option<&str>, faults: &mut Faults<'_>) {
    let mut seen: Vec<&str> = Vec::with_capacity(entries.list.len());
    for entry in &entries.list {
        match entry.full_url {
            None => faults.at(&entry::FULL_URL, format!("{}.fullUrl", entry.node.path())),
            Some(url) if seen.contains(&url) => {
                let problem = Problem::new(&entry::FULL_URL)
                    .at(format!("{}.fullUrl", entry.node.path()))
                    .with("an earlier entry has the same fullUrl");
                faults.add(problem);
            }
            Some(url) => seen.push(url),
        }
    }
    for resource in entries.list.iter().filter_map(|entry| entry.resource) {
        let within = Within {
            resource,
            entries,
            excused,
        };
        check_references(resource, &within, faults);
    }
}

/// Where a reference may lead.
struct Within<'m, 'd> {
    resource: Node<'d>,
    entries: &'m Entries<'d>,
    excused: Option<&'m str>,
}

fn check_references(node: Node<'_>, within: &Within<'_, '_>, faults: &mut Faults<'_>) {
    match node.kind() {
        Kind::Array => {
            for item in node.items() {
                check_references(item, within, faults);
            }
        }
        Kind::Object => {
            for (name, value) in node.members() {
                // CarePlan.activity.reference is an object that holds the real one.
                if name == "reference" && value.kind() == Kind::String {
                    check_reference(value, within, faults);
                } else {
                    check_references(value, within, faults);
                }
            }
        }
        _ => {}
    }
}

fn check_reference(node: Node<'_>, within: &Within<'_, '_>, faults: &mut Faults<'_>) {
    let Some(text) = node.text() else { return };
    let is_known = is_journey(text)
        || within.excused == Some(text)
        || within.entries.resolve(text).is_some()
        || is_contained(text, within.resource);
    if is_known {
        return;
    }
    let mut problem = Problem::new(&entry::DANGLING).at(node.path());
    if text.starts_with("urn:uuid:") {
        problem = problem.with("no entry has this fullUrl");
    }
    faults.graded(faults.policy.dangling, problem);
}

/// The Journey ID always dangles, by design.
fn is_journey(reference: &str) -> bool {
    reference
        .strip_prefix("EpisodeOfCare/")
        .is_some_and(|id| id.parse::<JourneyId>().is_ok())
}

fn is_contained(reference: &str, resource: Node<'_>) -> bool {
    reference.strip_prefix('#').is_some_and(|id| {
        resource
            .each("contained")
            .any(|contained| contained.str("id") == Some(id))
    })
}
