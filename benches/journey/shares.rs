//! Each stage of the journey alone: what is left of the whole is HTTP and the rest.

mod given;
mod kept;

use std::hint::black_box;
use std::time::Duration;

use uuid::Uuid;
use workwell_gateway::conformance::parties::referral::Place;
use workwell_gateway::domain::mapping::render;
use workwell_gateway::domain::routing::decide_among;
use workwell_gateway::gateway::receive::Reading;
use workwell_gateway::gateway::tables::trace_csv;
use workwell_gateway::standards::bars::headers::{self, RequestKind};
use workwell_gateway::standards::bars::{accept, outcome, read};
use workwell_gateway::standards::fhir::Document;
use workwell_gateway::standards::{payload, profile};

use super::message::Sender;
use super::{Fault, stage};
use given::{Given, House};

/// Inputs of a stage.
const MESSAGES: usize = 500;

/// CPU of one message in each stage.
pub struct Shares {
    /// Reading the request's headers: all there is of identity so far.
    pub headers: Duration,
    /// Bytes to tree.
    pub parse: Duration,
    /// The tree against the element table.
    pub walk: Duration,
    /// The BaRS rules and the referral.
    pub read: Duration,
    /// Finding the provider.
    pub routing: Duration,
    /// The provider's fields, its payload and the trace.
    pub mapping: Duration,
    /// The echo of the 200.
    pub echo: Duration,
    /// Hash of the body, look-up hashes, keys, sealing, audit leaves.
    pub sealing: Duration,
    /// The look before and the commit, 16 side by side, without the sealing.
    pub store: Duration,
}

pub async fn measure(sender: &mut Sender<'_>) -> Result<Shares, Fault> {
    let house = House::open()?;
    let reading = Reading::of(&house.settings);
    let sendings: Vec<_> = (0..MESSAGES)
        .map(|_| sender.one(Place::BOROUGH_WORKS))
        .collect();
    let header_stage = stage::each(&sendings, |sending| {
        let lookup = |name: &str| {
            let mut all = sending.headers.iter();
            let found = all.find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.as_str())
        };
        let headers = headers::read(RequestKind::Message, &reading.headers, &lookup);
        black_box(headers.is_ok());
    });
    let parse = stage::each(&sendings, |sending| {
        black_box(Document::parse(sending.body.clone(), &reading.limits).is_ok());
    });
    let given: Vec<Given> = sendings
        .iter()
        .map(|sending| Given::read(sending, &reading, &house))
        .collect::<Result<_, _>>()?;
    let walk = stage::each(&given, |given| {
        let found = profile::check(&given.document, &profile::Ask::everything());
        let told = profile::Policy::default().apply(found);
        black_box(outcome::of_findings(told).len());
    });
    let groups = house.tables.condition_groups();
    let now = jiff::Timestamp::now();
    let read = stage::each(&given, |given| {
        let read = read::read(&given.document, &given.headers, &reading.body, groups, now);
        black_box(read.problems.len());
    });
    let routing = stage::each(&given, |given| {
        let tables = &house.tables;
        let subject = house.subject(&given.case.referral);
        let decision = decide_among(&subject, &[], &tables.offers());
        black_box(decision.considered.len());
    });
    let provider = house.provider()?;
    let mapping = stage::each(&given, |given| {
        let rendered = render(&given.case, provider, house.today);
        let payload = payload::json::fields(&rendered.outputs).map_or(0, |bytes| bytes.len());
        black_box(payload + trace_csv(&rendered).len());
    });
    let echo = stage::each(&given, |given| {
        black_box(accept::accept(&given.document, &given.minted(), &mut Uuid::new_v4).len());
    });
    let kept = kept::measure(given, &house).await?;
    Ok(Shares {
        headers: header_stage,
        parse,
        walk,
        read,
        routing,
        mapping,
        echo,
        sealing: kept.sealing,
        store: kept.store,
    })
}
