//! Mapped fields as a FHIR R4 transaction Bundle.
//!
//! Every entry is a conditional create on case and version, so that a repeat of the
//! same Bundle is no second effect (FHIR R4, RESTful API, conditional create). The
//! targets are the closed list of `domain/mapping`; what a table does not map is not
//! written, and a value that its element cannot hold is a fault, never a guess.

pub(in crate::standards) mod bundle;
pub(in crate::standards) mod facts;
mod inputs;
mod patient;
mod request;
mod values;

use super::Heading;
use crate::domain::mapping::Output;
use crate::problem::Problem;
use bundle::Entries;
use inputs::Inputs;

/// The media type of a FHIR payload.
pub const CONTENT_TYPE: &str = "application/fhir+json";

/// The transaction Bundle of a referral: Patient and ServiceRequest always, and
/// PractitionerRole, Condition, Observation, Flag and Consent as the table maps them.
///
/// Errors: `WW-DLV-015`, `WW-DLV-016`, all at once, each at its target.
pub fn referral(heading: &Heading<'_>, outputs: &[Output]) -> Result<Vec<u8>, Vec<Problem>> {
    let mut inputs = Inputs::new(outputs);
    let mut entries = Entries::new(heading);

    let patient = patient::resource(&mut inputs, heading);
    let subject = entries.add("", patient);
    let conditions = entries.add_all("condition", facts::conditions(&mut inputs, &subject));
    let mut others = entries.add_all("observation", facts::observations(&mut inputs, &subject));
    others.extend(entries.add_all("flag", facts::flags(&mut inputs, &subject)));
    others.extend(entries.add_all("consent", facts::consents(&mut inputs, &subject)));
    let requester = match request::requester(&mut inputs) {
        Some(request::Requester::Reference(reference)) => Some(reference),
        Some(request::Requester::Role(role)) => Some(entries.add("requester", role)),
        None => None,
    };
    let links = request::Links {
        subject,
        requester,
        conditions,
        others,
    };
    let request = request::resource(&mut inputs, heading, links);
    entries.add("", request);

    inputs.finish()?;
    Ok(bundle::transaction(heading, entries.finish()).to_bytes())
}

#[cfg(test)]
mod tests;
