//! Conformance resources compiled to facts: elements and message cardinalities.
