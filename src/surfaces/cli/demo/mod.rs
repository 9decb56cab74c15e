//! The demonstration: stand-in parties around a real gateway, a timeline to watch and a
//! summary to read.

#[cfg(test)]
mod fake;
mod run;
mod story;
mod summary;
mod timeline;

pub use run::{Addresses, Options, play};
pub use story::{Ending, STORIES, Story};
pub use summary::Tally;
