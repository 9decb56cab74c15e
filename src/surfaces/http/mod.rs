//! The three listeners: BaRS for referrers, the provider API, and health for operators.

pub mod admin;
pub mod bars;
mod bearer;
pub mod listener;
pub mod measure;
mod once;
mod path_id;
pub mod provider;
