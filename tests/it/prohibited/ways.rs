//! The way to each provider: where a person has to live, who has to refer, and what of the
//! message makes the tables choose that provider; and a message with a word of its own in every
//! place that one can have.

use std::sync::{Arc, LazyLock};

use jiff::civil::Date;
use serde_json::{Value, json};
use uuid::Uuid;
use workwell_gateway::adapters::tables::load;
use workwell_gateway::conformance::parties::referral::bundle::resource_mut;
use workwell_gateway::conformance::parties::referral::{PRACTICE_ODS, Referral, person};
use workwell_gateway::domain::case::ConditionGroups;
use workwell_gateway::gateway::tables::read_sample;

use super::people::{Canary, Kind, Person, written};
use crate::receiver::sent_by;
use crate::testing::package;

/// Those that ship.
static GROUPS: LazyLock<Arc<ConditionGroups>> =
    LazyLock::new(|| load(&package("mappings")).condition_groups);

const OBSERVATION: &str = "https://workwell-gateway.example/CodeSystem/workwell-observation";
const ANSWER: &str = "https://workwell-gateway.example/CodeSystem/workwell-answer";
const FLAG: &str = "https://workwell-gateway.example/CodeSystem/workwell-flag";
const ROUTE: &str = "https://workwell-gateway.example/StructureDefinition/source-route";

/// The way to one provider.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    pub provider: &'static str,
    postcode: &'static str,
    practice: &'static str,
    /// The organisation that refers.
    pub sender: &'static str,
    /// What the message says of the route, where it must.
    route: Option<&'static str>,
    employment: &'static str,
}

const fn way(provider: &'static str, postcode: &'static str, practice: &'static str) -> Way {
    Way {
        provider,
        postcode,
        practice,
        sender: PRACTICE_ODS,
        route: None,
        employment: "employed",
    }
}

/// To every provider to whom a practice's or a hospital's referral can be routed. The partner
/// `stillwater` is reached by referring on.
pub const WAYS: [Way; 16] = [
    way("lantern", "ZZ99 1AA", "Y99002"),
    way("borough-works", "ZZ99 2AA", "Y99003"),
    way("vale-nhs-trust", "ZZ99 3AA", "Y99004"),
    way("anchor-house", "ZW1 1AA", "Y99031"),
    way("bridgeworks", "ZW1 2BB", "Y99032"),
    way("cedar-collective", "ZW2 3CC", "Y99033"),
    way("dovetail", "ZW2 4DD", "Y99034"),
    way("moor-hub", "ZW2 5AA", "Y99035"),
    way("fit-note-first", "ZW5 1AA", "Y99036"),
    Way {
        employment: "unemployed-seeking",
        ..way("restart-fell", "ZW5 1AA", "Y99036")
    },
    way("harbour-line", "ZW7 1AA", "Y99037"),
    way("guildhall-link", "ZW8 1AA", "Y99038"),
    way("search-and-offer", "ZW9 1AA", "Y99039"),
    Way {
        sender: "Y99040",
        ..way("surgery-adviser", "ZW3 1AA", "Y99040")
    },
    Way {
        sender: "RZ8",
        route: Some("secondary-care"),
        ..way("waiting-well", "ZW1 1AA", "Y99031")
    },
    Way {
        sender: "8ZW01",
        route: Some("occupational-health"),
        ..way("staff-strand", "ZW1 1AA", "Y99031")
    },
];

/// Where nobody serves.
pub const NOWHERE: Way = way("(nobody)", "ZZ99 9ZZ", "Y99009");

/// What is unusual of a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Odd {
    /// Codes that no list has.
    pub unmapped: bool,
    /// A value that no profile lets pass.
    pub malformed: bool,
}

/// A word of letters that follows from a seed and a number, and that nothing else has.
fn word(seed: u64, number: u64) -> String {
    let mut state = seed.wrapping_mul(1_000).wrapping_add(number);
    let mut word = String::from("Zq");
    for _ in 0..10 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let letter = u8::try_from((state >> 33) % 26).unwrap_or(0);
        word.push(char::from(b'a' + letter));
    }
    word
}

