//! What this service is and takes: `/metadata`, `/MessageDefinition`, versions.

use reqwest::Method;
use serde_json::json;
use workwell_gateway::conformance::parties::referral::bundle::resources;

use super::{quiet, wire};

#[tokio::test(flavor = "multi_thread")]
async fn the_capability_statement_holds_every_route_and_nothing_more() {
    let gateway = quiet().await;
    let reply = wire::get(&gateway, "metadata").await;
    assert_eq!(reply.status, 200);
    let mut body = reply.json.clone();
    let server = body["rest"][0].clone();
    let mut claimed = vec!["GET /metadata".to_owned()];
    for operation in server["operation"].as_array().expect("operations") {
        claimed.push(format!(
            "POST /{}",
            operation["name"].as_str().expect("a name")
        ));
    }
    for resource in server["resource"].as_array().expect("resources") {
        let kind = resource["type"].as_str().expect("a type");
        for interaction in resource["interaction"].as_array().expect("interactions") {
            claimed.push(match interaction["code"].as_str() {
                Some("read") => format!("GET /{kind}/{{id}}"),
                Some("search-type") => format!("GET /{kind}"),
                other => panic!("an interaction without a route: {other:?}"),
            });
        }
    }
    claimed.sort();
    let expected = [
        "GET /CodeSystem",
        "GET /CodeSystem/{id}",
        "GET /MessageDefinition",
        "GET /MessageDefinition/{id}",
        "GET /ServiceRequest",
        "GET /ServiceRequest/{id}",
        "GET /StructureDefinition",
        "GET /StructureDefinition/{id}",
        "GET /ValueSet",
        "GET /ValueSet/{id}",
        "GET /metadata",
        "POST /$process-message",
    ];
    assert_eq!(claimed, expected);
    // What is claimed is routed, with exactly the verb that is claimed.
    for route in claimed {
        let (verb, path) = route.split_once(" /").expect("a verb and a path");
        let path = path.replace("{id}", "0d4fb6c2-6f0e-4a5d-8a3c-2f1f0c9d8e77");
        let headers = wire::read_headers("Y99001");
        for method in [
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ] {
            let reply = wire::ask(&gateway, method.clone(), &path, &headers).await;
            let refused = matches!(reply.status, 405 | 501);
            assert_eq!(
                refused,
                method.as_str() != verb,
                "{method} {path}: {}",
                reply.status
            );
        }
    }
    let base = gateway.bars();
    body["date"] = json!("(start)");
    let text = serde_json::to_string_pretty(&body)
        .expect("JSON")
        .replace(&base, "(base)");
    insta::assert_snapshot!(text);
}

