//! Two services of one gateway that take different things: each message and each question is
//! judged by what the service takes that it is for.

use serde_json::json;
use workwell_gateway::config::Service;
use workwell_gateway::conformance::parties::referral::bundle::resources;
use workwell_gateway::conformance::parties::referral::{DOS, GATEWAY_SERVICE, Place, Referral};
use workwell_gateway::domain::identifiers::ServiceAddress;

use super::{Refusal, encoded, quieted, reaches, refuses_all, wire};
use crate::support::TestGateway;

/// The second service: another workflow, in another version.
const SECOND: &str = "2000088888";

async fn two_services() -> TestGateway {
    let gateway = TestGateway::with(|settings| {
        settings.bars.services.push(Service {
            address: ServiceAddress::parse(&format!("{DOS}|{SECOND}")).expect("an address"),
            use_cases: vec!["a8t1".to_owned()],
            application_versions: vec!["9.0.0".to_owned()],
        });
    });
    quieted(gateway.await)
}

fn unprocessable(code: &'static str, place: &'static str) -> Refusal {
    (
        422,
        "REC_UNPROCESSABLE_ENTITY",
        "not-supported",
        code,
        place,
    )
}

/// What the second service takes.
fn seconds(referral: Referral) -> Referral {
    referral.use_case("a8t1").application_version(Some("9.0.0"))
}

fn referral(seed: u64) -> Referral {
    Referral::new(seed).at(Place::LANTERN)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_to_one_service_is_not_taken_by_what_another_takes() {
    let gateway = two_services().await;
    let neither = [
        unprocessable("WW-REF-003", "Bundle.meta.versionId"),
        unprocessable("WW-REF-010", "Bundle.entry[1].resource.category"),
    ];
    for referral in [seconds(referral(1)), referral(1).to_service(SECOND)] {
        let sending = gateway.parties.gp.prepare(&referral);
        refuses_all(&gateway, &sending, 422, &neither).await;
    }
    // For which of the two it is cannot be told, so that only this is.
    let first = json!({"system": DOS, "value": GATEWAY_SERVICE});
    let sending = gateway
        .parties
        .gp
        .prepare(&seconds(referral(1)).to_service(SECOND))
        .header("NHSD-Target-Identifier", Some(&encoded(&first)));
    let reply = wire::post(&gateway, &sending).await;
    assert_eq!(reply.codes(), ["WW-REF-020"], "{}", reply.json);
    // Each takes its own.
    reaches(&gateway, &referral(2), "lantern").await;
    reaches(
        &gateway,
        &seconds(referral(3)).to_service(SECOND),
        "lantern",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_definition_is_told_for_the_service_that_is_asked_about() {
    let gateway = two_services().await;
    for (service, use_case, version) in [
        (GATEWAY_SERVICE, "a5t1", Some("1.2.0")),
        (SECOND, "a8t1", Some("9.0.0")),
        (GATEWAY_SERVICE, "a8t1", None),
        (SECOND, "a5t1", None),
    ] {
        let query = format!("MessageDefinition?context={DOS}%7C{service}&context={use_case}");
        let reply = wire::get(&gateway, &query).await;
        let told: Vec<&str> = resources(&reply.json, "MessageDefinition")
            .filter_map(|definition| definition["version"].as_str())
            .collect();
        let Some(version) = version else {
            assert_eq!(reply.status, 404, "{query}");
            assert_eq!(reply.codes(), ["WW-HDR-023"], "{query}");
            continue;
        };
        assert_eq!(told, [version; 3], "{query}");
    }
    // Several at once: whose answer it would be is not guessed.
    let both = format!("MessageDefinition?context={SECOND}&context={GATEWAY_SERVICE}&context=a5t1");
    let reply = wire::get(&gateway, &both).await;
    assert_eq!(
        (reply.status, reply.codes()),
        (400, vec!["WW-HDR-021".to_owned()])
    );
    // One by its id, for the service that the request is addressed to.
    let id = "MessageDefinition/bars-message-servicerequest-request-referral";
    let one = wire::get(&gateway, id).await;
    assert_eq!(one.json["version"], "1.2.0", "{}", one.json);
    let text = one.json["useContext"].to_string();
    assert!(text.contains("a5t1") && !text.contains(SECOND) && !text.contains("a8t1"));
}
