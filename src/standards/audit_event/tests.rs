//! Every kind of fact, rendered and held against the rules and the published words.

use std::collections::BTreeSet;

use serde_json::Value;
use uuid::Uuid;

use super::*;
use crate::domain::identifiers::{CaseId, MessageId};
use crate::standards::emitted;
use crate::standards::fhir::Limits;
use crate::standards::profile::finding::EXTENSIBLE_BINDING;
use crate::standards::profile::{Ask, Finding, Severity, inspect, published};

const CASE: u128 = 0x0192_0000_0000_7000_8000_0000_0000_0042;

fn practice() -> Caller {
    Caller::Referrer(OdsCode::parse("Y99001").expect("an ODS code"))
}

/// Who does such a thing, whether it is about a case, and its details: as the verbs of the
/// gateway write them. A new kind of fact does not compile before it is told here.
#[rustfmt::skip]
fn written(kind: FactKind) -> (Caller, bool, Vec<(&'static str, &'static str)>) {
    use FactKind as K;
    let operator = || Caller::Operator("Referral desk".to_owned());
    let provider = || Caller::Provider("hope-works".to_owned());
    let leg = ("leg", "0192aaaa-0000-7000-8000-000000000001");
    match kind {
        K::ReferralAccepted => (practice(), true, vec![("use-case", "a5t1"), ("warning", "WW-FHR-017"), ("warning", "WW-FHR-018")]),
        K::MessageRefused => (practice(), false, vec![("status", "400"), ("code", "WW-REF-012"), ("code", "WW-REF-017")]),
        K::RequestMisused => (practice(), false, vec![("request", "0b5f7a40-2222-4000-8000-000000000001")]),
        K::CaseHeld => (Caller::System, true, vec![("reason", "open-case"), ("table-row", "fields.csv:4 unmapped-code")]),
        K::CaseReleased => (Caller::System, true, vec![("provider", "hope-works"), ("tables", "5b5b"), ("basis", "practice"), ("fields", "person.family_name person.phone referral.reason"), leg]),
        K::LegDelivered => (Caller::System, true, vec![leg, ("kind", "deliver"), ("channel", "webhook"), ("attempts", "1")]),
        K::LegParked => (Caller::System, true, vec![leg, ("kind", "deliver"), ("channel", "webhook"), ("attempts", "4"), ("reason", "WW-CHN-002")]),
        K::LegStopped => (Caller::System, true, vec![leg, ("kind", "deliver"), ("reason", "stopped")]),
        K::LegRetried => (operator(), true, vec![leg, ("attempts", "4")]),
        K::CaseCollected => (provider(), true, vec![leg]),
        K::StatusReported => (provider(), true, vec![("status", "in-support"), ("outcome", "moved")]),
        K::StatusLate => (provider(), true, vec![("status", "in-support"), ("outcome", "history")]),
        K::CaseReferredOn => (provider(), true, vec![("case", "01920000-0000-7000-8000-000000000043"), ("partner", "second-step"), ("consent-at", "2026-09-01T09:00:00Z"), ("consent-how", "spoken")]),
        K::CaseStopped => (practice(), true, vec![("status", "cancelled"), ("may-be-held", "true")]),
        K::StopConfirmed => (provider(), true, vec![("status", "cancelled"), ("provider", "hope-works")]),
        K::CaseReturned => (operator(), true, vec![("from", "held"), ("reason", "unable-to-contact")]),
        K::ReferrerCalled => (operator(), true, vec![("told", "reception"), ("when", "2026-09-02T10:00:00Z")]),
        K::CaseResolved => (operator(), true, vec![("evidence", "call 17")]),
        K::ReferrerTold => (Caller::System, true, vec![leg, ("kind", "respond"), ("channel", "bars"), ("attempts", "1")]),
        K::ClockOverdue => (Caller::System, true, vec![("awaited", "acknowledge"), ("due", "2026-09-03T09:00:00Z")]),
        K::OperatorAlerted => (Caller::System, true, vec![("kind", "held"), ("owner", "Referral desk"), ("overdue", "false")]),
        K::NoNewsTold => (Caller::System, true, vec![("kind", "silent"), ("since", "2026-09-01")]),
        K::CaseRead => (practice(), true, Vec::new()),
        K::CaseSearched => (practice(), false, vec![("by", "nhs-number"), ("found", "1")]),
        K::CaseRedecided => (operator(), true, vec![("outcome", "released"), ("evidence", "ticket 4"), ("provider", "hope-works")]),
        K::TablesReloaded => (operator(), false, vec![("outcome", "whole"), ("tables", "hope-works 5b5b")]),
        K::CaseCorrected => (operator(), true, vec![("from", "in-support"), ("to", "closed"), ("evidence", "call 9")]),
        K::StoreRestored => (operator(), false, vec![("digest", "5b5b")]),
        K::StoreConfirmed => (operator(), false, vec![("because", "it was put back"), ("lost", "0"), ("parked", "1")]),
    }
}

