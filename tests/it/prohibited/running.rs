//! The same of a running gateway: random people on their way to every provider, over every
//! channel, some of whom are refused or held; and everything that the gateway sends, logs,
//! counts, stores as an account, and answers.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};
use workwell_gateway::adapters::store::{LegKind, LegState};
use workwell_gateway::config::{Provider as Address, Settings, Token, TokenSource};
use workwell_gateway::conformance::parties::providers::{Reception, Script};
use workwell_gateway::conformance::parties::referral::PRACTICE_ODS;
use workwell_gateway::conformance::parties::referral::bundle::resources;
use workwell_gateway::domain::caller::Caller;
use workwell_gateway::domain::consent::{Decision, Recipient, Record};
use workwell_gateway::domain::provider::Channel;
use workwell_gateway::gateway::resolve::Resolution;
use workwell_gateway::gateway::sha256;
use workwell_gateway::gateway::tables::Trial;

use super::judge::{holds, judge_arrival, leaves, plain, rows};
use super::people::{Canary, Kind, Person};
use super::ways::{NOWHERE, Odd, WAYS, Way, person_on};
use crate::load::from_environment;
use crate::receiver::canary::logged;
use crate::receiver::{second_practice, wire};
use crate::support::call::Call;
use crate::support::receiver::Receiver;
use crate::support::{TestGateway, eventually};
use crate::testing::{copy, package};

/// People to each provider, where `WORKWELL_PEOPLE` does not say another number: one whose
/// codes every list has, and one whose codes none has.
const PEOPLE: u64 = 2;

/// The provider that gets nobody before it is recorded how they consented.
const WAITS_FOR_CONSENT: &str = "search-and-offer";

/// A secret of the shape that a webhook is signed with.
const SECRET: &str = "whsec_d29ya3dlbGwtdGVzdC1zZWNyZXQtMDAwMDAwMDE=";

/// The committed tables, with this folder for the list of each day.
fn tables(drop: &Path) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a temporary folder");
    copy(&package("mappings"), root.path());
    let head = root.path().join("northmoor/harbour-line/provider.toml");
    let text = fs::read_to_string(&head).expect("a head");
    let there = "/srv/outgoing/harbour-line";
    assert!(text.contains(there), "the drop folder");
    let text = text.replace(there, &drop.display().to_string());
    fs::write(&head, text).expect("a writable copy");
    root
}

/// Every address leads to the receiver, and whoever collects has a token.
fn connect(settings: &mut Settings, trial: &Trial, receiver: &Receiver, secret: &Path) {
    for slug in trial.slugs() {
        let provider = trial.provider(&slug).expect("a provider of the tables");
        match provider.channel {
            Channel::Webhook { .. } | Channel::FhirRest { .. } => {
                let own = Address {
                    url: Some(format!("{}/{slug}", receiver.url())),
                    secret_file: Some(secret.to_owned()),
                };
                settings.providers.insert(slug, own);
            }
            Channel::Collect => {
                let hash = sha256(token(&slug).as_bytes());
                let source = TokenSource::Sha256(hash);
                settings.provider_api.tokens.push(Token {
                    provider: slug,
                    source,
                });
            }
            Channel::CsvBatch { .. } => {}
        }
    }
}

fn token(slug: &str) -> String {
    format!("the-token-of-{slug}")
}

/// Somebody whose referral was taken, and how it is recognised.
struct Taken {
    /// The provider to whom the way leads.
    way: &'static str,
    person: Person,
    case_id: String,
    reference: String,
}

/// The run: who was sent, and what came back.
struct Run {
    gateway: TestGateway,
    trial: Trial,
    taken: Vec<Taken>,
    canaries: Vec<Canary>,
    refusals: Vec<String>,
}

