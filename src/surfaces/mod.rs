//! Who acts on the gateway.

pub mod cli;
pub mod http;
pub mod waiting;
pub mod workers;
