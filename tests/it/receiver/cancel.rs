//! The referrer stops a referral: `update`/revoked and `delete`/entered-in-error.

use serde_json::{Value, json};
use workwell_gateway::conformance::parties::gp::Answer;
use workwell_gateway::conformance::parties::providers::{Reception, Script};
use workwell_gateway::conformance::parties::referral::bundle::resource_mut;
use workwell_gateway::conformance::parties::referral::{Consent, Place, Referral, Stop, StopAs};
use workwell_gateway::domain::status::Status;

use super::{case_of, facts, holds, kinds, legs_of, quiet, reaches, second_practice, wire};
use crate::support::{TestGateway, eventually};

const BOTH: [StopAs; 2] = [StopAs::Cancelled, StopAs::EnteredInError];

fn referral(seed: u64) -> Referral {
    Referral::new(seed).at(Place::LANTERN)
}

fn stop_of(referral: &Referral, answer: &Answer, how: StopAs) -> Stop {
    Stop::of(&answer.body, referral.correlation_id(), how)
}

async fn stops(gateway: &TestGateway, stop: &Stop) -> Answer {
    let answer = gateway.stop(stop).await.expect("an answer");
    assert!(answer.accepted() && answer.ids_echoed, "{answer:?}");
    assert_eq!(answer.body["id"], stop.json()["id"]);
    assert_eq!(
        kinds(&answer.body),
        kinds(stop.json()),
        "echoed, nothing added"
    );
    answer
}

/// The status and error of a stop that has to be refused.
async fn refuses_stop(gateway: &TestGateway, stop: &Stop) -> (u16, Vec<[String; 4]>) {
    let sending = gateway.parties.gp.prepare_stop(stop);
    let reply = wire::post(gateway, &sending).await;
    reply.assert_outcome();
    reply.assert_echoes(&sending);
    assert_eq!(
        wire::post(gateway, &sending).await.bytes,
        reply.bytes,
        "the repeat"
    );
    (reply.status, reply.errors())
}

fn error(bars: &str, issue: &str, code: &str, place: &str) -> Vec<[String; 4]> {
    vec![[bars, issue, code, place].map(str::to_owned)]
}

async fn status_read(gateway: &TestGateway, answer: &Answer) -> Value {
    let id = answer.service_request_id().expect("an id");
    let reply = wire::get(gateway, &format!("ServiceRequest/{id}")).await;
    assert_eq!(reply.status, 200, "{}", reply.json);
    reply.json["status"].clone()
}