#[tokio::test(flavor = "multi_thread")]
async fn message_definitions_are_found_by_service_and_use_case() {
    let gateway = quiet().await;
    let service = "context=https://fhir.nhs.uk/Id/dos-service-id%7C2000099901";
    let case = "context=https://fhir.nhs.uk/CodeSystem/usecases-categories-bars%7Ca5t1";
    for query in [
        format!("{service}&{case}"),
        format!("{case}&{service}"),
        "context=2000099901&context=A5T1".to_owned(),
    ] {
        let reply = wire::get(&gateway, &format!("MessageDefinition?{query}")).await;
        assert_eq!(reply.status, 200, "{query}");
        let urls: Vec<&str> = resources(&reply.json, "MessageDefinition")
            .filter_map(|definition| definition["url"].as_str())
            .collect();
        assert!(
            urls.iter()
                .any(|url| url.ends_with("servicerequest-request-referral"))
        );
        assert!(
            urls.iter()
                .any(|url| url.ends_with("servicerequest-request-cancelled"))
        );
    }
    for (query, status, issue) in [
        (String::new(), 400, "required"),
        (service.to_owned(), 400, "required"),
        (format!("{service}&context=%7Ca5t1"), 400, "invalid"),
        (
            format!("{service}&context=https://other.example%7Ca5t1"),
            400,
            "value",
        ),
        (format!("{service}&context=a8t1"), 404, "not-found"),
        (format!("context=2000077777&{case}"), 404, "not-found"),
    ] {
        let reply = wire::get(&gateway, &format!("MessageDefinition?{query}")).await;
        assert_eq!(
            (reply.status, reply.errors()[0][1].as_str()),
            (status, issue),
            "{query}"
        );
        reply.assert_outcome();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_definitions_of_our_profile_are_open_to_all_and_found_by_url_and_id() {
    let gateway = quiet().await;
    let ours = "https://workwell-gateway.example";
    // As on /metadata: the two ids, and nothing that says who asks.
    let mut headers = wire::read_headers("Y99001");
    headers.retain(|(name, _)| !name.starts_with("NHSD-"));
    let ask = async |path: String| wire::ask(&gateway, Method::GET, &path, &headers).await;
    for (kind, id, at_least) in [
        ("StructureDefinition", "WorkWell-Patient", 30),
        ("ValueSet", "workwell-status", 20),
        ("CodeSystem", "closure-reason", 10),
        ("MessageDefinition", "workwell-referral", 1),
    ] {
        let one = ask(format!("{kind}/{id}")).await;
        assert_eq!(one.status, 200, "{kind}");
        let url = format!("{ours}/{kind}/{id}");
        assert_eq!(one.json["url"], url.as_str());
        let found = ask(format!("{kind}?url={url}%7C0.1.0")).await;
        assert_eq!((found.status, &found.json["total"]), (200, &json!(1)));
        assert_eq!(found.json["entry"][0]["resource"], one.json);
        let full_url = found.json["entry"][0]["fullUrl"].as_str();
        let own = format!("/{kind}/{id}");
        assert!(full_url.is_some_and(|url| url.ends_with(&own)), "{own}");
        let none = ask(format!("{kind}?url={ours}/{kind}/none")).await;
        assert_eq!((none.status, &none.json["total"]), (200, &json!(0)));
        if kind != "MessageDefinition" {
            let all = ask(kind.to_owned()).await;
            let total = all.json["total"].as_u64().expect("a total");
            assert!(total >= at_least, "{kind}: {total}");
        }
        let unknown = ask(format!("{kind}/none")).await;
        assert_eq!(
            (unknown.status, unknown.codes()),
            (404, vec!["WW-HDR-033".to_owned()])
        );
        unknown.assert_outcome();
    }
    // The national definition by the fullUrl under which a search gives it.
    let national = ask("MessageDefinition/bars-message-servicerequest-request-referral".to_owned());
    let national = national.await;
    assert_eq!(
        (national.status, &national.json["status"]),
        (200, &json!("active"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_is_negotiated_by_its_major() {
    let gateway = quiet().await;
    for (accept, status, code) in [
        (Some("application/fhir+json"), 200, ""),
        (Some("application/fhir+json; version=1.0.0"), 200, ""),
        (Some("application/fhir+json; version=1.9.9"), 200, ""),
        (
            Some("application/fhir+json; version=2.0.0, application/fhir+json; version=1.2.0"),
            200,
            "",
        ),
        (None, 200, ""),
        (
            Some("application/fhir+json; version=2.0.0"),
            406,
            "WW-HDR-012",
        ),
        (Some("text/html"), 406, "WW-HDR-013"),
        (
            Some("application/fhir+json; version=one"),
            400,
            "WW-HDR-014",
        ),
    ] {
        let mut headers = wire::read_headers("Y99001");
        headers.retain(|(name, _)| *name != "Accept");
        headers.extend(accept.map(|value| ("Accept", value.to_owned())));
        let reply = wire::ask(&gateway, Method::GET, "metadata", &headers).await;
        assert_eq!(reply.status, status, "{accept:?}");
        if status == 200 {
            assert!(reply.header("content-type").contains("version=1.5.0"));
        } else {
            reply.assert_outcome();
            assert_eq!(reply.codes(), [code], "{accept:?}");
        }
    }
}
