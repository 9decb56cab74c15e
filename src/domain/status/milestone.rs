//! What a status looks like to the one who referred.
//!
//! Over BaRS, progress travels in the receiver's Encounter.status; the
//! ServiceRequest stays `active` as an echo (BaRS Application 6, status update).

use super::Status;

/// The R4 Encounter statuses that a response uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncounterStatus {
    /// Waiting, or not yet taken on.
    Planned,
    /// Taken on; support under way.
    InProgress,
    /// Support rests.
    OnLeave,
    /// Ended.
    Finished,
    /// Not taken on, cancelled or withdrawn.
    Cancelled,
    /// Should never have been sent.
    EnteredInError,
}

impl EncounterStatus {
    /// The R4 code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::InProgress => "in-progress",
            Self::OnLeave => "onleave",
            Self::Finished => "finished",
            Self::Cancelled => "cancelled",
            Self::EnteredInError => "entered-in-error",
        }
    }
}

/// How much of a status a provider's table lets the referrer see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Visibility {
    /// Nothing is sent.
    Nothing,
    /// The code and plain words, no detail.
    #[default]
    Codes,
    /// Code, words and the closure reason.
    Summary,
}

impl Visibility {
    /// The word in `status.csv`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Codes => "codes",
            Self::Summary => "summary",
        }
    }

    /// Reads the word in `status.csv`.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Nothing, Self::Codes, Self::Summary]
            .into_iter()
            .find(|v| v.code() == code)
    }
}

/// A status as the referrer is told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Milestone {
    /// `Encounter.status` of the receiver's Encounter.
    pub encounter: EncounterStatus,
    /// Plain words for the person who reads the practice's screen.
    pub words: &'static str,
    /// Whether a `servicerequest-response` is sent when the case arrives here.
    pub tells_referrer: bool,
}

impl Milestone {
    /// The milestone of a status (reference/workwell.md 3, last column).
    pub const fn of(status: Status) -> Self {
        use EncounterStatus as E;
        let (encounter, words, tells_referrer) = match status {
            Status::Received => (E::Planned, "Referral received", false),
            // A hold shows no detail: its reason can itself be confidential.
            Status::Held => (E::Planned, "Being checked", false),
            Status::Routed => (E::Planned, "Being sent to a local service", false),
            Status::Delivered => (E::Planned, "Sent to a local service", true),
            Status::Acknowledged => (E::Planned, "The local service has it", true),
            Status::Accepted => (E::InProgress, "Accepted by the local service", true),
            Status::ContactAttempted => (E::InProgress, "Trying to reach the person", true),
            Status::AssessmentBooked => (E::InProgress, "First appointment booked", true),
            Status::DidNotAttend => (E::InProgress, "Appointment missed", true),
            Status::InSupport => (E::InProgress, "Support under way", true),
            Status::Paused => (E::OnLeave, "Support paused", true),
            Status::Completed => (E::Finished, "Support finished", true),
            Status::ClosedNotEngaged => (E::Finished, "Closed: could not engage", true),
            Status::Declined => (E::Cancelled, "Declined by the local service", true),
            Status::Returned => (E::Cancelled, "Returned to the referrer", true),
            Status::CancelRequested => (E::Cancelled, "Cancellation on its way", false),
            Status::Cancelled => (E::Cancelled, "Cancelled", true),
            Status::Withdrawn => (E::Cancelled, "The person chose not to continue", true),
            Status::EnteredInError => (E::EnteredInError, "Removed: sent in error", true),
            Status::Deceased => (E::Cancelled, "Closed", true),
        };
        Self {
            encounter,
            words,
            tells_referrer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_tells_the_referrer_no_detail_and_sends_nothing() {
        let held = Milestone::of(Status::Held);
        assert_eq!((held.words, held.tells_referrer), ("Being checked", false));
    }

    #[test]
    fn every_terminal_status_is_told() {
        for status in Status::ALL.iter().filter(|status| status.is_terminal()) {
            assert!(Milestone::of(*status).tells_referrer, "{}", status.code());
        }
    }

    #[test]
    fn a_decline_is_a_cancelled_encounter() {
        // BaRS Application 6: rejection = Encounter cancelled.
        assert_eq!(
            Milestone::of(Status::Declined).encounter.code(),
            "cancelled"
        );
    }
}
