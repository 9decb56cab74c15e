//! Timers that call gateway verbs.
