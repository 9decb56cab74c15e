//! A referral as a GP system would send it: the fixture `referral-16k.json` with one
//! synthetic person a seed, and the changes that tests ask for.
//!
//! Shape: BaRS Core 1.5.0 composite message, request-referral; payload after
//! Application 5; WorkWell's own elements are local and optional.

pub mod bundle;
mod changes;
pub mod person;
mod place;
mod stop;

pub use changes::Consent;
pub use place::Place;
pub use stop::{Stop, StopAs};

use serde_json::{Value, json};
use uuid::Uuid;

/// The fixture as it lies on disk: seed 0.
pub const FIXTURE: &str =
    include_str!("../../../../conformance/fixtures/referrals/referral-16k.json");

/// The correlation id of seed 0; every seed has its own.
const CORRELATION: Uuid = Uuid::from_u128(0x3c5e_9d14_7a20_4f6b_9c81_5e0d_a7b2_46f3);

/// The system of DoS service ids.
pub const DOS: &str = "https://fhir.nhs.uk/Id/dos-service-id";
/// The system of ODS codes, in the spelling that headers use.
pub const ODS: &str = "https://fhir.nhs.uk/Id/ods-organization-code";
/// The service id under which the gateway is addressed.
pub const GATEWAY_SERVICE: &str = "2000099901";
/// The service id under which the practice wants its answers.
pub const PRACTICE_SERVICE: &str = "2000099911";
/// The practice that sends.
pub const PRACTICE_ODS: &str = "Y99001";
/// The local use case: no national one exists for employment support.
pub const USE_CASE: &str = "workwell-local-1";

/// One referral message, not yet sent.
#[derive(Clone, Debug)]
pub struct Referral {
    bundle: Value,
    correlation_id: Uuid,
}

impl Referral {
    /// The referral of one synthetic person. Seed 0 is the fixture itself; another seed
    /// has another person, other ids and another correlation id.
    pub fn new(seed: u64) -> Self {
        let mut bundle: Value = serde_json::from_str(FIXTURE).expect("the fixture is JSON");
        let mask = bundle::mask_of(seed);
        bundle::remint(&mut bundle, mask);
        let referral = Self {
            bundle,
            correlation_id: bundle::masked(CORRELATION, mask),
        };
        if seed == 0 {
            return referral;
        }
        referral.of_person(seed)
    }

    /// Puts a seed's person into the message.
    fn of_person(mut self, seed: u64) -> Self {
        let (given, family) = (person::given(seed), person::family(seed));
        let patient = self.part("Patient");
        patient["identifier"][0]["value"] = json!(person::nhs_number(seed));
        patient["name"] = json!([{"use": "official", "family": family, "given": [given]}]);
        patient["birthDate"] = json!(person::birth_date(seed));
        patient["address"][0]["line"] = json!([format!("{} Wobblethorpe Row", seed % 900 + 1)]);
        // 07700 900000 to 900999 are kept for drama and never connected.
        let phone = format!("07700 900{:03}", seed % 1_000);
        let mail = format!("{given}.{family}@mail.example").to_lowercase();
        let telecom = &mut patient["contact"][0]["telecom"];
        telecom[0]["value"] = json!(phone);
        telecom[1]["value"] = json!(mail);
        self.part("ServiceRequest")["identifier"][0]["value"] = json!(format!("LK-2026-{seed:06}"));
        self.part("Encounter")["identifier"][0]["value"] = json!(format!("LK-CASE-{seed:06}"));
        self
    }

    /// The first resource of a kind that the fixture is known to hold, or what a change
    /// has left of it.
    fn part(&mut self, kind: &str) -> &mut Value {
        bundle::resource_mut(&mut self.bundle, kind)
            .expect("the change was made after the resource was taken away")
    }

    /// Any other change.
    #[must_use]
    pub fn change(mut self, change: impl FnOnce(&mut Value)) -> Self {
        change(&mut self.bundle);
        self
    }

    /// The message.
    pub const fn json(&self) -> &Value {
        &self.bundle
    }

    /// The message as it goes over the wire.
    pub fn bytes(&self) -> Vec<u8> {
        self.bundle.to_string().into_bytes()
    }

    /// `Bundle.id`, which a response must quote.
    pub fn bundle_id(&self) -> &str {
        self.bundle["id"].as_str().unwrap_or_default()
    }

    /// The correlation id of the conversation.
    pub const fn correlation_id(&self) -> Uuid {
        self.correlation_id
    }

    /// `use-context`, which a sender must send and a receiver must ignore (BaRS Core).
    pub fn use_context(&self) -> String {
        use_context(&self.bundle)
    }

    /// The service it is addressed to, `system|value`.
    pub fn addressed_to(&self) -> &str {
        destination(&self.bundle)
    }
}

