//! What goes back: the echo, a refusal, or what was answered the first time.

use uuid::Uuid;

use crate::adapters::store::{Answered, StoredAnswer};
use crate::problem::{
    Problem,
    area::{referral as problems, safety},
};
use crate::standards::bars::outcome;

/// What goes back over HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// FHIR JSON.
    pub body: Vec<u8>,
}

impl Answer {
    /// The synchronous 200: the message itself, echoed.
    pub(in crate::gateway) fn echo(body: Vec<u8>) -> Self {
        Self { status: 200, body }
    }

    /// Whoever is answered with a refusal has the person still: where a text of the message
    /// tells of a crisis, they have to know at once that nobody here acts on it. It is told
    /// from the message each time and never stored, for it says something of a person.
    pub(super) fn with_notice(self, tells_of_crisis: impl FnOnce() -> bool) -> Self {
        if self.status < 400 || !tells_of_crisis() {
            return self;
        }
        let notice = Problem::new(&safety::NO_CRISIS_SERVICE).as_warning();
        let body = outcome::with_warning(self.body, &notice);
        Self { body, ..self }
    }
}

/// The OperationOutcome of these problems.
pub(super) fn refusal(found: &[Problem], id: Uuid) -> Answer {
    let rendered = outcome::render(found, id);
    Answer {
        status: rendered.status,
        body: rendered.body.to_string().into_bytes(),
    }
}

/// A repeat gets the answer of the first time: a duplicate of what was done, the same
/// failure of what had failed, a conflict when the body is another one.
pub(super) fn repeat(earlier: &StoredAnswer, body_hash: [u8; 32]) -> Answer {
    let id = earlier.key.request_id.uuid();
    if earlier.body_hash != body_hash {
        return refusal(&[Problem::new(&problems::IDS_REUSED)], id);
    }
    match &earlier.outcome {
        Answered::Done { .. } => refusal(&[Problem::new(&problems::DUPLICATE)], id),
        Answered::Refused {
            http,
            problems_json,
        } => Answer {
            status: *http,
            body: problems_json.clone(),
        },
    }
}

/// Whether the answer to these ids is to be the same for ever. A failure of ours is not: once
/// it is mended, the same request is decided anew.
pub(super) fn is_remembered(found: &[Problem]) -> bool {
    let is_ours = |problem: &Problem| !problem.warning && problem.entry.http >= 500;
    !found.iter().any(is_ours)
}

/// A failure of ours that may pass is not remembered as the answer to these ids.
pub(super) fn is_transient(problem: &Problem) -> bool {
    problem.entry.retry == crate::problem::Retry::Later
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::area::{header, store};

    #[test]
    fn only_what_the_sender_has_to_mend_is_remembered_as_the_answer() {
        for (entry, remembered) in [
            (&problems::UNKNOWN_REFERRAL, true),
            (&problems::PERSON_DIFFERS, true),
            (&store::DAMAGED, false),
            (&store::UNAVAILABLE, false),
            (&header::INTERNAL, false),
        ] {
            let found = [Problem::new(&problems::DUPLICATE), Problem::new(entry)];
            assert_eq!(is_remembered(&found), remembered, "{}", entry.code);
        }
    }
}
