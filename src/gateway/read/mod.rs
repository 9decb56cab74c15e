//! The queries: what each caller may see, and no more.

pub mod cases;
pub mod operating;
pub mod outbox;
pub mod provider;
pub mod queue;
pub mod referrer;
