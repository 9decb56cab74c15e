//! No datum of a person in a log, a metric, a refusal or the store's files (DESIGN I4,
//! I11). A person made of words that nothing else uses goes every way there is.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use reqwest::Method;
use serde_json::json;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};
use workwell_gateway::conformance::parties::providers::{Reception, Script};
use workwell_gateway::conformance::parties::referral::bundle::resource_mut;
use workwell_gateway::conformance::parties::referral::{Consent, Referral, Stop, StopAs};

use super::{case_of, wire};
use crate::support::{TestGateway, eventually};

/// What may appear nowhere. Each is written in one place of the fixture person at least.
const WORDS: [&str; 16] = [
    "Xylophanticus",
    "Brumbelina",
    "Quandrifold",
    "Wexlebourne",
    "Tollyswick",
    "900877",
    "brumbelina.x",
    "1977-11-23",
    "ZZ1 7QX",
    "ZZ17QX",
    "Splundigious",
    "Flumptious",
    "Grobblewick",
    "LK-CANARY-77",
    "9990777772",
    "CASE-CANARY-77",
];

/// The NHS number of nobody, of the test range.
const NUMBER: &str = "9990777772";

/// Every line that the whole test binary logs, at the finest level.
#[derive(Clone, Default)]
pub struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    /// Everything that was logged so far.
    pub fn text(&self) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&lines).into_owned()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The log of the whole test binary, from the first call on.
pub fn logged() -> &'static Lines {
    static LINES: OnceLock<Lines> = OnceLock::new();
    LINES.get_or_init(|| {
        let lines = Lines::default();
        let ours = Targets::new().with_target("workwell_gateway", LevelFilter::TRACE);
        let layer = fmt::layer()
            .with_ansi(false)
            .with_writer(lines.clone())
            .with_filter(ours);
        tracing_subscriber::registry()
            .with(layer)
            .try_init()
            .expect("nothing else logs here");
        lines
    })
}

/// The person, in every place where a message says something of one.
fn canary(seed: u64) -> Referral {
    let referral = Referral::new(seed)
        .postcode("ZZ1 7QX")
        .practice("Y99002")
        .nhs_number(NUMBER)
        .request_identifier("LK-CANARY-77")
        .narrative("Splundigious trouble with the back since August.");
    referral.change(|bundle| {
        let patient = resource_mut(bundle, "Patient").expect("a Patient");
        patient["name"] = json!([{"family": "Xylophanticus", "given": ["Brumbelina"]}]);
        patient["birthDate"] = json!("1977-11-23");
        patient["address"][0]["line"] = json!(["7 Quandrifold Terrace"]);
        patient["address"][0]["city"] = json!("Wexlebourne");
        patient["contact"][0]["name"] = json!({"family": "Tollyswick"});
        patient["contact"][0]["telecom"][0]["value"] = json!("07700 900877");
        patient["contact"][0]["telecom"][1]["value"] = json!("brumbelina.x@mail.example");
        let flag = resource_mut(bundle, "Flag").expect("a Flag");
        flag["code"] = json!({"text": "Needs a Flumptious chair"});
        let condition = resource_mut(bundle, "Condition").expect("a Condition");
        condition["code"]["text"] = json!("Splundigious back");
        condition["note"] = json!([{"text": "Works at the Grobblewick foundry"}]);
        let encounter = resource_mut(bundle, "Encounter").expect("an Encounter");
        encounter["identifier"][0]["value"] = json!("CASE-CANARY-77");
    })
}

/// The walk, with every answer that is a refusal.
struct Walk {
    gateway: TestGateway,
    refusals: Vec<String>,
}

impl Walk {
    fn keep(&mut self, reply: &wire::Reply, status: u16) {
        assert_eq!(reply.status, status, "{}", reply.json);
        if status >= 400 {
            self.refusals
                .push(String::from_utf8_lossy(&reply.bytes).into_owned());
        }
    }

    async fn try_send(&self, referral: &Referral) -> wire::Reply {
        let sending = self.gateway.parties.gp.prepare(referral);
        wire::post(&self.gateway, &sending).await
    }

    async fn send(&mut self, referral: &Referral, status: u16) -> wire::Reply {
        let reply = self.try_send(referral).await;
        self.keep(&reply, status);
        reply
    }

    async fn get(&mut self, path: &str, status: u16) {
        let reply = wire::get(&self.gateway, path).await;
        self.keep(&reply, status);
    }

