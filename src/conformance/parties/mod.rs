//! The parties that a person or a test can watch: a practice's system, three local
//! providers to whom it refers and a partner to whom they refer on, each on its own
//! loopback port.

pub mod conforms;
pub mod event;
pub mod gp;
pub mod providers;
pub mod referral;
pub mod time;
pub mod wire;

use std::io;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::mpsc::UnboundedReceiver;

use event::{Event, Feed};
use gp::{Gp, Practice};
use providers::Desk;
use providers::fhir::FhirProvider;
use providers::poller::{self, PollingProvider};
use providers::webhook::WebhookProvider;

/// How long the council's service waits between two rounds.
const BETWEEN_ROUNDS: Duration = Duration::from_millis(100);

/// Everybody around the gateway, running. They are started first: the gateway's
/// configuration needs their addresses and secrets.
#[derive(Debug)]
pub struct Parties {
    /// The practice's system.
    pub gp: Gp,
    /// Provider `lantern`: a charity with a webhook.
    pub lantern: WebhookProvider,
    /// Provider `borough-works`: a council service that collects.
    pub borough_works: PollingProvider,
    /// Provider `vale-nhs-trust`: takes a FHIR Bundle.
    pub vale_nhs_trust: FhirProvider,
    /// Partner `stillwater`: counsellors who collect. They stay away until a scenario
    /// connects their desk.
    pub stillwater: PollingProvider,
    /// Where they all tell what they do.
    pub feed: Feed,
    /// What they told, in order.
    pub events: UnboundedReceiver<Event>,
}

impl Parties {
    /// Starts everybody on free loopback ports.
    pub async fn start() -> io::Result<Self> {
        let (feed, events) = Feed::new();
        Ok(Self {
            gp: Gp::start(Practice::default(), feed.clone()).await?,
            lantern: WebhookProvider::start(feed.clone()).await?,
            borough_works: PollingProvider::start(feed.clone(), BETWEEN_ROUNDS),
            vale_nhs_trust: FhirProvider::start(feed.clone()).await?,
            stillwater: poller::stillwater(feed.clone(), BETWEEN_ROUNDS),
            feed,
            events,
        })
    }

    /// Tells the providers where the gateway's `/provider/v1` is.
    pub fn connect(&self, provider_base: &str) {
        for (_, desk) in self.desks() {
            desk.api().connect(provider_base);
        }
    }

    /// Lets so much time pass at once at every provider's.
    pub fn advance(&self, by: SignedDuration) {
        for (_, desk) in self.all_desks() {
            desk.api().time().advance(by);
        }
    }

    /// The desks by slug of everybody who takes cases, the partner the last.
    pub const fn all_desks(&self) -> [(&'static str, &Desk); 4] {
        let [lantern, borough_works, vale_nhs_trust] = self.desks();
        let stillwater = ("stillwater", &self.stillwater.desk);
        [lantern, borough_works, vale_nhs_trust, stillwater]
    }

    /// The desks by slug of the providers to whom the practice's referrals are routed.
    pub const fn desks(&self) -> [(&'static str, &Desk); 3] {
        [
            ("lantern", &self.lantern.desk),
            ("borough-works", &self.borough_works.desk),
            ("vale-nhs-trust", &self.vale_nhs_trust.desk),
        ]
    }
}
