//! What things are: pure values and rules. No IO, clock, randomness or logging.
//!
//! Time and ids come in as parameters. Nothing here can fail by IO; what can be
//! refused is a value with a `code()`, whose words live in [`crate::problem`].

pub mod caller;
pub mod case;
pub mod clock;
pub mod consent;
pub mod fact;
pub mod identifiers;
pub mod mapping;
pub mod organisation;
pub mod phrases;
pub mod provider;
pub mod queue;
pub mod responsibility;
pub mod routing;
pub mod sensitive;
pub mod status;
pub mod working_days;
