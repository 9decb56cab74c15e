//! Timers that call gateway verbs.

pub mod delivery;
pub mod keeper;
