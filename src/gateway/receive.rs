//! Receives a message: `POST /$process-message`.
//!
//! One way for every message: read it whole, look its ids up, decide, commit, answer.
//! Transactional integrity as BaRS Core 1.5.0 has it: done before gives 409 duplicate,
//! in flight 425, an earlier failure the same failure again, another body under the same
//! ids 409 conflict.

use jiff::Timestamp;
use uuid::Uuid;

use super::Gateway;
use crate::adapters::seal::sha256;
use crate::adapters::store::{
    Answer as AnswerRow, Answered, BeforeReceive, Direction, NewMessage, Receiving, RequestKey,
    StoredAnswer, Unit,
};
use crate::config::{Policy, Settings};
use crate::domain::caller::Caller;
use crate::domain::case::{Person, Referral};
use crate::domain::fact::{Fact, FactKind};
use crate::domain::identifiers::{BundleId, CaseId, MessageId, OdsCode};
use crate::problem::{
    Problem,
    area::{header as header_problems, referral as problems},
};
use crate::standards::bars::headers::{CoreVersion, Format, HeaderPolicy, Headers};
use crate::standards::bars::response::Ours;
use crate::standards::bars::{Grade, Meaning, MessageFacts, ReadPolicy, outcome, read};
use crate::standards::fhir::{Document, Limits, xml};

/// What this installation decides about reading and writing BaRS, made once at start.
#[derive(Debug)]
pub struct Reading {
    /// For the headers of a request.
    pub headers: HeaderPolicy,
    /// For the body of a message.
    pub body: ReadPolicy,
    /// Form limits of a body.
    pub limits: Limits,
    /// Who we are in the messages we send.
    pub ours: Ours,
}

