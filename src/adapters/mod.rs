//! The outside world behind concrete types: store, journal, tables, places, seal,
//! channels.

pub mod channels;
pub mod journal;
pub mod places;
pub mod seal;
pub mod store;
pub mod tables;
