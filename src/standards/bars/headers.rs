//! The HTTP headers of a BaRS request (BaRS Core 1.5.0, message headers; API
//! specification 1.4.0).
//!
//! The guide's prose calls most headers optional, the API specification required. Read
//! strictly here: the two ids, the target and the organisation, because identity and
//! de-duplication hang on them. The others are read as far as they can be. `use-context`
//! is for the platform's statistics: a receiver must ignore it.

mod accept_header;
mod identity;

pub use accept_header::{Accepted, CoreVersion, Format};
pub(crate) use identity::encode;
pub use identity::{EndUserOrganisation, RequestingSoftware, encode_target};

use crate::domain::identifiers::{CorrelationId, RequestId, ServiceAddress};
use crate::problem::Problem;
use crate::problem::area::header as entry;

use super::policy::same_service;

/// The name of the header that is new for every new message.
pub const REQUEST_ID: &str = "X-Request-Id";
/// The name of the header that stays for a whole conversation.
pub const CORRELATION_ID: &str = "X-Correlation-Id";
/// The name of the header that names the service addressed.
pub const TARGET: &str = "NHSD-Target-Identifier";
/// The name of the header that names the organisation that asks.
pub const ORGANISATION: &str = "NHSD-End-User-Organisation";
/// The name of the header that names the software that asks.
pub const SOFTWARE: &str = "NHSD-Requesting-Software";
/// The name of the header that names the professional who asks.
pub const PRACTITIONER: &str = "NHSD-Requesting-Practitioner";

/// What kind of request the headers belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// `POST /$process-message`.
    Message,
    /// A read or a search.
    Read,
    /// `GET /metadata`: target and organisation may be absent.
    Metadata,
}

/// What a deployment knows about itself when it reads headers.
#[derive(Clone, Debug)]
pub struct HeaderPolicy {
    /// The services served here.
    pub services: Vec<ServiceAddress>,
    /// The version of BaRS Core that is spoken here.
    pub core_version: CoreVersion,
}

/// The headers of one request, read.
#[derive(Clone, Debug)]
pub struct Headers {
    /// `X-Request-Id`.
    pub request_id: RequestId,
    /// `X-Correlation-Id`.
    pub correlation_id: CorrelationId,
    /// `NHSD-Target-Identifier`; only absent on `GET /metadata`.
    pub target: Option<ServiceAddress>,
    /// `NHSD-End-User-Organisation`; only absent on `GET /metadata`.
    pub organisation: Option<EndUserOrganisation>,
    /// `NHSD-Requesting-Software`, where it can be read.
    pub software: Option<RequestingSoftware>,
    /// Whether `NHSD-Requesting-Practitioner` was sent.
    pub has_practitioner: bool,
    /// The answer that the sender wants.
    pub accept: Accepted,
    /// The format of the body; only on a message.
    pub content: Option<Format>,
}

/// How a header is looked up: by its name, in any case; `None` when it is absent or not
/// visible ASCII.
pub type Lookup<'a, 'h> = &'a dyn Fn(&str) -> Option<&'h str>;

/// Reads the headers of a request.
///
/// # Errors
/// Every fault, in the order of the header table.
pub fn read(
    kind: RequestKind,
    policy: &HeaderPolicy,
    header: Lookup<'_, '_>,
) -> Result<Headers, Vec<Problem>> {
    let mut problems = Vec::new();
    let request_id = transaction_id::<RequestId>(kind, REQUEST_ID, header, &mut problems);
    let correlation_id =
        transaction_id::<CorrelationId>(kind, CORRELATION_ID, header, &mut problems);
    let target = keep(target(kind, policy, header), &mut problems).flatten();
    let organisation = keep(organisation(kind, header), &mut problems).flatten();
    let accept = keep(
        accept_header::read(header("Accept"), policy.core_version),
        &mut problems,
    );
    let content = keep(content(kind, header), &mut problems).flatten();
    let (Some(request_id), Some(correlation_id), Some(accept), true) =
        (request_id, correlation_id, accept, problems.is_empty())
    else {
        return Err(problems);
    };
    Ok(Headers {
        request_id,
        correlation_id,
        target,
        organisation,
        software: header(SOFTWARE).and_then(identity::software),
        has_practitioner: header(PRACTITIONER).is_some(),
        accept,
        content,
    })
}

