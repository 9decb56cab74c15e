//! The outside world behind concrete types: store, tables, places, seal, channels.

pub mod channels;
pub mod places;
pub mod seal;
pub mod store;
pub mod tables;
