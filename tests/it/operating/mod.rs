//! Health, metrics, and the program as a process of its own.

mod acting;
mod audit;
mod cases;
mod connections;
mod health;
mod metrics;
pub mod process;
mod serve;
mod verbs;

/// What `cases` writes with these words.
pub(crate) async fn listed(gateway: &crate::support::TestGateway, words: &[&str]) -> (i32, String) {
    cases::run(gateway, words).await
}
