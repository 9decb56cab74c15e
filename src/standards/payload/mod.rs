//! What leaves for a provider: mapped fields as bytes.
//!
//! The bytes are made once, at release, and are the same in every attempt; time and
//! version come in with the [`Heading`].

pub mod csv;
pub mod fhir;
pub mod json;
mod node;
#[cfg(test)]
mod sample;
pub mod stop;

use jiff::Timestamp;

use crate::domain::case::Case;
use crate::domain::identifiers::{CaseId, CaseReference};

/// What every payload says about its case: ids and a time, no datum of the person.
#[derive(Clone, Copy, Debug)]
pub struct Heading<'a> {
    /// The gateway's id of the case.
    pub case_id: CaseId,
    /// What people say on the telephone.
    pub reference: &'a CaseReference,
    /// Version of the referral, from 1; an amendment has the next one.
    pub version: u32,
    /// When the payload was made.
    pub at: Timestamp,
}

impl<'a> Heading<'a> {
    /// Of this version of a case.
    pub const fn of(case: &'a Case, version: u32, at: Timestamp) -> Self {
        Self {
            case_id: case.id,
            reference: &case.reference,
            version,
            at,
        }
    }
}
