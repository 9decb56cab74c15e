//! The provider API as OpenAPI 3.1: served, and held by a snapshot test so that it
//! cannot change by accident.

use serde_json::{Value, json};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::answer::{OtherFault, ProblemBody};
use super::cases::{CaseItem, CaseList, CaseView, HistoryItem, OnwardItem};
use super::refer_on::{NewReferralOn, PartnerConsent, ReferralOn};
use super::updates::{NewUpdate, Updated, reportable};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "WorkWell gateway, provider API",
        version = "1",
        description = "For local providers of WorkWell support: read the cases that were sent to \
                       you and report where they stand, in your own words."
    ),
    components(schemas(
        CaseList,
        CaseItem,
        CaseView,
        HistoryItem,
        OnwardItem,
        NewUpdate,
        Updated,
        NewReferralOn,
        PartnerConsent,
        ReferralOn,
        ProblemBody,
        OtherFault
    )),
    modifiers(&Bearer)
)]
struct Components;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme =
            SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        if let Some(components) = document.components.as_mut() {
            components.add_security_scheme("bearer", scheme);
        }
    }
}

/// The whole document.
pub fn document() -> Value {
    let mut document = serde_json::to_value(Components::openapi()).unwrap_or_default();
    document["security"] = json!([{ "bearer": [] }]);
    document["paths"] = json!({
        "/provider/v1/cases": { "get": operation(
            "listCases", "Your cases, in the order of their release to you", "CaseList",
            &[query("cursor", "Where to go on: `next` of the page before; without it, or empty, from the start. \
                   Opaque. 409 with WW-PRV-010 when it does not hold good any more, as after \
                   the gateway's store was put back from a backup: list from the start then, \
                   and know the cases that come again by their id"),
              query("limit", "Most cases on the page, from 1"),
              query("status", "Only cases at this canonical status")], None) },
        "/provider/v1/cases/{id}": { "get": operation(
            "readCase", "One case; for a provider that collects, the first read is the delivery",
            "CaseView", &[id()], None) },
        "/provider/v1/cases/{id}/acknowledge": { "post": operation(
            "acknowledgeCase", "A person has seen the case, or its cancellation", "Updated",
            &[id()], None) },
        "/provider/v1/cases/{id}/refer-on": { "post": operation(
            "referOn", "The person goes on to a partner, with their own fresh consent for it",
            "ReferralOn", &[id(), key()], Some("NewReferralOn")) },
        "/provider/v1/cases/{id}/updates": { "post": operation(
            "postUpdate", "Where the case stands, in a word of your status table", "Updated",
            &[id(), key()], Some("NewUpdate")) },
        "/provider/v1/openapi.json": { "get": {
            "operationId": "readDescription",
            "summary": "This description; it needs no token",
            "security": [],
            "responses": { "200": { "description": "OpenAPI 3.1", "content": { "application/json": {} } } },
        } },
    });
    document["paths"]["/provider/v1/cases"]["get"]["responses"]["409"] =
        refusal("The cursor does not hold good any more: list from the start, without one");
    document["paths"]["/provider/v1/cases/{id}"]["get"]["responses"]["403"] =
        refusal("Your agreement has ended, and you have not read this case before");
    let answers = &mut document["paths"]["/provider/v1/cases/{id}/refer-on"]["post"]["responses"];
    answers["403"] = refusal("You may not refer people on to this partner");
    answers["409"] = refusal(
        "The case, the partner or an earlier referral on stands in the way, or the key was used before",
    );
    answers["422"] = refusal(
        "The consent is not complete, fresh or for this partner, or the partner does not take the person",
    );
    document["x-reportable-statuses"] = json!(reportable());
    document
}

fn operation(
    id: &str,
    summary: &str,
    answer: &str,
    parameters: &[Value],
    body: Option<&str>,
) -> Value {
    let mut operation = json!({
        "operationId": id,
        "summary": summary,
        "parameters": parameters,
        "responses": {
            "200": { "description": "Done", "content": { "application/json": content(answer) } },
            "400": refusal("The request cannot be read"),
            "401": refusal("The caller is not known"),
            "404": refusal("There is no such case for you"),
            "503": refusal("Come again: nothing was changed"),
        },
    });
    if let Some(schema) = body {
        operation["requestBody"] =
            json!({ "required": true, "content": { "application/json": content(schema) } });
        operation["responses"]["409"] =
            refusal("The case cannot take this status, or the key was used before");
        operation["responses"]["422"] =
            refusal("The word is not in your status table, or the time cannot be true");
    }
    operation
}

fn content(schema: &str) -> Value {
    json!({ "schema": { "$ref": format!("#/components/schemas/{schema}") } })
}

fn refusal(text: &str) -> Value {
    json!({ "description": text, "content": { "application/problem+json": content("ProblemBody") } })
}

fn query(name: &str, text: &str) -> Value {
    json!({ "name": name, "in": "query", "required": false, "description": text, "schema": { "type": "string" } })
}

fn id() -> Value {
    json!({ "name": "id", "in": "path", "required": true, "description": "The gateway's id of the case",
            "schema": { "type": "string", "format": "uuid" } })
}

fn key() -> Value {
    json!({ "name": "Idempotency-Key", "in": "header", "required": true,
            "description": "New for each new report; the same key repeats the answer",
            "schema": { "type": "string", "maxLength": 100 } })
}
