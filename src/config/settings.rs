//! What can be set. The words for every key are in `default.toml`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::civil::Date;

use crate::domain::identifiers::{OdsCode, ServiceAddress};
use crate::domain::working_days::WorkingDays;
use crate::problem::{Problem, area::config as entries};

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

/// `[returns]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returns {
    /// The ways in which the referrer is told, the first first.
    pub channels: Vec<ReturnChannel>,
    /// The telephone of the desk that answers for a referral.
    pub telephone: Option<String>,
    /// Working days within which the referrer's system has to confirm.
    pub heard_within: u32,
}

/// A way in which a referrer is told that a person comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnChannel {
    /// A message to the referrer's system.
    Bars,
    /// A person rings.
    Human,
}

impl ReturnChannel {
    /// Every way with its word.
    pub const ALL: &'static [(Self, &'static str)] =
        &[(Self::Bars, "bars"), (Self::Human, "human")];

    /// Reads the word.
    pub fn from_code(code: &str) -> Option<Self> {
        let mut all = Self::ALL.iter();
        all.find(|(_, word)| *word == code).map(|(way, _)| *way)
    }
}

impl Returns {
    /// The way after this one (or the first); at the end of the list a person rings.
    pub fn next(&self, after: Option<ReturnChannel>) -> ReturnChannel {
        let tried = after.and_then(|tried| self.channels.iter().position(|way| *way == tried));
        let at = tried.map_or(0, |tried| tried + 1);
        self.channels
            .get(at)
            .copied()
            .unwrap_or(ReturnChannel::Human)
    }
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

/// `[bars]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bars {
    /// Version of BaRS Core, `x.y.z`.
    pub core_version: String,
    /// The base address under which callers reach us; without a closing slash.
    pub base_url: Option<String>,
    /// The services that may be addressed.
    pub services: Vec<Service>,
    /// Limits on one request.
    pub limits: Limits,
    /// What happens where there is room for judgement.
    pub policies: Policies,
    /// Messages to referrers.
    pub outbound: Outbound,
}

/// One row of `[[bars.services]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// System and value.
    pub address: ServiceAddress,
    /// Use case codes in lower case.
    pub use_cases: Vec<String>,
    /// BaRS Application versions.
    pub application_versions: Vec<String>,
}

/// `[bars.limits]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest body, bytes.
    pub body_bytes: usize,
    /// Deepest nesting.
    pub depth: usize,
    /// Longest time to an answer.
    pub time_limit: Duration,
}

/// What to do with a message that has a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Policy {
    /// Answer with the fault, store nothing of the message.
    Refuse,
    /// Accept, and put the case before the operator.
    Hold,
    /// Accept, and record the fault.
    Warn,
}

/// `[bars.policies]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policies {
    /// NHS number that fails its check digit: refuse or warn.
    pub nhs_number_check: Policy,
    /// WorkWell consent not recorded: refuse or hold.
    pub workwell_consent: Policy,
    /// Reference to something that is not there: refuse or warn.
    pub dangling_reference: Policy,
    /// Field that the BaRS Application asks for: refuse or warn.
    pub application_gaps: Policy,
    /// Phrase that sounds like a crisis: hold or warn.
    pub red_flag: Policy,
    /// NHS number outside the test range, in mode `test`: refuse or warn.
    pub number_outside_test_range: Policy,
    /// Sender without an ODS code: refuse or warn.
    pub referrer_sender_without_ods: Policy,
    /// Receiver with the ODS code of another organisation: refuse or warn.
    pub receiver_not_ours: Policy,
}

/// `[validation]`, and `[referrers.<ODS code>.validation]`: what is written there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validation {
    /// By whose rule it is: a name of `[validation.layers]`.
    pub layers: BTreeMap<String, Verdict>,
    /// By the rule itself.
    pub rules: BTreeMap<String, Verdict>,
}

/// What a finding of validation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The message is refused.
    Reject,
    /// The message is taken, and the finding is told.
    Warn,
    /// Nothing is said.
    Ignore,
}

/// `[profiles]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profiles {
    /// The folder of further packages.
    pub packages: Option<PathBuf>,
    /// Profiles that must be there for the gateway to start.
    pub required: Vec<String>,
}

/// `[bars.outbound]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outbound {
    /// Base address of the BaRS proxy; without a closing slash.
    pub base_url: Option<String>,
    /// Base addresses of single targets; without a closing slash.
    pub targets: BTreeMap<ServiceAddress, String>,
    /// Longest time to make a connection.
    pub connect_timeout: Duration,
    /// Longest time for one attempt.
    pub attempt_timeout: Duration,
}

