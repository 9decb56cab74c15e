//! Settings, clock and ids: made once at the start and passed down as values.
//!
//! `default.toml` is the manual and the only source of defaults. `layers` lays the
//! operator's file and the environment over it and finds unknown keys; `load` and `build`
//! turn the result into [`Settings`], collecting every fault with its place.

mod build;
mod clock;
mod ids;
mod layers;
mod load;
mod manual;
mod nearest;
mod reader;
mod secrets;
mod settings;
mod shape;
mod validation;
mod values;

pub use clock::Clock;
pub use ids::Ids;
pub use layers::{Item, Origin, Value, unknown_variables};
pub use load::{Loaded, load};
pub use manual::{DEFAULT, markdown};
pub use nearest::nearest;
pub use secrets::{master_key, open_secret, open_secrets, secret, shared_tokens, token_digests};
pub use settings::{
    Alerts, Approval, Bars, Clearance, Clocks, Connections, Delivery, Gateway, Limits, Listen, Log,
    LogFormat, LogLevel, Mode, NON_LOOPBACK, Outbound, PdsOff, Policies, Policy, PostgresServer,
    Profiles, Provider, ProviderApi, ReturnChannel, Returns, Service, Settings, Store, StoreUrl,
    Tables, Token, TokenSource, Validation, Verdict,
};
pub use shape::{is_secret, shown};
