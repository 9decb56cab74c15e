//! Accepts a new referral: opens the case, decides who gets it, and commits receipt and
//! release as one unit of work before the 200 is written (DESIGN I3).

use std::sync::Arc;

use jiff::Timestamp;

use super::conditions::{Condition, Treatment};
use super::happened::happened;
use super::receive::{Answer, Message};
use super::release::reasons_of;
use super::route::Routed;
use super::unlisted;
use super::{Gateway, Tables};
use crate::adapters::journal::Kind;
use crate::adapters::store::{
    BeforeReceive, ChosenProvider, CommitError, Hold, LegState, NewCase, NewEvent, NewLeg,
    Receiving, Unit,
};
use crate::config::{Mode, Policies};
use crate::domain::caller::Caller;
use crate::domain::case::{Case, MODEL_VERSION, Person, Referral, SenderIds};
use crate::domain::consent::Decision;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::identifiers::{CaseId, CaseReference, NhsNumber, ServiceRequestId};
use crate::domain::provider::Provider;
use crate::domain::responsibility::Responsible;
use crate::domain::status::Status;
use crate::problem::{
    Problem,
    area::{referral as problems, safety},
};
use crate::standards::bars::accept;

/// What the decision has to know beside the case itself.
pub(super) struct Given {
    /// The tables by which it is decided.
    pub tables: Arc<Tables>,
    /// A phrase that tells of a crisis was found.
    pub has_red_flag: bool,
    /// What another open case of the person means, where there is one.
    pub open_case: Option<Condition>,
    /// A person has judged that neither, nor a mark of death, is a reason to keep the case.
    pub send_anyway: bool,
    /// The version under which it would be delivered.
    pub version: u32,
}

impl Given {
    /// Whether the phrase keeps the case until a person has judged it.
    pub(super) fn holds_red_flag(&self, policies: Policies) -> bool {
        !self.send_anyway && self.finds_red_flag(policies)
    }

    /// What another open case keeps the case for, until a person has judged it.
    const fn holds_open_case(&self) -> Option<Condition> {
        if self.send_anyway {
            None
        } else {
            self.open_case
        }
    }

    const fn holds_dead(&self, case: &Case) -> bool {
        !self.send_anyway && case.referral.person.deceased
    }

    /// What the person's judgement lets pass, by the words of the conditions.
    pub(super) fn set_aside(&self, case: &Case, policies: Policies) -> Vec<&'static str> {
        let dead = case.referral.person.deceased.then_some(Condition::Deceased);
        let red_flag = self.finds_red_flag(policies).then_some(Condition::RedFlag);
        let found = dead.into_iter().chain(red_flag).chain(self.open_case);
        let set_aside = found.filter(|_| self.send_anyway);
        set_aside.map(Condition::code).collect()
    }

    fn finds_red_flag(&self, policies: Policies) -> bool {
        self.has_red_flag && Condition::RedFlag.treatment(&policies) == Treatment::Hold
    }
}

/// Where a case goes.
pub(super) enum Way {
    /// To a provider, now.
    Released { routed: Routed, leg: Box<NewLeg> },
    /// Nowhere until a named person has decided; the provider is kept where one was found.
    Held {
        reason: &'static str,
        /// The rows of tables that keep it; for what a person judges, and what nobody may
        /// release, what else keeps it, by the words of the conditions.
        details: Vec<String>,
        routed: Option<Routed>,
        /// What its referrer is told of the provider's lists: for a problem that is no
        /// warning a new referral is refused, and one that was accepted before is held.
        told: Option<Problem>,
    },
}

impl Way {
    /// Why the case is held, where it is.
    const fn held_for(&self) -> Option<&'static str> {
        match self {
            Self::Held { reason, .. } => Some(reason),
            Self::Released { .. } => None,
        }
    }

    /// What the referrer is told of the provider's lists.
    const fn told(&self) -> Option<&Problem> {
        match self {
            Self::Held { told, .. } => told.as_ref(),
            Self::Released { .. } => None,
        }
    }

    /// Why a referral that comes to this is refused where it is new.
    pub(super) fn refusal(&self) -> Option<&Problem> {
        self.told().filter(|problem| !problem.warning)
    }
}