/// `usecase|category|event|reason` of a message.
pub(crate) fn use_context(message: &Value) -> String {
    let code = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let header = bundle::resources(message, "MessageHeader").next();
    let request = bundle::resources(message, "ServiceRequest").next();
    let coding = |n: usize| {
        request.map_or_else(String::new, |r| {
            code(&r["category"][0]["coding"][n]["code"])
        })
    };
    let (event, reason) = header.map_or_else(Default::default, |header| {
        (
            code(&header["eventCoding"]["code"]),
            code(&header["reason"]["coding"][0]["code"]),
        )
    });
    format!("{}|{}|{event}|{reason}", coding(1), coding(0))
}

/// MessageHeader.destination.endpoint of a message.
pub(crate) fn destination(message: &Value) -> &str {
    bundle::resources(message, "MessageHeader")
        .next()
        .and_then(|header| header["destination"][0]["endpoint"].as_str())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::bundle::{entries, references, resources};
    use super::*;
    use crate::standards::fhir::{Document, Limits, xml};

    #[test]
    fn the_fixture_is_about_sixteen_kilobytes_and_has_the_cardinalities_of_a_new_referral() {
        assert!(
            (15_000..18_000).contains(&FIXTURE.len()),
            "{}",
            FIXTURE.len()
        );
        let referral = Referral::new(0);
        let count = |kind| resources(referral.json(), kind).count();
        for kind in [
            "MessageHeader",
            "ServiceRequest",
            "Patient",
            "Encounter",
            "CarePlan",
        ] {
            assert_eq!(count(kind), 1, "{kind}");
        }
        for (kind, least) in [
            ("HealthcareService", 1),
            ("Organization", 2),
            ("Practitioner", 1),
            ("PractitionerRole", 1),
            ("Consent", 1),
        ] {
            assert!(count(kind) >= least, "{kind}");
        }
    }

    #[test]
    fn the_header_says_new_referral_from_the_practice_to_the_gateway() {
        let referral = Referral::new(7);
        let header = resources(referral.json(), "MessageHeader")
            .next()
            .expect("one header");
        assert_eq!(header["eventCoding"]["code"], "servicerequest-request");
        assert_eq!(header["reason"]["coding"][0]["code"], "new");
        assert_eq!(
            header["destination"][0]["endpoint"],
            "https://fhir.nhs.uk/Id/dos-service-id|2000099901"
        );
        assert_eq!(
            header["source"]["endpoint"],
            "https://fhir.nhs.uk/Id/dos-service-id|2000099911"
        );
        assert_eq!(
            referral.use_context(),
            "workwell-local-1|referral|servicerequest-request|new"
        );
    }

    #[test]
    fn the_fixture_and_every_person_are_r4_to_a_strict_parser() {
        let limits = Limits::default();
        for seed in [0, 3] {
            let bytes = Referral::new(seed).bytes();
            assert!(Document::parse(bytes.clone(), &limits).is_ok(), "{seed}");
            let xml = xml::from_json(&bytes, 1 << 20);
            assert!(xml.is_ok(), "{seed}: {xml:?}");
        }
        let misspelt = FIXTURE.replace("birthDate", "birthdate");
        assert!(xml::from_json(misspelt.as_bytes(), 1 << 20).is_err());
    }

    #[test]
    fn only_the_journey_id_dangles() {
        for seed in [0, 1, 12_345] {
            let referral = Referral::new(seed);
            let full_urls: BTreeSet<&str> = entries(referral.json())
                .filter_map(|e| e["fullUrl"].as_str())
                .collect();
            let dangling: Vec<&str> = references(referral.json())
                .into_iter()
                .filter(|reference| !full_urls.contains(reference))
                .collect();
            assert_eq!(dangling.len(), 1, "{dangling:?}");
            assert!(dangling[0].starts_with("EpisodeOfCare/"));
        }
    }

    #[test]
    fn no_resource_has_an_id_of_its_own_because_the_receiver_mints_them() {
        let referral = Referral::new(0);
        assert!(entries(referral.json()).all(|entry| entry["resource"].get("id").is_none()));
    }

    #[test]
    fn two_seeds_share_neither_ids_nor_person_and_one_seed_is_always_the_same() {
        let (one, two) = (Referral::new(1), Referral::new(2));
        assert_ne!(one.bundle_id(), two.bundle_id());
        assert_ne!(one.correlation_id(), two.correlation_id());
        let number = |referral: &Referral| {
            let patient = resources(referral.json(), "Patient")
                .next()
                .expect("one patient");
            patient["identifier"][0]["value"].clone()
        };
        assert_eq!(number(&one), "9990000026");
        assert_ne!(number(&one), number(&two));
        assert_eq!(one.bytes(), Referral::new(1).bytes());
        assert_eq!(
            Uuid::try_parse(one.bundle_id()).map(|id| id.get_version_num()),
            Ok(4)
        );
    }
}
