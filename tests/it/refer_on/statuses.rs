//! What the hub sees of the partner's reports: as much as the partner's table lets it.

use serde_json::{Value, json};
use workwell_gateway::adapters::store::LegKind;

use super::{TestGateway, hub, partner, partner_reports, quiet, referred, row_of, view};

async fn onward(gateway: &TestGateway, id: &str) -> (Value, Value) {
    let case = view(hub(gateway, "GET", &format!("cases/{id}"))).await;
    let onward = &case["referred_on"][0];
    (onward["status"].clone(), onward["reason"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hub_sees_what_the_partners_table_shows_and_keeps_its_own_case_as_it_is() {
    let gateway = quiet().await;
    let (_, _, id, child) = referred(&gateway, 1).await;
    view(partner(&gateway, "GET", &format!("cases/{child}"))).await;
    assert_eq!(onward(&gateway, &id).await.0, "delivered");
    let told = gateway.legs(LegKind::Respond).await.len();
    for (word, shown) in [
        ("On our list", "acknowledged"),
        ("We can help", "accepted"),
        // Its table keeps to itself that somebody is in counselling, and that they missed it.
        ("In counselling", "accepted"),
        ("Missed a session", "accepted"),
        ("Sessions finished", "completed"),
    ] {
        partner_reports(&gateway, &child, word).await;
        assert_eq!(
            onward(&gateway, &id).await,
            (json!(shown), Value::Null),
            "{word}"
        );
    }
    let parent = row_of(&gateway, &id).await;
    assert_eq!(parent.status.code(), "delivered");
    assert_eq!(parent.responsible.name(), "borough-works");
    assert_eq!(gateway.legs(LegKind::Respond).await.len(), told);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_whom_the_partner_does_not_take_is_with_the_hub_as_before() {
    let gateway = quiet().await;
    let (_, _, id, child) = referred(&gateway, 1).await;
    view(partner(&gateway, "GET", &format!("cases/{child}"))).await;
    partner_reports(&gateway, &child, "Our list is closed").await;
    let (status, reason) = onward(&gateway, &id).await;
    assert_eq!(
        (status, reason),
        (json!("declined"), json!("ineligible-capacity"))
    );
    let row = row_of(&gateway, &child).await;
    assert_eq!(row.responsible.kind(), "provider");
    assert_eq!(row.responsible.name(), "borough-works");
    // Then the person may be referred on anew.
    let again = super::refer_on(&gateway, &id, "on-2", &super::asked()).await;
    assert_eq!(again.status, 200, "{}", again.text);
    let case = view(hub(&gateway, "GET", &format!("cases/{id}"))).await;
    assert_eq!(case["referred_on"].as_array().map(Vec::len), Some(2));
    gateway.end().await;
}