impl Gateway {
    /// Accepts a new referral, or gives every reason why not.
    pub(super) async fn accept(
        &self,
        message: &Message<'_>,
        referral: &Referral,
        mut before: BeforeReceive,
    ) -> Result<Answer, Vec<Problem>> {
        loop {
            if before.open_identifier.is_some() {
                return Err(already_open());
            }
            let now = message.at;
            let case = self.open(message, referral.clone(), &before, now);
            let open_case = self
                .open_case_at_receipt(&case, &before)
                .await
                .map_err(|problem| vec![problem])?;
            let given = Given {
                tables: Arc::clone(&message.tables),
                has_red_flag: message.has_red_flag,
                open_case,
                send_anyway: false,
                version: 1,
            };
            let way = self
                .way_of(&given, &case, now)
                .await
                .map_err(|problem| vec![problem])?;
            if let Some(problem) = way.refusal() {
                return Err(vec![problem.clone()]);
            }
            let answer = self.answer_to(message, &case, way.told());
            let (id, reference) = (case.id, case.reference.clone());
            let held = way.held_for();
            let mut unit = self.unit(message, case, way, now);
            if held.is_some_and(|reason| self.hides_red_flag(&given, reason)) {
                unit.raise.push(self.crisis_entry(id, now));
            }
            unit.no_open_case_of_person = before.open_cases_of_person.is_empty();
            // What is held or waits to be collected gives the delivery worker nothing to
            // do, and its look at the outbox costs as much as reading the message.
            let to_be_sent = unit.legs.iter().any(|leg| leg.state == LegState::Released);
            match self.commit(unit, None, now).await {
                Ok(_) => {
                    self.journal(message, Kind::New, id, &reference);
                    if to_be_sent {
                        self.outbox_changed.notify_one();
                    }
                    for system in message.conditions_in_no_group {
                        self.telemetry.condition_not_known(system);
                    }
                    let exchange = message.exchange();
                    match held {
                        Some(reason) => self.telemetry.referral_held(exchange, id, reason),
                        None => self.telemetry.referral_accepted(exchange, id),
                    }
                    return Ok(answer);
                }
                // Another referral of the same person came in between: decide again.
                Err(CommitError::Stale) => {
                    before = self.look_again(message, referral).await?;
                }
                Err(CommitError::AlreadyAnswered(earlier)) => return Ok(message.repeat(&earlier)),
                Err(CommitError::OpenIdentifier(_)) => return Err(already_open()),
                Err(error) => return Err(vec![super::unavailable(&error)]),
            }
        }
    }

    async fn look_again(
        &self,
        message: &Message<'_>,
        referral: &Referral,
    ) -> Result<BeforeReceive, Vec<Problem>> {
        let receiving = Receiving {
            key: &message.key,
            service_request_identifiers: &message.facts.service_request_identifiers,
            person: Some(&referral.person),
        };
        let found = self.store.before_receive(&message.caller, receiving).await;
        found.map_err(|problem| vec![problem])
    }

    fn open(
        &self,
        message: &Message<'_>,
        referral: Referral,
        before: &BeforeReceive,
        now: Timestamp,
    ) -> Case {
        let id = CaseId::new(self.ids.v7(now));
        let sender = message.facts;
        Case {
            model_version: MODEL_VERSION.to_owned(),
            id,
            // Its own random bits: an id minted in sequence would spell its neighbours.
            reference: CaseReference::of(self.ids.v4()),
            // In the order of time, so that its index grows at its end; nobody but the
            // referrer reads anything under it.
            service_request_id: ServiceRequestId::new(self.ids.v7(now)),
            // An open case of the person, else the last one: reopening is a new, linked
            // case (DESIGN I10).
            part_of: before
                .open_cases_of_person
                .first()
                .map(|open| open.id)
                .or(before.earlier_case_of_person),
            sender_ids: SenderIds {
                patient: Some(
                    sender
                        .patient_id
                        .clone()
                        .unwrap_or_else(|| self.ids.v4().to_string()),
                ),
                encounter: sender.encounter_id.clone(),
                encounter_as: sender.encounter_as.clone(),
            },
            referred_on_by: None,
            test_person: is_test(&referral.person),
            has_red_flag: Some(message.has_red_flag),
            received_at: now,
            referral,
        }
    }

