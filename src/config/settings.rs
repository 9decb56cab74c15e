//! What can be set, a file for each larger table. The words for every key are in
//! `default.toml`.

mod bars;
mod delivery;
mod log;
mod providers;
mod returns;
mod store;
mod validation;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::civil::Date;

use crate::domain::identifiers::OdsCode;
use crate::domain::working_days::WorkingDays;
use crate::problem::{Problem, area::config as entries};
pub use bars::{Bars, Limits, Outbound, Policies, Policy, Service};
pub use delivery::{Clearance, Delivery, PdsOff};
pub use log::{Log, LogFormat, LogLevel};
pub use providers::{Provider, ProviderApi, Token, TokenSource};
pub use returns::{ReturnChannel, Returns};
pub use store::{PostgresServer, Store, StoreUrl};
pub use validation::{Profiles, Validation, Verdict};

/// The sentence that opens listeners to other machines.
pub const NON_LOOPBACK: &str = "I understand that callers are not authenticated yet";

/// Every setting of the gateway.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Who runs this gateway.
    pub gateway: Gateway,
    /// The three listeners.
    pub listen: Listen,
    /// Receiving referrals and answering referrers.
    pub bars: Bars,
    /// Telling the referrer that a person comes back.
    pub returns: Returns,
    /// The API for local providers.
    pub provider_api: ProviderApi,
    /// What differs for one provider here, by folder name.
    pub providers: BTreeMap<String, Provider>,
    /// The durable store.
    pub store: Store,
    /// The tables that analysts edit.
    pub tables: Tables,
    /// What the findings of validation do.
    pub validation: Validation,
    /// What differs for one referrer, by ODS code.
    pub referrers: BTreeMap<String, Validation>,
    /// Definitions beyond the shipped ones.
    pub profiles: Profiles,
    /// Sending to providers and referrers.
    pub delivery: Delivery,
    /// Checks made before anything leaves.
    pub clearance: Clearance,
    /// Who is told when a clock runs out.
    pub clocks: Clocks,
    /// Where alerts go.
    pub alerts: Option<Alerts>,
    /// The gateway's own log.
    pub log: Log,
    /// Days on which nobody is at work.
    pub holidays: Vec<Date>,
}

/// `[gateway]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gateway {
    /// Whom it serves.
    pub mode: Mode,
    /// Shown in answers and logs.
    pub name: String,
    /// The organisation that answers for this gateway.
    pub organisation_ods: OdsCode,
    /// Who works the queue of held and parked cases.
    pub operator: String,
    /// Sent as the source of each message.
    pub software: String,
}

/// Whom a gateway serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// People: nothing about a number that is kept for tests is delivered.
    Production,
    /// Nobody: only numbers that are kept for tests are taken.
    Test,
}

impl Mode {
    /// The word in the settings.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Test => "test",
        }
    }
}

/// `[listen]`: addresses already checked against `non_loopback`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen {
    /// GP systems.
    pub bars: SocketAddr,
    /// Local providers.
    pub provider: SocketAddr,
    /// Operators.
    pub admin: SocketAddr,
    /// The file of the token with which operators act over the admin listener; without one
    /// nobody does.
    pub admin_token_file: Option<PathBuf>,
    /// Whether the sentence [`NON_LOOPBACK`] was written.
    pub non_loopback: bool,
    /// How long a connection may take to bring the head of a request.
    pub idle: Duration,
    /// How many connections each listener has at a time.
    pub connections: Connections,
}

/// `[listen.connections]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connections {
    /// From GP systems.
    pub bars: usize,
    /// From local providers.
    pub provider: usize,
    /// From operators.
    pub admin: usize,
}

/// `[tables]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tables {
    /// The folder of areas and providers.
    pub mappings: PathBuf,
    /// The folder of places and organisations.
    pub places: PathBuf,
    /// Whether two persons approve tables before they are used.
    pub approval: Approval,
}

/// Whether the tables of a provider are used before two persons have approved them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    /// They are used as they are; `mappings check` tells what is not approved.
    NotRequired,
    /// Only what two persons have approved is used.
    Required,
}

/// `[clocks]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clocks {
    /// How often what is overdue is looked for.
    pub every: Duration,
    /// Who owns an entry of the queue once it is overdue; `None`: whoever owned it before.
    pub escalate_to: Option<String>,
}

/// `[alerts]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alerts {
    /// Where alerts are posted (Standard Webhooks).
    pub url: String,
    /// The file of the signing secret.
    pub secret_file: PathBuf,
}

impl Settings {
    /// The base address under which callers reach the BaRS listener.
    pub fn base_url(&self) -> String {
        let own = self.bars.base_url.clone();
        own.unwrap_or_else(|| format!("http://{}", self.listen.bars))
    }

    /// Reads the settings: `path` if one is given, else `./gateway.toml` if it is
    /// there, over the built-in defaults; `env` goes before both.
    ///
    /// # Errors
    /// Every fault at once, each with file and line, key, value, reason and example.
    pub fn load(
        path: Option<&Path>,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Vec<Problem>> {
        super::load(path, env).map(|loaded| loaded.settings)
    }

    /// The built-in defaults.
    ///
    /// # Panics
    /// Never: a test reads the built-in defaults.
    pub fn built_in() -> Self {
        super::load::built_in().expect("a test reads the built-in defaults")
    }

    /// Which days are worked.
    pub fn working_days(&self) -> WorkingDays {
        WorkingDays::new(self.holidays.iter().copied())
    }

    /// What `serve` asks for beyond settings that can be read: an address for each
    /// listener, and that somebody answers for PDS being off.
    pub fn faults_for_serve(&self, today: Date) -> Vec<Problem> {
        let mut faults = self.clearance.faults(today);
        faults.extend(self.listen.faults());
        faults
    }
}

impl Listen {
    /// One address given to two listeners: the second could not be bound. Port 0 is any
    /// free one.
    fn faults(&self) -> Vec<Problem> {
        let all = [
            ("listen.bars", self.bars),
            ("listen.provider", self.provider),
            ("listen.admin", self.admin),
        ];
        let meet = |one: SocketAddr, other: SocketAddr| {
            let any = one.ip().is_unspecified() || other.ip().is_unspecified();
            let same = one.is_ipv4() == other.is_ipv4() && (any || one.ip() == other.ip());
            one.port() != 0 && one.port() == other.port() && same
        };
        let mut faults = Vec::new();
        for (at, (key, address)) in all.iter().enumerate() {
            let earlier = all[..at].iter().find(|(_, other)| meet(*other, *address));
            if let Some((first, _)) = earlier {
                let fault = Problem::new(&entries::CANNOT_LISTEN).at(*key);
                faults.push(fault.with(format!("{address} is that of `{first}` already")));
            }
        }
        faults
    }
}

impl Clearance {
    /// No case may leave without a trace in PDS unless somebody named answers for it until
    /// a day that has not passed (DESIGN section 4, step 10).
    fn faults(&self, today: Date) -> Vec<Problem> {
        let fault = match &self.pds_off {
            Some(off) if off.until >= today => return Vec::new(),
            Some(off) => format!(
                "`pds_off_until` {} has passed; decide anew and write a later day",
                off.until
            ),
            None => "write `pds_off_reason`, `pds_off_owner` and `pds_off_until`, for example \
                     \"pilot on synthetic data\", \"A. Example, ICB\" and \"2027-03-31\""
                .to_owned(),
        };
        vec![
            Problem::new(&entries::PDS_OFF_WITHOUT_REASON)
                .at("clearance")
                .with(fault),
        ]
    }
}
