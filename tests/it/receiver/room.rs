//! A provider takes so many people and no more: counted where cases are kept, told to the
//! referrer in plain words, and led on where the area names another.

use tokio::task::JoinSet;
use workwell_gateway::conformance::parties::referral::{Place, Referral, Stop, StopAs};
use workwell_gateway::domain::caller::Caller;

use super::{case_of, quieted, reaches, wire};
use crate::support::TestGateway;
use crate::testing::{copy, package};

/// A gateway whose charity has this capacity, and whose area says this of overflow.
async fn with(capacity: &str, overflow: &str) -> TestGateway {
    let tables = tempfile::tempdir().expect("a folder");
    copy(&package("mappings"), tables.path());
    // One like it, without a limit, to which nobody is routed by itself.
    let area = tables.path().join("exampleshire");
    std::fs::create_dir(area.join("lighthouse")).expect("made");
    copy(&area.join("lantern"), &area.join("lighthouse"));
    for (file, text) in [
        ("exampleshire/lantern/provider.toml", capacity),
        ("exampleshire/area.toml", overflow),
    ] {
        let path = tables.path().join(file);
        let before = std::fs::read_to_string(&path).expect("a table");
        std::fs::write(&path, format!("{before}\n{text}\n")).expect("written");
    }
    let folder = tables.path().to_owned();
    quieted(TestGateway::with(|s| s.tables.mappings = folder).await)
}

fn referral(seed: u64) -> Referral {
    Referral::new(seed).at(Place::LANTERN)
}

async fn refused_as_full(gateway: &TestGateway, seed: u64) {
    let sending = gateway.parties.gp.prepare(&referral(seed));
    let reply = wire::post(gateway, &sending).await;
    let expected = [
        "REC_UNPROCESSABLE_ENTITY",
        "not-supported",
        "WW-RTE-008",
        "",
    ];
    assert_eq!(
        (reply.status, reply.errors()),
        (422, vec![expected.map(str::to_owned)]),
        "{}",
        reply.json
    );
    reply.assert_outcome();
    let told = reply.json["issue"][0]["diagnostics"].as_str();
    let told = told.unwrap_or_default();
    assert!(
        told.contains("lantern: has as many people as it can take"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_after_the_last_place_is_refused_until_one_is_free() {
    let gateway = with("[capacity]\nopen_cases = 1", "").await;
    let first = referral(1);
    let answer = reaches(&gateway, &first, "lantern").await;
    refused_as_full(&gateway, 2).await;
    // Entered in error: the provider never has to confirm before the place is free again.
    let stop = Stop::of(&answer.body, first.correlation_id(), StopAs::EnteredInError);
    let stopped = gateway.parties.gp.stop(&gateway.bars(), &stop).await;
    assert!(stopped.expect("an answer").accepted());
    reaches(&gateway, &referral(3), "lantern").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_only_so_many_are_taken_as_there_are_places() {
    let gateway = with("[capacity]\nper_week = 2", "").await;
    let sendings: Vec<_> = (1..=6)
        .map(|seed| gateway.parties.gp.prepare(&referral(seed)))
        .collect();
    let mut posts = JoinSet::new();
    for sending in sendings {
        let base = gateway.bars();
        posts.spawn(async move { wire::post_to(&base, &sending).await.status });
    }
    let replies: Vec<u16> = posts.join_all().await;
    let taken = replies.iter().filter(|status| **status == 200).count();
    let refused = replies.iter().filter(|status| **status == 422).count();
    assert_eq!((taken, refused), (2, 4), "{replies:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_fit_in_goes_to_the_provider_that_the_area_names() {
    let overflow = "[overflow]\nlantern = \"lighthouse\"";
    let gateway = with("[capacity]\nopen_cases = 1", overflow).await;
    reaches(&gateway, &referral(1), "lantern").await;
    let answer = gateway.refer(&referral(2)).await;
    assert!(answer.accepted(), "{answer:?}");
    let shown = case_of(&gateway, &answer.body).await;
    let chosen = shown.row.provider.map(|chosen| chosen.slug);
    assert_eq!(chosen.as_deref(), Some("lighthouse"));
    assert_eq!(shown.row.hold, None);
    let facts = gateway.running.gateway.audit(&Caller::System, 1, 10_000);
    let facts = facts.await.expect("the audit log");
    let released = facts.iter().rfind(|fact| fact.kind == "case.released");
    let details = &released.expect("a release").details;
    for said in ["lighthouse", "overflow", "area.toml:"] {
        assert!(details.contains(said), "{said}: {details}");
    }
}
