//! Who acts on the gateway.

mod as_json;
pub mod cli;
pub mod http;
pub mod waiting;
pub mod workers;