impl Run {
    async fn send(&mut self, way: Way, seed: u64, odd: Odd) {
        let (referral, person) = person_on(way, seed, odd);
        self.canaries.extend(person.canaries.clone());
        let own = self.gateway.parties.gp.prepare(&referral);
        let sending = if way.sender == PRACTICE_ODS {
            own
        } else {
            second_practice(way.sender).await.prepare(&referral)
        };
        let reply = wire::post(&self.gateway, &sending).await;
        if reply.status != 200 {
            let refusal = String::from_utf8_lossy(&reply.bytes).into_owned();
            return self.refusals.push(refusal);
        }
        let planned = resources(&reply.json, "Encounter").find(|e| e["status"] == "planned");
        let planned = planned.expect("the Encounter of the case");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        self.taken.push(Taken {
            way: way.provider,
            person,
            case_id: text(&planned["id"]),
            reference: text(&planned["identifier"][0]["value"]),
        });
    }

    /// Waits until nothing is on its way any more.
    async fn settle(&self) {
        eventually("nothing is on its way any more", || async {
            let counts = self.gateway.running.gateway.counts().await.expect("counts");
            let open = counts
                .legs
                .iter()
                .any(|(state, _)| *state == LegState::Released);
            (!open).then_some(())
        })
        .await;
    }

    /// The operator records how a person consented whose provider waits for that: no message
    /// says how.
    async fn record_consents(&self) {
        let caller = Caller::Operator("Desk".to_owned());
        let spoken = Resolution {
            evidence: "call 1".to_owned(),
            send_anyway: false,
            consent: Some("spoken".to_owned()),
        };
        for taken in self
            .taken
            .iter()
            .filter(|taken| taken.way == WAITS_FOR_CONSENT)
        {
            let id = taken.case_id.parse().expect("a UUID");
            let released = self.gateway.running.gateway.resolve(&caller, id, &spoken);
            released.await.expect("nothing else keeps it");
        }
    }

    /// What a provider that collects reads of a case.
    async fn collect(&self, slug: &str, case_id: &str) -> Vec<String> {
        let url = format!("{}/cases/{case_id}", self.gateway.provider_api());
        let got = Call::get(url).token(&token(slug)).send().await;
        assert_eq!(got.status, 200, "{slug}: {}", got.text);
        let payload = got.json()["payload"].clone();
        values(payload.as_str().unwrap_or(&payload.to_string()).as_bytes())
    }

    /// The council refers a person on to the counsellors; the case that they get.
    async fn refer_on(&mut self, case_id: &str) -> String {
        let url = format!("{}/cases/{case_id}/refer-on", self.gateway.provider_api());
        let asked = json!({
            "partner": "stillwater",
            "consent": {
                "recipient": "stillwater",
                "given_at": Timestamp::now().to_string(),
                "recorded_by": "Work and health coach",
                "how": "spoken",
            },
        });
        let call = Call::post(url).token(&token("borough-works"));
        let call = call.header("Idempotency-Key", format!("on-{case_id}"));
        let got = call.body(asked.to_string()).send().await;
        assert_eq!(got.status, 200, "{}", got.text);
        let child = got.json()["id"].as_str().expect("an id").to_owned();
        let mut person = self.of(case_id).person.clone();
        person.case.referred_on_by = Some("borough-works".to_owned());
        let partner = Recipient::Partner("stillwater".to_owned());
        let given = Record {
            decision: Decision::Given,
            ..Record::default()
        };
        let consents = &mut person.case.referral.consents;
        consents.recipients.push((partner, given));
        self.taken.push(Taken {
            way: "stillwater",
            person,
            case_id: child.clone(),
            reference: got.json()["reference"].as_str().unwrap_or("-").to_owned(),
        });
        child
    }

    fn of(&self, case_id: &str) -> &Taken {
        let mut taken = self.taken.iter();
        let found = taken.find(|taken| taken.case_id == case_id);
        found.expect("a case that was taken")
    }

    /// Whom these values are about.
    fn whose(&self, values: &[String]) -> &Taken {
        let named = |taken: &&Taken| {
            let names = [&taken.case_id, &taken.reference];
            let is_named = |value: &String| names.iter().any(|name| value.contains(*name));
            values.iter().any(is_named)
        };
        let found = self.taken.iter().find(named);
        found.expect("what a provider gets names its case")
    }