impl Outbound {
    /// The base address for messages to this target, if one is known.
    pub fn address_for(&self, target: &ServiceAddress) -> Option<&str> {
        let own = self.targets.get(target);
        own.or(self.base_url.as_ref()).map(String::as_str)
    }
}

/// `[provider_api]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderApi {
    /// Most cases on one page of a list.
    pub page_size: usize,
    /// Who may call.
    pub tokens: Vec<Token>,
}

/// One row of `[[provider_api.tokens]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The provider's folder name in the tables.
    pub provider: String,
    /// Where the token is.
    pub source: TokenSource,
}

/// Where a bearer token is found.
#[derive(Clone, PartialEq, Eq)]
pub enum TokenSource {
    /// The file that holds it.
    File(PathBuf),
    /// Its SHA-256 digest.
    Sha256([u8; 32]),
}

impl std::fmt::Debug for TokenSource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => formatter.debug_tuple("File").field(path).finish(),
            Self::Sha256(_) => formatter.write_str("Sha256([secret])"),
        }
    }
}

/// `[providers.<folder name>]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provider {
    /// Replaces the address in the tables.
    pub url: Option<String>,
    /// The file of the webhook's signing secret.
    pub secret_file: Option<PathBuf>,
}

/// `[store]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// Which database.
    pub url: StoreUrl,
    /// The file of the master key, 64 hexadecimal digits.
    pub master_key_file: PathBuf,
    /// The file by which a store that was put back is recognised.
    pub epoch_file: PathBuf,
    /// The folder of the journal of what was acknowledged.
    pub journal_folder: PathBuf,
    /// How many days the journal is kept, 1 to 3650.
    pub journal_days: u32,
}

/// Which database holds the cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreUrl {
    /// A file of SQLite, for one gateway: `sqlite:PATH`.
    Sqlite(PathBuf),
    /// A PostgreSQL server, for any number of gateways.
    Postgres(PostgresServer),
}

impl StoreUrl {
    /// Reads an address as `store.url` has it; `None` where it is none. What the address of
    /// a server does not say is as for `others`.
    pub fn parse(text: &str, others: &PostgresServer) -> Option<Self> {
        super::values::store_url(text, others)
    }
}

impl std::fmt::Display for StoreUrl {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(formatter, "sqlite:{}", path.display()),
            Self::Postgres(server) => formatter.write_str(&server.url),
        }
    }
}

/// How to reach PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostgresServer {
    /// `postgres://user@host:port/database?option=value`, without a password.
    pub url: String,
    /// The file of the password, where the server asks for one.
    pub password_file: Option<PathBuf>,
    /// The file of the certificates, in PEM, by which the server's own is checked; without
    /// it those of the operating system.
    pub root_certificates: Option<PathBuf>,
    /// Connections held by this process at most, 4 to 200.
    pub connections: usize,
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

/// `[delivery]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Pauses before each repeat; parked after the last one.
    pub retry_after: Vec<Duration>,
    /// Longest pause that a receiver may ask for.
    pub retry_after_cap: Duration,
    /// Longest time for one attempt.
    pub attempt_timeout: Duration,
    /// Deliveries to one destination at once.
    pub concurrency_per_destination: usize,
    /// Whether an address may lie in a private network.
    pub private_addresses: bool,
}

impl Delivery {
    /// The pause after so many failed attempts (1 after the first); `None` when it is
    /// to be parked.
    pub fn pause_after(&self, failed_attempts: usize) -> Option<Duration> {
        self.retry_after
            .get(failed_attempts.checked_sub(1)?)
            .copied()
    }
}

/// `[clearance]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clearance {
    /// Who answers for PDS being off; `None` when nobody was named.
    pub pds_off: Option<PdsOff>,
}

/// Why the trace of the person is off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PdsOff {
    /// Why.
    pub reason: String,
    /// Who decided so.
    pub owner: String,
    /// The last day on which that holds.
    pub until: Date,
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

/// `[log]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Log {
    /// How lines look.
    pub format: LogFormat,
    /// The least severe line that is written.
    pub level: LogLevel,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Short lines for people.
    Text,
    /// One object a line.
    Json,
}

/// The least severe line that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    /// Something failed.
    Error,
    /// Something needs a look.
    Warn,
    /// What happened.
    Info,
    /// How it happened.
    Debug,
    /// Every step.
    Trace,
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

    /// What `serve` asks for beyond settings that can be read: no case may leave
    /// without a trace in PDS unless somebody named answers for it until a day that has
    /// not passed (DESIGN section 4, step 10).
    pub fn faults_for_serve(&self, today: Date) -> Vec<Problem> {
        let fault = match &self.clearance.pds_off {
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
