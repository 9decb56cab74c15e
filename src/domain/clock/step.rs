//! The steps that a case takes, and who is late when one does not come.

use jiff::Timestamp;

use crate::domain::case::{EmploymentStatus, SicknessAbsence, Work};
use crate::domain::queue::QueueKind;
use crate::domain::status::Status;

/// What is awaited next, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// What.
    pub step: Step,
    /// Until when: the end of a working day.
    pub due: Timestamp,
}

/// Follows the word of a step that is overdue.
const LATE: &str = ":late";

/// Something that has to happen to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// A named person decides about a case that is held.
    Decide,
    /// The case reaches its provider: it is delivered, or the provider fetches it.
    Collect,
    /// Somebody at the provider says that they have seen it.
    Acknowledge,
    /// The person is tried for the first time.
    FirstContact,
    /// A first appointment.
    Assessment,
    /// A plan, with which support begins.
    Plan,
    /// Support ends within its cap.
    EndOfSupport,
    /// The holder confirms a stop.
    ConfirmStop,
}

impl Step {
    /// Every step.
    pub const ALL: &'static [Self] = &[
        Self::Decide,
        Self::Collect,
        Self::Acknowledge,
        Self::FirstContact,
        Self::Assessment,
        Self::Plan,
        Self::EndOfSupport,
        Self::ConfirmStop,
    ];

    /// The step that is awaited of a case at this status; `None` when it is over.
    pub const fn after(status: Status) -> Option<Self> {
        Some(match status {
            Status::Received | Status::Held => Self::Decide,
            Status::Routed => Self::Collect,
            Status::Delivered => Self::Acknowledge,
            Status::Acknowledged | Status::Accepted => Self::FirstContact,
            Status::ContactAttempted | Status::DidNotAttend => Self::Assessment,
            Status::AssessmentBooked => Self::Plan,
            Status::InSupport | Status::Paused => Self::EndOfSupport,
            Status::CancelRequested => Self::ConfirmStop,
            Status::Completed
            | Status::ClosedNotEngaged
            | Status::Declined
            | Status::Returned
            | Status::Cancelled
            | Status::Withdrawn
            | Status::EnteredInError
            | Status::Deceased => return None,
        })
    }

    /// The word in the store, in tables and in metrics.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Decide => "hold",
            Self::Collect => "collect",
            Self::Acknowledge => "acknowledge",
            Self::FirstContact => "first-contact",
            Self::Assessment => "assessment",
            Self::Plan => "plan",
            Self::EndOfSupport => "support",
            Self::ConfirmStop => "stop",
        }
    }

    /// Reads the word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|step| step.code() == code)
    }

    /// The word in the store once the step is overdue: its clock is set anew, so that it is
    /// looked at again, and nobody takes the new time for the one that was promised.
    pub fn late_code(self) -> String {
        format!("{}{LATE}", self.code())
    }

    /// Reads either word: the step, and whether it is overdue already.
    pub fn read(word: &str) -> Option<(Self, bool)> {
        let on_time = word.strip_suffix(LATE);
        let step = Self::from_code(on_time.unwrap_or(word))?;
        Some((step, on_time.is_some()))
    }

    /// What is late when the step does not come in time, in a few words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Decide => "Nobody has decided about it in time",
            Self::Collect => "It has not reached the provider in time",
            Self::Acknowledge => "Nobody at the provider has said in time that they have seen it",
            Self::FirstContact => "No first contact with the person was reported in time",
            Self::Assessment => "No first appointment was reported in time",
            Self::Plan => "No start of support was reported in time",
            Self::EndOfSupport => "No end of support was reported within its longest time",
            Self::ConfirmStop => "The provider has not confirmed in time that it has stopped",
        }
    }

    /// Under what the case goes into the queue when the step is overdue.
    pub const fn when_overdue(self) -> QueueKind {
        match self {
            Self::Decide => QueueKind::Held,
            Self::Collect => QueueKind::Uncollected,
            Self::Acknowledge => QueueKind::Unacknowledged,
            Self::FirstContact | Self::Assessment | Self::Plan | Self::EndOfSupport => {
                QueueKind::Silent
            }
            Self::ConfirmStop => QueueKind::StopUnheard,
        }
    }
}

/// What support is for; by it runs the cap on its duration (reference/workwell.md 1.3,
/// 1.5: the North Central London pilot's three plans).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanType {
    /// In work and struggling.
    ThriveAtWork,
    /// In work and off sick.
    ReturnToWork,
    /// Out of work.
    SeekWork,
}

impl PlanType {
    /// The stable word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ThriveAtWork => "thrive-at-work",
            Self::ReturnToWork => "return-to-work",
            Self::SeekWork => "seek-work",
        }
    }

    /// What the support is to do.
    pub const fn words(self) -> &'static str {
        match self {
            Self::ThriveAtWork => "thrive at work",
            Self::ReturnToWork => "return to work",
            Self::SeekWork => "find work",
        }
    }

    /// The plan that what is known of the person's work means; `None` where that is not
    /// said: it is never guessed.
    pub fn of(work: &Work) -> Option<Self> {
        match (work.employment.known()?, work.absence.known()) {
            (EmploymentStatus::UnemployedSeeking, _) => Some(Self::SeekWork),
            (EmploymentStatus::Employed, Some(SicknessAbsence::OffSick)) => {
                Some(Self::ReturnToWork)
            }
            (EmploymentStatus::Employed, Some(SicknessAbsence::NotOffSick)) => {
                Some(Self::ThriveAtWork)
            }
            _ => None,
        }
    }
}
