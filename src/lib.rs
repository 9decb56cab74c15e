//! The house, floor by floor. Arrows point down the table; `tests/it/house.rs`
//! reads every `use` line and fails when one leaves it.
//!
//! | floor | what lives there | may use |
//! |---|---|---|
//! | [`surfaces`] | who acts on us: HTTP, workers, command line | gateway, standards, domain |
//! | [`conformance`] | stand-in parties and the harness; judges from outside | standards |
//! | [`gateway`] | the use cases, one verb a file | adapters, standards, domain |
//! | [`adapters`] | the outside: store, tables, places, seal, channels | standards, domain |
//! | [`standards`] | formats: bytes to meaning and back, no IO | domain |
//! | [`domain`] | what things are; pure | nothing |
//! | [`config`], [`problem`], [`telemetry`] | settings, error catalogue, logs and metrics | usable by every floor above domain |
//!
//! `main.rs` reads the command line; [`start`] builds the adapters and starts what was asked.

pub mod adapters;
pub mod config;
pub mod conformance;
pub mod domain;
pub mod gateway;
pub mod problem;
pub mod standards;
pub mod start;
pub mod surfaces;
pub mod telemetry;
#[cfg(test)]
mod testing;
