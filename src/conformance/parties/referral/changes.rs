//! The changes that tests ask for, each one fact about the message.

use serde_json::{Value, json};

use super::bundle::{concept, has_code, resource_mut, retain};
use super::{DOS, Referral};

const WORKWELL_CONSENT: &str = "https://workwell-gateway.example/CodeSystem/workwell-consent";
const DIRECT_CARE: &str = "https://fhir.nhs.uk/CodeSystem/consent-categories-bars";
const CONFIDENTIALITY: &str = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";

/// National use cases; a service may not invent a code there.
const USE_CASES: &str = "https://fhir.nhs.uk/CodeSystem/usecases-categories-bars";
const LOCAL_USE_CASES: &str = "https://workwell-gateway.example/CodeSystem/use-case";

/// What the message records about the explicit WorkWell consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// Consent.status `active`.
    Given,
    /// Consent.status `rejected`.
    Refused,
    /// Consent.status `inactive`.
    Withdrawn,
    /// No Consent of that category.
    Absent,
}

#[allow(
    clippy::return_self_not_must_use,
    reason = "a dropped builder is noticed at once"
)]
impl Referral {
    /// Where the person lives.
    pub fn postcode(mut self, postcode: &str) -> Self {
        self.part("Patient")["address"][0]["postalCode"] = json!(postcode);
        self
    }

    /// A person without an address.
    pub fn without_address(mut self) -> Self {
        take(self.part("Patient"), "address");
        self
    }

    /// The practice where the person is registered (ODS code); the sender stays.
    pub fn practice(mut self, ods: &str) -> Self {
        let reference = self.part("Patient")["generalPractitioner"][0]["reference"].clone();
        for entry in self.bundle["entry"].as_array_mut().into_iter().flatten() {
            if entry["fullUrl"] == reference {
                entry["resource"]["identifier"][0]["value"] = json!(ods);
            }
        }
        self
    }

    /// A person whose practice the message does not tell.
    pub fn without_practice(mut self) -> Self {
        let Some(gone) = take(self.part("Patient"), "generalPractitioner") else {
            return self;
        };
        if let Some(entries) = self.bundle["entry"].as_array_mut() {
            entries.retain(|entry| entry["fullUrl"] != gone[0]["reference"]);
        }
        self
    }

    /// Another NHS number, right or wrong.
    pub fn nhs_number(mut self, number: &str) -> Self {
        self.part("Patient")["identifier"][0]["value"] = json!(number);
        self
    }

    /// A person without an NHS number: must be accepted (BaRS Application 5).
    pub fn without_nhs_number(mut self) -> Self {
        take(self.part("Patient"), "identifier");
        self
    }

    /// A second Patient: one message is about one person.
    pub fn two_patients(mut self) -> Self {
        let second = self.part("Patient").clone();
        let entry =
            json!({"fullUrl": "urn:uuid:5f6b1f0e-0c8e-4b43-9d36-0a51f3b6a2d7", "resource": second});
        if let Some(entries) = self.bundle["entry"].as_array_mut() {
            entries.push(entry);
        }
        self
    }

    /// No consent at all, not even for direct care.
    pub fn without_consent(mut self) -> Self {
        retain(&mut self.bundle, |r| r["resourceType"] != "Consent");
        self
    }

    /// WorkWell's consents only; the one that BaRS demands is missing.
    pub fn without_direct_care_consent(mut self) -> Self {
        retain(&mut self.bundle, |r| {
            !has_code(r, "category", DIRECT_CARE, Some("DRC"))
        });
        self
    }

    /// What is recorded about the explicit WorkWell consent.
    pub fn workwell_consent(mut self, consent: Consent) -> Self {
        let ours = |r: &Value| has_code(r, "category", WORKWELL_CONSENT, Some("workwell-referral"));
        let (status, rule, provision) = match consent {
            Consent::Given => ("active", "OPTIN", "permit"),
            Consent::Refused => ("rejected", "OPTOUT", "deny"),
            Consent::Withdrawn => ("inactive", "OPTOUT", "deny"),
            Consent::Absent => {
                retain(&mut self.bundle, |r| !ours(r));
                return self;
            }
        };
        for entry in self.bundle["entry"].as_array_mut().into_iter().flatten() {
            let resource = &mut entry["resource"];
            if ours(resource) {
                resource["status"] = json!(status);
                resource["policyRule"]["coding"][0]["code"] = json!(rule);
                resource["provision"]["type"] = json!(provision);
            }
        }
        self
    }

