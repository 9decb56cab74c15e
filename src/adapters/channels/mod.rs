//! How a provider or a referrer is reached: one attempt at a time, over one HTTP client.
//!
//! A channel says what an attempt came to and whether repeating it can help; when it is
//! repeated is [`Schedule`]'s to say, and what is kept is the store's. Response bodies
//! are read for codes and never logged, and no error text holds an address's query or
//! anything from a body (DESIGN I4).

mod address;
mod bars;
mod csv_batch;
mod fhir_rest;
mod outcome;
#[cfg(test)]
mod receiver;
mod schedule;
mod secret;
#[cfg(test)]
mod tests;
mod webhook;
mod wire;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::{Client, redirect, retry};

use crate::problem::{Problem, area::channel};

pub use address::{Policy, check as check_address, host_of};
pub use schedule::{Next, Schedule};
pub use secret::{Secret, SigningKeys};

/// Where a parcel goes. Addresses are absolute URLs.
#[derive(Clone, Debug)]
pub enum Destination {
    /// A webhook by the Standard Webhooks convention; the URL may carry a query.
    Webhook {
        /// The whole address.
        url: String,
        /// What it is signed with.
        secret: SigningKeys,
    },
    /// A FHIR server that takes transaction Bundles at its base.
    Fhir {
        /// The server's base.
        base_url: String,
        /// A bearer token, where the server wants one.
        bearer: Option<Secret>,
    },
    /// A folder on this machine that a provider's own job empties.
    CsvBatch {
        /// The folder; it is there already.
        folder: PathBuf,
        /// The provider's slug, with which the files' names begin.
        provider: String,
        /// How long rows are gathered into one file, in minutes.
        window: u32,
    },
    /// A BaRS endpoint, or the national proxy in front of one.
    Bars {
        /// The base; `/$process-message` is appended.
        base_url: String,
    },
}

/// What is sent. The bytes were fixed at release and are the same in every attempt.
#[derive(Clone)]
pub struct Parcel {
    /// The key by which a receiver tells a repeat; visible ASCII, the same in every
    /// attempt. BaRS carries its own (X-Request-Id) among the headers.
    pub effect_key: String,
    /// Media type of the body.
    pub content_type: String,
    /// The payload.
    pub body: Vec<u8>,
    /// Further headers (BaRS: X-Request-Id, X-Correlation-Id, NHSD-*, Accept, use-context).
    pub headers: Vec<(String, String)>,
    /// Which attempt this is, from 1.
    pub attempt: u32,
}

impl fmt::Debug for Parcel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Parcel")
            .field("effect_key", &self.effect_key)
            .field("content_type", &self.content_type)
            .field("bytes", &self.body.len())
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}

/// What a provider's system may answer at once: its own word for the status and its own
/// reference, each at most 200 characters.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// The provider's word, to be read with its `status.csv`.
    pub status_word: String,
    /// The provider's reference for the case.
    pub reference: Option<String>,
}

impl fmt::Debug for Reply {
    // A provider's free words can hold anything.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[reply]")
    }
}

/// What an attempt came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// The destination has it.
    Delivered {
        /// What it said, if anything.
        reply: Option<Reply>,
    },
    /// It may help to repeat the same parcel.
    Again {
        /// What happened.
        problem: Problem,
        /// How long the destination asked to wait (`Retry-After`), uncapped.
        retry_after: Option<Duration>,
    },
    /// Repeating cannot help: a person has to act.
    Park {
        /// What happened.
        problem: Problem,
    },
}

/// Limits of the client and what addresses it may call.
#[derive(Clone, Debug)]
pub struct Settings {
    /// For a connection to be made.
    pub connect_timeout: Duration,
    /// For a whole attempt at a provider, connection and answer included.
    pub attempt_timeout: Duration,
    /// For a whole attempt over BaRS: the national proxy itself waits for 32 s.
    pub bars_timeout: Duration,
    /// Which addresses may be called.
    pub policy: Policy,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            attempt_timeout: Duration::from_secs(20),
            bars_timeout: Duration::from_secs(40),
            policy: Policy::default(),
        }
    }
}

/// The senders, over one client whose connections are kept and shared.
#[derive(Clone, Debug)]
pub struct Channels {
    client: Client,
    settings: Settings,
}

impl Channels {
    /// Builds the client. Errors: `WW-DLV-001` when the machine has no usable TLS
    /// roots.
    ///
    /// No redirect is followed, no proxy of the environment is used (a proxy would
    /// connect where the guard cannot look), and the client repeats nothing by itself:
    /// an attempt is one request.
    pub fn new(settings: Settings) -> Result<Self, Problem> {
        let client = Client::builder()
            .user_agent(concat!("workwell-gateway/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .no_proxy()
            .connect_timeout(settings.connect_timeout)
            .pool_idle_timeout(Duration::from_secs(30))
            .pool_max_idle_per_host(8)
            .dns_resolver(address::Guard(settings.policy.clone()))
            .build()
            .map_err(|_| {
                Problem::new(&channel::UNREACHABLE).with("the TLS client cannot be built here")
            })?;
        Ok(Self { client, settings })
    }

    /// Makes one attempt. `now` stamps and signs it, and is what a dated `Retry-After`
    /// is measured from.
    pub async fn send(
        &self,
        destination: &Destination,
        parcel: &Parcel,
        now: Timestamp,
    ) -> Attempt {
        let sent = match destination {
            Destination::Webhook { url, secret } => {
                webhook::send(self, url, secret, parcel, now).await
            }
            Destination::Fhir { base_url, bearer } => {
                fhir_rest::send(self, base_url, bearer.as_ref(), parcel, now).await
            }
            Destination::CsvBatch {
                folder,
                provider,
                window,
            } => csv_batch::send(folder, provider, *window, parcel, now).await,
            Destination::Bars { base_url } => bars::send(self, base_url, parcel, now).await,
        };
        sent.unwrap_or_else(|failed| failed)
    }
}
