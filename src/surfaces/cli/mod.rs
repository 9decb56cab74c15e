//! The command line.

pub mod profiles;
