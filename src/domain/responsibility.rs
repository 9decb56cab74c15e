//! Who is answerable for the person at this instant (DESIGN I9).

use serde::{Deserialize, Serialize};

/// The one holder of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "holder", content = "name", rename_all = "kebab-case")]
pub enum Responsible {
    /// The organisation that referred: before we accepted, and after a return it has acknowledged.
    Referrer,
    /// A named operator of the gateway: from our 200 until a provider has the case.
    GatewayOperator(String),
    /// A provider, by its slug: from its receipt on.
    Provider(String),
}

impl Responsible {
    /// The kind of holder, for a column or a label.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Referrer => "referrer",
            Self::GatewayOperator(_) => "gateway-operator",
            Self::Provider(_) => "provider",
        }
    }

    /// The holder's name: empty for the referrer, who is named on the case.
    pub fn name(&self) -> &str {
        match self {
            Self::Referrer => "",
            Self::GatewayOperator(name) | Self::Provider(name) => name,
        }
    }

    /// Builds a holder from its two columns.
    pub fn from_parts(kind: &str, name: &str) -> Option<Self> {
        match kind {
            "referrer" => Some(Self::Referrer),
            "gateway-operator" => Some(Self::GatewayOperator(name.to_owned())),
            "provider" => Some(Self::Provider(name.to_owned())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_survives_its_two_columns() {
        for holder in [
            Responsible::Referrer,
            Responsible::GatewayOperator("duty".into()),
            Responsible::Provider("northside".into()),
        ] {
            assert_eq!(
                Responsible::from_parts(holder.kind(), holder.name()),
                Some(holder)
            );
        }
        assert_eq!(Responsible::from_parts("nobody", ""), None);
    }
}
