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
use crate::standards::bars::headers::{Headers, RequestKind};
use crate::standards::bars::show;
use crate::surfaces::http::path_id::PathId;

pub(super) async fn read(
    State(gateway): State<Arc<Gateway>>,
    map: HeaderMap,
    PathId(id): PathId,
) -> Response {
    let (headers, caller) = match identify(&gateway, &map) {
        Ok(found) => found,
        Err(found) => return answer::refusal(&gateway, &found),
    };
    let id: Result<ServiceRequestId, _> = id.parse();
    let found = match id {
        Ok(id) => gateway.read_referral(&caller, id).await,
        Err(_) => Err(Problem::new(&problems::ID_NOT_UUID).at("id")),
    };
    let answered = match found {
        Ok(shown) => ok(&show::service_request(&view(
            &shown,
            provider_name(&gateway, &shown).as_deref(),
        ))),
        Err(problem) => gateway.refusal(&[problem]),
    };
    answer::accepted(&gateway, &headers, answered).await
}

pub(super) async fn search(
    State(gateway): State<Arc<Gateway>>,
    map: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let (headers, caller) = match identify(&gateway, &map) {
        Ok(found) => found,
        Err(found) => return answer::refusal(&gateway, &found),
    };
    let answered = match search::read(
        query.as_deref().unwrap_or_default(),
        search::is_lenient(&map),
    ) {
        Err(faults) => gateway.refusal(&faults),
        Ok(search) => match gateway.search_referrals(&caller, &search).await {
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
        },
    };
    answer::accepted(&gateway, &headers, answered).await
}

fn identify(gateway: &Gateway, map: &HeaderMap) -> Result<(Headers, Caller), Vec<Problem>> {
    let headers = read_headers(gateway, RequestKind::Read, map)?;
    let organisation = headers
        .organisation
        .as_ref()
        .ok_or_else(|| vec![Problem::new(&problems::ORGANISATION_MISSING)])?;
    let caller = Caller::Referrer(organisation.ods.clone());
    Ok((headers, caller))
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
