//! Receives a message: `POST /$process-message`.
//!
//! One way for every message: read it whole, look its ids up, decide, commit, answer.
//! Transactional integrity as BaRS Core 1.5.0 has it: done before gives 409 duplicate,
//! in flight 425, an earlier failure the same failure again, another body under the same
//! ids 409 conflict.

mod answer;
mod reading;
mod refuse;

use std::sync::Arc;

use jiff::Timestamp;

use super::{Gateway, Tables};
use crate::adapters::seal::sha256;
use crate::adapters::store::{
    Answer as AnswerRow, Answered, BeforeReceive, Direction, NewMessage, Receiving, RequestKey,
    StoredAnswer, Unit,
};
use crate::domain::caller::Caller;
use crate::domain::case::{Person, Referral};
use crate::domain::fact::Fact;
use crate::domain::identifiers::{BundleId, CaseId, MessageId, OdsCode};
use crate::problem::{
    Problem,
    area::{fhir as fhir_problems, header as header_problems, referral as problems},
};
use crate::standards::bars::headers::{Format, Headers, RequestingSoftware};
use crate::standards::bars::{Meaning, MessageFacts, outcome, read, red_flags};
use crate::standards::fhir::{Document, Unreadable, xml};
use crate::telemetry::Exchange;

pub use answer::Answer;
use answer::{is_transient, repeat};
pub use reading::Reading;

/// A message under decision.
pub(super) struct Message<'a> {
    pub id: MessageId,
    pub caller: Caller,
    pub headers: &'a Headers,
    pub key: RequestKey,
    pub document: &'a Document,
    pub body_hash: [u8; 32],
    pub facts: &'a MessageFacts,
    pub bundle_id: BundleId,
    pub person: Option<&'a Person>,
    pub has_red_flag: bool,
    /// The systems of its conditions whose codes are in no group, one for each condition.
    pub conditions_in_no_group: &'a [&'static str],
    /// The tables by which it was read and is decided, whatever is loaded meanwhile.
    pub tables: Arc<Tables>,
    /// What was found and is no reason to refuse.
    pub warnings: &'a [Problem],
    /// Whether codes outside extensible lists are among what the sender is told.
    pub tells_extensible: bool,
    pub at: Timestamp,
}

impl Message<'_> {
    /// A unit of work that answers this message with 200.
    pub(super) fn done(&self, case_id: Option<CaseId>, now: Timestamp) -> Unit {
        Unit {
            answer: Some(AnswerRow {
                key: self.key.clone(),
                body_hash: self.body_hash,
                outcome: Answered::Done { case_id, http: 200 },
                at: now,
            }),
            ..Unit::default()
        }
    }

    /// The ids by which its sender asks after it.
    pub(super) fn exchange(&self) -> Exchange {
        exchange_of(&self.key)
    }

    /// The warnings that the sender is told.
    pub(super) fn told(&self) -> impl Iterator<Item = &Problem> {
        let is_extensible = |code| code == fhir_problems::EXTENSIBLE_CODE.code;
        let is_told =
            move |found: &&Problem| self.tells_extensible || !is_extensible(found.entry.code);
        self.warnings.iter().filter(is_told)
    }

    /// The fact with the software that sent the message: receivers keep it for access
    /// control and audit (BaRS Core 1.5.0, HTTP headers).
    pub(super) fn sent_with(&self, fact: Fact) -> Fact {
        let software = self.headers.software.as_ref();
        match software.and_then(RequestingSoftware::plain) {
            Some(plain) => fact.with("software", plain),
            None => fact,
        }
    }

    /// The message as it is kept.
    pub(super) fn received(&self, case_id: CaseId) -> NewMessage {
        NewMessage {
            id: self.id,
            case_id,
            direction: Direction::In,
            bundle_id: self.bundle_id,
            request_id: self.headers.request_id,
            correlation_id: self.headers.correlation_id,
            event: self.facts.event.clone().unwrap_or_default(),
            reason: self.facts.reason.clone().unwrap_or_default(),
            body: self.document.source().to_vec(),
            body_hash: self.body_hash,
        }
    }

    /// The answer to a repeat.
    pub(super) fn repeat(&self, earlier: &StoredAnswer) -> Answer {
        repeat(earlier, self.body_hash)
    }
}

