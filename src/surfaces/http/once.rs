//! Headers that say who asks, and for what, stand once.
//!
//! Of two that say different things one would win in silence, and a proxy that writes its own
//! behind the client's would be overruled (RFC 9110, 5.3: a field that is no list stands once).

use axum::http::{HeaderMap, header};

use crate::problem::{Problem, area::header as problems};
use crate::standards::bars::headers::{CORRELATION_ID, ORGANISATION, REQUEST_ID, TARGET};

const ONCE: [&str; 5] = [
    REQUEST_ID,
    CORRELATION_ID,
    TARGET,
    ORGANISATION,
    "Content-Type",
];

/// A fault for each of these headers that stands twice.
pub(super) fn faults(headers: &HeaderMap) -> Vec<Problem> {
    if stand_once(headers) {
        return Vec::new();
    }
    let again = ONCE.into_iter().filter(|name| stands_twice(headers, name));
    let mut faults: Vec<Problem> = again
        .map(|name| Problem::new(&problems::HEADER_TWICE).at(name))
        .collect();
    if authorization(headers) {
        faults.push(Problem::new(&problems::AUTHORIZATION_TWICE).at("Authorization"));
    }
    faults
}

/// Whether there is more than one `Authorization`.
pub(super) fn authorization(headers: &HeaderMap) -> bool {
    stands_twice(headers, header::AUTHORIZATION.as_str())
}

/// Whether a header stands more than once, whatever its values are.
pub(super) fn stands_twice(headers: &HeaderMap, name: &str) -> bool {
    !stand_once(headers) && headers.get_all(name).iter().nth(1).is_some()
}

/// Nearly always so, and told by two counts.
fn stand_once(headers: &HeaderMap) -> bool {
    headers.len() == headers.keys_len()
}