/// The two ids as they may be echoed, whatever else is wrong: `X-Request-Id`, then
/// `X-Correlation-Id`. Echoed as they came when they could be ids at all (BaRS Core
/// 1.5.0: "at all times where possible").
pub fn echo<'h>(header: Lookup<'_, 'h>) -> (Option<&'h str>, Option<&'h str>) {
    let harmless = |name| {
        header(name).filter(|value| {
            (1..=64).contains(&value.len())
                && value
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
    };
    (harmless(REQUEST_ID), harmless(CORRELATION_ID))
}

/// The format in which to answer when the headers as a whole were refused: what
/// `Accept` asks for, as far as it can be read, else JSON.
pub fn answer_format(header: Lookup<'_, '_>) -> Format {
    let any_version = CoreVersion::new(u32::MAX, 0, 0);
    accept_header::read(header("Accept"), any_version).map_or(Format::Json, |found| found.format)
}

fn keep<T>(found: Result<T, Problem>, problems: &mut Vec<Problem>) -> Option<T> {
    match found {
        Ok(value) => Some(value),
        Err(problem) => {
            problems.push(problem);
            None
        }
    }
}

fn transaction_id<T: std::str::FromStr>(
    kind: RequestKind,
    name: &'static str,
    header: Lookup<'_, '_>,
    problems: &mut Vec<Problem>,
) -> Option<T> {
    let Some(value) = header(name).map(str::trim).filter(|v| !v.is_empty()) else {
        problems.push(Problem::new(&entry::TRANSACTION_ID_MISSING).at(name));
        return None;
    };
    // The pages disagree on the issue code of a malformed id: `invalid` on
    // $process-message, `value` on reads.
    let malformed = match kind {
        RequestKind::Message => &entry::TRANSACTION_ID_MALFORMED,
        RequestKind::Read | RequestKind::Metadata => &entry::TRANSACTION_ID_MALFORMED_ON_READ,
    };
    let found = value.parse().ok();
    if found.is_none() {
        problems.push(Problem::new(malformed).at(name));
    }
    found
}

fn target(
    kind: RequestKind,
    policy: &HeaderPolicy,
    header: Lookup<'_, '_>,
) -> Result<Option<ServiceAddress>, Problem> {
    let Some(value) = header(TARGET).map(str::trim).filter(|v| !v.is_empty()) else {
        return match kind {
            // Without a target the platform answers GET /metadata itself.
            RequestKind::Metadata => Ok(None),
            _ => Err(Problem::new(&entry::TARGET_MISSING).at(TARGET)),
        };
    };
    let target = identity::decode_target(value).map_err(|row| Problem::new(row).at(TARGET))?;
    if !policy
        .services
        .iter()
        .any(|ours| same_service(ours, &target))
    {
        return Err(Problem::new(&entry::TARGET_NOT_OURS).at(TARGET));
    }
    Ok(Some(target))
}

fn organisation(
    kind: RequestKind,
    header: Lookup<'_, '_>,
) -> Result<Option<EndUserOrganisation>, Problem> {
    let Some(value) = header(ORGANISATION)
        .map(str::trim)
        .filter(|v| !v.is_empty())
    else {
        return match kind {
            RequestKind::Metadata => Ok(None),
            _ => Err(Problem::new(&entry::ORGANISATION_MISSING).at(ORGANISATION)),
        };
    };
    identity::organisation(value).map(Some).map_err(|what| {
        Problem::new(&entry::ORGANISATION_UNREADABLE)
            .at(ORGANISATION)
            .with(what)
    })
}

fn content(kind: RequestKind, header: Lookup<'_, '_>) -> Result<Option<Format>, Problem> {
    if kind != RequestKind::Message {
        return Ok(None);
    }
    let refused = || Problem::new(&entry::CONTENT_TYPE).at("Content-Type");
    let value = header("Content-Type").ok_or_else(refused)?;
    accept_header::content(value).map(Some).ok_or_else(refused)
}

#[cfg(test)]
mod tests;
