//! Mapping tables as an analyst edits them, read with their positions.
