//! The use cases, one verb a file.
//!
//! A verb reads, decides with `domain`, and hands the store one unit of work; when the
//! rows have changed meanwhile it reads and decides again. Nothing is told to anybody
//! before it is durable.

pub mod accept;
pub mod acknowledge;
mod alert;
pub mod call;
mod call_referrer;
pub mod cancel;
mod closing_reason;
pub mod collect;
mod commit;
pub mod conditions;
pub mod correct;
pub mod deliver;
pub mod evidence;
pub mod feed_back;
mod find_referral;
mod happened;
pub mod hold;
mod leg;
pub mod no_news;
mod open_case;
pub mod outbox;
pub mod places;
pub mod read;
pub mod receive;
pub mod redecide;
pub mod refer_on;
mod release;
mod report_check;
pub mod resolve;
pub mod return_to_referrer;
mod route;
mod send;
mod stop;
mod stop_onward;
pub mod store_hold;
pub mod tables;
mod tell_referrer;
mod unlisted;
pub mod upkeep;
pub mod validation;
mod waiting;
pub mod watch_clocks;
pub mod whom_to_ring;

use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use tokio::sync::Notify;

use crate::adapters::channels::{Channels, Schedule};
use crate::adapters::places::Places;
use crate::adapters::store::{CommitError, InFlight, Store};
use crate::config::{Clock, Ids, Settings};
use crate::domain::identifiers::CaseId;
use crate::domain::working_days::WorkingDays;
use crate::problem::{Problem, area::store as store_problems};
use crate::telemetry::Telemetry;

pub use crate::adapters::seal::sha256;
pub use tables::Tables;

/// The gateway: the use cases over concrete adapters.
pub struct Gateway {
    pub(crate) store: Store,
    pub(crate) channels: Channels,
    pub(crate) schedule: Schedule,
    pub(crate) places: Places,
    pub(crate) settings: Arc<Settings>,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    pub(crate) telemetry: Telemetry,
    tables: RwLock<Arc<Tables>>,
    /// The tables are loaded anew by one at a time.
    reloading: tokio::sync::Mutex<()>,
    /// Which days are worked; read for every case.
    calendar: WorkingDays,
    /// Whoever watches the clocks does so alone, in this process too, and knows until when
    /// the address of the alerts is left alone.
    watching: tokio::sync::Mutex<alert::Pause>,
    policies: receive::Reading,
    validation: validation::Validation,
    sending: InFlight<(CaseId, String)>,
    outbox_changed: Notify,
    hold: store_hold::Hold,
    started: Timestamp,
}

/// What a gateway is built from.
pub struct Parts {
    /// The durable store.
    pub store: Store,
    /// How destinations are reached.
    pub channels: Channels,
    /// When a failed attempt is repeated.
    pub schedule: Schedule,
    /// Postcodes and practices.
    pub places: Places,
    /// The mapping tables, loaded.
    pub tables: Tables,
    /// What messages are checked against.
    pub validation: validation::Validation,
    /// Every setting.
    pub settings: Arc<Settings>,
    /// What time it is.
    pub clock: Clock,
    /// New ids.
    pub ids: Ids,
    /// Logs and counters.
    pub telemetry: Telemetry,
}

impl Gateway {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        let policies = receive::Reading::of(&parts.settings);
        let started = parts.clock.now();
        let calendar = parts.settings.working_days();
        Self {
            store: parts.store,
            channels: parts.channels,
            schedule: parts.schedule,
            places: parts.places,
            settings: parts.settings,
            clock: parts.clock,
            ids: parts.ids,
            telemetry: parts.telemetry,
            tables: RwLock::new(Arc::new(parts.tables)),
            reloading: tokio::sync::Mutex::default(),
            calendar,
            watching: tokio::sync::Mutex::default(),
            policies,
            validation: parts.validation,
            sending: InFlight::default(),
            outbox_changed: Notify::new(),
            hold: store_hold::Hold::default(),
            started,
        }
    }

    /// The tables in force at this instant; a verb takes them once.
    pub fn tables(&self) -> Arc<Tables> {
        Arc::clone(&self.tables.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts other tables in force; whoever has taken the old ones keeps them.
    fn exchange_tables(&self, tables: Tables) {
        let tables = Arc::new(tables);
        *self.tables.write().unwrap_or_else(PoisonError::into_inner) = tables;
    }

    /// Every setting.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Logs and counters.
    pub fn telemetry(&self) -> &Telemetry {
        &self.telemetry
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// When this gateway was put together.
    pub const fn started(&self) -> Timestamp {
        self.started
    }

    /// New ids.
    pub fn ids(&self) -> &Ids {
        &self.ids
    }

    /// Waits until something was put into the outbox; for the delivery worker.
    pub async fn outbox_change(&self) {
        self.outbox_changed.notified().await;
    }
}

/// A store that could not write: the caller is told to come again.
fn unavailable(error: &CommitError) -> Problem {
    tracing::error!(error = %error, "the store did not take a unit of work");
    Problem::new(&store_problems::UNAVAILABLE)
}
