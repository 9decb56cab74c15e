//! Timers that call gateway verbs.

pub mod clocks;
pub mod delivery;
pub mod keeper;
pub mod reload;
