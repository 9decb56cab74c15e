//! Formats: bytes to meaning and back, without IO.

pub mod audit_event;
pub mod bars;
pub mod concept_map;
#[cfg(test)]
pub(crate) mod emitted;
pub mod fhir;
pub mod payload;
pub mod places;
pub mod profile;
pub mod systems;
