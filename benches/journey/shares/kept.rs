//! What is kept of a referral: sealed and hashed, then committed in groups.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Semaphore;
use uuid::Uuid;
use workwell_gateway::adapters::seal::{Seal, sha256};
use workwell_gateway::adapters::store::{
    Answer, Answered, ChosenProvider, Direction, LegKind, LegState, NewCase, NewEvent, NewLeg,
    NewMessage, Receiving, RequestKey, Store, Unit,
};
use workwell_gateway::domain::caller::Caller;
use workwell_gateway::domain::fact::{Fact, FactKind};
use workwell_gateway::domain::identifiers::{MessageId, OdsCode, OutboxId};
use workwell_gateway::domain::mapping::render;
use workwell_gateway::domain::responsibility::Responsible;
use workwell_gateway::domain::status::Status;
use workwell_gateway::gateway::tables::trace_csv;
use workwell_gateway::standards::payload;

use super::given::{Given, House};
use crate::journey::{Fault, cpu, stage};

/// Receipts side by side.
const SIDE_BY_SIDE: usize = 16;

/// CPU of one message.
pub struct Kept {
    /// Keys, ciphers, hashes.
    pub sealing: Duration,
    /// The look before and the commit.
    pub store: Duration,
}

/// What is sealed and hashed for one referral.
struct Plain {
    unit: Unit,
    case_json: Vec<u8>,
}

pub async fn measure(given: Vec<Given>, house: &House) -> Result<Kept, Fault> {
    let plains = given
        .iter()
        .map(|given| plain(given, house))
        .collect::<Result<Vec<_>, _>>()?;
    let seal = Seal::in_memory().map_err(|_| "no random key")?;
    let sealing = stage::each(&plains, |plain| {
        black_box(seal_all(&seal, plain));
    });
    let store = commit_all(plains).await?;
    Ok(Kept {
        sealing,
        store: store.saturating_sub(sealing),
    })
}

/// The unit of work of an accepted referral, as the gateway makes it.
fn plain(given: &Given, house: &House) -> Result<Plain, Fault> {
    let case = &given.case;
    let (id, now) = (case.id, case.received_at);
    let provider = house.provider()?;
    let rendered = render(case, provider, house.today);
    let caller = caller()?;
    let key = RequestKey {
        organisation: "Y99001".to_owned(),
        request_id: given.headers.request_id,
        correlation_id: given.headers.correlation_id,
    };
    let body = given.document.source().to_vec();
    let event = |actor: &Caller, kind: FactKind, status: Status| NewEvent {
        case_id: id,
        occurred_at: now,
        actor: actor.label(),
        kind: kind.code().to_owned(),
        status,
        provider_word: None,
        note: None,
        evidence: None,
        visible_to_referrer: false,
        holder: None,
    };
    let message = MessageId::new(Uuid::now_v7());
    let unit = Unit {
        answer: Some(Answer {
            key: key.clone(),
            body_hash: sha256(&body),
            outcome: Answered::Done {
                case_id: Some(id),
                http: 200,
            },
            at: now,
        }),
        unique_open_identifier: true,
        messages: vec![NewMessage {
            id: message,
            case_id: id,
            direction: Direction::In,
            bundle_id: case.referral.bundle_id,
            request_id: key.request_id,
            correlation_id: key.correlation_id,
            event: "servicerequest-request".to_owned(),
            reason: "new".to_owned(),
            body_hash: sha256(&body),
            body,
        }],
        events: vec![
            event(&caller, FactKind::ReferralAccepted, Status::Received),
            event(&Caller::System, FactKind::CaseReleased, Status::Routed),
        ],
        facts: vec![
            Fact::new(FactKind::ReferralAccepted, &caller)
                .about(id)
                .shown_by(message)
                .with("use-case", case.referral.use_case.clone()),
            Fact::new(FactKind::CaseReleased, &Caller::System)
                .about(id)
                .with("provider", provider.slug.clone())
                .with("tables", provider.digest.clone())
                .with("basis", "residence")
                .with("leg", Uuid::new_v4().to_string()),
        ],
        legs: vec![NewLeg {
            id: OutboxId::new(Uuid::now_v7()),
            case_id: id,
            kind: LegKind::Deliver,
            destination: provider.slug.clone(),
            channel: provider.channel.code().to_owned(),
            content_type: payload::json::CONTENT_TYPE.to_owned(),
            payload: payload::json::fields(&rendered.outputs).map_err(|_| "not rendered")?,
            trace: Some(trace_csv(&rendered)),
            effect_key: format!("{id}-1"),
            says: None,
            version: 1,
            state: LegState::Waiting,
            due_at: now,
        }],
        open: Some(NewCase {
            case: Box::new(case.clone()),
            referrer: key.organisation,
            status: Status::Routed,
            hold: None,
            provider: Some(ChosenProvider {
                slug: provider.slug.clone(),
                digest: provider.digest.clone(),
            }),
            restricted: false,
            responsible: Responsible::GatewayOperator("Gateway operator".to_owned()),
            milestone: None,
        }),
        ..Unit::default()
    };
    Ok(Plain {
        unit,
        case_json: serde_json::to_vec(case)?,
    })
}

