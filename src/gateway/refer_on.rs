//! A provider refers a person on to a partner, with the person's fresh consent for that
//! partner.
//!
//! It opens a case of its own: own id, reference and legs, the same journey, and of the
//! person only what the partner's table names. The case that it came from stays where it is
//! and with whom it is; only the providers' side sees that it was referred on. A stop of that
//! case reaches this one too: see `stop_onward.rs`.

mod judge;

use std::sync::Arc;

use jiff::Timestamp;

use super::Gateway;
use super::accept::Way;
use super::conditions::Condition;
use super::feed_back::not_found;
use super::happened::happened;
use super::release::reasons_of;
use super::route::Routed;
use super::unlisted;
use crate::adapters::store::{
    CaseChange, CaseRow, ChosenProvider, CommitError, Hold, LegState, NewCase, NewEvent, Unit,
    UpdateKey,
};
use crate::domain::caller::Caller;
use crate::domain::case::{Case, MODEL_VERSION, Referral, Referrer, SenderIds, SourceRoute};
use crate::domain::consent::{Recipient, Record, Reported};
use crate::domain::fact::{Fact, FactKind};
use crate::domain::identifiers::{CaseId, CaseReference, ServiceRequestId};
use crate::domain::mapping::narrow;
use crate::domain::provider::Provider;
use crate::domain::responsibility::Responsible;
use crate::domain::routing::Question;
use crate::domain::status::Status;
use crate::problem::{Problem, area::provider_api as problems};
use judge::{Plan, not_for};

/// What a provider asks for. Nothing of it is taken for granted: what is missing is one of
/// the faults that are all told at once.
#[derive(Clone, Debug)]
pub struct Asking {
    /// The partner, by its slug.
    pub partner: Option<String>,
    /// The person's consent for it.
    pub consent: Reported,
    /// The provider's key for this request: a repeat gets the same answer.
    pub client_key: String,
    /// SHA-256 of the request body.
    pub body_hash: [u8; 32],
}

/// The case that was opened for the partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferredOn {
    /// The gateway's id of it.
    pub id: CaseId,
    /// What people say on the telephone.
    pub reference: CaseReference,
    /// The partner, by its slug.
    pub partner: String,
}

impl Gateway {
    /// Refers the person of this case on, or gives every reason why not.
    pub async fn refer_on(
        &self,
        caller: &Caller,
        case_id: CaseId,
        asking: &Asking,
    ) -> Result<ReferredOn, Vec<Problem>> {
        let one = |problem| vec![problem];
        let Caller::Provider(slug) = caller else {
            return Err(vec![not_found()]);
        };
        loop {
            let found = self.store.case_by_id(caller, case_id).await.map_err(one)?;
            let row = found.ok_or_else(|| vec![not_found()])?;
            let earlier = self
                .store
                .update_key(row.id, slug, &asking.client_key)
                .await;
            if let Some(earlier) = earlier.map_err(one)? {
                return repeated(asking, &earlier).map_err(one);
            }
            let plan = self.judge_referring_on(slug, &row, asking).await?;
            let now = self.clock.now();
            let (child, unit) = self
                .onward_unit(caller, &row, &plan, asking, now)
                .map_err(one)?;
            let held = unit
                .open
                .as_ref()
                .is_some_and(|open| open.status == Status::Held);
            let to_be_sent = unit.legs.iter().any(|leg| leg.state == LegState::Released);
            match self.commit(unit, Some(&row), now).await {
                Ok(_) => {
                    if to_be_sent {
                        self.outbox_changed.notify_one();
                    }
                    tracing::info!(case.id = %child.id, part_of = %row.id, provider = %child.partner,
                        held, "a person was referred on");
                    return Ok(child);
                }
                Err(CommitError::Stale) => {}
                Err(CommitError::UpdateKeyExists(earlier)) => {
                    return repeated(asking, &earlier).map_err(one);
                }
                Err(error) => return Err(vec![super::unavailable(&error)]),
            }
        }
    }