fn told(kind: FactKind) -> Told {
    let (actor, of_case, details) = written(kind);
    let number = FactKind::ALL.iter().position(|one| *one == kind);
    let number = i64::try_from(number.expect("it is one of them")).expect("few");
    let details = details.into_iter();
    Told {
        fact: Recorded {
            position: number + 1,
            at: "2026-09-01T09:31:00.123456Z".parse().expect("an instant"),
            leaf: [0x5b; 32],
            kind,
            actor,
            case_id: of_case.then(|| CaseId::new(Uuid::from_u128(CASE))),
            evidence: (kind == FactKind::ReferralAccepted)
                .then(|| MessageId::new(Uuid::from_u128(7))),
            details: details
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        },
        reference: of_case.then(|| CaseReference::of(Uuid::from_u128(CASE))),
        hides_referrer: false,
    }
}

fn rendered(told: &Told) -> Value {
    let organisation = OdsCode::parse("Y99100").expect("an ODS code");
    render(told, &source(&organisation))
}

fn source(organisation: &OdsCode) -> Source<'_> {
    Source {
        organisation,
        name: "Example WorkWell gateway",
        software: "workwell-gateway",
    }
}

/// Everything but what is told of codes outside a list that may be extended: our own.
fn findings(resource: &Value) -> Vec<Finding> {
    let source = resource.to_string().into_bytes();
    let mut found = inspect(source, &Limits::default(), &Ask::everything()).findings;
    found.retain(|one| one.severity != Severity::Information && one.rule != EXTENSIBLE_BINDING);
    found
}

#[test]
fn every_kind_of_fact_is_a_right_audit_event() {
    for kind in FactKind::ALL {
        let event = rendered(&told(*kind));
        let found = findings(&event);
        assert!(found.is_empty(), "{}: {found:#?}", kind.code());
        assert_eq!(event["subtype"][0]["code"], kind.code());
        emitted::kept(&format!("audit-{}", kind.code().replace('.', "-")), &event);
    }
}

/// The kind has one display; what came of it is said by the outcome.
#[test]
fn an_alert_that_reached_nobody_is_told_as_one_that_failed() {
    let mut alert = told(FactKind::OperatorAlerted);
    assert_eq!(rendered(&alert)["outcome"], "0");
    let outcome = ("outcome".to_owned(), "no-address".to_owned());
    alert.fact.details.push(outcome);
    let event = rendered(&alert);
    assert!(findings(&event).is_empty());
    assert_eq!(event["outcome"], "4");
    let why = event["outcomeDesc"].as_str().unwrap_or_default();
    assert!(why.contains("no address is set"), "{event}");
}

#[test]
fn a_page_of_the_log_is_a_right_searchset_with_its_addresses() {
    let organisation = OdsCode::parse("Y99100").expect("an ODS code");
    let page: Vec<Told> = FactKind::ALL.iter().map(|kind| told(*kind)).collect();
    let (this, next) = ("/admin/audit", "/admin/audit?after=29");
    let set = searchset(&page, &source(&organisation), this, Some(next));
    assert!(findings(&set).is_empty(), "{:#?}", findings(&set));
    assert_eq!(set["link"][1]["url"], next);
    emitted::kept("audit-searchset", &set);
    let last = searchset(&[], &source(&organisation), this, None);
    assert!(findings(&last).is_empty());
    assert_eq!(
        (last.get("entry"), last["link"][1].get("url")),
        (None, None)
    );
}

