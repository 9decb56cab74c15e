//! What came, went and happened: messages, events, audit facts. Nothing here is ever
//! overwritten.

use std::fmt;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use crate::domain::caller::Caller;
use crate::domain::fact::{FactKind, Recorded};
use crate::domain::identifiers::{BundleId, CaseId, CorrelationId, MessageId, RequestId};
use crate::domain::responsibility::Responsible;
use crate::domain::status::Status;

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Received.
    In,
    /// Sent.
    Out,
}

impl Direction {
    /// The word in the store.
    pub const fn code(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

/// A message to be kept. Nothing is overwritten: each gets the next version of its
/// case and direction.
#[derive(Clone)]
pub struct NewMessage {
    /// Its id here.
    pub id: MessageId,
    /// Its case.
    pub case_id: CaseId,
    /// Received or sent.
    pub direction: Direction,
    /// `Bundle.id`.
    pub bundle_id: BundleId,
    /// `X-Request-Id`.
    pub request_id: RequestId,
    /// `X-Correlation-Id`.
    pub correlation_id: CorrelationId,
    /// MessageHeader.event code.
    pub event: String,
    /// MessageHeader.reason code.
    pub reason: String,
    /// The bytes as they crossed the wire; sealed.
    pub body: Vec<u8>,
    /// SHA-256 of the bytes.
    pub body_hash: [u8; 32],
}

/// A kept message.
#[derive(Clone, Debug)]
pub struct MessageRow {
    /// What was kept, body opened.
    pub message: NewMessage,
    /// Position among the case's messages of this direction, from 1.
    pub version: u32,
    /// When it was stored.
    pub at: Timestamp,
}

/// Something that happened to a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// Its case.
    pub case_id: CaseId,
    /// When it happened, by the clock of whoever reports it.
    pub occurred_at: Timestamp,
    /// Who did it: [`Caller::label`](crate::domain::caller::Caller::label).
    pub actor: String,
    /// What kind of thing: the code of a [`FactKind`] or a word of the gateway's.
    pub kind: String,
    /// Where the case stands after it.
    pub status: Status,
    /// The provider's own word, where it reported one of its closed list.
    pub provider_word: Option<String>,
    /// A coded remark. Stored in clear: no datum of a person.
    pub note: Option<String>,
    /// The message that shows it.
    pub evidence: Option<MessageId>,
    /// Whether the referrer may see it.
    pub visible_to_referrer: bool,
    /// Who has the person from here on, where that changed: the case's holder is the one
    /// that its last event with a holder names, so none changes without a history.
    pub holder: Option<Responsible>,
}

/// An event with its place in the case's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    /// Position in the case's history, from 1.
    pub seq: u32,
    /// When it was stored.
    pub at: Timestamp,
    /// The event.
    pub event: NewEvent,
}

/// One row of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactRow {
    /// Position, from 1, without gaps.
    pub seq: i64,
    /// When it was written.
    pub at: Timestamp,
    /// Code of the fact's kind.
    pub kind: String,
    /// Label of the actor.
    pub actor: String,
    /// The case, where there is one.
    pub case_id: Option<CaseId>,
    /// The message that is the evidence.
    pub evidence: Option<MessageId>,
    /// A JSON object of codes, counts and ids.
    pub details: String,
    /// Hash of the row, as `store/leaf.rs` documents it.
    pub leaf_hash: [u8; 32],
}

impl FactRow {
    /// The row as the fact that was written; `None` where a word in it is none of ours.
    pub fn recorded(self) -> Option<Recorded> {
        let Details(details) = serde_json::from_str(&self.details).ok()?;
        Some(Recorded {
            position: self.seq,
            at: self.at,
            leaf: self.leaf_hash,
            kind: FactKind::from_code(&self.kind)?,
            actor: Caller::from_label(&self.actor)?,
            case_id: self.case_id,
            evidence: self.evidence,
            details,
        })
    }
}

/// The members of an object in their order; a name may come again, which a map would lose.
struct Details(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Details {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_map(Members).map(Self)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(String, String)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of texts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(member) = members.next_entry()? {
            all.push(member);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(kind: &str, actor: &str, details: &str) -> FactRow {
        FactRow {
            seq: 3,
            at: Timestamp::UNIX_EPOCH,
            kind: kind.to_owned(),
            actor: actor.to_owned(),
            case_id: None,
            evidence: None,
            details: details.to_owned(),
            leaf_hash: [1; 32],
        }
    }

    #[test]
    fn a_row_reads_back_with_every_detail_in_its_order() {
        let details = r#"{"status":"400","code":"WW-A","code":"WW-B"}"#;
        let fact = row("message.refused", "referrer:Y99001", details).recorded();
        let fact = fact.expect("a fact");
        assert_eq!((fact.position, fact.kind), (3, FactKind::MessageRefused));
        assert_eq!(
            fact.details_named("code").collect::<Vec<_>>(),
            ["WW-A", "WW-B"]
        );
        assert_eq!(fact.details[0], ("status".to_owned(), "400".to_owned()));
    }

    #[test]
    fn a_word_that_is_none_of_ours_is_no_fact() {
        assert!(row("case.read", "gateway", "{}").recorded().is_some());
        for (kind, actor, details) in [
            ("case.sung", "gateway", "{}"),
            ("case.read", "nobody", "{}"),
            ("case.read", "gateway", "[]"),
        ] {
            assert!(row(kind, actor, details).recorded().is_none(), "{kind}");
        }
    }
}
