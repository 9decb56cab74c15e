//! Settings, clock and ids.
