//! The Booking and Referral Standard: headers, messages, decisions, answers.
//!
//! A message is read in two steps, each collecting every fault: [`headers::read`] for
//! the request, [`read::read`] for the Bundle. Answers are [`accept`] (the synchronous
//! 200), [`outcome`] (any refusal), [`show`] (reads), [`response`] (the status that we
//! send back), [`capability`] and [`message_definitions`] (what we serve).
//!
//! Core 1.5.0 throughout. Where the guide contradicts itself, the comment at the place
//! says which reading is taken.

pub mod accept;
pub mod capability;
pub mod codes;
pub mod decision;
pub mod headers;
pub mod message_definitions;
pub mod message_rules;
pub mod outcome;
mod person_out;
pub mod policy;
pub mod read;
pub mod red_flags;
pub mod response;
mod restricted;
pub mod show;

#[cfg(test)]
mod code_systems;
#[cfg(test)]
mod corpus;
#[cfg(test)]
pub(crate) mod sample;

pub use decision::Meaning;
pub use headers::Headers;
pub use policy::{Grade, ReadPolicy, Served};
pub use read::{MessageFacts, Reading};