    fn onward_unit(
        &self,
        caller: &Caller,
        row: &CaseRow,
        plan: &Plan,
        asking: &Asking,
        now: Timestamp,
    ) -> Result<(ReferredOn, Unit), Problem> {
        let child = self.onward_case(plan, now);
        let routed = referred_on_to(&plan.partner, plan.questions.clone());
        let way = self.onward_way(&child, routed, 1, now);
        if let Some(problem) = way.refusal() {
            return Err(not_for(problem.detail.clone().unwrap_or_default()));
        }
        let done = ReferredOn {
            id: child.id,
            reference: child.reference.clone(),
            partner: plan.partner.slug.clone(),
        };
        let (status, hold) = match &way {
            Way::Released { .. } => (Status::Routed, None),
            Way::Held { reason, .. } => {
                let reason = (*reason).to_owned();
                (Status::Held, Some(Hold { reason, since: now }))
            }
        };
        let mut unit = Unit {
            update_key: Some(UpdateKey {
                case_id: row.id,
                provider: plan.hub.slug.clone(),
                client_key: asking.client_key.clone(),
                body_hash: asking.body_hash,
                http: 200,
                response: format!("{} {} {}", done.id, done.reference, done.partner).into_bytes(),
            }),
            // The consent is kept with the case that it was given on; the revision keeps a
            // stop that comes in between from missing the new case.
            change: Some(CaseChange {
                case: Some(Box::new(with_consent(plan))),
                unseen_by_referrer: true,
                ..CaseChange::of(row.id, row.revision)
            }),
            events: events(caller, row, &child, &way, status),
            facts: facts(caller, row, &child, plan, &way),
            ..Unit::default()
        };
        if let Way::Released { leg, .. } = way {
            unit.legs.push(*leg);
        }
        unit.open = Some(NewCase {
            // No organisation reads it as a referral of its own: the provider that referred
            // on sees it with its own case.
            referrer: String::new(),
            status,
            hold,
            provider: Some(ChosenProvider {
                slug: plan.partner.slug.clone(),
                digest: plan.partner.digest.clone(),
            }),
            restricted: child.referral.person.security.hides_location(),
            responsible: Responsible::GatewayOperator(self.settings.gateway.operator.clone()),
            milestone: None,
            case: Box::new(child),
        });
        Ok((done, unit))
    }

    /// The new case: of the person what the partner's table names and nothing else.
    fn onward_case(&self, plan: &Plan, now: Timestamp) -> Case {
        let mut referral = narrow(&plan.case.referral, &plan.partner);
        referral.referrer = referrer(&plan.hub);
        // Whoever referred first is told of their own referral's milestones only.
        referral.return_address = None;
        let recipient = Recipient::Partner(plan.partner.slug.clone());
        let consents = &mut referral.consents.recipients;
        consents.push((recipient, plan.consent.clone()));
        Case {
            model_version: MODEL_VERSION.to_owned(),
            id: CaseId::new(self.ids.v7(now)),
            reference: CaseReference::of(self.ids.v4()),
            service_request_id: ServiceRequestId::new(self.ids.v7(now)),
            part_of: Some(plan.case.id),
            referred_on_by: Some(plan.hub.slug.clone()),
            test_person: plan.case.test_person,
            has_red_flag: None,
            sender_ids: SenderIds::default(),
            received_at: now,
            referral,
        }
    }

    /// Where a case goes that is referred on: to the partner, or nowhere until a named
    /// person has decided.
    pub(super) fn onward_way(
        &self,
        child: &Case,
        routed: Routed,
        version: u32,
        now: Timestamp,
    ) -> Way {
        let child = child.at(now);
        let child = child.as_ref();
        let held = |condition: Condition, details, routed| Way::Held {
            reason: condition.code(),
            details,
            routed: Some(routed),
            told: None,
        };
        if child.referral.person.security.hides_location() {
            return held(Condition::Restricted, Vec::new(), routed);
        }
        if self.is_never_delivered(child.test_person) {
            return held(Condition::TestNumber, Vec::new(), routed);
        }
        let rendered = self.rendered(child, &routed);
        let told = unlisted::told(&routed.provider, &rendered);
        if told.as_ref().is_some_and(|problem| !problem.warning) {
            let details = reasons_of(&rendered);
            return Way::Held {
                reason: Condition::UnmappedCodeRefused.code(),
                details,
                routed: Some(routed),
                told,
            };
        }
        let (disclosed, kept_back) = (rendered.disclosed(), rendered.kept_back());
        match self.release(child, &routed, &rendered, version, now) {
            Ok(leg) => Way::Released {
                routed: Routed {
                    disclosed,
                    kept_back,
                    ..routed
                },
                leg: Box::new(leg),
            },
            Err(fault) => held(Condition::MappingFault, fault.reasons, routed),
        }
    }
}

