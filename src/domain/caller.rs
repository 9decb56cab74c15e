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

    /// Reads a label; `None` for one that this program does not write.
    pub fn from_label(label: &str) -> Option<Self> {
        let Some((kind, name)) = label.split_once(':') else {
            return (label == "gateway").then_some(Self::System);
        };
        match kind {
            "referrer" => OdsCode::parse(name).map(Self::Referrer),
            "provider" => Some(Self::Provider(name.to_owned())),
            "operator" => Some(Self::Operator(name.to_owned())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_reads_back_as_the_caller_that_wrote_it() {
        for caller in [
            Caller::Referrer(OdsCode::parse("Y99001").expect("an ODS code")),
            Caller::Provider("northside".to_owned()),
            Caller::Operator("desk: second line".to_owned()),
            Caller::System,
        ] {
            assert_eq!(Caller::from_label(&caller.label()), Some(caller));
        }
        for other in ["", "somebody", "referrer:", "patient:1"] {
            assert_eq!(Caller::from_label(other), None, "{other}");
        }
    }
}
