//! The published files of places and organisations, a row at a time: the ONS Postcode
//! Directory and the CSV downloads of the Organisation Data Service. They are public data
//! about places; even so no fault repeats a cell, since a wrong file may be handed in.

pub mod directory;
pub mod gss;
pub mod ods;
