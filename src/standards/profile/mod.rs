//! Conformance resources compiled to rules, and the walk that checks a document by them.
//!
//! - [`compile`] turns published definitions into lean ones and those into tables;
//! - [`table`] holds the embedded element table of R4, [`rules`] the profiles and
//!   [`terms`] the code lists;
//! - [`invariant`] holds the constraints as native functions;
//! - [`walk`] checks a document against all of that in one pass;
//! - [`message`] holds the MessageDefinitions and counts resources against them;
//! - [`policy`] says which findings refuse a message.

pub mod compile;
pub mod finding;
pub mod inspect;
pub mod invariant;
pub mod message;
pub mod narrative;
pub mod policy;
pub mod primitive;
pub mod published;
pub mod rules;
pub mod table;
pub mod terms;
pub mod walk;
mod xhtml;

pub use finding::{Finding, Layer, Severity};
pub use inspect::{Inspection, inspect};
pub use message::{Focus, MessageCardinality, cardinality_findings, message_definition};
pub use policy::{Action, Policy};
pub use rules::Rules;
pub use walk::{Ask, check, faults};