    /// Decides by the table of conditions. Order matters: a restricted record is not even
    /// routed, because routing looks at the location.
    pub(super) async fn way_of(
        &self,
        given: &Given,
        case: &Case,
        now: Timestamp,
    ) -> Result<Way, Problem> {
        let case = case.at(now);
        let case = case.as_ref();
        let policies = &self.settings.bars.policies;
        let mode = self.settings.gateway.mode;
        let refuses = |condition: Condition| condition.treatment(policies) == Treatment::Refuse;
        let held_told = |condition: Condition, routed, told| {
            Ok(Way::Held {
                reason: condition.code(),
                // Whoever acts on it has to see it, whatever else keeps the case.
                details: also(given.holds_dead(case).then_some(&Condition::Deceased)),
                routed,
                told,
            })
        };
        if mode == Mode::Test && is_outside_test_range(case) && refuses(Condition::NotTestNumber) {
            let problem = Problem::new(&safety::NOT_TEST_NUMBER);
            return Err(problem.at("Patient.identifier"));
        }
        if case.referral.person.security.hides_location() {
            return held_told(Condition::Restricted, None, None);
        }
        let routed = self.route(&given.tables, case).await?;
        // What the lists say comes before all that the referrer does not know, such as another
        // case of the person: whether it is told must not show why a case is held.
        let provider = Arc::clone(&routed.provider);
        let rendered = self.rendered(case, &routed);
        let told = unlisted::told(&provider, &rendered);
        if told.as_ref().is_some_and(|problem| !problem.warning) {
            return Ok(Way::Held {
                reason: Condition::UnmappedCodeRefused.code(),
                details: reasons_of(&rendered),
                routed: Some(routed),
                told,
            });
        }
        let held = |condition, routed| held_told(condition, routed, told.clone());
        if mode == Mode::Production && case.test_person {
            return held(Condition::TestNumber, Some(routed));
        }
        let consents = &case.referral.consents;
        if consents.forbids_delivery() {
            return held(Condition::WorkwellConsentRefused, Some(routed));
        }
        let needs_consent = routed.provider.basis.needs_workwell_consent();
        let lacks_consent = needs_consent && consents.workwell.decision != Decision::Given;
        let condition = Condition::WorkwellConsentNotRecorded;
        let holds_red_flag = given.holds_red_flag(*policies);
        // Likewise before another case of the person: who is refused without one is refused
        // with one.
        let refuses_it = refuses(condition) || refuses_without_consent(&routed.provider);
        if lacks_consent && refuses_it && !holds_red_flag {
            return Err(Problem::new(&problems::WORKWELL_CONSENT_MISSING).at("Consent"));
        }
        // A person judges these, who has to see all that their word would set aside. Beside a
        // mark of death a phrase that tells of a crisis has an entry of its own in the queue.
        let judged = [
            given.holds_dead(case).then_some(Condition::Deceased),
            holds_red_flag.then_some(Condition::RedFlag),
            given.holds_open_case(),
            lacks_consent.then_some(condition),
        ];
        let mut first = judged.iter().take(2).flatten();
        if let Some(reason) = first.next() {
            return Ok(Way::Held {
                reason: reason.code(),
                details: also(judged.iter().flatten().filter(|other| *other != reason)),
                routed: Some(routed),
                told,
            });
        }
        if let Some(open_case) = given.holds_open_case() {
            return held(open_case, Some(routed));
        }
        if lacks_consent {
            return held(condition, Some(routed));
        }
        let (disclosed, kept_back) = (rendered.disclosed(), rendered.kept_back());
        match self.release(case, &routed, &rendered, given.version, now) {
            Ok(leg) => Ok(Way::Released {
                routed: Routed {
                    disclosed,
                    kept_back,
                    ..routed
                },
                leg: Box::new(leg),
            }),
            Err(fault) => Ok(Way::Held {
                reason: Condition::MappingFault.code(),
                details: fault.reasons,
                routed: Some(routed),
                told,
            }),
        }
    }

    /// The echo, the same for a released and a held case: a hold shows no detail. What is
    /// told of the provider's lists is told whatever else a case is held for.
    fn answer_to(&self, message: &Message<'_>, case: &Case, told: Option<&Problem>) -> Answer {
        let warnings: Vec<Problem> = message.told().chain(told).cloned().collect();
        let minted = accept::Minted {
            service_request_id: case.service_request_id,
            encounter_id: case.id.uuid(),
            reference: case.reference.clone(),
            now: case.received_at,
            hide_location: case.referral.person.security.hides_location(),
            patient_id: case.sender_ids.patient.clone().unwrap_or_default(),
            notice: message
                .has_red_flag
                .then_some(safety::NO_CRISIS_SERVICE.advice),
            warnings: &warnings,
        };
        Answer::echo(accept::accept(message.document, &minted, &mut || {
            self.ids.v4()
        }))
    }

