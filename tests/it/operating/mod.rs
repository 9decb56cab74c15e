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