fn caller() -> Result<Caller, Fault> {
    let ods = OdsCode::parse("Y99001").ok_or("a code of ours")?;
    Ok(Caller::Referrer(ods))
}

/// The same values as the store seals, and as many hashes: one body, five look-ups (two
/// of them before), two leaves.
fn seal_all(seal: &Seal, plain: &Plain) -> usize {
    let Some(open) = &plain.unit.open else {
        return 0;
    };
    let Ok((key, wrapped)) = seal.new_case_key(open.case.id) else {
        return 0;
    };
    let mut length = wrapped.len();
    for message in &plain.unit.messages {
        length += usize::from(sha256(&message.body)[0]);
        length += key
            .seal("message", &message.body)
            .map_or(0, |sealed| sealed.len());
    }
    for leg in &plain.unit.legs {
        length += key
            .seal("payload", &leg.payload)
            .map_or(0, |sealed| sealed.len());
        let trace = leg.trace.as_deref().unwrap_or_default();
        length += key.seal("trace", trace).map_or(0, |sealed| sealed.len());
    }
    length += key
        .seal("case", &plain.case_json)
        .map_or(0, |sealed| sealed.len());
    for _ in 0..5 {
        length += usize::from(seal.lookup("nhs-number", "9990000018")[0]);
    }
    for _ in &plain.unit.facts {
        length += usize::from(sha256(&[1; 256])[0]);
    }
    length
}

/// Looks and commits each, sixteen side by side; CPU of the whole process for one.
async fn commit_all(plains: Vec<Plain>) -> Result<Duration, Fault> {
    let (store, _folder) = Store::in_temp_dir()
        .await
        .map_err(|_| "no temporary store")?;
    let caller = caller()?;
    let count = u32::try_from(plains.len())?;
    let places = Arc::new(Semaphore::new(SIDE_BY_SIDE));
    let before = cpu::process();
    let mut tasks = Vec::new();
    for plain in plains {
        let place = Arc::clone(&places).acquire_owned().await?;
        let (store, caller) = (store.clone(), caller.clone());
        tasks.push(tokio::spawn(async move {
            let answer = plain.unit.answer.as_ref().ok_or("a unit answers")?;
            let referral = &plain
                .unit
                .open
                .as_ref()
                .ok_or("a unit opens")?
                .case
                .referral;
            let identifiers = referral.identifiers().map(str::to_owned);
            let identifiers: Vec<String> = identifiers.collect();
            let receiving = Receiving {
                key: &answer.key,
                service_request_identifiers: &identifiers,
                person: Some(&referral.person),
            };
            let looked = store.before_receive(&caller, receiving).await;
            looked.map_err(|problem| problem.to_string())?;
            let committed = store.commit(plain.unit, Timestamp::now()).await;
            committed.map_err(|error| error.to_string())?;
            drop(place);
            Ok::<(), Fault>(())
        }));
    }
    for task in tasks {
        task.await??;
    }
    Ok(cpu::process().saturating_sub(before) / count)
}
