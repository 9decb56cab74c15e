//! The catalogue's areas, one file each; a new area is one line here.

pub mod channel;
pub mod config;
pub mod fhir;
pub mod handover;
pub mod header;
pub mod operator;
pub mod places;
pub mod provider_api;
pub mod queue;
pub mod referral;
pub mod routing;
pub mod safety;
pub mod store;
pub mod tables;
pub mod tables_in_use;

use super::Entry;

/// Every area's entries.
pub static ALL: &[&[&Entry]] = &[
    config::ALL,
    header::ALL,
    fhir::ALL,
    referral::ALL,
    routing::ALL,
    tables::ALL,
    tables_in_use::ALL,
    store::ALL,
    channel::ALL,
    provider_api::ALL,
    operator::ALL,
    queue::ALL,
    safety::ALL,
    handover::ALL,
    places::ALL,
];

/// Declares the entries of an area and the list of them.
macro_rules! entries {
    ($($(#[$doc:meta])* $name:ident = {
        $code:literal, $title:literal,
        meaning: $meaning:literal,
        advice: $advice:literal,
        $by:ident, $http:literal, $bars:literal, $issue:literal, $retry:ident
    })*) => {
        $(
            $(#[$doc])*
            pub static $name: $crate::problem::Entry = $crate::problem::Entry {
                code: $code,
                title: $title,
                meaning: $meaning,
                advice: $advice,
                fixed_by: $crate::problem::FixedBy::$by,
                http: $http,
                bars: $bars,
                issue: $issue,
                retry: $crate::problem::Retry::$retry,
            };
        )*

        /// Every entry of this area.
        pub static ALL: &[&$crate::problem::Entry] = &[$(&$name,)*];
    };
}
pub(crate) use entries;
