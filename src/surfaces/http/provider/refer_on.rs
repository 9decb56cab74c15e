//! `POST /provider/v1/cases/{id}/refer-on`.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::members::{self, Member};
use super::{Api, answer, cases, updates};
use crate::domain::consent::Reported;
use crate::domain::sensitive::Sensitive;
use crate::gateway::refer_on::{Asking, ReferredOn};
use crate::gateway::sha256;
use crate::problem::{Problem, area::provider_api as problems};
use crate::surfaces::http::path_id::PathId;

/// The members of a referral on; what is missing is told with the other faults.
const MEMBERS: &[Member] = &[
    Member::optional("partner", "a text"),
    Member::within("consent", CONSENT),
];
const CONSENT: &[Member] = &[
    Member::optional("recipient", "a text"),
    Member::optional("given_at", "a text"),
    Member::optional("recorded_by", "a text"),
    Member::optional("how", "a text"),
];

// Members are optional to the reader, so that everything that is missing is told at once.
/// To whom, and with what consent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewReferralOn {
    /// The partner, by the name of its folder; the area lists who may refer on to whom.
    #[schema(required, value_type = String)]
    partner: Option<String>,
    /// The person's own fresh consent for this partner.
    #[schema(required, value_type = PartnerConsent)]
    consent: Option<PartnerConsent>,
}

/// A person's consent to be referred on: for whom, when, written down by whom, how.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PartnerConsent {
    /// The partner that the person was asked about, by the name of its folder.
    #[schema(required, value_type = String)]
    recipient: Option<String>,
    /// When the person said yes (RFC 3339): after this case came, and not longer ago than the
    /// area allows for this partner.
    #[schema(required, value_type = String)]
    given_at: Option<String>,
    /// Who wrote it down: a role, at most 100 characters.
    #[schema(required, value_type = String)]
    recorded_by: Option<String>,
    /// How it was given: `spoken`, `written` or `form`.
    #[schema(required, value_type = String)]
    how: Option<String>,
}

/// The case that was opened for the partner.
#[derive(Serialize, ToSchema)]
pub(super) struct ReferralOn {
    /// The gateway's id of it.
    id: String,
    /// What people say on the telephone.
    reference: String,
    /// The partner, by the name of its folder.
    partner: String,
}

impl From<ReferredOn> for ReferralOn {
    fn from(done: ReferredOn) -> Self {
        Self {
            id: done.id.to_string(),
            reference: done.reference.to_string(),
            partner: done.partner,
        }
    }
}

pub(super) async fn post(
    State(api): State<Api>,
    headers: HeaderMap,
    PathId(id): PathId,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    match take(&api, &headers, &id, body).await {
        Ok(done) => answer::json(Ok(done)),
        Err(found) => answer::problems(&found),
    }
}

async fn take(
    api: &Api,
    headers: &HeaderMap,
    id: &str,
    body: Result<Bytes, BytesRejection>,
) -> Result<ReferralOn, Vec<Problem>> {
    let one = |problem| vec![problem];
    let caller = api.tokens.caller(headers).map_err(one)?;
    let case_id = cases::case_id(id).map_err(one)?;
    let client_key = updates::client_key(headers).map_err(one)?;
    let body = body.map_err(|_| vec![updates::too_long()])?;
    let asked = read(&body).map_err(one)?;
    let consent = asked.consent.unwrap_or_default();
    let asking = Asking {
        partner: asked.partner,
        consent: Reported {
            recipient: consent.recipient,
            given_at: time(consent.given_at.as_deref()).map_err(one)?,
            recorded_by: consent.recorded_by.map(Sensitive::new),
            how: consent.how,
        },
        client_key,
        body_hash: sha256(&body),
    };
    let done = api.gateway.refer_on(&caller, case_id, &asking).await?;
    Ok(done.into())
}

fn read(body: &[u8]) -> Result<NewReferralOn, Problem> {
    if body.len() > updates::MOST_BYTES {
        return Err(updates::too_long());
    }
    serde_json::from_slice(body).map_err(|error| {
        // The library's text can quote a value; position and kind cannot.
        Problem::new(&problems::BAD_REQUEST)
            .at("body")
            .with(format!(
                "not a referral on (line {}, column {}): {}",
                error.line(),
                error.column(),
                members::amiss(body, MEMBERS).unwrap_or_else(|| {
                    "an object with partner and consent (recipient, given_at, recorded_by, how) \
                     is expected"
                        .to_owned()
                })
            ))
    })
}

fn time(text: Option<&str>) -> Result<Option<jiff::Timestamp>, Problem> {
    let Some(text) = text else { return Ok(None) };
    text.parse().map(Some).map_err(|_| {
        Problem::new(&problems::BAD_REQUEST)
            .at("consent.given_at")
            .with("a time with an offset is expected (RFC 3339)")
    })
}
