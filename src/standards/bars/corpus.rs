//! The messages that NHS England publishes, read as they are.

use std::path::{Path, PathBuf};

use super::decision::Meaning;
use super::policy::{Grade, ReadPolicy, Served};
use super::read::{self, Reading};
use super::sample;
use crate::standards::fhir::{Document, Limits, Node, xml};

const GUIDE: &str = "../shared/corpus/bars-guide";
const API: &str = "../shared/corpus/bars-api/process_message";

/// A folder of the corpus, or nothing with a loud word.
fn folder(path: &str) -> Option<&Path> {
    let folder = Path::new(path);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(
        std::env::var_os("WORKWELL_NO_SKIP").is_none(),
        "{path} is missing"
    );
    eprintln!("SKIPPED: {path} is missing");
    None
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

fn document(path: &Path) -> Option<Document> {
    let bytes = std::fs::read(path).expect("a readable file");
    let json = if path.extension().is_some_and(|e| e == "xml") {
        xml::to_json(&bytes, 1 << 20).expect("FHIR XML")
    } else {
        bytes
    };
    Document::parse(json, &Limits::default()).ok()
}

fn policy() -> ReadPolicy {
    let services = ["111111111", "2222222222", "11111111111"];
    ReadPolicy {
        services: services
            .iter()
            .map(|id| sample::address(&format!("https://fhir.nhs.uk/Id/dos-service-id|{id}")))
            .map(Served::of_all)
            .collect(),
        nhs_number_check: Grade::Warn,
        ..ReadPolicy::default()
    }
}

/// Reads a published message as if it had been addressed rightly by its own sender.
fn read_file(path: &Path) -> Option<Reading> {
    let document = document(path)?;
    let entry = document.root().each("entry").next()?;
    let target = entry
        .dig(&["resource", "destination", "endpoint"])
        .and_then(Node::text)
        .filter(|endpoint| endpoint.contains('|'))
        .unwrap_or("https://fhir.nhs.uk/Id/dos-service-id|111111111")
        .to_owned();
    Some(read::read(
        &document,
        &sample::headers("RND", &target),
        &policy(),
        &sample::groups(),
        sample::received_at(),
    ))
}

#[test]
fn every_published_message_is_read_without_a_panic() {
    let mut paths = Vec::new();
    for path in [GUIDE, API] {
        if let Some(folder) = folder(path) {
            files(folder, &mut paths);
        }
    }
    for path in &paths {
        if let Some(reading) = read_file(path) {
            let bad = reading.problems.iter().find(|p| p.entry.http >= 500);
            assert!(bad.is_none(), "{}", path.display());
        }
    }
}

#[test]
fn published_messages_mean_what_they_are() {
    let Some(folder) = folder(GUIDE) else { return };
    let cancel = |entered_in_error| Some(Meaning::Cancel { entered_in_error });
    for (name, meaning, faults) in [
        ("REFREQ03", Some(Meaning::NewReferral), &[][..]),
        ("REFREQ06", Some(Meaning::NewReferral), &[]),
        // It refers to an Appointment that it does not hold.
        ("REFREQ01", Some(Meaning::NewReferral), &["WW-REF-006"]),
        ("SERVREQ01", cancel(false), &[]),
        ("SERVREQ02", cancel(true), &[]),
        ("BOOKREQ01", Some(Meaning::Booking), &["WW-REF-008"]),
        ("VALREQ01", Some(Meaning::NewValidation), &["WW-REF-009"]),
        ("REFRESP02", Some(Meaning::StatusResponse), &["WW-REF-026"]),
        (
            "VALRESP01A",
            Some(Meaning::ValidationResponse),
            &["WW-REF-026"],
        ),
    ] {
        let reading = read_file(&folder.join(format!("{name}.xml"))).expect("a message");
        assert_eq!(
            reading.meaning,
            meaning,
            "{name}: {:?}",
            sample::found(&reading)
        );
        let refused: Vec<&str> = reading
            .problems
            .iter()
            .filter(|problem| !problem.warning)
            .map(|problem| problem.entry.code)
            .collect();
        assert_eq!(refused, faults, "{name}: {:?}", sample::found(&reading));
    }
}

#[test]
fn the_gp_messages_give_a_whole_referral() {
    let Some(folder) = folder(GUIDE) else { return };
    for name in ["REFREQ03.xml", "REFREQ06.xml"] {
        let reading = read_file(&folder.join(name)).expect("a message");
        let referral = reading.referral.expect("a referral");
        assert!(referral.consents.direct_care, "{name}");
        assert!(referral.journey_id.is_some(), "{name}");
        assert!(referral.return_address.is_some(), "{name}");
        assert!(referral.reason.is_some(), "{name}");
        // The published number fails modulus 11.
        assert!(referral.person.nhs_number.is_none(), "{name}");
        assert!(referral.person.practice.is_some(), "{name}");
        assert_eq!(referral.person.contacts.len(), 3, "{name}");
    }
}
