//! Refuses a message: coded, once, and the same again to its repeat.

use super::answer::{self, Answer, repeat};
use super::exchange_of;
use crate::adapters::store::{
    Answer as AnswerRow, Answered, CommitError, Receiving, RequestKey, StoredAnswer, Unit,
};
use crate::domain::caller::Caller;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::identifiers::{OdsCode, RequestId};
use crate::gateway::Gateway;
use crate::problem::{Problem, area::fhir as fhir_problems};
use crate::standards::bars::headers::Headers;

impl Gateway {
    pub(super) async fn refuse_unread(
        &self,
        key: &RequestKey,
        body_hash: [u8; 32],
        organisation: &OdsCode,
        faults: Vec<Problem>,
    ) -> Result<Answer, Problem> {
        let receiving = Receiving {
            key,
            service_request_identifiers: &[],
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
    /// datum (DESIGN I3). A failure of ours is recorded in the audit log alone.
    pub(super) async fn refuse(
        &self,
        key: &RequestKey,
        body_hash: [u8; 32],
        organisation: &OdsCode,
        found: &[Problem],
    ) -> Result<Answer, Problem> {
        let answer = self.refusal(&self.told_in_a_refusal(organisation, found));
        let codes: Vec<&'static str> = found
            .iter()
            .filter(|problem| !problem.warning)
            .map(|problem| problem.entry.code)
            .collect();
        self.telemetry.message_refused(exchange_of(key), &codes);
        let now = self.clock.now();
        let caller = Caller::Referrer(organisation.clone());
        let mut fact = Fact::new(FactKind::MessageRefused, &caller)
            .with("status", answer.status.to_string())
            .with("request", key.request_id.to_string());
        let mut distinct = codes;
        distinct.sort_unstable();
        distinct.dedup();
        for code in distinct.into_iter().take(20) {
            fact = fact.with("code", code);
        }
        let refused = || AnswerRow {
            key: key.clone(),
            body_hash,
            outcome: Answered::Refused {
                http: answer.status,
                problems_json: answer.body.clone(),
            },
            at: now,
        };
        let unit = Unit {
            answer: answer::is_remembered(found).then(refused),
            facts: vec![fact],
            ..Unit::default()
        };
        match self.commit(unit, None, now).await {
            Ok(_) => Ok(answer),
            Err(CommitError::AlreadyAnswered(earlier)) => Ok(repeat(&earlier, body_hash)),
            Err(error) => Err(crate::gateway::unavailable(&error)),
        }
    }

    /// What a refusal says: as in an acceptance, codes outside extensible lists only where
    /// the referrer's policy asks for them (decision 15). One that is a reason is no warning.
    fn told_in_a_refusal(&self, organisation: &OdsCode, found: &[Problem]) -> Vec<Problem> {
        let tells_extensible = self.validation.tells_extensible(organisation);
        let is_extensible = |code| code == fhir_problems::EXTENSIBLE_CODE.code;
        let is_told = |problem: &&Problem| {
            tells_extensible || !problem.warning || !is_extensible(problem.entry.code)
        };
        found.iter().filter(is_told).cloned().collect()
    }

    pub(super) async fn answer_again(
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
                return self.refusal(&[crate::gateway::unavailable(&error)]);
            }
        }
        repeat(earlier, body_hash)
    }

    /// Refuses what was never read as a message: unusable headers, a body over the limit.
    /// Every access attempt is recorded (BaRS non-functional requirements); without both
    /// ids and a whole body there is no row to repeat the answer from, and the same
    /// request is refused the same way anyhow.
    /// `request` is the id of the request where it could be read, by itself or with all.
    pub async fn refuse_early(
        &self,
        request: Option<RequestId>,
        headers: Option<&Headers>,
        found: &[Problem],
    ) -> Answer {
        let codes: Vec<&'static str> = found.iter().map(|problem| problem.entry.code).collect();
        self.telemetry.referral_refused("message", request, &codes);
        let sender = headers.and_then(|headers| headers.organisation.as_ref());
        let actor = sender.map_or(Caller::System, |sender| {
            Caller::Referrer(sender.ods.clone())
        });
        let mut fact = Fact::new(FactKind::MessageRefused, &actor);
        if let Some(request) = request {
            fact = fact.with("request", request.to_string());
        }
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
        answer::refusal(found, self.ids.v4())
    }
}
