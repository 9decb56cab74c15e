//! The entries of a Bundle by their fullUrl, and what its MessageDefinition says.

use super::Walk;
use crate::standards::fhir::Node;
use crate::standards::profile::finding::{FULL_URL, Layer, Severity};
use crate::standards::profile::message::MessageCardinality;
use crate::standards::profile::rules::{ProfileId, Rules};

/// fullUrls in order, each with its entry's place and the type of its resource.
#[derive(Debug, Default)]
pub(super) struct Index<'d> {
    entries: Vec<Entry<'d>>,
    /// Whether a Bundle is open.
    pub(super) is_open: bool,
}

#[derive(Debug, Clone, Copy)]
struct Entry<'d> {
    url: &'d str,
    id: &'d str,
    version: &'d str,
    kind: &'d str,
    node: Node<'d>,
}

impl<'d> Index<'d> {
    fn of(bundle: Node<'d>) -> Index<'d> {
        let mut entries: Vec<Entry<'d>> = bundle
            .each("entry")
            .filter_map(|entry| {
                let node = entry.get("fullUrl")?;
                let resource = entry.get("resource");
                let id = resource.and_then(|resource| resource.str("id"));
                let meta = resource.and_then(|resource| resource.get("meta"));
                Some(Entry {
                    url: node.text()?,
                    id: id.unwrap_or_default(),
                    version: meta.and_then(|m| m.str("versionId")).unwrap_or_default(),
                    kind: resource
                        .and_then(|resource| resource.str("resourceType"))
                        .unwrap_or_default(),
                    node,
                })
            })
            .collect();
        // Stable: of two with one address the later in the document is the second.
        entries.sort_by(|one, other| (one.url, one.version).cmp(&(other.url, other.version)));
        Index {
            entries,
            is_open: true,
        }
    }

    /// The resource type of the entry with that fullUrl.
    pub(super) fn kind_of(&self, url: &str) -> Option<&'d str> {
        let at = self.entries.binary_search_by(|entry| entry.url.cmp(url));
        at.ok().map(|at| self.entries[at].kind)
    }

    /// The resource of the entry with that fullUrl.
    pub(super) fn resource(&self, url: &str) -> Option<Node<'d>> {
        let at = self.entries.binary_search_by(|entry| entry.url.cmp(url));
        self.entries[at.ok()?].node.parent()?.get("resource")
    }
}

/// The contained resources of a resource by their id, each with its type.
#[derive(Debug, Default)]
pub(super) struct Contained<'d> {
    resources: Vec<(&'d str, &'d str, Node<'d>)>,
}

impl<'d> Contained<'d> {
    pub(super) fn of(resource: Node<'d>) -> Contained<'d> {
        let mut resources: Vec<(&str, &str, Node<'d>)> = resource
            .each("contained")
            .filter_map(|one| Some((one.str("id")?, one.str("resourceType")?, one)))
            .collect();
        resources.sort_by(|one, other| (one.0, one.1).cmp(&(other.0, other.1)));
        Contained { resources }
    }

    /// Those whose id an earlier one has.
    pub(super) fn doubles(&self) -> impl Iterator<Item = Node<'d>> + use<'d, '_> {
        let pairs = self.resources.windows(2);
        let doubles = pairs.filter(|pair| pair[0].0 == pair[1].0);
        doubles.map(|pair| pair[1].2)
    }

    /// The type of the contained resource with that id.
    pub(super) fn kind_of(&self, id: &str) -> Option<&'d str> {
        self.find(id).map(|(_, kind, _)| kind)
    }

    /// The contained resource with that id.
    pub(super) fn resource(&self, id: &str) -> Option<Node<'d>> {
        self.find(id).map(|(_, _, resource)| resource)
    }

    fn find(&self, id: &str) -> Option<(&'d str, &'d str, Node<'d>)> {
        let at = self
            .resources
            .binary_search_by(|(known, _, _)| (*known).cmp(id));
        at.ok().map(|at| self.resources[at])
    }
}

/// What was open before a Bundle within a Bundle.
pub(super) struct Outer<'d> {
    index: Index<'d>,
    demanded: Vec<(&'static str, ProfileId)>,
}