#[test]
fn the_words_of_the_facts_are_those_that_are_published() {
    let system = published::read("CodeSystem", "audit-fact").expect("it is published");
    let system: Value = serde_json::from_str(system.text).expect("JSON");
    let published: Vec<(&str, &str)> = system["concept"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| Some((one["code"].as_str()?, one["display"].as_str()?)))
        .collect();
    let ours = FactKind::ALL
        .iter()
        .map(|kind| (kind.code(), display(*kind)));
    assert_eq!(published, ours.collect::<Vec<_>>());
    let displays: BTreeSet<&str> = published.iter().map(|row| row.1).collect();
    assert_eq!(displays.len(), published.len(), "each has words of its own");
}

#[test]
fn a_release_names_its_receiver_and_the_fields_that_went() {
    let event = rendered(&told(FactKind::CaseReleased));
    let receiver = &event["agent"][1];
    assert_eq!(receiver["who"]["identifier"]["value"], "hope-works");
    assert_eq!(receiver["requestor"], false);
    let case = &event["entity"][0];
    assert_eq!(case["lifecycle"]["code"], "11", "a disclosure");
    let details = case["detail"].as_array().into_iter().flatten();
    let fields = details.filter(|detail| detail["type"] == "field");
    let fields: Vec<&str> = fields
        .filter_map(|one| one["valueString"].as_str())
        .collect();
    assert_eq!(
        fields,
        ["person.family_name", "person.phone", "referral.reason"]
    );
}

#[test]
fn a_release_names_the_fields_that_were_withheld() {
    let mut told = told(FactKind::CaseReleased);
    let withheld = ("withheld".to_owned(), "ethnicity safeguarding".to_owned());
    told.fact.details.push(withheld);
    let event = rendered(&told);
    let details = event["entity"][0]["detail"]
        .as_array()
        .into_iter()
        .flatten();
    let withheld = details.filter(|detail| detail["type"] == "withheld");
    let withheld: Vec<&str> = withheld
        .filter_map(|one| one["valueString"].as_str())
        .collect();
    assert_eq!(withheld, ["ethnicity", "safeguarding"]);
}

#[test]
fn exactly_one_agent_asked_for_it() {
    for kind in FactKind::ALL {
        let event = rendered(&told(*kind));
        let agents = event["agent"].as_array().expect("agents").iter();
        let asked = agents.filter(|agent| agent["requestor"] == true);
        assert_eq!(asked.count(), 1, "{}", kind.code());
    }
}

#[test]
fn an_event_is_tied_to_the_row_that_it_was_made_of() {
    let event = rendered(&told(FactKind::CaseRead));
    let position = FactKind::ALL
        .iter()
        .position(|kind| *kind == FactKind::CaseRead);
    let position = position.expect("it is one of them") + 1;
    assert_eq!(event["extension"][0]["valueString"], position.to_string());
    assert_eq!(event["extension"][1]["valueString"], "5b".repeat(32));
    let ids: BTreeSet<String> = FactKind::ALL
        .iter()
        .map(|kind| rendered(&told(*kind))["id"].to_string())
        .collect();
    assert_eq!(ids.len(), FactKind::ALL.len());
}

#[test]
fn a_restricted_persons_practice_is_not_named() {
    let mut restricted = told(FactKind::CaseRead);
    restricted.hides_referrer = true;
    let event = rendered(&restricted);
    assert!(!event.to_string().contains("Y99001"));
    assert!(findings(&event).is_empty());
    emitted::kept("audit-case-read-restricted", &event);
}

#[test]
fn what_went_wrong_says_why() {
    let refused = rendered(&told(FactKind::MessageRefused));
    assert_eq!(refused["outcome"], "4");
    assert_eq!(refused["outcomeDesc"], "WW-REF-012, WW-REF-017");
    assert_eq!(rendered(&told(FactKind::CaseRead)).get("outcomeDesc"), None);
}
