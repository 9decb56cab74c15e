//! Messages that NHS England publishes, posted as they are.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use workwell_gateway::config::{Policy, Service};
use workwell_gateway::conformance::parties::event::Feed;
use workwell_gateway::conformance::parties::gp::{Gp, Practice, Sending};
use workwell_gateway::conformance::parties::referral::bundle::{resolve, resource_mut, resources};
use workwell_gateway::conformance::parties::referral::{DOS, Referral};
use workwell_gateway::domain::identifiers::ServiceAddress;
use workwell_gateway::standards::fhir::xml;

use super::validation::warnings;
use super::{encoded, open_cases, quieted, wire};
use crate::support::{TestGateway, shared};
use crate::testing::package;

const CAP: usize = 1 << 20;

/// A published message: its bytes as published, and what they say.
struct Published {
    name: String,
    is_xml: bool,
    bytes: Vec<u8>,
    json: Value,
}

impl Published {
    fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).expect("a readable file");
        let is_xml = path.extension().is_some_and(|extension| extension == "xml");
        let json = if is_xml {
            xml::to_json(&bytes, CAP).expect("the guide's messages are FHIR XML")
        } else {
            bytes.clone()
        };
        Self {
            name: path
                .file_stem()
                .map(|name| name.to_string_lossy().into_owned())
                .expect("a name"),
            is_xml,
            json: serde_json::from_slice(&json).unwrap_or_default(),
            bytes,
        }
    }

    fn header(&self) -> Value {
        resources(&self.json, "MessageHeader")
            .next()
            .cloned()
            .unwrap_or_default()
    }

    fn destination(&self) -> ServiceAddress {
        let endpoint = self.header()["destination"][0]["endpoint"].clone();
        endpoint
            .as_str()
            .and_then(ServiceAddress::parse)
            .unwrap_or_else(|| ServiceAddress::parse(&format!("{DOS}|111111111")).expect("one"))
    }

    fn use_cases(&self) -> Vec<String> {
        let request = resources(&self.json, "ServiceRequest").next();
        let codings = request.map(|request| request["category"][0]["coding"].clone());
        codings
            .iter()
            .filter_map(Value::as_array)
            .flatten()
            .filter(|coding| {
                coding["system"]
                    .as_str()
                    .is_some_and(|s| s.contains("usecase"))
            })
            .filter_map(|coding| coding["code"].as_str().map(str::to_ascii_lowercase))
            .collect()
    }

    /// The ODS code of the sender where it tells one.
    fn sender(&self) -> String {
        let header = self.header();
        let reference = header["sender"]["reference"].as_str().unwrap_or_default();
        let organisation = resolve(&self.json, reference);
        let code = organisation.and_then(|o| o["identifier"][0]["value"].as_str());
        code.unwrap_or("Y99001").to_owned()
    }
}

fn all() -> Vec<Published> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for folder in ["corpus/bars-guide", "corpus/bars-api/process_message"] {
        if let Some(folder) = shared(folder) {
            files(&folder, &mut paths);
        }
    }
    paths.sort();
    paths.iter().map(|path| Published::read(path)).collect()
}

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            files(&path, into);
        } else if path.extension().is_some_and(|e| e == "xml" || e == "json") {
            into.push(path);
        }
    }
}

/// A service configured for the service ids and use cases of the published messages.
async fn service(published: &[Published]) -> TestGateway {
    let mut use_cases: Vec<String> = published.iter().flat_map(Published::use_cases).collect();
    use_cases.sort();
    use_cases.dedup();
    let mut services: Vec<Service> = Vec::new();
    for address in published.iter().map(Published::destination) {
        if !services.iter().any(|known| known.address == address) {
            services.push(Service {
                address,
                use_cases: use_cases.clone(),
                application_versions: vec!["1".to_owned(), "2".to_owned()],
            });
        }
    }
    let mappings = package("conformance/fixtures/mappings-catch-all");
    let gateway = TestGateway::with(|settings| {
        settings.bars.services = services;
        settings.bars.policies.nhs_number_check = Policy::Warn;
        settings.bars.policies.workwell_consent = Policy::Hold;
        // The guide's people have numbers that its own test environment issues.
        settings.bars.policies.number_outside_test_range = Policy::Warn;
        settings.tables.mappings = mappings;
        settings.providers.clear();
        settings.provider_api.tokens.clear();
    });
    quieted(gateway.await)
}

async fn sending(published: &Published) -> Sending {
    let practice = Practice {
        ods: published.sender(),
        ..Practice::default()
    };
    let gp = Gp::start(practice, Feed::silent()).await.expect("a port");
    let carrier = Referral::new(1).change(|bundle| *bundle = published.json.clone());
    let address = published.destination();
    let target = encoded(&json!({"system": address.system, "value": address.value}));
    let media = if published.is_xml {
        "application/fhir+xml"
    } else {
        "application/fhir+json"
    };
    let mut sending = gp
        .prepare(&carrier)
        .header("X-Correlation-Id", Some(&uuid::Uuid::new_v4().to_string()))
        .header("NHSD-Target-Identifier", Some(&target))
        .header("Content-Type", Some(media));
    sending.body.clone_from(&published.bytes);
    sending
}

