//! The queries: what each caller may see, and no more.

pub mod audit;
pub mod cases;
mod names;
pub(in crate::gateway) mod onward;
pub mod operating;
pub mod outbox;
pub mod provider;
pub mod queue;
pub mod referrer;
