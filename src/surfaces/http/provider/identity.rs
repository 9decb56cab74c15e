//! Who calls the provider API: bearer tokens from the configuration, for now.

use axum::http::HeaderMap;

use crate::domain::caller::Caller;
use crate::problem::{Problem, area::provider_api as problems};
use crate::surfaces::http::bearer;

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

    /// The caller of a request.
    pub(super) fn caller(&self, headers: &HeaderMap) -> Result<Caller, Problem> {
        let found = bearer::presented(headers)
            .and_then(|digest| self.known.iter().find(|(_, known)| *known == digest))
            .map(|(provider, _)| Caller::Provider(provider.clone()));
        found.ok_or_else(|| bearer::refused(Problem::new(&problems::UNAUTHENTICATED), headers))
    }
}
