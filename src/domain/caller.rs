//! Who asks. Every store query takes a caller, so that scope is never forgotten
//! (DESIGN I11).

use super::identifiers::OdsCode;

/// An authenticated party.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    /// A referring organisation: sees its own referrals.
    Referrer(OdsCode),
    /// A local provider, by its slug: sees the cases that were routed to it.
    Provider(String),
    /// A named operator of the gateway.
    Operator(String),
    /// The gateway's own workers.
    System,
}

impl Caller {
    /// The label in events and audit rows: `referrer:Y99001`, `provider:northside`.
    pub fn label(&self) -> String {
        match self {
            Self::Referrer(ods) => format!("referrer:{ods}"),
            Self::Provider(slug) => format!("provider:{slug}"),
            Self::Operator(name) => format!("operator:{name}"),
            Self::System => "gateway".to_owned(),
        }
    }
}