    /// What is wrong with what a provider got.
    fn judged(&self, slug: &str, taken: &Taken, values: &[String]) -> Vec<String> {
        let provider = self.trial.provider(slug).expect("a provider of the tables");
        let mut found = judge_arrival(&taken.person, provider, &self.trial, values);
        let values: Vec<String> = values.iter().map(|value| plain(value)).collect();
        let mut own = taken.person.canaries.iter();
        if !own.any(|canary| values.iter().any(|value| holds(value, canary))) {
            found.push("nothing of the person came".to_owned());
        }
        for other in &self.taken {
            // A case that was referred on is of the same person.
            if other.person.number == taken.person.number {
                continue;
            }
            let theirs = other.person.canaries.iter();
            let came = theirs.filter(|canary| values.iter().any(|value| holds(value, canary)));
            found.extend(came.map(|canary| format!("{} of somebody else came", canary.field)));
        }
        let head = |finding: String| format!("{slug}: {finding}");
        found.into_iter().map(head).collect()
    }
}

/// The values of a body: of JSON, or of rows under a header.
fn values(body: &[u8]) -> Vec<String> {
    let Ok(tree) = serde_json::from_slice::<Value>(body) else {
        return rows(body).concat();
    };
    let mut found = Vec::new();
    leaves(&tree, &mut found);
    found
}

/// The canaries that a text holds. It is read once, however many they are: a log is long.
fn told<'c>(text: &str, canaries: &'c [Canary]) -> Vec<&'c str> {
    let forms = canaries
        .iter()
        .filter(|canary| canary.kind != Kind::Whole)
        .flat_map(|canary| {
            canary
                .forms
                .iter()
                .map(|form| (form.as_str(), canary.field))
        });
    let forms: HashMap<&str, &str> = forms.collect();
    let mut found = BTreeSet::new();
    for token in text.split(|c: char| !c.is_alphanumeric() && c != '-') {
        let token = plain(token);
        let word = token.find("zq").and_then(|at| token.get(at..at + 12));
        let number = token.trim_start_matches('0');
        let looked = [Some(token.as_str()), word, Some(number)];
        found.extend(
            looked
                .into_iter()
                .flatten()
                .filter_map(|form| forms.get(form)),
        );
    }
    found.into_iter().copied().collect()
}

#[test]
fn a_value_is_found_in_a_text_however_it_stands_there() {
    let canary = |field, form: &str| Canary {
        field,
        forms: vec![form.to_owned()],
        kind: Kind::Within,
    };
    let canaries = [
        canary("word", "zqabcdefghij"),
        canary("phone", "7700900123"),
        canary("day", "19771123"),
    ];
    for (text, expected) in [
        ("a \"Zqabcdefghij\" b", vec!["word"]),
        ("xZQABCDEFGHIJy", vec!["word"]),
        ("tel=07700900123;", vec!["phone"]),
        ("on 1977-11-23T00", vec![]),
        ("on 1977-11-23, at", vec!["day"]),
        ("nothing", vec![]),
    ] {
        assert_eq!(told(text, &canaries), expected, "{text}");
    }
}

async fn begun(drop: &Path, receiver: &Receiver) -> (Run, tempfile::TempDir) {
    let tables = tables(drop);
    let trial = Trial::open(tables.path(), super::PLACES.as_ref()).expect("tables");
    let secret = drop.join("secret");
    fs::write(&secret, SECRET).expect("a writable folder");
    let gateway = TestGateway::with(|settings| {
        tables.path().clone_into(&mut settings.tables.mappings);
        connect(settings, &trial, receiver, &secret);
    })
    .await;
    // The test is the provider.
    let away = Script::silent().received(Reception::Hang { times: u32::MAX });
    gateway.parties.borough_works.desk.script_usual(away);
    let run = Run {
        gateway,
        trial,
        taken: Vec::new(),
        canaries: Vec::new(),
        refusals: Vec::new(),
    };
    (run, tables)
}

