//! Local providers: who may call, and what differs for one of them here.

use std::path::PathBuf;

/// `[provider_api]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderApi {
    /// Most cases on one page of a list.
    pub page_size: usize,
    /// Who may call.
    pub tokens: Vec<Token>,
}

/// One row of `[[provider_api.tokens]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The provider's folder name in the tables.
    pub provider: String,
    /// Where the token is.
    pub source: TokenSource,
}

/// Where a bearer token is found.
#[derive(Clone, PartialEq, Eq)]
pub enum TokenSource {
    /// The file that holds it.
    File(PathBuf),
    /// Its SHA-256 digest.
    Sha256([u8; 32]),
}

impl std::fmt::Debug for TokenSource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => formatter.debug_tuple("File").field(path).finish(),
            Self::Sha256(_) => formatter.write_str("Sha256([secret])"),
        }
    }
}

/// `[providers.<folder name>]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provider {
    /// Replaces the address in the tables.
    pub url: Option<String>,
    /// The file of the webhook's signing secret.
    pub secret_file: Option<PathBuf>,
}
