//! `GET /admin/audit`: the audit log as FHIR AuditEvents, page by page.
//!
//! It says nothing of a person, but who asked for whom and when: it needs the token of the
//! admin listener, and each reading is a fact of the log itself.

use std::collections::HashMap;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::orders::Orders;
use crate::domain::identifiers::CaseId;
use crate::gateway::Gateway;
use crate::gateway::read::audit::Filter;
use crate::problem::{Problem, area::operator as problems};
use crate::standards::audit_event;

/// Facts on one page where nothing else is asked.
const PAGE: u32 = 100;
/// Each reading is a fact of the log: a page has room for more than that.
const LIMITS: std::ops::RangeInclusive<u32> = 10..=500;

const PATH: &str = "/admin/audit";

type Words = Query<HashMap<String, String>>;

/// Answers one page.
pub(super) async fn log(
    State(orders): State<Orders>,
    headers: HeaderMap,
    Query(words): Words,
) -> Response {
    match page(&orders, &headers, &words).await {
        Ok(bundle) => fhir(StatusCode::OK, bundle.to_string().into_bytes()),
        Err(problem) => refusal(&orders.gateway, problem),
    }
}

async fn page(
    orders: &Orders,
    headers: &HeaderMap,
    words: &HashMap<String, String>,
) -> Result<serde_json::Value, Problem> {
    let caller = orders.caller(headers)?;
    let gateway = &orders.gateway;
    let mut filter = read(words)?;
    if let Some(case) = word(words, "case") {
        let found = gateway.case_id_of(&caller, case).await?;
        filter.case_id = Some(found.ok_or_else(|| Problem::new(&problems::NO_SUCH_CASE))?);
    }
    let page = gateway.audit_page(&caller, &filter).await?;
    let limit = word(words, "limit").map(|_| filter.limit);
    let this = address(filter.case_id, filter.after, limit);
    let next = page.next.map(|after| address(filter.case_id, after, limit));
    let source = gateway.audit_source();
    Ok(audit_event::searchset(
        &page.facts,
        &source,
        &this,
        next.as_deref(),
    ))
}

/// Where a page is found, relative to the admin listener, which has no name outside.
pub fn address(case: Option<CaseId>, after: i64, limit: Option<u32>) -> String {
    let case = case.map(|id| format!("case={id}"));
    let after = (after > 0).then(|| format!("after={after}"));
    let limit = limit.map(|limit| format!("limit={limit}"));
    let words: Vec<String> = [case, after, limit].into_iter().flatten().collect();
    if words.is_empty() {
        PATH.to_owned()
    } else {
        format!("{PATH}?{}", words.join("&"))
    }
}

fn word<'w>(words: &'w HashMap<String, String>, name: &str) -> Option<&'w str> {
    let found = words.get(name).map(|word| word.trim());
    found.filter(|word| !word.is_empty())
}

fn read(words: &HashMap<String, String>) -> Result<Filter, Problem> {
    let fault = |name: &'static str| Problem::new(&problems::AUDIT_FILTER).at(name);
    let known = ["case", "after", "limit"];
    if words.keys().any(|name| !known.contains(&name.as_str())) {
        return Err(Problem::new(&problems::AUDIT_FILTER));
    }
    let after = word(words, "after").map_or(Ok(0), str::parse::<i64>);
    let after = after.ok().filter(|after| *after >= 0);
    let limit = word(words, "limit").map_or(Ok(PAGE), str::parse::<u32>);
    let limit = limit.ok().filter(|limit| LIMITS.contains(limit));
    Ok(Filter {
        case_id: None,
        after: after.ok_or_else(|| fault("after"))?,
        limit: limit.ok_or_else(|| fault("limit"))?,
    })
}

/// A FHIR route answers a refusal with an OperationOutcome.
fn refusal(gateway: &Gateway, problem: Problem) -> Response {
    let unauthorised = problem.entry.http == 401;
    let answer = gateway.refusal(&[problem]);
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = fhir(status, answer.body);
    if unauthorised {
        let bearer = HeaderValue::from_static("Bearer");
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, bearer);
    }
    response
}

fn fhir(status: StatusCode, body: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/fhir+json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, body).into_response()
}
