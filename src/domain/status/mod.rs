//! The status of a case: the canonical words, the legal moves, and what each
//! status looks like to a referrer.
//!
//! No public WorkWell status list exists; this one is version 0.1 and ours
//! (reference/workwell.md 3).

mod closure;
mod milestone;
mod moves;

pub use closure::ClosureReason;
pub use milestone::{EncounterStatus, Milestone, Visibility};
pub use moves::{Mark, Move, Refusal, StopReason, Update, correct, stop, update};

use serde::{Deserialize, Serialize};

macro_rules! statuses {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// Where a case stands.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Status { $($(#[$doc])* $name,)* }

        impl Status {
            /// Every status, in the order of an ordinary life.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The canonical word, used in tables, the API and the store.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

statuses! {
    /// Stored and answered; nothing decided yet.
    Received = "received",
    /// Waits for a named person's decision; nothing has left.
    Held = "held",
    /// A provider is chosen and the payload is released for delivery.
    Routed = "routed",
    /// The provider's system has it, or it was collected.
    Delivered = "delivered",
    /// The provider says that a person has seen it.
    Acknowledged = "acknowledged",
    /// The provider takes the person on.
    Accepted = "accepted",
    /// The provider has tried to reach the person.
    ContactAttempted = "contact-attempted",
    /// A first appointment is booked.
    AssessmentBooked = "assessment-booked",
    /// The person missed an appointment.
    DidNotAttend = "did-not-attend",
    /// Support is under way.
    InSupport = "in-support",
    /// Support rests.
    Paused = "paused",
    /// Support has ended as planned.
    Completed = "completed",
    /// Ended because the person could not be reached or engaged.
    ClosedNotEngaged = "closed-not-engaged",
    /// The provider does not take the person on.
    Declined = "declined",
    /// Given back to the referrer by the gateway's operator.
    Returned = "returned",
    /// The referrer asked to cancel; the holder has not confirmed yet.
    CancelRequested = "cancel-requested",
    /// Cancelled by the referrer.
    Cancelled = "cancelled",
    /// The person does not want to continue.
    Withdrawn = "withdrawn",
    /// Should never have been sent.
    EnteredInError = "entered-in-error",
    /// The person has died.
    Deceased = "deceased",
}

impl Status {
    /// Reads the canonical word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|status| status.code() == code)
    }

    /// Whether the case is over: ordinary updates no longer move it.
    pub const fn is_terminal(self) -> bool {
        matches!(
            self,
            Self::Completed
                | Self::ClosedNotEngaged
                | Self::Declined
                | Self::Returned
                | Self::Cancelled
                | Self::Withdrawn
                | Self::EnteredInError
                | Self::Deceased
        )
    }

    /// Whether the case was ended by a stop, which overtakes everything (DESIGN I10).
    pub const fn is_stopped(self) -> bool {
        matches!(
            self,
            Self::CancelRequested
                | Self::Cancelled
                | Self::Withdrawn
                | Self::EnteredInError
                | Self::Deceased
        )
    }

    /// Whether nothing of the case may be sent to a provider any more.
    pub const fn lets_nothing_leave(self) -> bool {
        self.is_terminal() || self.is_stopped()
    }

    /// Whether the person is the referrer's again: the case ended short of what it was
    /// for. Whoever referred has to hear of it, unless it was the referrer that ended it
    /// (DESIGN I9).
    pub const fn returns_person(self) -> bool {
        self.is_terminal() && !matches!(self, Self::Completed)
    }

    /// Whether a provider may report this status; the others are the gateway's or the
    /// referrer's to set.
    pub const fn is_providers_to_report(self) -> bool {
        !matches!(
            self,
            Self::Received
                | Self::Held
                | Self::Routed
                | Self::Delivered
                | Self::Returned
                | Self::CancelRequested
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_read_back_from_its_word() {
        for status in Status::ALL {
            assert_eq!(Status::from_code(status.code()), Some(*status));
        }
        assert_eq!(Status::from_code("in progress"), None);
    }

    #[test]
    fn what_ends_short_of_its_purpose_brings_the_person_back() {
        let back: Vec<&str> = Status::ALL
            .iter()
            .filter(|status| status.returns_person())
            .map(|status| status.code())
            .collect();
        assert_eq!(
            back,
            [
                "closed-not-engaged",
                "declined",
                "returned",
                "cancelled",
                "withdrawn",
                "entered-in-error",
                "deceased",
            ]
        );
    }
}