struct Maker {
    seed: u64,
    canaries: Vec<Canary>,
}

impl Maker {
    fn keep(&mut self, field: &'static str, kind: Kind, forms: Vec<String>) {
        self.canaries.push(Canary { field, forms, kind });
    }

    fn word(&mut self, field: &'static str) -> String {
        let number = u64::try_from(self.canaries.len()).unwrap_or(0);
        let word = word(self.seed, number);
        self.keep(field, Kind::Within, vec![word.to_lowercase()]);
        word
    }

    /// A number of the range that is kept for drama; each seed has a hundred of them.
    fn phone(&mut self, field: &'static str, kind: Kind) -> String {
        let number = u64::try_from(self.canaries.len()).unwrap_or(0);
        let last = (self.seed * 100 + number) % 1_000_000;
        self.keep(field, kind, vec![format!("7700{last:06}")]);
        format!("07700{last:06}")
    }

    fn day(&mut self, field: &'static str, first_year: u64, years: u64) -> Date {
        let text = format!(
            "{}-{:02}-{:02}",
            first_year + self.seed % years,
            1 + self.seed % 12,
            1 + self.seed % 28
        );
        let day = text.parse().expect("a day that every month has");
        self.keep(field, Kind::Within, written(day));
        day
    }

    /// Words as somebody types them.
    fn typed(&mut self, field: &'static str) -> String {
        let word = self.word(field);
        let phone = self.phone(field, Kind::Typed);
        let insurance = format!("QQ{:06}C", 100_000 + self.seed);
        self.keep(field, Kind::Never, vec![insurance.to_lowercase()]);
        format!("{word}, ring {phone}, NI {insurance}; wants to work")
    }
}

/// A person on this way, as the message and as the case that it makes.
pub fn person_on(way: Way, seed: u64, odd: Odd) -> (Referral, Person) {
    let mut maker = Maker {
        seed,
        canaries: Vec::new(),
    };
    let referral = message(&mut maker, way, odd);
    // What is refused at the door has no case: that of a sound message stands for it.
    let sound = if odd.malformed {
        message(
            &mut Maker {
                seed,
                canaries: Vec::new(),
            },
            way,
            Odd::default(),
        )
    } else {
        referral.clone()
    };
    let case = read_sample(&sound.bytes(), &GROUPS)
        .expect("a sound message")
        .case;
    let person = Person {
        case,
        canaries: maker.canaries,
        number: seed,
    };
    (referral, person)
}

fn message(maker: &mut Maker, way: Way, odd: Odd) -> Referral {
    let number = person::nhs_number(700_000 + maker.seed);
    maker.keep("nhs_number", Kind::Within, vec![number.clone()]);
    let referral = Referral::new(7_000 + maker.seed)
        .postcode(way.postcode)
        .practice(way.practice)
        .nhs_number(&number)
        .request_identifier(&maker.word("service_request_identifier"))
        .narrative(&maker.typed("reason"));
    let referral = referral.change(|bundle| {
        patient(bundle, maker, odd);
        paperwork(bundle, maker, way);
        health(bundle, maker);
        work(bundle, maker, way);
    });
    if way.sender == PRACTICE_ODS {
        return referral;
    }
    sent_by(referral, way.sender)
}

fn part<'b>(bundle: &'b mut Value, kind: &str) -> &'b mut Value {
    resource_mut(bundle, kind).expect("the fixture has one")
}

/// Another resource like the first one of its kind.
fn push(bundle: &mut Value, kind: &str, change: impl FnOnce(&mut Value)) {
    let mut resource = part(bundle, kind).clone();
    change(&mut resource);
    let url = format!("urn:uuid:{}", Uuid::new_v4());
    let entries = bundle["entry"].as_array_mut().expect("entries");
    entries.push(json!({ "fullUrl": url, "resource": resource }));
}