fn over(how: StopAs) -> (&'static str, Status) {
    match how {
        StopAs::Cancelled => ("revoked", Status::Cancelled),
        StopAs::EnteredInError => ("entered-in-error", Status::EnteredInError),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_referral_is_cancelled_both_ways_and_nothing_ever_left() {
    let gateway = quiet().await;
    for (seed, how) in (1..).zip(BOTH) {
        let referral = referral(seed).workwell_consent(Consent::Absent);
        let answer = holds(&gateway, &referral, "workwell-consent-not-recorded").await;
        stops(&gateway, &stop_of(&referral, &answer, how)).await;
        let shown = case_of(&gateway, &answer.body).await;
        let (word, status) = over(how);
        assert_eq!((shown.row.status, shown.row.hold.as_ref()), (status, None));
        assert_eq!(status_read(&gateway, &answer).await, word);
        let kinds: Vec<&str> = legs_of(&gateway, &shown)
            .await
            .iter()
            .map(|leg| leg.kind.code())
            .collect();
        assert_eq!(kinds, ["respond"], "only the referrer is told");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_whose_delivery_fails_is_cancelled_and_never_delivered_as_a_case() {
    let gateway = TestGateway::with(|settings| {
        settings.delivery.retry_after = vec![std::time::Duration::from_hours(1)];
    });
    let gateway = gateway.await;
    for (seed, how) in (1..).zip(BOTH) {
        let failing = Reception::Fail {
            status: 500,
            times: 9,
        };
        gateway
            .parties
            .lantern
            .desk
            .script_next(Script::silent().received(failing));
        let referral = referral(seed);
        let answer = gateway.refer(&referral).await;
        eventually("the first attempt has failed", || async {
            let shown = case_of(&gateway, &answer.body).await;
            let legs = legs_of(&gateway, &shown).await;
            legs.iter().any(|leg| leg.attempts > 0).then_some(())
        })
        .await;
        stops(&gateway, &stop_of(&referral, &answer, how)).await;
        assert_eq!(status_read(&gateway, &answer).await, over(how).0);
        // The attempt may have had its effect: the stop follows it to its holder.
        let reference = answer.case_reference().expect("a reference").to_owned();
        eventually("the stop reaches the provider", || async {
            let stops = gateway.parties.lantern.desk.stops();
            stops
                .keys()
                .any(|key| key.contains(&reference))
                .then_some(())
        })
        .await;
        let effects = gateway.parties.lantern.desk.effects();
        assert!(
            !effects.keys().any(|key| key.contains(&reference)),
            "{effects:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_that_nobody_has_collected_is_cancelled_before_it_is_seen() {
    let gateway = quiet().await;
    // The council does not come: every round of it fails.
    let absent = Reception::Fail {
        status: 500,
        times: u32::MAX,
    };
    gateway
        .parties
        .borough_works
        .desk
        .script_usual(Script::silent().received(absent));
    let referral = Referral::new(1).at(Place::BOROUGH_WORKS);
    let answer = gateway.refer(&referral).await;
    stops(&gateway, &stop_of(&referral, &answer, StopAs::Cancelled)).await;
    let shown = case_of(&gateway, &answer.body).await;
    assert_eq!(shown.row.status, Status::Cancelled);
    let legs = legs_of(&gateway, &shown).await;
    let delivery = legs
        .iter()
        .find(|leg| leg.kind.code() == "deliver")
        .expect("a leg");
    assert_eq!(delivery.state.code(), "stopped");
    assert!(
        !legs.iter().any(|leg| leg.kind.code() == "stop"),
        "nobody is to be stopped"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivered_referral_is_cancelled_both_ways_and_the_stop_follows_it() {
    let gateway = quiet().await;
    for (place, slug, base) in [
        (Place::LANTERN, "lantern", 10),
        (Place::BOROUGH_WORKS, "borough-works", 20),
        (Place::VALE_NHS_TRUST, "vale-nhs-trust", 30),
    ] {
        for (seed, how) in (base..).zip(BOTH) {
            let referral = Referral::new(seed).at(place);
            let answer = reaches(&gateway, &referral, slug).await;
            stops(&gateway, &stop_of(&referral, &answer, how)).await;
            let (word, status) = over(how);
            assert_eq!(status_read(&gateway, &answer).await, word, "at once");
            let reference = answer.case_reference().expect("a reference").to_owned();
            let desks = gateway.parties.desks();
            let (_, desk) = desks
                .into_iter()
                .find(|(known, _)| *known == slug)
                .expect("a desk");
            eventually("the provider is stopped", || async {
                desk.stops()
                    .keys()
                    .any(|key| key.contains(&reference))
                    .then_some(())
            })
            .await;
            eventually("the stop is confirmed", || async {
                let shown = case_of(&gateway, &answer.body).await;
                (shown.row.status == status).then_some(())
            })
            .await;
        }
    }
    assert!(
        gateway.parties.gp.faults().is_empty(),
        "{:?}",
        gateway.parties.gp.faults()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_of_a_referral_that_nobody_has_is_refused() {
    let gateway = quiet().await;
    for (seed, how) in (1..).zip(BOTH) {
        let unknown = Stop::of(referral(seed).json(), referral(seed).correlation_id(), how);
        let found = refuses_stop(&gateway, &unknown).await;
        let expected = error(
            "REC_BAD_REQUEST",
            "invariant",
            "WW-REF-040",
            "ServiceRequest",
        );
        assert_eq!(found, (400, expected));
    }
    assert_eq!(super::open_cases(&gateway).await, 0);
    assert_eq!(facts(&gateway, "case.stopped").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_of_a_referral_that_is_over_is_a_conflict() {
    let gateway = quiet().await;
    let held = referral(1).workwell_consent(Consent::Absent);
    let answer = holds(&gateway, &held, "workwell-consent-not-recorded").await;
    stops(&gateway, &stop_of(&held, &answer, StopAs::Cancelled)).await;
    let again = stop_of(&held, &answer, StopAs::Cancelled);
    let (status, errors) = refuses_stop(&gateway, &again).await;
    assert_eq!(
        (status, errors),
        (409, error("REC_CONFLICT", "conflict", "WW-REF-041", ""))
    );

    let desk = &gateway.parties.lantern.desk;
    desk.script_usual(Script::to_completion(desk.words()));
    let second = referral(2);
    let answer = reaches(&gateway, &second, "lantern").await;
    eventually("the case is completed", || async {
        let shown = case_of(&gateway, &answer.body).await;
        (shown.row.status == Status::Completed).then_some(())
    })
    .await;
    let stop = stop_of(&second, &answer, StopAs::Cancelled);
    assert_eq!(refuses_stop(&gateway, &stop).await.0, 409);
    assert_eq!(status_read(&gateway, &answer).await, "active");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_referral_of_another_organisation_is_as_unknown_as_none() {
    let gateway = quiet().await;
    let referral = referral(1);
    let answer = reaches(&gateway, &referral, "lantern").await;
    let other = second_practice("Y99009").await;
    let stop = Stop::of(
        super::sent_by(
            Referral::new(9).change(|bundle| *bundle = answer.body.clone()),
            "Y99009",
        )
        .json(),
        referral.correlation_id(),
        StopAs::Cancelled,
    );
    let sending = other.prepare_stop(&stop);
    let reply = wire::post(&gateway, &sending).await;
    assert_eq!(
        (reply.status, reply.codes()),
        (400, vec!["WW-REF-040".to_owned()])
    );
    assert_eq!(status_read(&gateway, &answer).await, "active");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_that_names_another_person_is_refused() {
    let gateway = quiet().await;
    let referral = referral(1);
    let answer = reaches(&gateway, &referral, "lantern").await;
    let mut body = answer.body.clone();
    let patient = resource_mut(&mut body, "Patient").expect("a Patient");
    patient["identifier"][0]["value"] = json!("9990000034");
    let stop = Stop::of(&body, referral.correlation_id(), StopAs::Cancelled);
    let found = refuses_stop(&gateway, &stop).await;
    let expected = error("REC_BAD_REQUEST", "invariant", "WW-REF-046", "Patient");
    assert_eq!(found, (400, expected));
    assert_eq!(status_read(&gateway, &answer).await, "active");
}

/// The cancel of an answered referral whose Patient was changed.
fn stop_with_patient(
    referral: &Referral,
    answer: &Answer,
    change: impl FnOnce(&mut Value),
) -> Stop {
    let mut body = answer.body.clone();
    change(resource_mut(&mut body, "Patient").expect("a Patient"));
    Stop::of(&body, referral.correlation_id(), StopAs::Cancelled)
}

fn without(patient: &mut Value, members: &[&str]) {
    let found = patient.as_object_mut().expect("an object");
    found.retain(|name, _| !members.contains(&name.as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_whose_patient_is_contradicted_by_the_stored_one_is_refused() {
    let gateway = quiet().await;
    let referral = referral(1);
    let answer = reaches(&gateway, &referral, "lantern").await;
    let name = json!([{ "family": "Otherwhere", "given": ["Ann"] }]);
    let changes: [&dyn Fn(&mut Value); 3] = [
        // The number of another, all else of the person.
        &|patient| patient["identifier"][0]["value"] = json!("9990000034"),
        &|patient| {
            without(patient, &["identifier"]);
            patient["birthDate"] = json!("1931-02-03");
        },
        &|patient| {
            without(patient, &["identifier", "birthDate"]);
            patient["name"] = name.clone();
        },
    ];
    for change in changes {
        let stop = stop_with_patient(&referral, &answer, change);
        let found = refuses_stop(&gateway, &stop).await;
        let expected = error("REC_BAD_REQUEST", "invariant", "WW-REF-046", "Patient");
        assert_eq!(found, (400, expected));
    }
    assert_eq!(status_read(&gateway, &answer).await, "active");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_with_the_nhs_number_of_the_referral_is_taken_though_birth_date_and_name_were_corrected()
 {
    let gateway = quiet().await;
    let referral = referral(1);
    let answer = reaches(&gateway, &referral, "lantern").await;
    let stop = stop_with_patient(&referral, &answer, |patient| {
        patient["name"] = json!([{ "family": "Otherwhere", "given": ["Ann"] }]);
        patient["birthDate"] = json!("1931-02-03");
    });
    stops(&gateway, &stop).await;
    assert_eq!(status_read(&gateway, &answer).await, "revoked");
}

fn with_another_name(patient: &mut Value) {
    patient["name"] = json!([{ "family": "Otherwhere", "given": ["Ann"] }]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_by_our_id_is_taken_though_the_family_name_has_changed_and_that_is_told() {
    let gateway = quiet().await;
    let referral = referral(1);
    let answer = reaches(&gateway, &referral, "lantern").await;
    let stop = stop_with_patient(&referral, &answer, |patient| {
        without(patient, &["identifier"]);
        with_another_name(patient);
    });
    let reply = wire::post(&gateway, &gateway.parties.gp.prepare_stop(&stop)).await;
    assert_eq!(reply.status, 200, "{}", reply.json);
    assert!(
        reply.json.to_string().contains("WW-REF-046"),
        "{}",
        reply.json
    );
    assert_eq!(status_read(&gateway, &answer).await, "revoked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_by_an_identifier_of_the_sender_is_refused_where_the_family_name_differs() {
    let gateway = quiet().await;
    let referral = referral(1);
    let answer = reaches(&gateway, &referral, "lantern").await;
    let stop_of = |change: &dyn Fn(&mut Value)| {
        let mut body = referral.json().clone();
        change(resource_mut(&mut body, "Patient").expect("a Patient"));
        Stop::of(&body, referral.correlation_id(), StopAs::Cancelled)
    };
    let stop = stop_of(&|patient| {
        without(patient, &["identifier"]);
        with_another_name(patient);
    });
    let found = refuses_stop(&gateway, &stop).await;
    let expected = error("REC_BAD_REQUEST", "invariant", "WW-REF-046", "Patient");
    assert_eq!(found, (400, expected));
    assert_eq!(status_read(&gateway, &answer).await, "active");
    // An equal NHS number shows who it is.
    stops(&gateway, &stop_of(&with_another_name)).await;
    assert_eq!(status_read(&gateway, &answer).await, "revoked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_that_says_less_of_the_person_than_the_referral_is_taken() {
    let gateway = quiet().await;
    let kept: [&[&str]; 4] = [&["identifier"], &["birthDate"], &["name"], &[]];
    for (seed, kept) in (1..).zip(kept) {
        let referral = referral(seed);
        let answer = reaches(&gateway, &referral, "lantern").await;
        let all = [
            "identifier",
            "birthDate",
            "name",
            "address",
            "contact",
            "gender",
        ];
        let gone: Vec<&str> = all
            .into_iter()
            .filter(|name| !kept.contains(name))
            .collect();
        let stop = stop_with_patient(&referral, &answer, |patient| without(patient, &gone));
        stops(&gateway, &stop).await;
        assert_eq!(status_read(&gateway, &answer).await, "revoked", "{kept:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_cancel_is_a_duplicate_and_stops_once() {
    let gateway = quiet().await;
    let referral = referral(1);
    let answer = reaches(&gateway, &referral, "lantern").await;
    let stop = stop_of(&referral, &answer, StopAs::Cancelled);
    let sending = gateway.parties.gp.prepare_stop(&stop);
    assert_eq!(wire::post(&gateway, &sending).await.status, 200);
    let gateway = gateway.restart().await;
    let again = wire::post(&gateway, &sending).await;
    assert_eq!(
        (again.status, again.codes()),
        (409, vec!["WW-REF-043".to_owned()])
    );
    assert_eq!(facts(&gateway, "case.stopped").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_referral_of_the_same_identifier_is_taken_once_the_first_is_cancelled() {
    let gateway = quiet().await;
    let held = referral(1).workwell_consent(Consent::Absent);
    let answer = holds(&gateway, &held, "workwell-consent-not-recorded").await;
    stops(&gateway, &stop_of(&held, &answer, StopAs::Cancelled)).await;
    reaches(&gateway, &referral(1), "lantern").await;
}
