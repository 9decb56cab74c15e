//! Three local providers, each with its own channel and its own words: a charity with a
//! webhook, a council service that collects, an NHS trust that takes FHIR.
//!
//! What they do is scripted: how they take a delivery and what they report afterwards.

pub mod api;
mod desk;
#[cfg(test)]
mod fake;
pub mod fhir;
pub mod poller;
mod recognise;
mod script;
pub mod signature;
pub mod webhook;

pub use desk::{Arrival, Desk, Reported};
pub use recognise::Kind;
pub use script::{Reception, Script, Words};
