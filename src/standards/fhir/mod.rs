//! FHIR R4 as a tree: parsed once, positions kept, written by splicing.
