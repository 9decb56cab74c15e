//! The UUID-shaped identifiers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! uuid_kind {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Takes a UUID as this kind of identifier.
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// The UUID itself.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(formatter)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                // The hyphenated form only: `urn:uuid:`, braces and the bare
                // form are other spellings that a receiver would not compare equal.
                if text.len() != 36 {
                    return Err(Uuid::try_parse("not-hyphenated").expect_err("not a UUID"));
                }
                Uuid::try_parse(text).map(Self)
            }
        }
    };
}

uuid_kind!(
    /// A WorkWell case (UUID version 7, minted by the gateway).
    CaseId
);
uuid_kind!(
    /// A stored message, received or sent (minted by the gateway).
    MessageId
);
uuid_kind!(
    /// One row of the outbox (minted by the gateway).
    OutboxId
);
uuid_kind!(
    /// `X-Request-Id`: new for every new message, the same on a retry (BaRS Core 1.5.0).
    RequestId
);
uuid_kind!(
    /// `X-Correlation-Id`: constant for the whole conversation about a case (BaRS Core 1.5.0).
    CorrelationId
);
uuid_kind!(
    /// `Bundle.id` of a message, quoted in `MessageHeader.response.identifier`; never a
    /// de-duplication key (BaRS Core 1.5.0).
    BundleId
);
uuid_kind!(
    /// The id by which a ServiceRequest is read back, minted by the receiver (BaRS Core 1.5.0).
    ServiceRequestId
);
uuid_kind!(
    /// The Journey ID: `Encounter.episodeOfCare`, always a dangling reference, carried into
    /// every later message (BaRS Core 1.5.0).
    JourneyId
);
