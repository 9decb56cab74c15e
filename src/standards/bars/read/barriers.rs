//! Barriers to work, the main thing first.
//!
//! A group is told by the codes that the operator lists; a code outside the list is group
//! `not-known`, counted, never a refusal (DESIGN section 5).

use std::collections::BTreeSet;

use super::bundle::Entries;
use super::coding::{codings, sensitive, words};
use super::service_request::Request;
use crate::domain::case::{Barrier, BarrierGroup, ConditionGroups};
use crate::domain::sensitive::Sensitive;
use crate::standards::fhir::Node;
use crate::standards::systems;

/// What the message says of conditions.
pub(super) struct Conditions {
    /// Each condition, the main one first.
    pub(super) barriers: Vec<Barrier>,
    /// For each condition with a code, none of whose codes is in a group, its system: an
    /// alias of [`ConditionGroups::ALIASES`] or [`OTHER_SYSTEM`]. Words alone are no code.
    pub(super) in_no_group: Vec<&'static str>,
}

/// Stands for every code system in which no condition can be listed.
const OTHER_SYSTEM: &str = "other";

/// Reads the reasons of the ServiceRequest, then what the CarePlan addresses, then any
/// other Condition; each Condition once.
pub(super) fn read(
    entries: &Entries<'_>,
    request: &Request<'_>,
    groups: &ConditionGroups,
) -> Conditions {
    let mut conditions: Vec<Node<'_>> = Vec::new();
    let mut places = BTreeSet::new();
    let named = request.node.each("reasonReference").chain(
        entries
            .of_type("CarePlan")
            .flat_map(|plan| plan.each("addresses")),
    );
    for condition in named
        .filter_map(|reference| entries.follow(Some(reference), "Condition"))
        .chain(entries.of_type("Condition"))
    {
        if is_present(condition) && places.insert(condition.span().start) {
            conditions.push(condition);
        }
    }
    let coded = request
        .node
        .each("reasonCode")
        .filter(|concept| codings(*concept).next().is_some());
    let all = coded.chain(
        conditions
            .iter()
            .filter_map(|condition| condition.get("code")),
    );
    let mut found = Conditions {
        barriers: Vec::new(),
        in_no_group: Vec::new(),
    };
    for concept in all {
        let barrier = barrier(concept, groups);
        if barrier.group == BarrierGroup::NotKnown {
            found.in_no_group.extend(system(concept));
        }
        found.barriers.push(barrier);
    }
    found
}

/// Not ruled out, not a slip, not over.
fn is_present(condition: Node<'_>) -> bool {
    let status = |member: &str| {
        condition
            .get(member)
            .and_then(|concept| codings(concept).next())
            .map(|coding| coding.code)
    };
    !matches!(
        status("verificationStatus"),
        Some("refuted" | "entered-in-error")
    ) && !matches!(status("clinicalStatus"), Some("resolved" | "inactive"))
}

fn barrier(concept: Node<'_>, groups: &ConditionGroups) -> Barrier {
    let group = listable(concept).find_map(|(alias, code)| groups.group(alias, code));
    let first = listable(concept).next();
    Barrier {
        group: group.unwrap_or(BarrierGroup::NotKnown),
        code: first.map(|(alias, code)| Sensitive::new(format!("{alias}|{code}"))),
        text: sensitive(words(concept)),
    }
}

/// The codes of a concept that could be listed, each with the alias of its system, in the
/// order of the aliases.
fn listable(concept: Node<'_>) -> impl Iterator<Item = (&'static str, &str)> {
    let systems = ConditionGroups::ALIASES.iter();
    let systems = systems.filter_map(|alias| Some((*alias, systems::address_of(alias)?)));
    systems.flat_map(move |(alias, address)| {
        let of_system = codings(concept).filter(move |coding| coding.is_of(address));
        of_system.map(move |coding| (alias, coding.code))
    })
}

/// The system of a concept that has a code at all.
fn system(concept: Node<'_>) -> Option<&'static str> {
    let listable = listable(concept).next().map(|(alias, _)| alias);
    listable.or_else(|| codings(concept).next().map(|_| OTHER_SYSTEM))
}
