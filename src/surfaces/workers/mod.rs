//! Timers that call gateway verbs.

pub mod delivery;
