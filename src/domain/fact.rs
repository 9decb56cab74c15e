//! Audit facts: what happened, as values. `standards/audit_event` will render them,
//! the store appends them (DESIGN I1).

use super::caller::Caller;
use super::identifiers::{CaseId, MessageId};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// What kind of thing happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum FactKind { $($(#[$doc])* $name,)* }

        impl FactKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable word in the audit log.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

kinds! {
    /// A referral was accepted and a case opened.
    ReferralAccepted = "referral.accepted",
    /// A message was refused.
    MessageRefused = "message.refused",
    /// The same ids came with another body.
    RequestMisused = "request.misused",
    /// The case is held for a named person.
    CaseHeld = "case.held",
    /// A provider was chosen and the payload released.
    CaseReleased = "case.released",
    /// A leg reached its destination.
    LegDelivered = "leg.delivered",
    /// A leg was given up until a person acts.
    LegParked = "leg.parked",
    /// A leg was stopped before it left.
    LegStopped = "leg.stopped",
    /// An operator asked for another try.
    LegRetried = "leg.retried",
    /// A provider collected a case.
    CaseCollected = "case.collected",
    /// A provider reported a status.
    StatusReported = "status.reported",
    /// A report came too late and went to history.
    StatusLate = "status.late",
    /// A provider referred the person on to a partner.
    CaseReferredOn = "case.referred-on",
    /// A stop was ordered.
    CaseStopped = "case.stopped",
    /// A holder confirmed a stop.
    StopConfirmed = "stop.confirmed",
    /// A person was given back to the referrer by hand.
    CaseReturned = "case.returned",
    /// Somebody at the referring organisation was rung.
    ReferrerCalled = "referrer.called",
    /// What held a case was settled by hand.
    CaseResolved = "case.resolved",
    /// The referrer was told.
    ReferrerTold = "referrer.told",
    /// What was awaited of a case did not come in time.
    ClockOverdue = "clock.overdue",
    /// The operators were alerted of an entry of the queue.
    OperatorAlerted = "operator.alerted",
    /// The referrer is being told that there is no news.
    NoNewsTold = "referrer.no-news",
    /// A case was shown to a caller.
    CaseRead = "case.read",
    /// A caller searched.
    CaseSearched = "case.searched",
    /// A case was decided again by today's tables, by hand.
    CaseRedecided = "case.redecided",
    /// The tables were loaded anew.
    TablesReloaded = "tables.reloaded",
    /// A correction was made by hand.
    CaseCorrected = "case.corrected",
    /// A store was put back from a backup.
    StoreRestored = "store.restored",
    /// A person has confirmed a store that was put back: sending goes on.
    StoreConfirmed = "store.confirmed",
}

/// One audit fact. `details` hold codes, counts and ids only, never a datum of the
/// person.
#[derive(Clone, Debug)]
pub struct Fact {
    /// What happened.
    pub kind: FactKind,
    /// Who did it.
    pub actor: Caller,
    /// The case, where there is one.
    pub case_id: Option<CaseId>,
    /// The message that is the evidence.
    pub evidence: Option<MessageId>,
    /// Codes, counts and ids, by a fixed name.
    pub details: Vec<(&'static str, String)>,
}

impl Fact {
    /// A fact without details.
    pub fn new(kind: FactKind, actor: &Caller) -> Self {
        Self {
            kind,
            actor: actor.clone(),
            case_id: None,
            evidence: None,
            details: Vec::new(),
        }
    }

    /// About this case.
    #[must_use]
    pub fn about(mut self, case_id: CaseId) -> Self {
        self.case_id = Some(case_id);
        self
    }

    /// Shown by this message.
    #[must_use]
    pub fn shown_by(mut self, message: MessageId) -> Self {
        self.evidence = Some(message);
        self
    }

    /// With one more detail.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.details.push((name, value.into()));
        self
    }
}
