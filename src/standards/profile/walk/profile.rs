//! What profiles add: which of their nodes apply to a value, and their rules for it.

use super::compare::{equals, fits};
use super::{Frame, Walk};
use crate::standards::fhir::{Kind, Node};
use crate::standards::profile::finding::{
    FIXED_VALUE, Finding, Layer, MISSING_ELEMENT, NOT_EVALUATED, PROFILE_TYPE, Severity, TOO_MANY,
    TYPE_NOT_ALLOWED,
};
use crate::standards::profile::invariant::{Check, Invariant};
use crate::standards::profile::rules::node::{NodeId, TypeRule};
use crate::standards::profile::rules::{Profile, ProfileId};
use crate::standards::profile::table::{ANY_RESOURCE, Element, TypeId};

impl<'d> Walk<'d> {
    /// A breach of a profile.
    pub(super) fn breach(
        &mut self,
        by: ProfileId,
        rule: &'static str,
        node: Node<'_>,
        found: &str,
        expected: &str,
    ) {
        self.breach_at(by, rule, Severity::Error, (node, ""), found, expected);
    }

    /// A breach at a node, or at something that is missing below it.
    pub(super) fn breach_at(
        &mut self,
        by: ProfileId,
        rule: &'static str,
        severity: Severity,
        (node, below): (Node<'_>, &str),
        found: &str,
        expected: &str,
    ) {
        let profile = self.rules.profile_at(by);
        self.findings.add(profile.layer, rule, || Finding {
            rule,
            layer: profile.layer,
            severity,
            path: node.path() + below,
            found: found.to_owned(),
            expected: expected.to_owned(),
            offset: node.span().start,
            profile: Some(profile.url),
        });
    }

    /// The profiles of a resource: those that wait, those it names, and that of its
    /// MessageDefinition; each once, and none that another is built on.
    pub(super) fn push_profiles(&mut self, node: Node<'d>, id: TypeId, waiting: Vec<ProfileId>) {
        let mut all = waiting;
        let rules = self.rules;
        let named = node
            .get("meta")
            .into_iter()
            .flat_map(|meta| meta.each("profile"));
        for url in named.filter(|url| url.kind() == Kind::String) {
            let Some((number, profile)) = rules.profile(url.text().unwrap_or_default()) else {
                self.unknown_profile(url, id);
                continue;
            };
            self.other_version(url, profile);
            if !all.contains(&number) {
                all.push(number);
            }
        }
        let is_entry = node
            .parent()
            .is_some_and(|entry| entry.get("fullUrl").is_some());
        let name = self.type_name(id);
        if is_entry || id == self.types.bundle {
            let demanded = self.demanded.iter().filter(|(of_type, _)| *of_type == name);
            all.extend(demanded.map(|(_, profile)| *profile));
        }
        for at in 0..all.len() {
            let (one, earlier) = (all[at], &all[..at]);
            let profile = rules.profile_at(one);
            let is_base =
                |other: &ProfileId| rules.profile_at(*other).ancestors.contains(&profile.url);
            if earlier.contains(&one) || all.iter().any(is_base) {
                continue;
            }
            if profile.of_type == id {
                self.stack.push(profile.root);
            } else {
                let found = format!("a resource of type {name}");
                let expected = format!("{}, which {} is for", profile.type_name, profile.url);
                self.breach(one, PROFILE_TYPE, node, &found, &expected);
            }
        }
    }

    /// A resource that names another version of a profile is met by the one that is here.
    fn other_version(&mut self, url: Node<'_>, profile: &'static Profile) {
        let text = url.text().unwrap_or_default();
        let is_other = text
            .split_once('|')
            .is_some_and(|(_, version)| version != profile.version);
        if is_other {
            let what = "a version of a profile other than the one here";
            self.not_evaluated(Layer::Structure, url, what, profile.url);
        }
    }

    /// Rules that an `implicitRules` names may change what elements mean; none are known here.
    pub(super) fn implicit_rules(&mut self, resource: Node<'_>) {
        if let Some(named) = resource.get("implicitRules") {
            let what = "rules that a resource names";
            self.not_evaluated(Layer::Structure, named, what, "implicitRules");
        }
    }

    /// R4's own types are profiles of themselves and are met by the table.
    fn unknown_profile(&mut self, url: Node<'_>, id: TypeId) {
        let text = url.text().unwrap_or_default();
        let own = text.strip_prefix("http://hl7.org/fhir/StructureDefinition/");
        let own = own.map(|name| name.strip_suffix("|4.0.1").unwrap_or(name));
        let own = own.and_then(|name| self.table.id_of(name));
        if let Some(own) = own {
            let is_abstract = ["Resource", "DomainResource"].contains(&self.type_name(own));
            if own != id && !is_abstract {
                let found = format!("the type {} as its profile", self.type_name(own));
                let expected = format!("a profile of {}", self.type_name(id));
                self.find(PROFILE_TYPE, url, &found, &expected);
            }
            return;
        }
        let found = "a profile that is in no package here";
        let expected = "a profile that is evaluated here";
        let (layer, severity) = (Layer::Structure, Severity::Information);
        self.tell(layer, severity, NOT_EVALUATED, url, found, expected);
    }

    /// The nodes for an element, from those of its parent. Counters for their slices are
    /// opened too.
    #[inline]
    pub(super) fn push_children(&mut self, frame: &Frame, element: &Element) -> Frame {
        let begin = self.stack.len();
        if frame.is_empty() {
            return begin..begin;
        }
        for at in frame.clone() {
            let node = self.rules.node(self.stack[at]);
            self.looks_at(1 + node.children.len());
            for child in &node.children {
                let is_it = child.key == element.base_key
                    && (child.key.is_whole() || self.rules.node(child.node).name == element.base);
                if is_it {
                    self.stack.push(child.node);
                    let slices = self.rules.node(child.node).slices.len();
                    self.counts.resize(self.counts.len() + slices, 0);
                }
            }
        }
        begin..self.stack.len()
    }

    /// The nodes for one item: those of its element, of its slices, of the profile of its
    /// type, and of the definition of an extension.
    pub(super) fn push_item(
        &mut self,
        item: Node<'d>,
        element: &Element,
        own: &Frame,
        counted: usize,
    ) -> Frame {
        if !self.is_full {
            return 0..0;
        }
        let begin = self.stack.len();
        let mut counter = counted;
        for at in own.clone() {
            let id = self.stack[at];
            self.stack.push(id);
            counter = self.push_slices(item, element, id, counter);
        }
        let end = self.stack.len();
        for at in begin..end {
            let rules = self.rules;
            let types = rules.node(self.stack[at]).types.as_ref();
            if let Some(rule) = types.and_then(|t| type_of(&t.value, item, element)) {
                self.push_type_profile(rule, item, element);
            }
        }
        if element.target == self.types.extension && item.kind() == Kind::Object {
            self.push_extension(item, element, begin..end);
        }
        if let Some(profile) = self.table.rules(element).and_then(|rules| rules.profile)
            && let Some((_, profile)) = self.rules.profile(profile)
            && profile.of_type == element.target
        {
            self.stack.push(profile.root);
        }
        begin..self.stack.len()
    }

    /// A single profile of the type applies; which of several does cannot be told here.
    fn push_type_profile(&mut self, rule: &TypeRule, item: Node<'d>, element: &Element) {
        if element.target == self.types.extension {
            return;
        }
        let [url] = rule.profiles[..] else {
            if !rule.profiles.is_empty() {
                self.not_evaluated(Layer::Structure, item, "one of several profiles", rule.name);
            }
            return;
        };
        match self.rules.profile(url) {
            Some((id, _)) if element.target == ANY_RESOURCE => self.pending.push(id),
            Some((_, profile)) => self.stack.push(profile.root),
            None => self.not_evaluated(Layer::Structure, item, "a profile", url),
        }
    }

    /// The rules of the nodes of one value, once it was walked.
    pub(super) fn node_rules(&mut self, item: Node<'d>, element: Option<&Element>, frame: Frame) {
        if let Some(element) = element {
            self.base_rules(item, element, frame.clone());
        }
        for at in frame {
            let id = self.stack[at];
            let rules = self.rules;
            let node = rules.node(id);
            self.looks_at(1 + node.invariants.len());
            if let Some(element) = element {
                self.types_rule(item, element, id);
            }
            if let Some(fixed) = &node.fixed
                && !equals(fixed.value.root(), item)
            {
                let expected = format!("the fixed value {}", fixed.value.root().json());
                self.breach(fixed.by, FIXED_VALUE, item, "another value", &expected);
            }
            if let Some(pattern) = &node.pattern
                && !fits(pattern.value.root(), item)
            {
                let expected = format!("a value with {}", pattern.value.root().json());
                let found = "a value without that";
                self.breach(pattern.by, FIXED_VALUE, item, found, &expected);
            }
            if let Some(binding) = node.binding {
                self.bound(item, &binding);
            }
            for stated in &node.invariants {
                let layer = rules.profile_at(stated.by).layer;
                self.invariant(stated.value, item, layer, Some(stated.by));
            }
        }
    }

    fn types_rule(&mut self, item: Node<'d>, element: &Element, id: NodeId) {
        let rules = self.rules;
        let Some(types) = &rules.node(id).types else {
            return;
        };
        if let Some(rule) = type_of(&types.value, item, element) {
            if !rule.targets.is_empty() {
                self.target(item, &rule.targets, Some(types.by));
            }
            if !rule.target_profiles.is_empty() {
                self.target_profile(item, rule, types.by);
            }
            return;
        }
        // A type without rules here says nothing about those that have some.
        if types.value.iter().any(|rule| rule.id.is_none()) {
            return;
        }
        let names: Vec<&str> = types.value.iter().map(|rule| rule.name).collect();
        let found = match element.target {
            ANY_RESOURCE => "a resource of another type".to_owned(),
            target => format!("a {}", self.type_name(target)),
        };
        let expected = names.join(" or ");
        self.breach(types.by, TYPE_NOT_ALLOWED, item, &found, &expected);
    }

    /// One invariant for the value that carries it.
    pub(super) fn invariant(
        &mut self,
        invariant: &'static Invariant,
        node: Node<'d>,
        layer: Layer,
        by: Option<ProfileId>,
    ) {
        match invariant.check {
            Check::Elsewhere => {}
            Check::NotEvaluated => self.not_evaluated(layer, node, "an invariant", invariant.key),
            Check::Holds(holds) => {
                if holds(node) {
                    return;
                }
                let profile = by.map(|by| self.rules.profile_at(by).url);
                self.findings.add(layer, invariant.key, || Finding {
                    rule: invariant.key,
                    layer,
                    severity: invariant.severity,
                    path: node.path(),
                    found: format!("something else than {} asks", invariant.key),
                    expected: invariant.expected.to_owned(),
                    offset: node.span().start,
                    profile,
                });
            }
        }
    }

    /// Elements that profiles want and the object does not have at all.
    pub(super) fn absent(&mut self, object: Node<'_>, id: TypeId, frame: Frame, seen: u128) {
        for at in frame {
            let rules = self.rules;
            let node = rules.node(self.stack[at]);
            let missing = node.required & !seen & !self.table.type_of(id).required;
            self.looks_at(1);
            if missing == 0 {
                continue;
            }
            self.looks_at(node.children.len());
            for child in &node.children {
                if child.position >= 128 || missing & (1 << child.position) == 0 {
                    continue;
                }
                let child = rules.node(child.node);
                let own = child.min.filter(|min| min.value > 0).map(|min| min.by);
                let of_slice = || {
                    child.slices.iter().find_map(|slice| {
                        let min = rules.node(slice.node).min?;
                        (min.value > 0).then_some(min.by)
                    })
                };
                let Some(by) = own.or_else(of_slice) else {
                    continue;
                };
                let url = rules.profile_at(by).url;
                let expected = format!("element '{}', which {url} requires", child.name);
                let below = format!(".{}", child.name);
                let place = (object, below.as_str());
                let severity = Severity::Error;
                self.breach_at(by, MISSING_ELEMENT, severity, place, "nothing", &expected);
            }
        }
    }

    /// How often an element that is there may be there, by element and by slice.
    pub(super) fn count_rules(&mut self, value: Node<'_>, count: u32, own: &Frame, counted: usize) {
        let mut counter = counted;
        for at in own.clone() {
            let rules = self.rules;
            let node = rules.node(self.stack[at]);
            self.looks_at(1 + node.slices.len());
            if let Some(max) = node.max.filter(|max| count > max.value) {
                let found = format!("{count} of '{}'", node.name);
                let expected = format!("at most {}", max.value);
                self.breach(max.by, TOO_MANY, value, &found, &expected);
            }
            if let Some(min) = node.min.filter(|min| count < min.value) {
                let found = format!("{count} of '{}'", node.name);
                let expected = format!("at least {}", min.value);
                self.breach(min.by, MISSING_ELEMENT, value, &found, &expected);
            }
            for slice in &node.slices {
                let of_slice = self.counts[counter];
                counter += 1;
                if slice.criteria.is_none() {
                    continue;
                }
                let slice = rules.node(slice.node);
                let found = || format!("{of_slice} of '{}{}'", node.name, slice.name);
                if let Some(max) = slice.max.filter(|max| of_slice > max.value) {
                    let expected = format!("at most {}", max.value);
                    self.breach(max.by, TOO_MANY, value, &found(), &expected);
                }
                if let Some(min) = slice.min.filter(|min| of_slice < min.value) {
                    let expected = format!("at least {}", min.value);
                    self.breach(min.by, MISSING_ELEMENT, value, &found(), &expected);
                }
            }
        }
    }
}

/// The rule among those of a node that is for the type of this item.
fn type_of<'r>(types: &'r [TypeRule], item: Node<'_>, element: &Element) -> Option<&'r TypeRule> {
    types.iter().find(|rule| match element.target {
        ANY_RESOURCE => item.str("resourceType") == Some(rule.name),
        target => rule.id == Some(target),
    })
}