/// The way to a partner, with what its own rows leave to it to ask. They are judged on the
/// case that the person was referred on from: of what the partner does not get, its own case
/// says nothing, and that is no question.
pub(super) fn referred_on_to(partner: &Arc<Provider>, questions: Vec<Question>) -> Routed {
    Routed {
        provider: Arc::clone(partner),
        basis: "referred-on",
        via: None,
        questions,
        disclosed: Vec::new(),
        kept_back: Vec::new(),
    }
}

/// The provider as the one who referred.
fn referrer(hub: &Provider) -> Referrer {
    Referrer {
        organisation: hub.ods.clone(),
        organisation_name: Some(hub.name.clone()),
        practitioner_name: None,
        telephone: None,
        route: SourceRoute::Other,
    }
}

/// The case that is referred on from, with the consent for the partner in place of an
/// earlier answer about it.
fn with_consent(plan: &Plan) -> Case {
    let mut case = plan.case.clone();
    let of_partner = Recipient::Partner(plan.partner.slug.clone());
    let Referral { consents, .. } = &mut case.referral;
    consents
        .recipients
        .retain(|(recipient, _): &(Recipient, Record)| *recipient != of_partner);
    consents.recipients.push((of_partner, plan.consent.clone()));
    case
}

/// The new case's first events, and the one of the case that it came from. In the new case
/// "the referrer" is the provider that referred on.
fn events(
    caller: &Caller,
    row: &CaseRow,
    child: &Case,
    way: &Way,
    status: Status,
) -> Vec<NewEvent> {
    let (kind, note) = match way {
        Way::Released { .. } => (FactKind::CaseReleased, None),
        Way::Held { reason, .. } => (FactKind::CaseHeld, Some((*reason).to_owned())),
    };
    let at = child.received_at;
    let on = FactKind::CaseReferredOn;
    let mut opened = happened(child.id, caller, on, Status::Received, at);
    opened.visible_to_referrer = true;
    let mut decided = happened(child.id, &Caller::System, kind, status, at);
    decided.note = note;
    let told = happened(row.id, caller, on, row.status, at);
    vec![opened, decided, told]
}

fn facts(caller: &Caller, row: &CaseRow, child: &Case, plan: &Plan, way: &Way) -> Vec<Fact> {
    let consent = plan.consent.at.map(|at| at.to_string());
    let how = plan.consent.how.clone();
    let referred = Fact::new(FactKind::CaseReferredOn, caller)
        .about(row.id)
        .with("case", child.id.to_string())
        .with("partner", plan.partner.slug.clone())
        .with("consent-at", consent.unwrap_or_default())
        .with("consent-how", how.unwrap_or_default());
    let decided = match way {
        Way::Released { routed, leg } => {
            let fact = Fact::new(FactKind::CaseReleased, &Caller::System).about(child.id);
            routed.told_in(fact).with("leg", leg.id.to_string())
        }
        Way::Held {
            reason, details, ..
        } => details.iter().fold(
            Fact::new(FactKind::CaseHeld, &Caller::System)
                .about(child.id)
                .with("reason", *reason),
            |fact, detail| fact.with("table-row", detail.clone()),
        ),
    };
    vec![referred, decided]
}

/// The same key with the same body gets the same answer.
fn repeated(asking: &Asking, earlier: &UpdateKey) -> Result<ReferredOn, Problem> {
    let reused = || Problem::new(&problems::KEY_REUSED).at("Idempotency-Key");
    if earlier.body_hash != asking.body_hash {
        return Err(reused());
    }
    let text = String::from_utf8_lossy(&earlier.response);
    let mut words = text.split(' ');
    let id = words.next().and_then(|word| word.parse().ok());
    let reference = words.next().and_then(CaseReference::parse);
    let partner = words.next().map(str::to_owned);
    match (id, reference, partner) {
        (Some(id), Some(reference), Some(partner)) => Ok(ReferredOn {
            id,
            reference,
            partner,
        }),
        _ => Err(reused()),
    }
}