    async fn stop(&mut self, stop: &Stop, status: u16) {
        let sending = self.gateway.parties.gp.prepare_stop(stop);
        let reply = wire::post(&self.gateway, &sending).await;
        self.keep(&reply, status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_of_unusual_words_appears_in_no_log_metric_refusal_or_file() {
    let lines = logged();
    let all = canary(71).json().to_string();
    for word in WORDS {
        assert!(
            word == "ZZ17QX" || all.contains(word),
            "the person has {word}"
        );
    }
    let gateway = TestGateway::start().await;
    let mut walk = Walk {
        gateway,
        refusals: Vec::new(),
    };

    refusals(&mut walk).await;
    let delivered = delivery(&mut walk).await;
    let id = reads(&mut walk, &delivered).await;
    holds(&mut walk).await;
    assert!(walk.refusals.len() > 20, "{}", walk.refusals.len());

    let metrics = reqwest::get(format!("{}/metrics", walk.gateway.admin())).await;
    let metrics = metrics.expect("an answer").text().await.expect("a text");
    let (folder, refusals) = (walk.gateway.folder().to_owned(), walk.refusals.join("\n"));
    let mut files = contents(&folder);
    let kept = walk.gateway.store.raw_dump();
    assert!(
        String::from_utf8_lossy(&kept).contains("sealed_case"),
        "the store is looked at"
    );
    files.push(("the store".to_owned(), kept));
    // A restart reads everything back and logs what it finds.
    let gateway = walk.gateway.restart().await;
    let read = wire::get(&gateway, &format!("ServiceRequest/{id}")).await;
    assert_eq!(read.status, 200);
    files.extend(contents(&folder));
    files.push(("the store".to_owned(), gateway.store.raw_dump()));
    gateway.running.end().await;

    let logs = lines.text();
    assert!(
        logs.contains("referral refused") && logs.contains("request answered"),
        "logs are kept"
    );
    assert!(metrics.contains("workwell_"), "{metrics}");
    for line in logs.lines() {
        assert_eq!(word_in(line.as_bytes()), None, "in a log line: {line}");
    }
    assert_eq!(word_in(metrics.as_bytes()), None, "in the metrics");
    for body in refusals.lines() {
        assert_eq!(word_in(body.as_bytes()), None, "in a refusal: {body}");
    }
    for (name, bytes) in &files {
        assert_eq!(word_in(bytes), None, "in the file {name}");
    }
}

/// The first of the words in these bytes; one pass, because the files are long.
fn word_in(bytes: &[u8]) -> Option<&'static str> {
    let mut begins = [false; 256];
    for word in WORDS {
        begins[usize::from(word.as_bytes()[0])] = true;
    }
    for (at, byte) in bytes.iter().enumerate() {
        if !begins[usize::from(*byte)] {
            continue;
        }
        let word = WORDS
            .iter()
            .find(|word| bytes[at..].starts_with(word.as_bytes()));
        if let Some(word) = word {
            return Some(word);
        }
    }
    None
}

#[test]
fn a_word_is_found_wherever_it_stands() {
    assert_eq!(word_in(b"\x00\xffXXylophanticus"), Some("Xylophanticus"));
    assert_eq!(word_in(b"nothing of a Person, ZZ1 7Q"), None);
}

/// Every way to be refused with the person's data in the message or the URL.
async fn refusals(walk: &mut Walk) {
    let person = |member: &'static str, value: serde_json::Value| {
        canary(72).change(move |bundle| {
            resource_mut(bundle, "Patient").expect("a Patient")[member] = value;
        })
    };
    let many = canary(72)
        .without_direct_care_consent()
        .dangling_reference()
        .two_patients();
    walk.send(&many.nhs_number("9990777771"), 400).await;
    walk.send(&canary(72).postcode("ZZ99 9ZZ").practice("Y99009"), 422)
        .await;
    for (member, value) in [
        ("birthDate", json!("Xylophanticus")),
        ("gender", json!(" Splundigious  Flumptious")),
        ("birthDate", json!({"Xylophanticus": 1})),
        ("name", json!("Brumbelina Xylophanticus")),
        ("name", json!([{"family": ["Xylophanticus"]}])),
        (
            "address",
            json!([{"use": "Quandrifold", "line": "7 Quandrifold Terrace"}]),
        ),
        ("active", json!("Tollyswick")),
        ("deceasedBoolean", json!("1977-11-23")),
        ("multipleBirthInteger", json!("900877")),
        (
            "managingOrganization",
            json!({"reference": "Organization/Wexlebourne"}),
        ),
        (
            "generalPractitioner",
            json!([{"reference": "urn:uuid:Grobblewick"}]),
        ),
        (
            "identifier",
            json!([{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "Xylophanticus"}]),
        ),
    ] {
        let reply = walk.try_send(&person(member, value.clone())).await;
        assert_eq!(reply.status, 400, "{member} {value}");
        walk.keep(&reply, 400);
    }
    let text = String::from_utf8(canary(72).bytes()).expect("UTF-8");
    let twice = text.replacen(
        "\"birthDate\":",
        "\"birthDate\":\"1977-11-23\",\"birthDate\":",
        1,
    );
    let cut = text[..text.find("Quandrifold").expect("there") + 15].to_owned();
    for body in [
        twice,
        cut,
        format!("Xylophanticus {text}"),
        text.replace(
            "{\"reference\":\"urn:uuid:",
            "{\"reference\":\"Wexlebourne/",
        ),
    ] {
        let mut sending = walk.gateway.parties.gp.prepare(&canary(72));
        sending.body = body.into_bytes();
        let reply = wire::post(&walk.gateway, &sending).await;
        walk.keep(&reply, 400);
    }
    let mut xml = walk.gateway.parties.gp.prepare(&canary(72));
    xml.body =
        b"<Bundle xmlns=\"http://hl7.org/fhir\"><Xylophanticus value=\"Brumbelina\"/></Bundle>"
            .to_vec();
    let xml = xml.header("Content-Type", Some("application/fhir+xml"));
    let reply = wire::post(&walk.gateway, &xml).await;
    assert_eq!(reply.status, 400);
    // Here the word is the name of an element, which a refusal may name; the log may not.
}

/// Delivered after failures, told back, cancelled in every wrong way.
async fn delivery(walk: &mut Walk) -> wire::Reply {
    let desk = walk.gateway.parties.lantern.desk.clone();
    let failing = Reception::Fail {
        status: 500,
        times: 2,
    };
    desk.script_next(Script::to_completion(desk.words()).received(failing));
    let reply = walk.send(&canary(71), 200).await;
    eventually("the case comes to its end", || async {
        let shown = case_of(&walk.gateway, &reply.json).await;
        shown.row.status.is_terminal().then_some(())
    })
    .await;
    let correlation = canary(71).correlation_id();
    let mut other = reply.json.clone();
    resource_mut(&mut other, "Patient").expect("a Patient")["identifier"][0]["value"] =
        json!("9990000026");
    walk.stop(&Stop::of(&other, correlation, StopAs::Cancelled), 400)
        .await;
    walk.stop(&Stop::of(&reply.json, correlation, StopAs::Cancelled), 409)
        .await;
    let unknown = Stop::of(
        canary(79).json(),
        canary(79).correlation_id(),
        StopAs::Cancelled,
    );
    let unknown = unknown.of_unknown_referral();
    walk.stop(&unknown, 400).await;
    reply
}

/// Reads and searches, good and bad.
async fn reads(walk: &mut Walk, delivered: &wire::Reply) -> String {
    let shown = case_of(&walk.gateway, &delivered.json).await;
    let id = shown.case.service_request_id.to_string();
    let number = "patient:identifier=https://fhir.nhs.uk/Id/nhs-number%7C";
    let name = "ServiceRequest?patient:name=Xylophanticus&patient:birthdate";
    walk.get(&format!("ServiceRequest/{id}"), 200).await;
    walk.get(&format!("ServiceRequest?{number}{NUMBER}"), 200)
        .await;
    walk.get(&format!("ServiceRequest?{number}9990777771"), 400)
        .await;
    walk.get(
        &format!("{name}=eq1977-11-23&patient:address-postalcode=ZZ17QX"),
        200,
    )
    .await;
    walk.get(
        &format!("{name}=Brumbelina&patient:address-postalcode=Wexlebourne"),
        400,
    )
    .await;
    walk.get("ServiceRequest/Xylophanticus", 400).await;
    walk.get("MessageDefinition?context=Xylophanticus%7CBrumbelina", 400)
        .await;
    walk.get(&format!("Patient/Xylophanticus?identifier={NUMBER}"), 501)
        .await;
    let headers = wire::read_headers("Y99001");
    let path = "ServiceRequest/Xylophanticus";
    let reply = wire::ask(&walk.gateway, Method::DELETE, path, &headers).await;
    walk.keep(&reply, 405);
    id
}

/// Held for every reason, and called back.
async fn holds(walk: &mut Walk) {
    let without = canary(73).workwell_consent(Consent::Absent);
    let reply = walk.send(&without, 200).await;
    walk.send(&canary(74), 409).await;
    let stop = Stop::of(
        &reply.json,
        without.correlation_id(),
        StopAs::EnteredInError,
    );
    walk.stop(&stop, 200).await;
    for referral in [
        canary(75)
            .security("R")
            .request_identifier("LK-CANARY-77-R"),
        canary(76)
            .narrative("Splundigious and suicidal.")
            .request_identifier("LK-CANARY-77-S")
            .nhs_number("9990000042"),
        canary(77).request_identifier("LK-CANARY-77-O"),
    ] {
        walk.send(&referral, 200).await;
    }
}

/// The names and bytes of the files of a folder.
pub fn contents(folder: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).expect("the folder");
    let paths = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_file());
    paths
        .map(|path| {
            let name = path.display().to_string();
            (name, std::fs::read(&path).expect("a readable file"))
        })
        .collect()
}