impl Reading {
    /// From the settings.
    pub fn of(settings: &Settings) -> Self {
        let bars = &settings.bars;
        let core_version = CoreVersion::parse(&bars.core_version).unwrap_or(CoreVersion::DEFAULT);
        let grade = |policy| {
            if policy == Policy::Refuse {
                Grade::Refuse
            } else {
                Grade::Warn
            }
        };
        let services: Vec<_> = bars
            .services
            .iter()
            .map(|service| service.address.clone())
            .collect();
        let flat = |list: fn(&crate::config::Service) -> &Vec<String>| {
            let mut words: Vec<String> = bars.services.iter().flat_map(list).cloned().collect();
            words.sort();
            words.dedup();
            words
        };
        Self {
            headers: HeaderPolicy {
                services: services.clone(),
                core_version,
            },
            body: ReadPolicy {
                services: services.clone(),
                use_cases: flat(|service| &service.use_cases),
                application_versions: flat(|service| &service.application_versions),
                nhs_number_check: grade(bars.policies.nhs_number_check),
                dangling: grade(bars.policies.dangling_reference),
                application_fields: grade(bars.policies.application_gaps),
                sender_without_ods: grade(bars.policies.referrer_sender_without_ods),
                ..ReadPolicy::default()
            },
            limits: Limits {
                depth: bars.limits.depth,
                ..Limits::default()
            },
            ours: Ours {
                ods: settings.gateway.organisation_ods.clone(),
                name: settings.gateway.name.clone(),
                desk: settings.gateway.operator.clone(),
                software: settings.gateway.software.clone(),
                software_version: env!("CARGO_PKG_VERSION").to_owned(),
                core_version,
            },
        }
    }
}

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
    pub(super) fn echo(body: Vec<u8>) -> Self {
        Self { status: 200, body }
    }
}

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
    /// What was found and is no reason to refuse.
    pub warnings: &'a [Problem],
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
        let _guard = match self.store.begin_receiving(&key).await {
            Ok(Some(guard)) => guard,
            Ok(None) => return self.refusal(&[Problem::new(&problems::IN_FLIGHT)]),
            Err(problem) => return self.refusal(&[problem]),
        };
        let body_hash = sha256(&body);
        match self.take(headers, organisation, key, body, body_hash).await {
            Ok(answer) => answer,
            Err(problem) => self.refusal(&[problem]),
        }
    }

    async fn take(
        &self,
        headers: &Headers,
        organisation: OdsCode,
        key: RequestKey,
        body: Vec<u8>,
        body_hash: [u8; 32],
    ) -> Result<Answer, Problem> {
        let document = match self.parse(headers, body).await {
            Ok(document) => document,
            Err(faults) => {
                return self
                    .refuse_unread(&key, body_hash, &organisation, faults)
                    .await;
            }
        };
        let mut reading = read::read(&document, headers, &self.policies.body);
        let is_stop = matches!(reading.meaning, Some(Meaning::Cancel { .. }));
        let found = self.validation.problems(&document, &organisation, is_stop);
        reading.problems.extend(found);

        let referral = reading.referral.take();
        let facts = reading.message.take();
        let receiving = Receiving {
            key: &key,
            service_request_identifier: facts
                .as_ref()
                .and_then(|facts| facts.service_request_identifier.as_deref()),
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
            return self
                .refuse(
                    &key,
                    body_hash,
                    &organisation,
                    &[Problem::new(&problems::BUNDLE_ID)],
                )
                .await;
        };
        let message = Message {
            id: MessageId::new(self.ids.v7(self.clock.now())),
            caller: Caller::Referrer(organisation.clone()),
            headers,
            key: key.clone(),
            document: &document,
            body_hash,
            facts: &facts,
            bundle_id,
            person: referral.as_ref().map(|referral| &referral.person),
            has_red_flag: !reading.red_flags.is_empty(),
            warnings: &reading.problems,
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

    async fn parse(&self, headers: &Headers, body: Vec<u8>) -> Result<Document, Vec<Problem>> {
        let limits = self.policies.limits;
        let cap = self.settings.bars.limits.body_bytes;
        let json = if headers.content == Some(Format::Xml) {
            // The XML codec is third-party code and slow: it never runs on the runtime's threads.
            tokio::task::spawn_blocking(move || xml::to_json(&body, cap))
                .await
                .map_err(|_| vec![Problem::new(&header_problems::INTERNAL)])?
                .map_err(|faults| outcome::of_faults(&faults))?
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
                let found: Vec<Problem> = outcome::of_findings(&found)
                    .into_iter()
                    .filter(is_new)
                    .collect();
                problems.extend(found);
                Err(problems)
            }
            Err(faults) => Err(outcome::of_faults(&faults)),
        }
    }

    async fn refuse_unread(
        &self,
        key: &RequestKey,
        body_hash: [u8; 32],
        organisation: &OdsCode,
        faults: Vec<Problem>,
    ) -> Result<Answer, Problem> {
        let receiving = Receiving {
            key,
            service_request_identifier: None,
            person: None,
        };
        if let Some(earlier) = self
            .store
            .before_receive(&Caller::Referrer(organisation.clone()), receiving)
            .await?
            .answer
        {
            return Ok(self.answer_again(&earlier, body_hash, organisation).await);
        }
        self.refuse(key, body_hash, organisation, &faults).await
    }

    /// Refuses: one row with ids, hash, status and the coded outcome; no body and no
    /// datum (DESIGN I3).
    async fn refuse(
        &self,
        key: &RequestKey,
        body_hash: [u8; 32],
        organisation: &OdsCode,
        found: &[Problem],
    ) -> Result<Answer, Problem> {
        let answer = self.refusal(found);
        let codes: Vec<&'static str> = found
            .iter()
            .filter(|problem| !problem.warning)
            .map(|problem| problem.entry.code)
            .collect();
        self.telemetry
            .referral_refused("message", Some(key.request_id), &codes);
        let now = self.clock.now();
        let caller = Caller::Referrer(organisation.clone());
        let mut fact = Fact::new(FactKind::MessageRefused, &caller)
            .with("status", answer.status.to_string())
            .with("request", key.request_id.to_string());
        for code in codes.into_iter().take(20) {
            fact = fact.with("code", code);
        }
        let unit = Unit {
            answer: Some(AnswerRow {
                key: key.clone(),
                body_hash,
                outcome: Answered::Refused {
                    http: answer.status,
                    problems_json: answer.body.clone(),
                },
                at: now,
            }),
            facts: vec![fact],
            ..Unit::default()
        };
        match self.commit(unit, None, now).await {
            Ok(_) => Ok(answer),
            Err(crate::adapters::store::CommitError::AlreadyAnswered(earlier)) => {
                Ok(repeat(&earlier, body_hash))
            }
            Err(error) => Err(super::unavailable(&error)),
        }
    }

    async fn answer_again(
        &self,
        earlier: &StoredAnswer,
        body_hash: [u8; 32],
        organisation: &OdsCode,
    ) -> Answer {
        if earlier.body_hash != body_hash {
            tracing::warn!(request.id = %earlier.key.request_id, organisation = %organisation,
                "the ids of an earlier request came with another body");
            let caller = Caller::Referrer(organisation.clone());
            let fact = Fact::new(FactKind::RequestMisused, &caller)
                .with("request", earlier.key.request_id.to_string());
            let unit = Unit {
                facts: vec![fact],
                ..Unit::default()
            };
            if let Err(error) = self.commit(unit, None, self.clock.now()).await {
                return self.refusal(&[super::unavailable(&error)]);
            }
        }
        repeat(earlier, body_hash)
    }

    /// Refuses what was never read as a message: unusable headers, a body over the limit.
    /// Every access attempt is recorded (BaRS non-functional requirements); without both
    /// ids and a whole body there is no row to repeat the answer from, and the same
    /// request is refused the same way anyhow.
    pub async fn refuse_early(&self, headers: Option<&Headers>, found: &[Problem]) -> Answer {
        let codes: Vec<&'static str> = found.iter().map(|problem| problem.entry.code).collect();
        let request = headers.map(|headers| headers.request_id);
        self.telemetry.referral_refused("message", request, &codes);
        let sender = headers.and_then(|headers| headers.organisation.as_ref());
        let actor = sender.map_or(Caller::System, |sender| {
            Caller::Referrer(sender.ods.clone())
        });
        let mut fact = Fact::new(FactKind::MessageRefused, &actor);
        for code in codes {
            fact = fact.with("code", code);
        }
        match self.record(vec![fact]).await {
            Ok(()) => self.refusal(found),
            Err(problem) => self.refusal(&[problem]),
        }
    }

    /// The OperationOutcome of these problems.
    pub fn refusal(&self, found: &[Problem]) -> Answer {
        refusal(found, self.ids.v4())
    }
}

fn refusal(found: &[Problem], id: Uuid) -> Answer {
    let rendered = outcome::render(found, id);
    Answer {
        status: rendered.status,
        body: rendered.body.to_string().into_bytes(),
    }
}

/// A repeat gets the answer of the first time: a duplicate of what was done, the same
/// failure of what had failed, a conflict when the body is another one.
fn repeat(earlier: &StoredAnswer, body_hash: [u8; 32]) -> Answer {
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

/// A failure of ours that may pass is not remembered as the answer to these ids.
fn is_transient(problem: &Problem) -> bool {
    problem.entry.retry == crate::problem::Retry::Later
}
