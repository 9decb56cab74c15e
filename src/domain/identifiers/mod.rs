//! Identifiers, one type a kind, so that a case id can never be passed as a
//! message id.

mod case_reference;
mod nhs_number;
mod ods_code;
mod postcode;
mod service_address;
mod uuids;

pub use case_reference::CaseReference;
pub use nhs_number::{NhsNumber, NhsNumberFault};
pub use ods_code::OdsCode;
pub use postcode::Postcode;
pub use service_address::ServiceAddress;
pub use uuids::{
    BundleId, CaseId, CorrelationId, JourneyId, MessageId, OutboxId, RequestId, ServiceRequestId,
};
