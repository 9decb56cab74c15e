//! Which slices an item is of.

use super::Walk;
use super::compare::{equals, fits};
use crate::standards::fhir::{Kind, Node};
use crate::standards::profile::finding::{Layer, UNKNOWN_SLICE};
use crate::standards::profile::rules::node::{Criterion, NodeId, Test};
use crate::standards::profile::table::{ANY_RESOURCE, Element};
use crate::standards::profile::terms::Known;

impl<'d> Walk<'d> {
    /// Pushes the nodes of the slices that the item is of and counts it for each. Gives
    /// the counter behind the last slice of the node.
    pub(super) fn push_slices(
        &mut self,
        item: Node<'d>,
        element: &Element,
        id: NodeId,
        counter: usize,
    ) -> usize {
        let rules = self.rules;
        let node = rules.node(id);
        let mut is_any = node.slices.is_empty();
        for (at, slice) in node.slices.iter().enumerate() {
            let Some(criteria) = &slice.criteria else {
                is_any = true;
                let name = rules.node(slice.node).name;
                self.not_evaluated(Layer::Structure, item, "the items of slice", name);
                continue;
            };
            if criteria.iter().all(|one| self.meets(one, item, element)) {
                is_any = true;
                self.counts[counter + at] += 1;
                self.stack.push(slice.node);
            }
        }
        if !is_any && let Some(by) = node.closed {
            let names: Vec<&str> = node
                .slices
                .iter()
                .map(|slice| rules.node(slice.node).name.trim_start_matches(':'))
                .collect();
            let expected = format!("one of {}", names.join(", "));
            self.breach(by, UNKNOWN_SLICE, item, "an item of no slice", &expected);
        }
        counter + node.slices.len()
    }

    fn meets(&self, criterion: &Criterion, item: Node<'_>, element: &Element) -> bool {
        self.looks_at(1);
        if let Test::Type(names) = &criterion.test
            && criterion.path.is_empty()
        {
            return match element.target {
                ANY_RESOURCE => item.str("resourceType").is_some_and(|n| names.contains(&n)),
                target => names.contains(&self.type_name(target)),
            };
        }
        if let Test::Exists(wanted) = criterion.test {
            let mut is_there = false;
            each_at(item, &criterion.path, &mut |_| is_there = true);
            return is_there == wanted;
        }
        let mut is_met = false;
        each_at(item, &criterion.path, &mut |found| {
            self.looks_at(1);
            is_met = is_met || self.passes(&criterion.test, found);
        });
        is_met
    }

    fn passes(&self, test: &Test, found: Node<'_>) -> bool {
        match test {
            Test::Text(text) => found.text() == Some(text),
            Test::Equals(value) => equals(value.root(), found),
            Test::Pattern(pattern) => fits(pattern.root(), found),
            Test::InSet(url) => {
                let set = self.rules.terms.set(url);
                set.is_some_and(|set| self.known(set, found) == Known::In)
            }
            Test::Type(names) => match found.str("resourceType") {
                Some(kind) => names.contains(&kind),
                None => found.name().is_some_and(|member| {
                    names.iter().any(|name| {
                        member.len() > name.len()
                            && member[member.len() - name.len()..].eq_ignore_ascii_case(name)
                    })
                }),
            },
            Test::Exists(_) => true,
        }
    }
}

/// Visits what stands at the end of a way, every item of the lists on it. A step may name
/// a choice without its type.
fn each_at<'d>(node: Node<'d>, path: &[&str], visit: &mut impl FnMut(Node<'d>)) {
    let Some((step, rest)) = path.split_first() else {
        return visit(node);
    };
    if let Some(value) = node.get(step) {
        return value.items().for_each(|item| each_at(item, rest, visit));
    }
    if node.kind() != Kind::Object {
        return;
    }
    let choice = node.members().find(|(name, _)| {
        let tail = name.strip_prefix(step);
        tail.is_some_and(|tail| tail.starts_with(|c: char| c.is_ascii_uppercase()))
    });
    if let Some((_, value)) = choice {
        value.items().for_each(|item| each_at(item, rest, visit));
    }
}