    /// A reference to nothing, other than the Journey ID.
    pub fn dangling_reference(mut self) -> Self {
        self.part("ServiceRequest")["requester"]["reference"] =
            json!("urn:uuid:0d4fb6c2-6f0e-4a5d-8a3c-2f1f0c9d8e77");
        self
    }

    /// A label in Patient.meta.security: `R`, `V`, or one that nobody knows.
    pub fn security(mut self, code: &str) -> Self {
        self.part("Patient")["meta"]["security"] =
            json!([{"system": CONFIDENTIALITY, "code": code}]);
        self
    }

    /// The referrer's words, where BaRS puts the clinical narrative.
    pub fn narrative(mut self, words: &str) -> Self {
        self.part("CarePlan")["activity"][0]["outcomeCodeableConcept"] = json!([{"text": words}]);
        self
    }

    /// Words that no referral service may leave unread.
    pub fn red_flag(self) -> Self {
        self.narrative("Off work since August. Says that life is not worth living and is suicidal.")
    }

    /// The use case, in the message's second category coding: a national code, or one
    /// that begins with `workwell-`.
    pub fn use_case(mut self, code: &str) -> Self {
        let coding = &mut self.part("ServiceRequest")["category"][0]["coding"][1];
        let local = code.starts_with("workwell-");
        coding["system"] = json!(if local { LOCAL_USE_CASES } else { USE_CASES });
        coding["code"] = json!(code);
        self
    }

    /// The message category: `referral`, `validation` or another word.
    pub fn category(mut self, code: &str) -> Self {
        let coding = &mut self.part("ServiceRequest")["category"][0]["coding"][0];
        coding["code"] = json!(code);
        take(coding, "display");
        self
    }

    /// MessageHeader.eventCoding.
    pub fn event(mut self, code: &str) -> Self {
        self.part("MessageHeader")["eventCoding"]["code"] = json!(code);
        self
    }

    /// MessageHeader.reason.
    pub fn reason(mut self, code: &str) -> Self {
        self.part("MessageHeader")["reason"]["coding"][0]["code"] = json!(code);
        self
    }

    /// ServiceRequest.status.
    pub fn request_status(mut self, code: &str) -> Self {
        self.part("ServiceRequest")["status"] = json!(code);
        self
    }

    /// Bundle.meta.versionId, the application version; `None` takes it away.
    pub fn application_version(mut self, version: Option<&str>) -> Self {
        match version {
            Some(version) => self.bundle["meta"]["versionId"] = json!(version),
            None => {
                take(&mut self.bundle["meta"], "versionId");
            }
        }
        self
    }

    /// The service the message is addressed to (a DoS service id).
    pub fn to_service(mut self, service: &str) -> Self {
        self.part("MessageHeader")["destination"][0]["endpoint"] =
            json!(format!("{DOS}|{service}"));
        self
    }

    /// The service that wants the responses (a DoS service id).
    pub fn reply_to(mut self, service: &str) -> Self {
        self.part("MessageHeader")["source"]["endpoint"] = json!(format!("{DOS}|{service}"));
        self
    }

    /// The sender's own identifier of the referral.
    pub fn request_identifier(mut self, value: &str) -> Self {
        self.part("ServiceRequest")["identifier"][0]["value"] = json!(value);
        self
    }

    /// Another person's referral made into one of the person of `seed`.
    pub fn same_person_as(mut self, seed: u64) -> Self {
        let other = Self::new(seed);
        let patient = super::bundle::resources(&other.bundle, "Patient").next();
        for member in ["identifier", "name", "birthDate", "address"] {
            if let Some(value) = patient.map(|patient| patient[member].clone()) {
                self.part("Patient")[member] = value;
            }
        }
        self
    }

    /// The main condition's SNOMED CT code.
    pub fn condition(mut self, code: &str) -> Self {
        self.part("Condition")["code"] = concept("http://snomed.info/sct", code);
        self
    }

    /// A plain message after Application 5: nothing of WorkWell's own.
    pub fn plain(mut self) -> Self {
        take(self.part("ServiceRequest"), "supportingInfo");
        retain(&mut self.bundle, |r| {
            let kind = r["resourceType"].as_str().unwrap_or_default();
            let ours = has_code(r, "category", WORKWELL_CONSENT, None);
            !matches!(kind, "Observation" | "Flag") && !ours
        });
        self
    }

