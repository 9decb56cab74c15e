//! The store over real files, one concern a file.

mod atomic;
mod audit;
pub(super) mod given;
mod leases;
mod onward;
mod outbox;
mod plans;
mod privacy;
mod queue;
mod reads;
