//! The bearer token of a request, as what it is compared by.

use axum::http::{HeaderMap, header};

use crate::gateway::sha256;

/// The SHA-256 digest of the token that a request presents. Digests are compared and never
/// tokens, so the time taken says nothing about a token.
pub(super) fn presented(headers: &HeaderMap) -> Option<[u8; 32]> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let is_bearer = scheme.eq_ignore_ascii_case("bearer");
    is_bearer.then(|| sha256(token.trim().as_bytes()))
}
