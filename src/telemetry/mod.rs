//! Logs and metrics. What happens is told through one method of [`Telemetry`], which
//! writes the log line and counts, so that neither can be forgotten.

pub mod colour;
mod happening;
mod log;
mod metrics;

pub use happening::{Delivery, Exchange, Telemetry};
pub use log::start;
pub use metrics::{CONTENT_TYPE, Metrics};