    /// The same facts with every object's members in reverse order.
    pub fn members_reversed(mut self) -> Self {
        reverse(&mut self.bundle);
        self
    }

    /// Takes a member of the first resource of a kind away.
    pub fn without(mut self, kind: &str, member: &str) -> Self {
        if let Some(resource) = resource_mut(&mut self.bundle, kind) {
            take(resource, member);
        }
        self
    }
}

fn take(object: &mut Value, member: &str) -> Option<Value> {
    object.as_object_mut()?.remove(member)
}

fn reverse(tree: &mut Value) {
    match tree {
        Value::Array(items) => items.iter_mut().for_each(reverse),
        Value::Object(members) => {
            let old = std::mem::take(members);
            for (name, mut value) in old.into_iter().rev() {
                reverse(&mut value);
                members.insert(name, value);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::bundle::resources;
    use super::*;

    fn patient(referral: &Referral) -> &Value {
        resources(referral.json(), "Patient")
            .next()
            .expect("one patient")
    }

    #[test]
    fn the_person_moves_house_and_practice_while_the_sender_stays() {
        let referral = Referral::new(3).postcode("ZZ98 2BB").practice("Y99077");
        assert_eq!(patient(&referral)["address"][0]["postalCode"], "ZZ98 2BB");
        let codes: Vec<&Value> = resources(referral.json(), "Organization")
            .map(|organisation| &organisation["identifier"][0]["value"])
            .collect();
        assert_eq!(codes, ["Y99001", "Y99901", "Y99077"]);
        let without = Referral::new(3).without_practice();
        assert_eq!(resources(without.json(), "Organization").count(), 2);
        assert!(patient(&without).get("generalPractitioner").is_none());
    }

    #[test]
    fn each_state_of_the_workwell_consent_is_its_own_status_and_leaves_direct_care_alone() {
        for (consent, expected) in [
            (Consent::Given, Some("active")),
            (Consent::Refused, Some("rejected")),
            (Consent::Withdrawn, Some("inactive")),
            (Consent::Absent, None),
        ] {
            let referral = Referral::new(3).workwell_consent(consent);
            let of = |code| {
                resources(referral.json(), "Consent")
                    .find(|c| c["category"][0]["coding"][0]["code"] == code)
                    .map(|c| c["status"].as_str().unwrap_or_default().to_owned())
            };
            assert_eq!(of("workwell-referral").as_deref(), expected);
            assert_eq!(of("DRC").as_deref(), Some("active"));
        }
        let none = Referral::new(3).without_consent();
        assert_eq!(resources(none.json(), "Consent").count(), 0);
        let no_direct = Referral::new(3).without_direct_care_consent();
        assert_eq!(resources(no_direct.json(), "Consent").count(), 3);
    }

    #[test]
    fn faults_are_made_where_they_are_asked_for() {
        assert!(
            patient(&Referral::new(3).without_nhs_number())
                .get("identifier")
                .is_none()
        );
        let two = Referral::new(3).two_patients();
        assert_eq!(resources(two.json(), "Patient").count(), 2);
        let labelled = Referral::new(3).security("R");
        assert_eq!(patient(&labelled)["meta"]["security"][0]["code"], "R");
        let unversioned = Referral::new(3).application_version(None);
        assert!(unversioned.json()["meta"].get("versionId").is_none());
        let elsewhere = Referral::new(3).to_service("2000000000");
        assert_eq!(
            elsewhere.addressed_to(),
            "https://fhir.nhs.uk/Id/dos-service-id|2000000000"
        );
    }

    #[test]
    fn a_plain_message_has_nothing_of_workwells_own() {
        let text = String::from_utf8(Referral::new(3).plain().use_case("a5t1").bytes())
            .expect("JSON is UTF-8");
        assert!(!text.contains("workwell-gateway.example"));
        assert!(text.contains("\"a5t1\""));
    }

    #[test]
    fn reversing_the_members_changes_no_fact() {
        let (plain, reversed) = (Referral::new(3), Referral::new(3).members_reversed());
        assert_eq!(plain.json(), reversed.json());
        assert_ne!(plain.bytes(), reversed.bytes());
    }
}