#[tokio::test(flavor = "multi_thread")]
async fn random_people_reach_every_provider_over_every_channel_and_nothing_else_of_them_leaves() {
    let lines = logged();
    let before = lines.text().len();
    let drop = tempfile::tempdir().expect("a drop folder");
    let receiver = Receiver::start().await;
    let (mut run, _tables) = begun(drop.path(), &receiver).await;
    let people = from_environment("WORKWELL_PEOPLE").unwrap_or(PEOPLE);
    let mut seed = 0;
    for number in 0..people {
        let odd = Odd {
            unmapped: number % 2 == 1,
            malformed: false,
        };
        for way in WAYS {
            seed += 1;
            run.send(way, seed, odd).await;
        }
        for way in [NOWHERE, WAYS[0]] {
            seed += 1;
            let malformed = way.provider != NOWHERE.provider;
            run.send(way, seed, Odd { malformed, ..odd }).await;
        }
    }
    assert!(
        run.refusals.len() as u64 >= 2 * people,
        "refused at the door"
    );
    run.record_consents().await;
    run.settle().await;

    let (mut reached, mut channels) = (BTreeSet::new(), BTreeSet::new());
    let mut findings = Vec::new();
    for leg in run.gateway.legs(LegKind::Deliver).await {
        if leg.channel != "collect" {
            continue;
        }
        let case_id = leg.case_id.to_string();
        let values = run.collect(&leg.destination, &case_id).await;
        findings.extend(run.judged(&leg.destination, run.of(&case_id), &values));
        reached.insert(leg.destination.clone());
        channels.insert("collect");
        if leg.destination == "borough-works" {
            let child = run.refer_on(&case_id).await;
            let values = run.collect("stillwater", &child).await;
            findings.extend(run.judged("stillwater", run.of(&child), &values));
            reached.insert("stillwater".to_owned());
        }
    }
    run.settle().await;
    for request in receiver.taken() {
        let slug = request.path.trim_start_matches('/').to_owned();
        let values = values(&request.body);
        findings.extend(run.judged(&slug, run.whose(&values), &values));
        let provider = run.trial.provider(&slug).expect("a provider");
        channels.insert(provider.channel.code());
        reached.insert(slug);
    }
    for file in fs::read_dir(drop.path())
        .expect("the drop folder")
        .flatten()
    {
        if file
            .path()
            .extension()
            .is_some_and(|ending| ending == "csv")
        {
            for row in rows(&fs::read(file.path()).expect("a list")) {
                findings.extend(run.judged("harbour-line", run.whose(&row), &row));
                reached.insert("harbour-line".to_owned());
                channels.insert("csv-batch");
            }
        }
    }
    assert_eq!(findings, [""; 0]);
    let all: BTreeSet<String> = run.trial.slugs().into_iter().collect();
    let missed: Vec<&String> = all.difference(&reached).collect();
    assert!(missed.is_empty(), "not reached: {missed:?}");
    let every = ["collect", "csv-batch", "fhir-rest", "webhook"];
    assert_eq!(channels.into_iter().collect::<Vec<_>>(), every);

    let (metrics, queue) = (
        admin(&run, "metrics").await,
        admin(&run, "admin/queue").await,
    );
    let traces = traces(&run.gateway).await;
    run.gateway.running.end().await;
    let logs = lines.text().split_off(before);
    assert!(logs.contains("referral refused") && metrics.contains("workwell_"));
    assert!(traces.contains("fields.csv:2") && !queue.is_empty());
    for (place, text) in [
        ("log", logs),
        ("metrics", metrics),
        ("queue", queue),
        ("refusals", run.refusals.join("\n")),
        ("traces", traces),
    ] {
        let found = told(&text, &run.canaries);
        assert!(found.is_empty(), "in the {place}: {found:?}");
    }
}

/// What the admin listener tells.
async fn admin(run: &Run, path: &str) -> String {
    let answer = reqwest::get(format!("{}/{path}", run.gateway.admin())).await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.expect("a text")
}

/// What is kept as the account of every delivery.
async fn traces(gateway: &TestGateway) -> String {
    let mut texts = String::new();
    for leg in gateway.legs(LegKind::Deliver).await {
        let shown = gateway
            .running
            .gateway
            .show_leg(&Caller::System, leg.id)
            .await;
        let trace = shown.expect("the row is there").trace.unwrap_or_default();
        texts.push_str(&String::from_utf8_lossy(&trace));
    }
    texts
}
