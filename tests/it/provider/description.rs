//! The API's own description.

use reqwest::Method;

use super::quiet;
use crate::support::call::Call;

/// The router's own text: what is routed and not described would go unnoticed otherwise.
const ROUTER: &str = include_str!("../../../src/surfaces/http/provider/mod.rs");

/// The path of every `.route(` of the router.
fn routes() -> Vec<&'static str> {
    let mut routes: Vec<&str> = ROUTER
        .split(".route(")
        .skip(1)
        .filter_map(|rest| rest.split('"').nth(1))
        .collect();
    routes.sort_unstable();
    routes
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_is_served_to_everybody_and_is_what_was_agreed() {
    let gateway = quiet().await;
    let url = format!("{}/openapi.json", gateway.provider_api());
    let got = Call::get(url).send().await;
    assert_eq!(got.status, 200);
    assert_eq!(got.header("content-type"), "application/json");
    let document = got.json();
    assert!(
        document["openapi"]
            .as_str()
            .is_some_and(|version| version.starts_with("3.1"))
    );
    insta::assert_json_snapshot!(document);
    gateway.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_described_and_every_description_answers() {
    let gateway = quiet().await;
    let url = format!("{}/openapi.json", gateway.provider_api());
    let document = Call::get(url).send().await.json();
    let paths = document["paths"].as_object().expect("paths");
    let described: Vec<&str> = paths.keys().map(String::as_str).collect();
    assert_eq!(described, routes());
    let base = gateway.provider_api();
    let base = base.strip_suffix("/provider/v1").expect("the base");
    for (path, verbs) in paths {
        let path = path.replace("{id}", "0190d0a0-0000-7000-8000-00000000000f");
        for verb in verbs.as_object().expect("verbs").keys() {
            let verb = Method::from_bytes(verb.to_uppercase().as_bytes()).expect("a verb");
            let got = Call::new(verb, format!("{base}{path}")).send().await;
            // Without a token: described and routed, so never "nothing here" or "wrong verb".
            assert!([200, 401].contains(&got.status), "{path} {}", got.status);
        }
    }
    gateway.end().await;
}
