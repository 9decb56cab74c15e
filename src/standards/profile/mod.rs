//! Conformance resources compiled to facts: elements and message cardinalities.
//!
//! - [`compile`] turns published definitions into lean ones and those into tables;
//! - [`table`] holds the embedded element table;
//! - [`walk`] checks a document against it in one pass;
//! - [`message`] holds the BaRS MessageDefinitions and counts resources against them.

pub mod compile;
pub mod finding;
pub mod message;
pub mod primitive;
pub mod table;
pub mod walk;

pub use finding::Finding;
pub use message::{Focus, MessageCardinality, cardinality_findings, message_definition};
pub use walk::faults;
