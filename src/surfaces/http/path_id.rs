//! The id in a path.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

/// The one value of a path. One that is no UTF-8 (`%ff`) reads as empty, which is nobody's
/// id: so it is answered like any other id that is none, with a code and in the listener's
/// own form, not with the framework's plain text.
pub(super) struct PathId(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for PathId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let read = Path::<String>::from_request_parts(parts, state).await;
        Ok(Self(read.map(|Path(id)| id).unwrap_or_default()))
    }
}
