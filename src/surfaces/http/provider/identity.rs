//! Who calls the provider API: bearer tokens from the configuration, for now.

use axum::http::{HeaderMap, header};

use crate::domain::caller::Caller;
use crate::gateway::sha256;
use crate::problem::{Problem, area::provider_api as problems};

/// The digests of the tokens that may call. The tokens themselves are not kept.
#[derive(Default)]
pub struct Tokens {
    known: Vec<(String, [u8; 32])>,
}

impl Tokens {
    /// Tokens by their digests: SHA-256 and the provider's slug.
    pub fn new(digests: Vec<(String, [u8; 32])>) -> Self {
        Self { known: digests }
    }

    /// The caller of a request. Digests are compared, so the time taken says nothing
    /// about a token.
    pub(super) fn caller(&self, headers: &HeaderMap) -> Result<Caller, Problem> {
        let presented = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| sha256(token.trim().as_bytes()));
        let found = presented
            .and_then(|digest| self.known.iter().find(|(_, known)| *known == digest))
            .map(|(provider, _)| Caller::Provider(provider.clone()));
        found.ok_or_else(|| Problem::new(&problems::UNAUTHENTICATED).at("Authorization"))
    }
}
