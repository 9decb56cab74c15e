//! The three listeners.

pub mod admin;