fn exchange_of(key: &RequestKey) -> Exchange {
    Exchange {
        request: key.request_id,
        correlation: key.correlation_id,
    }
}

/// A body of which nothing is acted on.
struct Unread {
    body: Body,
    faults: Vec<Problem>,
}

/// What there is of a body to look at.
enum Body {
    /// It was read.
    Read(Document),
    /// It is no document.
    Raw(Vec<u8>),
}

impl Body {
    fn tells_of_crisis(&self) -> bool {
        match self {
            Self::Read(document) => red_flags::stand_in(document),
            Self::Raw(bytes) => red_flags::stand_in_raw(bytes),
        }
    }
}

impl Gateway {
    /// What this installation decides about reading BaRS.
    pub fn reading(&self) -> &Reading {
        &self.policies
    }

    /// Takes a message. `headers` were read before anything of the body.
    pub async fn process_message(&self, headers: &Headers, body: Vec<u8>) -> Answer {
        let Some(organisation) = headers.organisation.as_ref().map(|found| found.ods.clone())
        else {
            return self.refusal(&[Problem::new(&header_problems::ORGANISATION_MISSING)]);
        };
        let key = RequestKey {
            organisation: organisation.to_string(),
            request_id: headers.request_id,
            correlation_id: headers.correlation_id,
        };
        let not_now = |problem: Problem| {
            let answer = self.refusal(&[problem]);
            answer.with_notice(|| red_flags::stand_in_raw(&body))
        };
        let _guard = match self.store.begin_receiving(&key).await {
            Ok(Some(guard)) => guard,
            Ok(None) => return not_now(Problem::new(&problems::IN_FLIGHT)),
            Err(problem) => return not_now(problem),
        };
        let body_hash = sha256(&body);
        let (body, answer) = match self.parse(headers, body).await {
            Ok(document) => {
                let taken = self.take(headers, organisation, key, &document, body_hash);
                let answer = taken.await;
                (Body::Read(document), answer)
            }
            Err(Unread { body, faults }) => {
                let refused = self.refuse_unread(&key, body_hash, &organisation, faults);
                (body, refused.await)
            }
        };
        let answer = answer.unwrap_or_else(|problem| self.refusal(&[problem]));
        answer.with_notice(|| body.tells_of_crisis())
    }

    async fn take(
        &self,
        headers: &Headers,
        organisation: OdsCode,
        key: RequestKey,
        document: &Document,
        body_hash: [u8; 32],
    ) -> Result<Answer, Problem> {
        let tables = self.tables();
        let groups = tables.condition_groups();
        let now = self.clock.now();
        let mut reading = read::read(document, headers, &self.policies.body, groups, now);
        let is_stop = matches!(reading.meaning, Some(Meaning::Cancel { .. }));
        let found = self.validation.problems(document, &organisation, is_stop);
        reading.problems.extend(found);
        reading.problems.extend(self.referrer_closed(&organisation));

        let referral = reading.referral.take();
        let facts = reading.message.take();
        let receiving = Receiving {
            key: &key,
            service_request_identifiers: facts
                .as_ref()
                .map_or(&[], |facts| &facts.service_request_identifiers),
            person: referral.as_ref().map(|referral| &referral.person),
        };
        let before = self
            .store
            .before_receive(&Caller::Referrer(organisation.clone()), receiving)
            .await?;
        if let Some(earlier) = &before.answer {
            return Ok(self.answer_again(earlier, body_hash, &organisation).await);
        }
        let (Some(facts), Some(meaning), false) = (facts, reading.meaning, reading.is_refused())
        else {
            return self
                .refuse(&key, body_hash, &organisation, &reading.problems)
                .await;
        };
        let Some(bundle_id) = facts.bundle_id else {
            let no_id = [Problem::new(&problems::BUNDLE_ID)];
            return self.refuse(&key, body_hash, &organisation, &no_id).await;
        };
        let message = Message {
            id: MessageId::new(self.ids.v7(self.clock.now())),
            caller: Caller::Referrer(organisation.clone()),
            headers,
            key: key.clone(),
            document,
            body_hash,
            facts: &facts,
            bundle_id,
            person: referral.as_ref().map(|referral| &referral.person),
            has_red_flag: red_flags::are_written_in(document),
            conditions_in_no_group: &reading.conditions_in_no_group,
            tables,
            warnings: &reading.problems,
            tells_extensible: self.validation.tells_extensible(&organisation),
            at: self.clock.now(),
        };
        let decided = self
            .decide(&message, meaning, referral.as_ref(), before)
            .await;
        match decided {
            Ok(answer) => Ok(answer),
            Err(found) if found.iter().any(is_transient) => Ok(self.refusal(&found)),
            Err(found) => self.refuse(&key, body_hash, &organisation, &found).await,
        }
    }

