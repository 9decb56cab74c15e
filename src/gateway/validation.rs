//! What validation finds in a message, and what that does for its referrer.

use std::collections::BTreeMap;

use crate::config::{Settings, Validation as Written, Verdict};
use crate::domain::identifiers::OdsCode;
use crate::problem::Problem;
use crate::standards::bars::outcome;
use crate::standards::fhir::Document;
use crate::standards::profile::finding::{
    BINDING, EXTENSIBLE_BINDING, MESSAGE_CARDINALITY, NHS_NUMBER, Severity, UNKNOWN_CODE,
    UNRESOLVED_REFERENCE,
};
use crate::standards::profile::{Action, Ask, Finding, Layer, Policy, Rules, check};

/// Judged by the reader of messages with its own policies (`bars.policies`), so that no
/// fault is told twice and no policy has two places.
const BY_THE_READER: [&str; 5] = [
    UNRESOLVED_REFERENCE,
    NHS_NUMBER,
    MESSAGE_CARDINALITY,
    "bdl-7",
    "bdl-12",
];

/// Rules and policies, made once at the start.
#[derive(Debug)]
pub struct Validation {
    rules: &'static Rules,
    general: Policy,
    referrers: BTreeMap<String, Policy>,
}

impl Validation {
    /// From the settings.
    pub fn of(settings: &Settings, rules: &'static Rules) -> Validation {
        let general = laid_over(&Policy::default(), &settings.validation);
        let referrers = settings
            .referrers
            .iter()
            .map(|(code, written)| (code.clone(), laid_over(&general, written)))
            .collect();
        Validation {
            rules,
            general,
            referrers,
        }
    }

    /// Rules that the settings name and that no check has, each once.
    pub fn unknown_rules(&self) -> Vec<&str> {
        let policies = std::iter::once(&self.general).chain(self.referrers.values());
        let mut unknown: Vec<&str> = policies.flat_map(Policy::unknown_rules).collect();
        unknown.sort_unstable();
        unknown.dedup();
        unknown
    }

    /// Which of the profiles that must be there is not.
    pub fn missing<'s>(&self, required: &'s [String]) -> Vec<&'s str> {
        let required = required.iter().map(String::as_str);
        required
            .filter(|url| self.rules.profile(url).is_none())
            .collect()
    }

    /// Everything that is wrong with a message of this referrer, graded by its policy. A
    /// stop is never lost over a profile (DESIGN I10): what one asks of it is reported.
    pub(super) fn problems(
        &self,
        document: &Document,
        referrer: &OdsCode,
        is_stop: bool,
    ) -> Vec<Problem> {
        let mut policy = self.policy(referrer).clone();
        if is_stop {
            for layer in [Layer::Bars, Layer::UkCore, Layer::WorkWell, Layer::Local] {
                if policy.layer(layer) == Action::Reject {
                    policy.set_layer(layer, Action::Warn);
                }
            }
        }
        let mut found = check(document, &self.ask());
        found.retain(|finding| !is_the_readers(finding));
        outcome::of_findings(policy.apply(found))
    }

    /// The readers of messages count the resources themselves.
    const fn ask(&self) -> Ask<'static> {
        Ask {
            rules: self.rules,
            profiles: &[],
            count_resources: false,
        }
    }

    fn policy(&self, referrer: &OdsCode) -> &Policy {
        let own = self.referrers.get(referrer.as_str());
        own.unwrap_or(&self.general)
    }

    /// Whether this referrer is told of codes outside extensible lists, which every message
    /// of BaRS Application 5 has: only where the settings ask for it (decision 15).
    pub(super) fn tells_extensible(&self, referrer: &OdsCode) -> bool {
        self.policy(referrer).rule(EXTENSIBLE_BINDING) == Some(Action::Warn)
    }

    /// Everything that is wrong with a document that has faults of form as well.
    pub(super) fn findings(&self, document: &Document) -> Vec<Finding> {
        let mut found = self.general.apply(check(document, &self.ask()));
        found.retain(|finding| finding.severity == Severity::Error);
        found
    }
}

/// Whether the reader of messages judges this itself: also the codes it decides by, and
/// security labels, of which one it does not know is held and not refused.
fn is_the_readers(finding: &Finding) -> bool {
    let decides = [".eventCoding.", ".resource.reason.", ".meta.security["];
    let is_code = [UNKNOWN_CODE, BINDING, EXTENSIBLE_BINDING].contains(&finding.rule);
    BY_THE_READER.contains(&finding.rule)
        || (is_code && decides.iter().any(|part| finding.path.contains(part)))
}

fn laid_over(policy: &Policy, written: &Written) -> Policy {
    let mut policy = policy.clone();
    for (name, verdict) in &written.layers {
        let code = name.replace('_', "-");
        if let Some(layer) = Layer::ALL.into_iter().find(|layer| layer.code() == code) {
            policy.set_layer(layer, action(*verdict));
        }
    }
    for (rule, verdict) in &written.rules {
        policy.set_rule(rule, action(*verdict));
    }
    policy
}

fn action(verdict: Verdict) -> Action {
    match verdict {
        Verdict::Reject => Action::Reject,
        Verdict::Warn => Action::Warn,
        Verdict::Ignore => Action::Ignore,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standards::profile::rules;

    #[test]
    fn what_was_agreed_with_a_referrer_goes_before_the_general_policy() {
        let mut settings = Settings::built_in();
        let own = Written {
            layers: [("uk_core".to_owned(), Verdict::Reject)].into(),
            rules: [("pat-1".to_owned(), Verdict::Ignore)].into(),
        };
        settings.referrers.insert("A12345".to_owned(), own);
        let validation = Validation::of(&settings, rules::embedded());
        assert_eq!(validation.general, Policy::default());
        let own = &validation.referrers["A12345"];
        assert_eq!(own.layer(Layer::UkCore), Action::Reject);
        assert_eq!(own.layer(Layer::Bars), Action::Reject);
        assert!(validation.unknown_rules().is_empty());
    }

    #[test]
    fn a_rule_or_a_profile_that_is_not_there_is_named() {
        let mut settings = Settings::built_in();
        let rules_written = [("pat-99".to_owned(), Verdict::Warn)];
        settings.validation.rules = rules_written.into();
        let validation = Validation::of(&settings, rules::embedded());
        assert_eq!(validation.unknown_rules(), ["pat-99"]);
        let required = ["urn:none".to_owned()];
        assert_eq!(validation.missing(&required), ["urn:none"]);
    }
}
