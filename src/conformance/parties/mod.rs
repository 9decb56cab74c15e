//! The parties that a person or a test can watch: a practice's system and three local
//! providers, each on its own loopback port.

pub mod event;
pub mod gp;
pub mod referral;
pub mod wire;
