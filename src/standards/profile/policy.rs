//! Which findings refuse a message, by whose rule it is and by the rule itself.
//!
//! The defaults follow what real traffic can bear: structure, invariants and bindings of
//! R4, the rules of a message and BaRS profiles refuse; UK Core is reported, because the
//! NHS's own published examples break some of it.

use std::collections::BTreeMap;

use super::finding::{Finding, Layer, Severity};

/// What a finding does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// The message is refused.
    Reject,
    /// The message is taken, and the finding is told.
    Warn,
    /// Nothing is said.
    Ignore,
}

impl Action {
    /// Every action, by its word in the settings.
    pub const ALL: [(&'static str, Action); 3] = [
        ("reject", Action::Reject),
        ("warn", Action::Warn),
        ("ignore", Action::Ignore),
    ];

    /// The action of a word.
    pub fn of(word: &str) -> Option<Action> {
        let found = Action::ALL.into_iter().find(|(known, _)| *known == word);
        found.map(|(_, action)| action)
    }
}

/// What the findings of one referrer do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    layers: [Action; Layer::ALL.len()],
    /// By rule id, before the layers.
    rules: BTreeMap<String, Action>,
}

impl Default for Policy {
    fn default() -> Policy {
        let mut policy = Policy {
            layers: [Action::Reject; Layer::ALL.len()],
            rules: BTreeMap::new(),
        };
        policy.set_layer(Layer::UkCore, Action::Warn);
        policy
    }
}

impl Policy {
    /// Sets what the findings of a layer do.
    pub fn set_layer(&mut self, layer: Layer, action: Action) {
        self.layers[layer as usize] = action;
    }

    /// Sets what the findings of one rule do, whatever their layer.
    pub fn set_rule(&mut self, rule: &str, action: Action) {
        self.rules.insert(rule.to_owned(), action);
    }

    /// The rules that are named and that no check here has.
    pub fn unknown_rules(&self) -> Vec<&str> {
        let is_known = |rule: &str| {
            super::finding::RULES.contains(&rule) || super::invariant::keys().any(|key| key == rule)
        };
        let named = self.rules.keys().map(String::as_str);
        named.filter(|rule| !is_known(rule)).collect()
    }

    /// What was said of one rule; `None` where its layer decides.
    pub fn rule(&self, rule: &str) -> Option<Action> {
        self.rules.get(rule).copied()
    }

    /// What the findings of a layer do.
    pub fn layer(&self, layer: Layer) -> Action {
        self.layers[layer as usize]
    }

    /// What a finding does. What is no error by its own definition refuses only when its
    /// rule is named for that; information is told unless it is to be ignored.
    pub fn action(&self, finding: &Finding) -> Action {
        let named = self.rule(finding.rule);
        let action = named.unwrap_or(self.layers[finding.layer as usize]);
        match (finding.severity, action) {
            (_, Action::Ignore) => Action::Ignore,
            (Severity::Error, action) => action,
            (Severity::Warning, Action::Reject) if named.is_some() => Action::Reject,
            _ => Action::Warn,
        }
    }

    /// The findings that are told, each with the severity it has under this policy.
    pub fn apply(&self, findings: Vec<Finding>) -> Vec<Finding> {
        let told = findings.into_iter().filter_map(|mut finding| {
            finding.severity = match (self.action(&finding), finding.severity) {
                (Action::Ignore, _) => return None,
                (Action::Reject, _) => Severity::Error,
                (Action::Warn, Severity::Error) => Severity::Warning,
                (Action::Warn, severity) => severity,
            };
            Some(finding)
        });
        told.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(layer: Layer, severity: Severity, rule: &'static str) -> Finding {
        Finding {
            rule,
            layer,
            severity,
            path: String::new(),
            found: String::new(),
            expected: String::new(),
            offset: 0,
            profile: None,
        }
    }

    #[test]
    fn without_a_word_uk_core_is_reported_and_all_else_refuses() {
        let policy = Policy::default();
        for layer in Layer::ALL {
            let wanted = match layer {
                Layer::UkCore => Action::Warn,
                _ => Action::Reject,
            };
            let error = finding(layer, Severity::Error, "x");
            assert_eq!(policy.action(&error), wanted, "{layer:?}");
            let warning = finding(layer, Severity::Warning, "x");
            assert_eq!(policy.action(&warning), Action::Warn);
        }
    }

    #[test]
    fn a_rule_goes_before_its_layer() {
        let mut policy = Policy::default();
        policy.set_layer(Layer::Structure, Action::Ignore);
        policy.set_rule("pat-1", Action::Reject);
        policy.set_rule("binding", Action::Warn);
        let of = |layer, severity, rule| policy.action(&finding(layer, severity, rule));
        assert_eq!(of(Layer::Structure, Severity::Error, "x"), Action::Ignore);
        assert_eq!(of(Layer::UkCore, Severity::Error, "pat-1"), Action::Reject);
        assert_eq!(
            of(Layer::UkCore, Severity::Warning, "pat-1"),
            Action::Reject
        );
        assert_eq!(
            of(Layer::BaseBinding, Severity::Error, "binding"),
            Action::Warn
        );
    }

    #[test]
    fn what_is_told_has_the_severity_of_the_policy() {
        let mut policy = Policy::default();
        policy.set_rule("hush", Action::Ignore);
        let told = policy.apply(vec![
            finding(Layer::UkCore, Severity::Error, "x"),
            finding(Layer::Bars, Severity::Error, "hush"),
            finding(Layer::Bars, Severity::Information, "y"),
        ]);
        let severities: Vec<_> = told.iter().map(|finding| finding.severity).collect();
        assert_eq!(severities, [Severity::Warning, Severity::Information]);
    }
}
