//! Accepted and routed: what may be missing or strange without harm.

use serde_json::json;
use workwell_gateway::conformance::parties::referral::bundle::resource_mut;
use workwell_gateway::conformance::parties::referral::{Place, Referral};

use super::{kinds, quiet, reaches};

fn at_lantern() -> Referral {
    Referral::new(1).at(Place::LANTERN)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_good_referral_is_echoed_with_ids_and_our_planned_encounter() {
    let gateway = quiet().await;
    let referral = at_lantern();
    let answer = reaches(&gateway, &referral, "lantern").await;
    assert_eq!(answer.body["id"], referral.bundle_id());
    let mut sent = kinds(referral.json());
    sent.push("Encounter");
    assert_eq!(kinds(&answer.body), sent);
    for entry in answer.body["entry"].as_array().expect("entries") {
        let resource = &entry["resource"];
        let senders_own =
            resource["resourceType"] == "Encounter" && resource["status"] != "planned";
        assert_eq!(resource["id"].is_string(), !senders_own, "{resource}");
    }
    let journey = "EpisodeOfCare/";
    let planned = answer.body["entry"]
        .as_array()
        .and_then(|all| all.last())
        .expect("an entry");
    let carried = planned["resource"]["episodeOfCare"][0]["reference"].as_str();
    assert!(
        carried.is_some_and(|found| found.starts_with(journey)),
        "{planned}"
    );
    assert!(answer.case_reference().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn members_may_come_in_any_order() {
    let gateway = quiet().await;
    let referral = at_lantern().members_reversed();
    let text = String::from_utf8(referral.bytes()).expect("UTF-8");
    assert!(text.starts_with("{\"entry\""), "really in another order");
    reaches(&gateway, &referral, "lantern").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_without_an_nhs_number_is_taken() {
    let gateway = quiet().await;
    reaches(&gateway, &at_lantern().without_nhs_number(), "lantern").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_practice_is_routed_by_residence() {
    let gateway = quiet().await;
    let referral = Referral::new(1).postcode("ZZ99 2AA").practice("Y98765");
    reaches(&gateway, &referral, "borough-works").await;
    let referral = Referral::new(2).postcode("ZZ99 1AA").without_practice();
    reaches(&gateway, &referral, "lantern").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_without_an_address_is_routed_by_the_practice() {
    let gateway = quiet().await;
    let referral = Referral::new(1).without_address().practice("Y99002");
    reaches(&gateway, &referral, "lantern").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_optional_data_is_no_refusal() {
    let gateway = quiet().await;
    let plain = Referral::new(1).at(Place::VALE_NHS_TRUST).plain();
    reaches(&gateway, &plain, "vale-nhs-trust").await;
    let sparse = Referral::new(2).at(Place::LANTERN).change(|bundle| {
        let patient = resource_mut(bundle, "Patient").expect("a Patient");
        for member in [
            "contact",
            "communication",
            "extension",
            "gender",
            "birthDate",
        ] {
            patient
                .as_object_mut()
                .map(|members| members.remove(member));
        }
        let plan = resource_mut(bundle, "CarePlan").expect("a plan");
        plan.as_object_mut().map(|members| members.remove("period"));
    });
    reaches(&gateway, &sparse, "lantern").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_code_that_no_list_knows_is_no_refusal() {
    let gateway = quiet().await;
    let strange = at_lantern().condition("999999991000000108");
    reaches(&gateway, &strange, "lantern").await;
    let only_text = Referral::new(2).at(Place::VALE_NHS_TRUST).change(|bundle| {
        let condition = resource_mut(bundle, "Condition").expect("a condition");
        condition["code"] = json!({"text": "Tired all the time"});
    });
    reaches(&gateway, &only_text, "vale-nhs-trust").await;
}