fn patient(bundle: &mut Value, maker: &mut Maker, odd: Odd) {
    let patient = part(bundle, "Patient");
    patient["name"] = json!([{
        "use": "official",
        "prefix": [maker.word("title")],
        "given": [maker.word("given_names"), maker.word("given_names")],
        "family": maker.word("family_name"),
    }]);
    patient["birthDate"] = json!(maker.day("birth_date", 1960, 30));
    let address = &mut patient["address"][0];
    address["line"] = json!([maker.word("address_lines"), maker.word("address_lines")]);
    address["city"] = json!(maker.word("city"));
    address["district"] = json!(maker.word("district"));
    let telecom = &mut patient["contact"][0]["telecom"];
    telecom[0]["value"] = json!(maker.phone("phones", Kind::Within));
    telecom[1]["value"] = json!(format!("{}@mail.example", maker.word("emails")));
    // Somebody else's, which nothing reads.
    let other = json!({
        "relationship": [{"coding": [{"code": "MTH"}]}],
        "name": {"family": maker.word("(a relative)")},
        "telecom": [{"system": "phone", "value": maker.phone("(a relative)", Kind::Within)}],
    });
    patient["contact"]
        .as_array_mut()
        .expect("contacts")
        .push(other);
    patient["text"] = json!({
        "status": "generated",
        "div": format!(
            "<div xmlns=\"http://www.w3.org/1999/xhtml\">{}</div>",
            maker.word("(narrative)")
        ),
    });
    if odd.unmapped {
        let language = json!({ "text": maker.word("language") });
        patient["communication"][0]["language"] = language;
        let ethnicity = &mut patient["extension"][0]["valueCodeableConcept"];
        ethnicity["coding"][0]["code"] = json!(maker.word("ethnicity"));
    }
    if odd.malformed {
        patient["gender"] = json!(maker.word("gender"));
    }
}

fn paperwork(bundle: &mut Value, maker: &mut Maker, way: Way) {
    part(bundle, "Encounter")["identifier"][0]["value"] = json!(maker.word("(encounter)"));
    let practitioner = part(bundle, "Practitioner");
    practitioner["name"][0]["family"] = json!(maker.word("referrer_practitioner"));
    if let Some(route) = way.route {
        let said = json!({ "url": ROUTE, "valueCode": route });
        part(bundle, "ServiceRequest")["extension"] = json!([said]);
    }
    for entry in bundle["entry"].as_array_mut().expect("entries") {
        let resource = &mut entry["resource"];
        let is_workwell = resource["category"][0]["coding"][0]["code"] == "workwell-referral";
        if resource["resourceType"] == "Consent" && is_workwell {
            resource["organization"][0]["display"] = json!(maker.word("workwell_consent_by"));
        }
    }
}

fn health(bundle: &mut Value, maker: &mut Maker) {
    let condition = part(bundle, "Condition");
    condition["code"]["text"] = json!(maker.word("primary_barrier_text"));
    condition["code"]["coding"][0]["display"] = json!(maker.word("(display)"));
    for (code, field) in [
        ("reasonable-adjustment", "reasonable_adjustments"),
        ("communication-need", "communication_needs"),
        ("safe-contact", "safe_contact"),
        ("safeguarding", "safeguarding"),
        ("staff-risk", "staff_risk"),
        ("other", "other_flags"),
    ] {
        let text = maker.word(field);
        push(bundle, "Flag", |flag| {
            flag["category"] = json!([{ "coding": [{ "system": FLAG, "code": code }] }]);
            flag["code"] = json!({ "text": text });
        });
    }
    let first = maker.word("reasonable_adjustments");
    part(bundle, "Flag")["code"] = json!({ "text": first });
}

fn work(bundle: &mut Value, maker: &mut Maker, way: Way) {
    let said = json!({ "coding": [{ "system": ANSWER, "code": way.employment }] });
    part(bundle, "Observation")["valueCodeableConcept"] = said;
    for (code, words) in [
        ("occupation", maker.typed("occupation")),
        ("employer", maker.word("employer")),
    ] {
        push(bundle, "Observation", |observation| {
            observation["code"] = json!({ "coding": [{ "system": OBSERVATION, "code": code }] });
            let members = observation.as_object_mut().expect("a resource");
            members.remove("valueCodeableConcept");
            members.insert("valueString".to_owned(), json!(words));
        });
    }
}
