//! The profile of what a reference leads to, where that is in the same document.
//!
//! A resource that names the profile, or one built on it, is checked against it where it
//! stands, and what it breaks is told there, once. Any other is tried: its own walk against
//! that profile, whose findings are told as one at the reference.

use std::collections::BTreeMap;

use super::Walk;
use crate::standards::fhir::Node;
use crate::standards::profile::finding::{Finding, REFERENCE_TARGET, Severity};
use crate::standards::profile::rules::ProfileId;
use crate::standards::profile::rules::node::TypeRule;

/// What came of the resources that were tried.
#[derive(Debug, Default)]
pub(super) struct Tried {
    /// By the place of the resource and the profile: what it breaks first, `None` when it meets the profile.
    known: BTreeMap<(usize, ProfileId), Option<String>>,
    /// Whether a resource is being tried: what that one refers to is not tried again.
    is_open: bool,
}

impl<'d> Walk<'d> {
    /// Whether a reference leads to a resource of a profile that is asked.
    pub(super) fn target_profile(
        &mut self,
        node: Node<'d>,
        rule: &'static TypeRule,
        by: ProfileId,
    ) {
        if self.tried.is_open {
            return;
        }
        let Some(resource) = self.target_resource(node) else {
            return;
        };
        let kind = resource.str("resourceType");
        let targets = rule.targets.iter().zip(&rule.target_profiles);
        let wanted = targets.filter(|(of_type, _)| Some(**of_type) == kind);
        let wanted: Option<Vec<&'static str>> = wanted.map(|(_, profile)| *profile).collect();
        // Any of the type will do, or the type is another one, which is told already.
        let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else {
            return;
        };
        let mut broken = None;
        for url in &wanted {
            let Some((id, _)) = self.rules.profile(url) else {
                let layer = self.rules.profile_at(by).layer;
                return self.not_evaluated(layer, node, "the profile of a target", url);
            };
            broken = self.try_profile(resource, id);
            if broken.is_none() {
                return;
            }
        }
        let profile = self.rules.profile_at(by);
        let kind = kind.unwrap_or_default();
        self.findings
            .add(profile.layer, REFERENCE_TARGET, || Finding {
                rule: REFERENCE_TARGET,
                layer: profile.layer,
                severity: Severity::Error,
                path: node.path(),
                found: format!(
                    "a reference to a {kind} with {}",
                    broken.unwrap_or_default()
                ),
                expected: format!("a reference to a {kind} that meets {}", wanted.join(" or ")),
                offset: node.span().start,
                profile: Some(profile.url),
            });
    }

    /// What a reference leads to, where it is in the document.
    fn target_resource(&self, node: Node<'d>) -> Option<Node<'d>> {
        let text = node.str("reference")?;
        match text.strip_prefix('#') {
            Some(id) => self.contained.resource(id),
            None => self.index.resource(text),
        }
    }

    /// Whether a resource is checked against this profile where it stands.
    fn is_of(&self, resource: Node<'d>, wanted: ProfileId) -> bool {
        let url = self.rules.profile_at(wanted).url;
        let is_built_on =
            |id: ProfileId| id == wanted || self.rules.profile_at(id).ancestors.contains(&url);
        let kind = resource.str("resourceType").unwrap_or_default();
        let mut demanded = self.demanded.iter().filter(|(of_type, _)| *of_type == kind);
        if demanded.any(|(_, id)| is_built_on(*id)) {
            return true;
        }
        let meta = resource.get("meta").into_iter();
        let mut named = meta.flat_map(|meta| meta.each("profile"));
        named.any(|name| {
            self.looks_at(1);
            let known = name.text().and_then(|name| self.rules.profile(name));
            known.is_some_and(|(id, _)| is_built_on(id))
        })
    }

    /// What a resource breaks first of a profile, `None` when it meets it or is checked
    /// against it where it stands. Looked at once, however many references lead there.
    fn try_profile(&mut self, resource: Node<'d>, id: ProfileId) -> Option<String> {
        let key = (resource.span().start, id);
        if let Some(known) = self.tried.known.get(&key) {
            return known.clone();
        }
        if self.is_of(resource, id) {
            self.tried.known.insert(key, None);
            return None;
        }
        let findings = std::mem::take(&mut self.findings);
        let holders = std::mem::take(&mut self.holders);
        let demanded = std::mem::take(&mut self.demanded);
        let pending = std::mem::replace(&mut self.pending, vec![id]);
        self.tried.is_open = true;
        self.resource(resource, false, 0..0);
        self.tried.is_open = false;
        self.pending = pending;
        self.demanded = demanded;
        self.holders = holders;
        let found = std::mem::replace(&mut self.findings, findings).into_list();
        let profile = self.rules.profile_at(id);
        let is_meant = |one: &&Finding| {
            let by = one.profile;
            one.is_error()
                && by.is_some_and(|by| by == profile.url || profile.ancestors.contains(&by))
        };
        let first = found.iter().find(is_meant);
        let broken = first.map(|one| format!("{} at {}", one.rule, one.path));
        self.tried.known.insert(key, broken.clone());
        broken
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::{Ask, check};
    use super::*;
    use crate::standards::fhir::{Document, Limits};

    const OURS: &str = "https://workwell-gateway.example/StructureDefinition/WorkWell-";
    const UK_CORE: &str = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-";

    /// An Encounter of ours with this Patient.
    fn bundle(patient: &Value) -> Value {
        json!({
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [
                { "fullUrl": "urn:uuid:0b5f7a40-0000-4000-8000-000000000001", "resource": {
                    "resourceType": "Encounter",
                    "meta": { "profile": [format!("{OURS}Encounter-Referral")] },
                    "status": "finished",
                    "class": { "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB" },
                    "subject": { "reference": "urn:uuid:0b5f7a40-0000-4000-8000-000000000002" },
                } },
                { "fullUrl": "urn:uuid:0b5f7a40-0000-4000-8000-000000000002", "resource": patient },
            ],
        })
    }

    fn at_the_reference(bundle: &Value) -> Vec<Finding> {
        let source = bundle.to_string().into_bytes();
        let document = Document::parse(source, &Limits::default()).expect("sound form");
        let found = check(&document, &Ask::everything()).into_iter();
        found.filter(|one| one.rule == REFERENCE_TARGET).collect()
    }

    #[test]
    fn a_target_that_does_not_meet_its_profile_is_told_at_the_reference() {
        // UK Core's Patient takes one NHS number.
        let number = json!({
            "system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018",
        });
        let patient = json!({ "resourceType": "Patient", "identifier": [number, number] });
        let found = at_the_reference(&bundle(&patient));
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].path.ends_with(".subject"), "{}", found[0].path);
        assert!(found[0].found.contains("too-many"), "{}", found[0].found);
        assert!(!found[0].found.contains("9990000018"));
    }

    #[test]
    fn a_target_that_names_the_profile_is_told_where_it_stands_and_one_that_meets_it_not_at_all() {
        for patient in [
            json!({ "resourceType": "Patient", "gender": "female" }),
            json!({ "resourceType": "Patient", "meta": { "profile": [format!("{OURS}Patient")] } }),
        ] {
            assert!(at_the_reference(&bundle(&patient)).is_empty(), "{patient}");
        }
        // What it names is too wide, so that it is tried.
        let named = json!({
            "resourceType": "Patient", "meta": { "profile": [format!("{UK_CORE}Patient")] },
        });
        assert!(at_the_reference(&bundle(&named)).is_empty());
    }
}
