//! The entries of a message and the references between them (BaRS Core 1.5.0, ids and
//! references).

use super::Faults;
use crate::domain::identifiers::JourneyId;
use crate::problem::Problem;
use crate::problem::area::referral as entry;
use crate::standards::bars::policy::Grade;
use crate::standards::fhir::name::NameKey;
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
    /// Places in the list by fullUrl and by type and id, sorted: a message has as many
    /// references as its sender likes, and each is looked up.
    by_url: Vec<(&'d str, usize)>,
    by_id: Vec<((&'d str, &'d str), usize)>,
}

impl<'d> Entries<'d> {
    pub(in crate::standards::bars) fn of(bundle: Node<'d>) -> Self {
        let list: Vec<Entry<'d>> = bundle
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
        let numbered = || list.iter().enumerate();
        let mut by_url: Vec<_> = numbered()
            .filter_map(|(at, entry)| Some((entry.full_url?, at)))
            .collect();
        by_url.sort_unstable();
        let mut by_id: Vec<_> = numbered()
            .filter_map(|(at, entry)| Some(((entry.kind, entry.resource?.str("id")?), at)))
            .collect();
        by_id.sort_unstable();
        Self {
            list,
            by_url,
            by_id,
        }
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

    /// The entry that a reference names: by fullUrl, or by `Type/id`. Of several the first.
    pub(in crate::standards::bars) fn resolve(&self, reference: &str) -> Option<&Entry<'d>> {
        let by_id = || first(&self.by_id, reference.rsplit_once('/')?);
        let at = first(&self.by_url, reference).or_else(by_id)?;
        self.list.get(at)
    }

    /// The resource that a Reference element names, when it is of this type.
    pub(super) fn follow(&self, reference: Option<Node<'d>>, kind: &str) -> Option<Node<'d>> {
        let entry = self.resolve(reference?.str("reference")?)?;
        (entry.kind == kind).then_some(entry.resource).flatten()
    }

    /// The entries whose fullUrl an earlier one has, in order.
    fn repeated(&self) -> Vec<usize> {
        let pairs = self.by_url.windows(2);
        let repeats = pairs.filter(|pair| pair[0].0 == pair[1].0);
        let mut places: Vec<usize> = repeats.map(|pair| pair[1].1).collect();
        places.sort_unstable();
        places
    }
}

/// The first place of a key in a sorted list.
fn first<K: Ord + Copy>(sorted: &[(K, usize)], key: K) -> Option<usize> {
    let at = sorted.partition_point(|(known, _)| *known < key);
    let (known, place) = *sorted.get(at)?;
    (known == key).then_some(place)
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
    let repeated = entries.repeated();
    for (at, one) in entries.list.iter().enumerate() {
        let path = |problem: Problem| problem.at(format!("{}.fullUrl", one.node.path()));
        match one.full_url {
            None => faults.tell(&entry::FULL_URL, Grade::Refuse, path),
            Some(_) if repeated.binary_search(&at).is_ok() => {
                let what = "an earlier entry has the same fullUrl";
                faults.tell(&entry::FULL_URL, Grade::Refuse, |found| {
                    path(found).with(what)
                });
            }
            Some(_) => {}
        }
    }
    for resource in entries.list.iter().filter_map(|entry| entry.resource) {
        let mut contained: Vec<&str> = resource
            .each("contained")
            .filter_map(|contained| contained.str("id"))
            .collect();
        contained.sort_unstable();
        let within = Within {
            contained,
            entries,
            excused,
        };
        for reference in references(resource) {
            check_reference(reference, &within, faults);
        }
    }
}

/// Where a reference may lead.
struct Within<'m, 'd> {
    /// The ids of the contained resources, sorted.
    contained: Vec<&'d str>,
    entries: &'m Entries<'d>,
    excused: Option<&'m str>,
}

/// The texts of all references in a resource, however deep. CarePlan.activity.reference is an
/// object that holds the real one.
fn references(resource: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let key = NameKey::of("reference");
    let texts = resource.below();
    let texts = texts.filter(|value| value.kind() == Kind::String);
    texts.filter(move |text| text.is_named(key, "reference"))
}

fn check_reference(node: Node<'_>, within: &Within<'_, '_>, faults: &mut Faults<'_>) {
    let Some(text) = node.text() else { return };
    let is_known = is_journey(text)
        || within.excused == Some(text)
        || within.entries.resolve(text).is_some()
        || is_contained(text, &within.contained);
    if is_known {
        return;
    }
    faults.tell(&entry::DANGLING, faults.policy.dangling, |problem| {
        let problem = problem.at(node.path());
        if text.starts_with("urn:uuid:") {
            return problem.with("no entry has this fullUrl");
        }
        problem
    });
}

/// The Journey ID always dangles, by design.
fn is_journey(reference: &str) -> bool {
    reference
        .strip_prefix("EpisodeOfCare/")
        .is_some_and(|id| id.parse::<JourneyId>().is_ok())
}

fn is_contained(reference: &str, contained: &[&str]) -> bool {
    let id = reference.strip_prefix('#');
    id.is_some_and(|id| contained.binary_search(&id).is_ok())
}
