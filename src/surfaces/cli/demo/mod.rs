//! The demonstration: stand-in parties around a real gateway, a timeline to watch and a
//! summary to read.

mod count;
mod end;
mod office;
mod owned;
mod run;
mod stage;
mod story;
mod summary;
mod timeline;

pub use end::End;
pub use run::{Addresses, Options, play};
pub use story::{Ending, STORIES, Story};
pub use summary::Tally;
