//! What a look-up of a postcode or a practice gives.

use std::fmt;

use crate::domain::identifiers::OdsCode;

/// Where a postcode lies. Its `Debug` shows nothing: an LSOA is nearly an address.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Residence {
    /// ONS code of the local authority district.
    pub la: Option<String>,
    /// ONS code of the lower layer super output area.
    pub lsoa: Option<String>,
    /// ODS code of the integrated care board.
    pub icb: Option<String>,
}

impl fmt::Debug for Residence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[residence]")
    }
}

/// What is known of a practice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PracticeFacts {
    /// Its ODS code.
    pub ods: OdsCode,
    /// ODS code of its primary care network.
    pub pcn: Option<String>,
    /// ODS code of its integrated care board.
    pub icb: Option<String>,
}
