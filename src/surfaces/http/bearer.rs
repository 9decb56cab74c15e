//! The bearer token of a request, as what it is compared by.

use axum::http::{HeaderMap, header};

use super::once;
use crate::gateway::sha256;
use crate::problem::Problem;

/// The refusal of a caller who was not recognised; says so where the header stands twice.
pub(super) fn refused(problem: Problem, headers: &HeaderMap) -> Problem {
    let problem = problem.at("Authorization");
    if once::authorization(headers) {
        return problem.with("the header stands twice; send one");
    }
    problem
}

/// The SHA-256 digest of the token that a request presents. Digests are compared and never
/// tokens, so the time taken says nothing about a token. Two tokens are none: which of them
/// is the caller's cannot be said.
pub(super) fn presented(headers: &HeaderMap) -> Option<[u8; 32]> {
    if once::authorization(headers) {
        return None;
    }
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let is_bearer = scheme.eq_ignore_ascii_case("bearer");
    is_bearer.then(|| sha256(token.trim().as_bytes()))
}