fn named<'p>(published: &'p [Published], name: &str) -> Option<&'p Published> {
    published.iter().find(|one| one.name == name)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_published_message_gets_an_answer_that_is_no_failure_of_ours() {
    let published = all();
    if published.is_empty() {
        return;
    }
    let gateway = service(&published).await;
    for one in &published {
        let sending = sending(one).await;
        let reply = wire::post(&gateway, &sending).await;
        assert!(
            (200..500).contains(&reply.status),
            "{}: {}",
            one.name,
            reply.status
        );
        reply.assert_echoes(&sending);
        if reply.status != 200 {
            reply.assert_outcome();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn published_messages_get_what_the_standard_says() {
    let published = all();
    if named(&published, "REFREQ03").is_none() {
        return;
    }
    let gateway = service(&published).await;
    for (name, status, codes) in [
        ("REFREQ03", 200, &[][..]),
        ("REFREQ06", 200, &[]),
        ("SERVREQ01", 400, &["WW-REF-040"]),
        ("SERVREQ02", 400, &["WW-REF-040"]),
        ("BOOKREQ01", 422, &["WW-REF-008"]),
        ("VALREQ01", 422, &["WW-REF-009"]),
        ("REFRESP02", 404, &["WW-REF-026"]),
        ("VALRESP01A", 404, &["WW-REF-026"]),
    ] {
        let one = named(&published, name).unwrap_or_else(|| panic!("{name} is not there"));
        let sending = sending(one).await;
        let sending = sending.header("Accept", Some("application/fhir+json"));
        let reply = wire::post(&gateway, &sending).await;
        if status == 200 {
            // The guide's own examples lack fields that its Application asks for.
            let told = warnings(&reply.json);
            let gap = |row: &&[String; 3]| row[..2] == ["warning", "WW-REF-027"];
            assert!(told.iter().any(|row| gap(&row)), "{name}: {told:?}");
            assert!(told.iter().all(|row| row[0] != "error"), "{name}: {told:?}");
        }
        assert_eq!(
            (reply.status, reply.codes()),
            (status, codes.iter().map(|c| (*c).to_owned()).collect()),
            "{name}: {}",
            reply.json
        );
        // They miss fields that their own Application asks for: taken, and told.
        let told = String::from_utf8_lossy(&reply.bytes).contains("WW-REF-027");
        assert_eq!(told, status == 200, "{name}");
    }
    assert!(open_cases(&gateway).await >= 2, "two were accepted");
    let legs = gateway.running.gateway.counts().await.expect("counts").legs;
    assert!(
        !legs.is_empty(),
        "and are to be collected: direct care needs no further consent"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_published_cancels_made_for_a_stored_referral_are_taken() {
    let published = all();
    let Some(referral) = named(&published, "REFREQ03") else {
        return;
    };
    let gateway = service(&published).await;
    for name in ["SERVREQ01", "SERVREQ02"] {
        let first = wire::post(
            &gateway,
            &sending(referral)
                .await
                .header("Accept", Some("application/fhir+json")),
        )
        .await;
        assert_eq!(first.status, 200, "{}", first.json);
        let stored = resources(&first.json, "ServiceRequest")
            .next()
            .expect("one");
        let sender = referral.sender();
        let cancel = named(&published, name).expect("a published cancel");
        let mut adapted = cancel.json.clone();
        let request = resource_mut(&mut adapted, "ServiceRequest").expect("one");
        request["id"] = stored["id"].clone();
        let person = resources(&first.json, "Patient")
            .next()
            .cloned()
            .expect("one");
        let patient = resource_mut(&mut adapted, "Patient").expect("one");
        for member in ["id", "identifier", "name", "birthDate"] {
            patient[member] = person[member].clone();
        }
        let reference = cancel.header()["sender"]["reference"]
            .as_str()
            .map(str::to_owned);
        for entry in adapted["entry"].as_array_mut().into_iter().flatten() {
            if entry["fullUrl"].as_str() == reference.as_deref() {
                entry["resource"]["identifier"][0]["value"] = json!(sender);
            }
        }
        let adapted = Published {
            name: name.to_owned(),
            is_xml: true,
            bytes: xml::from_json(adapted.to_string().as_bytes(), CAP).expect("FHIR"),
            json: adapted,
        };
        let reply = wire::post(&gateway, &sending(&adapted).await).await;
        assert_eq!(reply.status, 200, "{name}: {}", reply.json);
        let headers = wire::read_headers(&sender);
        let target = adapted.destination();
        let target = encoded(&json!({"system": target.system, "value": target.value}));
        let headers: Vec<_> = headers
            .into_iter()
            .map(|(header, value)| match header {
                "NHSD-Target-Identifier" => (header, target.clone()),
                _ => (header, value),
            })
            .collect();
        let path = format!("ServiceRequest/{}", stored["id"].as_str().expect("an id"));
        let read = wire::ask(&gateway, reqwest::Method::GET, &path, &headers).await;
        let word = if name == "SERVREQ01" {
            "revoked"
        } else {
            "entered-in-error"
        };
        assert_eq!(read.json["status"], word, "{name}: {}", read.json);
    }
}
