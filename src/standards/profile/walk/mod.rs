//! One walk of a document along the compiled rules: the structure of FHIR R4, its
//! bindings and invariants, and every profile that applies, all at once.
//!
//! A frame is the list of profile nodes that apply to a value; frames stand one above the
//! other in one stack, so that a sound document is walked without allocating for each
//! element. What R4 itself asks comes from the element table, what profiles add from
//! their nodes.

mod base;
mod coded;
mod compare;
mod extension;
mod index;
mod keep;
mod own;
mod profile;
mod reference;
mod slices;
mod target;

use std::ops::Range;

use super::finding::{Finding, Layer, Severity};
use super::message;
use super::rules::{self, ProfileId, Rules};
use super::table::{ANY_RESOURCE, Element, Table, TypeId};
use crate::standards::fhir::{Document, Node};
use index::{Contained, Index};
use keep::Findings;
pub use keep::MAX_FINDINGS;
use target::Tried;

/// What to check a document against.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The rules.
    pub rules: &'static Rules,
    /// Profiles that the outermost resource must meet beside those it names itself.
    pub profiles: &'a [&'a str],
    /// Whether the resources of a message are counted as its MessageDefinition says.
    pub count_resources: bool,
}

impl Ask<'_> {
    /// Everything in the embedded rules, and what the document says of itself.
    pub fn everything() -> Ask<'static> {
        Ask {
            rules: rules::embedded(),
            profiles: &[],
            count_resources: true,
        }
    }
}

/// Checks the structure of a resource and nothing else. Empty when it is sound. At most
/// [`MAX_FINDINGS`], in document order.
pub fn faults(document: &Document) -> Vec<Finding> {
    let ask = Ask {
        count_resources: false,
        ..Ask::everything()
    };
    let mut walk = Walk::new(&ask, false);
    walk.resource(document.root(), false, 0..0);
    walk.findings.into_list()
}

/// Checks a document against everything that is asked: structure, invariants, bindings,
/// the profiles it names and those that its MessageDefinition names for it. At most
/// [`MAX_FINDINGS`] a layer, in document order; the first of each rule is always among
/// them, so that a policy by layer and rule decides the same whatever was cut off.
pub fn check(document: &Document, ask: &Ask<'_>) -> Vec<Finding> {
    walked(document, ask).findings.into_list()
}

fn walked<'d>(document: &'d Document, ask: &Ask<'_>) -> Walk<'d> {
    let mut walk = Walk::new(ask, true);
    for url in ask.profiles {
        match ask.rules.profile(url) {
            Some((id, _)) => walk.pending.push(id),
            None => walk.not_evaluated(
                Layer::Structure,
                document.root(),
                "a profile",
                "the profile that was asked for",
            ),
        }
    }
    walk.resource(document.root(), false, 0..0);
    if ask.count_resources {
        walk.count_resources(document.root());
    }
    walk
}

/// Types that have rules of their own beyond the table.
#[derive(Debug, Clone, Copy)]
struct Types {
    element: TypeId,
    extension: TypeId,
    reference: TypeId,
    coding: TypeId,
    identifier: TypeId,
    quantity: TypeId,
    narrative: TypeId,
    bundle: TypeId,
}

impl Types {
    fn of(table: &Table) -> Types {
        let id = |name: &str| table.id_of(name).unwrap_or(ANY_RESOURCE);
        Types {
            element: id("Element"),
            extension: id("Extension"),
            reference: id("Reference"),
            coding: id("Coding"),
            identifier: id("Identifier"),
            quantity: id("Quantity"),
            narrative: id("Narrative"),
            bundle: id("Bundle"),
        }
    }
}

/// Where in the stack the profile nodes of a value stand.
type Frame = Range<usize>;

struct Walk<'d> {
    rules: &'static Rules,
    table: &'static Table,
    types: Types,
    /// False for the structure alone.
    is_full: bool,
    findings: Findings,
    /// The frames.
    stack: Vec<rules::node::NodeId>,
    /// The elements that are open, each with the type that has it.
    holders: Vec<(TypeId, &'static Element)>,
    /// How many items were of each slice, for the elements that are open.
    counts: Vec<u32>,
    /// Profiles that the next resource must meet.
    pending: Vec<ProfileId>,
    /// Profiles that a MessageDefinition names, by resource type.
    demanded: Vec<(&'static str, ProfileId)>,
    /// The entries of the Bundle that is open.
    index: Index<'d>,
    /// The reference whose own rules were looked at last, and the type of the entry that it
    /// leads to: R4's rules and those of profiles ask it again at once.
    last_reference: Option<(Node<'d>, Option<&'d str>)>,
    /// What is contained in the resource that is open and is contained in no other.
    contained: Contained<'d>,
    /// Which resources were tried against which profiles, because a reference asks it.
    tried: Tried,
    /// What was looked at, see [`Walk::looks_at`].
    #[cfg(test)]
    work: std::cell::Cell<usize>,
}

impl<'d> Walk<'d> {
    fn new(ask: &Ask<'_>, is_full: bool) -> Walk<'d> {
        let table = ask.rules.table;
        Walk {
            rules: ask.rules,
            table,
            types: Types::of(table),
            is_full,
            findings: Findings::default(),
            stack: Vec::with_capacity(if is_full { 64 } else { 0 }),
            holders: Vec::with_capacity(16),
            counts: Vec::new(),
            pending: Vec::new(),
            demanded: Vec::new(),
            index: Index::default(),
            last_reference: None,
            contained: Contained::default(),
            tried: Tried::default(),
            #[cfg(test)]
            work: std::cell::Cell::default(),
        }
    }

    /// Counts work for the tests: members, profile nodes, slices, signs of slices and earlier
    /// findings that are looked at. It says of any machine and any build how long a walk takes.
    #[cfg(test)]
    fn looks_at(&self, count: usize) {
        self.work.set(self.work.get() + count);
    }

    /// Nothing is counted outside of tests.
    #[cfg(not(test))]
    #[expect(clippy::unused_self, reason = "the counting one needs it")]
    const fn looks_at(&self, _count: usize) {}

    /// A breach of FHIR R4's structure.
    fn find(&mut self, rule: &'static str, node: Node<'_>, found: &str, expected: &str) {
        self.tell(
            Layer::Structure,
            Severity::Error,
            rule,
            node,
            found,
            expected,
        );
    }

    fn tell(
        &mut self,
        layer: Layer,
        severity: Severity,
        rule: &'static str,
        node: Node<'_>,
        found: &str,
        expected: &str,
    ) {
        self.findings.add(layer, rule, || Finding {
            rule,
            layer,
            severity,
            path: node.path(),
            found: found.to_owned(),
            expected: expected.to_owned(),
            offset: node.span().start,
            profile: None,
        });
    }

    /// Names something that is not evaluated, once a document.
    fn not_evaluated(&mut self, layer: Layer, node: Node<'_>, what: &str, name: &'static str) {
        if !self.findings.is_new(name) {
            return;
        }
        let rule = super::finding::NOT_EVALUATED;
        let found = format!("{what}: {name}");
        let expected = "a rule that is evaluated here";
        self.tell(layer, Severity::Information, rule, node, &found, expected);
    }

    /// Counts the resources of a message against its MessageDefinition.
    fn count_resources(&mut self, root: Node<'_>) {
        let Some(definition) = index::definition(self.rules, root) else {
            return;
        };
        let counts = index::counts(root, definition);
        for finding in message::cardinality_findings(definition, &counts) {
            self.findings.add(finding.layer, finding.rule, || finding);
        }
    }
}

#[cfg(test)]
mod mutants;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
