//! Audit facts: what happened, as values. The store appends them, `standards/audit_event`
//! renders what it has kept (DESIGN I1).

use jiff::Timestamp;

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

            /// Reads the word.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.code() == code)
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

/// Detail of a release: the fields of the case that the payload was made of, by their
/// published names, separated by spaces.
pub const FIELDS: &str = "fields";

/// Details that may name the referring organisation in words of its own: who was told on
/// the telephone, and the software that sent, which some name after the practice.
pub const MAY_NAME_REFERRER: [&str; 2] = ["told", "software"];

/// Detail of a release: the fields of the case that had a value and did not go, or not in whole,
/// by their published names, separated by spaces. So that what keeps people safe and was left
/// out is told of (DESIGN section 5).
pub const WITHHELD: &str = "withheld";

/// Detail of an alert that could be sent to nobody: no address is set for alerts.
pub const NO_ADDRESS: &str = "no-address";

/// Whether the fact tells of an alert that could be sent to nobody.
pub fn called_nobody(fact: &Recorded) -> bool {
    let mut outcomes = fact.details_named("outcome");
    fact.kind == FactKind::OperatorAlerted && outcomes.any(|outcome| outcome == NO_ADDRESS)
}

/// A fact as the log keeps it: with its place there and the hash that proves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Position in the log, from 1.
    pub position: i64,
    /// When it was written.
    pub at: Timestamp,
    /// The leaf hash of its row, SHA-256.
    pub leaf: [u8; 32],
    /// What happened.
    pub kind: FactKind,
    /// Who did it.
    pub actor: Caller,
    /// The case, where there is one.
    pub case_id: Option<CaseId>,
    /// The message that is the evidence.
    pub evidence: Option<MessageId>,
    /// Codes, counts and ids, in the order in which they were written; a name may come again.
    pub details: Vec<(String, String)>,
}

impl Recorded {
    /// The details of this name.
    pub fn details_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.details.iter().filter(move |(known, _)| known == name);
        named.map(|(_, value)| value.as_str())
    }
}
