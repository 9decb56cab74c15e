//! FHIR R4 as a tree: parsed once, positions kept, written by splicing.
//!
//! - [`json`] reads bytes into a [`Document`] and collects every recoverable fault;
//! - [`tree`] is the document and its cursor [`Node`];
//! - [`splice`] edits received source instead of re-serialising it;
//! - [`xml`] is the guarded leaf for FHIR XML, off the hot path.

pub(crate) mod character;
pub mod fault;
pub mod json;
pub mod limits;
pub(crate) mod name;
pub(crate) mod own;
pub mod raw_text;
pub mod resource_types;
pub mod splice;
pub mod tree;
pub mod xml;

pub use fault::{Fault, FaultKind, Unreadable, position};
pub use limits::Limits;
pub use splice::{Splice, quote};
pub use tree::{Document, Items, Kind, Node};
