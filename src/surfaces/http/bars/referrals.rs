//! `GET /ServiceRequest/{id}` and `GET /ServiceRequest`.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::{answer, read_headers, search};
use crate::domain::caller::Caller;
use crate::domain::identifiers::ServiceRequestId;
use crate::gateway::Gateway;
use crate::gateway::read::referrer::Shown;
use crate::gateway::receive::Answer;
use crate::problem::{Problem, area::header as problems};
use crate::standards::bars::headers::RequestKind;
use crate::standards::bars::show;
use crate::surfaces::http::path_id::PathId;

/// The interactions, in FHIR's words.
const READ: &str = "read";
const SEARCH: &str = "search-type";

pub(super) async fn read(
    State(gateway): State<Arc<Gateway>>,
    map: HeaderMap,
    PathId(id): PathId,
) -> Response {
    let caller = match identify(&gateway, &map) {
        Ok(caller) => caller,
        Err(found) => return refused(&gateway, &Caller::System, READ, &found).await,
    };
    let Ok(id) = id.parse::<ServiceRequestId>() else {
        let found = Problem::new(&problems::ID_NOT_UUID).at("id");
        return refused(&gateway, &caller, READ, &[found]).await;
    };
    let answered = match gateway.read_referral(&caller, id).await {
        Ok(shown) => ok(&show::service_request(&view(
            &shown,
            provider_name(&gateway, &shown).as_deref(),
        ))),
        Err(problem) => gateway.refusal(&[problem]),
    };
    answer::plain(&gateway, answered)
}

pub(super) async fn search(
    State(gateway): State<Arc<Gateway>>,
    map: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let caller = match identify(&gateway, &map) {
        Ok(caller) => caller,
        Err(found) => return refused(&gateway, &Caller::System, SEARCH, &found).await,
    };
    let search = match search::read(
        query.as_deref().unwrap_or_default(),
        search::is_lenient(&map),
    ) {
        Ok(search) => search,
        Err(found) => return refused(&gateway, &caller, SEARCH, &found).await,
    };
    let answered = match gateway.search_referrals(&caller, &search).await {
        Err(problem) => gateway.refusal(&[problem]),
        Ok(found) => {
            let names: Vec<Option<String>> = found
                .iter()
                .map(|shown| provider_name(&gateway, shown))
                .collect();
            let views: Vec<show::Shown<'_>> = found
                .iter()
                .zip(&names)
                .map(|(shown, name)| view(shown, name.as_deref()))
                .collect();
            ok(&show::searchset(&gateway.settings().base_url(), &views))
        }
    };
    answer::plain(&gateway, answered)
}

/// Every access attempt is recorded, also one that is refused (BaRS non-functional
/// requirements).
async fn refused(
    gateway: &Gateway,
    caller: &Caller,
    asked: &'static str,
    found: &[Problem],
) -> Response {
    let refused = gateway.refuse_access(caller, asked, found).await;
    answer::plain(gateway, refused)
}

fn identify(gateway: &Gateway, map: &HeaderMap) -> Result<Caller, Vec<Problem>> {
    let headers = read_headers(gateway, RequestKind::Read, map)?;
    let organisation = headers
        .organisation
        .ok_or_else(|| vec![Problem::new(&problems::ORGANISATION_MISSING)])?;
    Ok(Caller::Referrer(organisation.ods))
}

/// The name of the provider that has, or will get, the case. Not while it is held: the
/// hold shows no detail.
fn provider_name(gateway: &Gateway, shown: &Shown) -> Option<String> {
    use crate::domain::status::Status;
    if matches!(shown.row.status, Status::Received | Status::Held) {
        return None;
    }
    let chosen = shown.row.provider.as_ref()?;
    gateway
        .tables()
        .provider(&chosen.slug)
        .map(|provider| provider.name.clone())
}

fn view<'a>(shown: &'a Shown, provider: Option<&'a str>) -> show::Shown<'a> {
    show::Shown {
        case: &shown.case,
        status: shown.row.status,
        since: shown.row.updated_at,
        provider,
    }
}

fn ok(body: &serde_json::Value) -> Answer {
    Answer {
        status: 200,
        body: body.to_string().into_bytes(),
    }
}
