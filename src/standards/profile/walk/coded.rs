//! Codes: bindings to value sets, and codes that their system does not have.

use super::{Frame, Walk};
use crate::standards::fhir::{Kind, Node};
use crate::standards::profile::finding::{
    BINDING, EXTENSIBLE_BINDING, Finding, Layer, Severity, UNKNOWN_CODE,
};
use crate::standards::profile::rules::ProfileId;
use crate::standards::profile::rules::node::{Binding, Stated};
use crate::standards::profile::table::Element;
use crate::standards::profile::terms::{Known, ValueSet};

impl<'d> Walk<'d> {
    /// R4's own rules for an element: binding, targets, invariants.
    pub(super) fn base_rules(&mut self, item: Node<'d>, element: &Element, frame: Frame) {
        let Some(rules) = self.table.rules(element) else {
            return;
        };
        if let Some(binding) = self.rules.base_binding(element) {
            let mut nodes = frame.map(|at| self.rules.node(self.stack[at]));
            // A profile's binding stands in for an extensible one of R4.
            let is_replaced = !binding.is_required && nodes.any(|node| node.binding.is_some());
            if !is_replaced {
                self.check_binding(item, binding, None);
            }
        }
        if !rules.targets.is_empty() && element.target == self.types.reference {
            self.target(item, &rules.targets, None);
        }
        for invariant in &rules.invariants {
            self.invariant(invariant, item, Layer::Invariant, None);
        }
    }

    /// A profile's binding.
    pub(super) fn bound(&mut self, item: Node<'d>, binding: &Stated<Binding>) {
        self.check_binding(item, binding.value, Some(binding.by));
    }

    fn check_binding(&mut self, item: Node<'d>, binding: Binding, by: Option<ProfileId>) {
        let profile = by.map(|by| self.rules.profile_at(by));
        let layer = profile.map_or(Layer::BaseBinding, |profile| profile.layer);
        let Some(set) = binding.set.map(|set| self.rules.terms.set_at(set)) else {
            return self.not_evaluated(layer, item, "the value set", binding.value_set);
        };
        let found = match self.known(set, item) {
            Known::In => return,
            Known::Unknown => {
                return self.not_evaluated(layer, item, "codes of the value set", set.url);
            }
            Known::Out => {
                let has_codes = item.kind() != Kind::Object
                    || item.get("coding").is_some()
                    || item.get("code").is_some();
                if !has_codes && !binding.is_required {
                    return;
                }
                if has_codes {
                    "a code that is not in the value set"
                } else {
                    "no code"
                }
            }
        };
        let (rule, severity, what) = if binding.is_required {
            (BINDING, Severity::Error, "required")
        } else {
            let what = "unless none of it fits";
            (EXTENSIBLE_BINDING, Severity::Warning, what)
        };
        let url = binding.value_set;
        self.findings.add(layer, rule, || Finding {
            rule,
            layer,
            severity,
            path: item.path(),
            found: found.to_owned(),
            expected: ["a code of ", url, " (", what, ")"].concat(),
            offset: item.span().start,
            profile: profile.map(|profile| profile.url),
        });
    }

    /// Whether any code of a value is in a set. Without a code it is not.
    pub(super) fn known(&self, set: &ValueSet, item: Node<'_>) -> Known {
        let terms = &self.rules.terms;
        if item.kind() != Kind::Object {
            return item
                .text()
                .map_or(Known::Out, |code| terms.has_bare(set, code));
        }
        let Some(codings) = item.get("coding") else {
            return self.coding_known(set, item);
        };
        let mut known = Known::Out;
        for coding in codings.items() {
            match self.coding_known(set, coding) {
                Known::In => return Known::In,
                Known::Unknown => known = Known::Unknown,
                Known::Out => {}
            }
        }
        known
    }

    fn coding_known(&self, set: &ValueSet, coding: Node<'_>) -> Known {
        match (coding.str("system"), coding.str("code")) {
            (Some(system), Some(code)) => self.rules.terms.has(set, system, code),
            _ => Known::Out,
        }
    }

    /// A code that its system, of which every code is known, does not have.
    pub(super) fn coding(&mut self, node: Node<'d>) {
        let (Some(system), Some(code)) = (node.str("system"), node.str("code")) else {
            return;
        };
        let terms = &self.rules.terms;
        let Some(found) = terms.system(system) else {
            return;
        };
        if terms.system_has(found, code) {
            return;
        }
        let (layer, severity) = (found.layer, Severity::Error);
        let at = node.get("code").unwrap_or(node);
        let expected = "a code that the code system of 'system' has";
        let what = "a code that is not in its system";
        self.tell(layer, severity, UNKNOWN_CODE, at, what, expected);
    }
}