    fn unit(&self, message: &Message<'_>, case: Case, way: Way, now: Timestamp) -> Unit {
        let id = case.id;
        let restricted = case.referral.person.security.hides_location();
        let mut unit = message.done(Some(id), now);
        unit.unique_open_identifier = case.referral.service_request_identifier.is_some();
        unit.messages = vec![message.received(id)];
        unit.facts = vec![accepted(message, id, &case.referral.use_case)];
        let status = match &way {
            Way::Released { .. } => Status::Routed,
            Way::Held { .. } => Status::Held,
        };
        unit.events = vec![event(
            &case,
            &message.caller,
            FactKind::ReferralAccepted,
            Status::Received,
            None,
        )];
        unit.events[0].evidence = Some(message.id);
        let (hold, routed) = match way {
            Way::Released { routed, leg } => {
                unit.events.push(event(
                    &case,
                    &Caller::System,
                    FactKind::CaseReleased,
                    status,
                    None,
                ));
                let fact = Fact::new(FactKind::CaseReleased, &Caller::System).about(id);
                let fact = routed.told_in(fact).with("leg", leg.id.to_string());
                unit.facts.push(fact);
                unit.legs.push(*leg);
                (None, Some(routed))
            }
            Way::Held {
                reason,
                details,
                routed,
                ..
            } => {
                let note = Some(note_of(reason, &details));
                unit.events.push(event(
                    &case,
                    &Caller::System,
                    FactKind::CaseHeld,
                    status,
                    note,
                ));
                let fact = Fact::new(FactKind::CaseHeld, &Caller::System).about(id);
                unit.facts.push(kept_by(fact, reason, &details));
                (
                    Some(Hold {
                        reason: reason.to_owned(),
                        since: now,
                    }),
                    routed,
                )
            }
        };
        let chosen = routed.as_ref();
        unit.room = chosen.and_then(|routed| self.room_at(&routed.provider));
        unit.open = Some(NewCase {
            referrer: message.key.organisation.clone(),
            status,
            hold,
            provider: routed.map(|routed| ChosenProvider {
                slug: routed.provider.slug.clone(),
                digest: routed.provider.digest.clone(),
            }),
            restricted,
            // Until a provider has the case, the person is ours to answer for (DESIGN I9).
            responsible: Responsible::GatewayOperator(self.settings.gateway.operator.clone()),
            milestone: None,
            case: Box::new(case),
        });
        unit
    }
}

fn event(
    case: &Case,
    actor: &Caller,
    kind: FactKind,
    status: Status,
    note: Option<String>,
) -> NewEvent {
    NewEvent {
        note,
        visible_to_referrer: matches!(status, Status::Received),
        ..happened(case.id, actor, kind, status, case.received_at)
    }
}

/// The words of conditions.
fn also<'c>(conditions: impl IntoIterator<Item = &'c Condition>) -> Vec<String> {
    let words = conditions.into_iter().map(|condition| condition.code());
    words.map(str::to_owned).collect()
}

/// Whether the details of a hold are other conditions; else they are rows of tables.
fn names_others(reason: &str) -> bool {
    [
        Condition::Restricted,
        Condition::TestNumber,
        Condition::WorkwellConsentRefused,
        Condition::Deceased,
        Condition::RedFlag,
    ]
    .iter()
    .any(|condition| condition.code() == reason)
}

/// The fact with what keeps a case.
pub(super) fn kept_by(fact: Fact, reason: &str, details: &[String]) -> Fact {
    let named = if names_others(reason) {
        "also"
    } else {
        "table-row"
    };
    let fact = fact.with("reason", reason);
    details
        .iter()
        .fold(fact, |fact, detail| fact.with(named, detail.clone()))
}

/// What the history says of a hold. Whoever judges one has to see there what else their word
/// would set aside.
pub(super) fn note_of(reason: &str, details: &[String]) -> String {
    if !names_others(reason) {
        return reason.to_owned();
    }
    let others = details.iter().map(String::as_str);
    let all: Vec<&str> = std::iter::once(reason).chain(others).collect();
    all.join("; ")
}

/// Whether the person's number is of the range that is kept for tests.
fn is_test(person: &Person) -> bool {
    person.nhs_number.as_ref().is_some_and(NhsNumber::is_test)
}

/// Whether the person has a number that may be somebody's. Who comes without a number can
/// only be taken at the sender's word.
fn is_outside_test_range(case: &Case) -> bool {
    case.referral.person.nhs_number.is_some() && !case.test_person
}

fn refuses_without_consent(provider: &Provider) -> bool {
    provider.workwell_consent == crate::domain::provider::ConsentPolicy::Refuse
}

fn already_open() -> Vec<Problem> {
    vec![Problem::new(&problems::REFERRAL_OPEN).at("ServiceRequest.identifier")]
}

/// The audit fact of a receipt, with the codes of its warnings: each once.
fn accepted(message: &Message<'_>, id: CaseId, use_case: &str) -> Fact {
    let mut codes: Vec<&str> = message
        .warnings
        .iter()
        .map(|found| found.entry.code)
        .collect();
    codes.sort_unstable();
    codes.dedup();
    let fact = Fact::new(FactKind::ReferralAccepted, &message.caller)
        .about(id)
        .shown_by(message.id)
        .with("use-case", use_case);
    let fact = message.sent_with(fact);
    codes
        .into_iter()
        .fold(fact, |fact, code| fact.with("warning", code))
}
