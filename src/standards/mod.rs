//! Formats: bytes to meaning and back, without IO.

pub mod bars;
pub mod concept_map;
pub mod fhir;
pub mod payload;
pub mod places;
pub mod profile;
pub mod systems;