impl<'d> Walk<'d> {
    pub(super) fn open_bundle(&mut self, bundle: Node<'d>) -> Outer<'d> {
        let index = std::mem::replace(&mut self.index, Index::of(bundle));
        // Sorted: as many looks as the entries, times the length of their number.
        let count = self.index.entries.len();
        self.looks_at(count * (1 + count.checked_ilog2().unwrap_or(0) as usize));
        let demanded = std::mem::take(&mut self.demanded);
        self.distinct_urls(bundle);
        self.urls_of_ids();
        if let Some(definition) = definition(self.rules, bundle) {
            let table = self.table;
            let rules = self.rules;
            self.demanded
                .extend(definition.focus.iter().filter_map(|focus| {
                    let (id, _) = rules.profile(focus.profile.as_deref()?)?;
                    Some((table.type_of(table.id_of(&focus.code)?).name, id))
                }));
        }
        Outer { index, demanded }
    }

    pub(super) fn close_bundle(&mut self, outer: Outer<'d>) {
        self.index = outer.index;
        self.demanded = outer.demanded;
    }

    /// A fullUrl is absolute, and that of a server ends with type and id of the resource
    /// (FHIR R4, Bundle).
    fn urls_of_ids(&mut self) {
        let wrong = |entry: &Entry<'d>| {
            if !entry.url.contains(':') {
                return Some(("a relative address", "an absolute address"));
            }
            if !entry.url.starts_with("http://") && !entry.url.starts_with("https://") {
                return None;
            }
            let mut steps = entry.url.rsplit('/');
            let (id, kind) = (steps.next(), steps.next());
            let is_own = id == Some(entry.id) && kind == Some(entry.kind);
            let is_known = !entry.id.is_empty() && !entry.kind.is_empty();
            (is_known && !is_own).then_some((
                "the address of another resource",
                "an address that ends with the type and id of the resource",
            ))
        };
        let entries = self.index.entries.iter();
        let wrong: Vec<_> = entries
            .filter_map(|entry| Some((entry.node, wrong(entry)?)))
            .collect();
        for (node, (found, expected)) in wrong {
            let (layer, severity) = (Layer::Invariant, Severity::Error);
            self.tell(layer, severity, FULL_URL, node, found, expected);
        }
    }

    /// `bdl-7`: a fullUrl stands once, unless in a history.
    fn distinct_urls(&mut self, bundle: Node<'d>) {
        if bundle.str("type") == Some("history") {
            return;
        }
        let pairs = self.index.entries.windows(2);
        let same =
            |pair: &&[Entry<'d>]| (pair[0].url, pair[0].version) == (pair[1].url, pair[1].version);
        let doubles: Vec<Node<'d>> = pairs.filter(same).map(|pair| pair[1].node).collect();
        for node in doubles {
            self.tell(
                Layer::Invariant,
                Severity::Error,
                "bdl-7",
                node,
                "a fullUrl that an earlier entry has too",
                "a fullUrl that no other entry has",
            );
        }
    }
}

/// The MessageDefinition that the header of a message names.
pub(super) fn definition(
    rules: &'static Rules,
    bundle: Node<'_>,
) -> Option<&'static MessageCardinality> {
    let header = bundle.each("entry").next()?.get("resource")?;
    if header.str("resourceType") != Some("MessageHeader") {
        return None;
    }
    rules.message(header.str("definition")?)
}

/// How many resources a Bundle has of each type that is asked. The answer to a referral holds one
/// Encounter more than the referral, the receiver's own with status planned (BaRS Core
/// 1.5.0, ids and references): where there is to be one it is not counted.
pub(super) fn counts<'d>(bundle: Node<'d>, definition: &MessageCardinality) -> Vec<(&'d str, u32)> {
    let resources = || bundle.each("entry").filter_map(|e| e.get("resource"));
    let mut counts: Vec<(&str, u32)> = Vec::new();
    // Of the others nothing is asked, and a message may name as many as it has entries.
    let is_asked = |kind: &&str| definition.focus.iter().any(|focus| focus.code == *kind);
    let kinds = resources().filter_map(|resource| resource.str("resourceType"));
    for kind in kinds.filter(is_asked) {
        match counts.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += 1,
            None => counts.push((kind, 1)),
        }
    }
    let is_encounter = |code: &str| code == "Encounter";
    let mut focus = definition.focus.iter();
    let has_one = focus.any(|focus| is_encounter(&focus.code) && focus.max == Some(1));
    let is_ours = |resource: Node<'_>| {
        resource.str("resourceType").is_some_and(is_encounter)
            && resource.str("status") == Some("planned")
    };
    if let Some((_, count)) = counts.iter_mut().find(|(kind, _)| is_encounter(kind))
        && (has_one && *count == 2 && resources().any(is_ours))
    {
        *count = 1;
    }
    counts
}