    async fn decide(
        &self,
        message: &Message<'_>,
        meaning: Meaning,
        referral: Option<&Referral>,
        before: BeforeReceive,
    ) -> Result<Answer, Vec<Problem>> {
        match (meaning, referral) {
            (Meaning::NewReferral, Some(referral)) => match self.held() {
                // Whether it was accepted before, and whether the person has an open case,
                // cannot be told: the person stays with the referrer.
                Some(held) => Err(vec![held]),
                None => self.accept(message, referral, before).await,
            },
            (Meaning::Cancel { entered_in_error }, _) => {
                self.cancel(message, entered_in_error).await
            }
            (Meaning::Amend, _) => {
                // Nothing to amend is the plainer answer, where it is so.
                self.find_referral(message).await?;
                Err(vec![Problem::new(&problems::AMEND_NOT_OFFERED)])
            }
            _ => Err(vec![Problem::new(&problems::COMBINATION)]),
        }
    }

    async fn parse(&self, headers: &Headers, body: Vec<u8>) -> Result<Document, Unread> {
        let limits = self.policies.limits;
        let json = if headers.content == Some(Format::Xml) {
            self.json_of(body).await?
        } else {
            body
        };
        match Document::read(json, &limits) {
            Ok((document, faults)) if faults.is_empty() => Ok(document),
            // Nothing of it is acted on, but all that is wrong is told at once.
            Ok((document, faults)) => {
                let mut problems = outcome::of_faults(&faults);
                let found = self.validation.findings(&document);
                let is_new = |problem: &Problem| !problems.iter().any(|p| p.path == problem.path);
                let found: Vec<Problem> = outcome::of_findings(found)
                    .into_iter()
                    .filter(is_new)
                    .collect();
                problems.extend(found);
                Err(Unread {
                    body: Body::Read(document),
                    faults: problems,
                })
            }
            Err(Unreadable { faults, source }) => Err(Unread {
                body: Body::Raw(source.into_exposed()),
                faults: outcome::of_faults(&faults),
            }),
        }
    }

    /// The JSON of an XML body. The codec is third-party code and slow: it never runs on the
    /// runtime's threads.
    async fn json_of(&self, xml: Vec<u8>) -> Result<Vec<u8>, Unread> {
        let cap = self.settings.bars.limits.body_bytes;
        let shared = Arc::new(xml);
        let source = Arc::clone(&shared);
        let converted = tokio::task::spawn_blocking(move || xml::to_json(&source, cap)).await;
        let faults = match converted {
            Ok(Ok(json)) => return Ok(json),
            Ok(Err(faults)) => outcome::of_faults(&faults),
            Err(_) => vec![Problem::new(&header_problems::INTERNAL)],
        };
        Err(Unread {
            body: Body::Raw(Arc::unwrap_or_clone(shared)),
            faults,
        })
    }
}
