//! Dates that cannot be: told, and nothing is decided by them.

use serde_json::{Value, json};
use workwell_gateway::conformance::parties::referral::bundle::resource_mut;
use workwell_gateway::conformance::parties::referral::{Place, Referral};

use super::validation::warnings;
use super::{case_of, quiet, reaches};

fn with(seed: u64, kind: &str, member: &str, value: &str) -> Referral {
    Referral::new(seed).at(Place::LANTERN).change(|bundle| {
        resource_mut(bundle, kind).expect("a resource")[member] = json!(value);
    })
}

/// Whether the answer tells of the value at such a place.
fn tells(answer: &Value, place: &str) -> bool {
    let is_it = |told: &[String; 3]| {
        told[0] == "warning" && told[1] == "WW-FHR-009" && told[2].ends_with(place)
    };
    warnings(answer).iter().any(is_it)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_impossible_birth_date_is_told_and_counts_as_missing() {
    let gateway = quiet().await;
    for (seed, birth) in [(1, "2140-01-01"), (2, "1890-01-01")] {
        let referral = with(seed, "Patient", "birthDate", birth);
        let answer = reaches(&gateway, &referral, "lantern").await;
        assert!(tells(&answer.body, ".birthDate"), "{}", answer.body);
        let shown = case_of(&gateway, &answer.body).await;
        assert_eq!(shown.case.referral.person.birth_date, None);
    }
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_dated_in_the_future_is_told() {
    let gateway = quiet().await;
    let referral = with(
        1,
        "ServiceRequest",
        "authoredOn",
        "2131-01-01T00:00:00+00:00",
    );
    let answer = reaches(&gateway, &referral, "lantern").await;
    assert!(tells(&answer.body, ".authoredOn"), "{}", answer.body);
    let plain = reaches(&gateway, &Referral::new(2).at(Place::LANTERN), "lantern").await;
    assert!(warnings(&plain.body).is_empty(), "{}", plain.body);
    gateway.end().await;
}
