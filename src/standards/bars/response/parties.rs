//! Who is named in a response: the organisation that referred, ours, and our desk.

use serde_json::{Value, json};

use super::{Told, Urls, id_text, to};
use crate::domain::identifiers::OdsCode;
use crate::standards::bars::codes::{profile::uk_core, profile::workwell};

/// The organisation that referred. For a restricted person it is not named: it may be
/// the practice.
pub(super) fn referrer(told: &Told<'_>, urls: &Urls) -> Value {
    let referral = &told.case.referral;
    let mut organisation = json!({
        "resourceType": "Organization",
        "id": id_text(urls.referrer),
        "meta": { "profile": [uk_core("Organization"), workwell("Organization")] },
        "name": "Referring organisation",
    });
    if referral.person.security.hides_location() {
        return organisation;
    }
    if let Some(name) = &referral.referrer.organisation_name {
        organisation["name"] = json!(name);
    }
    if let Some(ods) = &referral.referrer.organisation {
        organisation["identifier"] = json!([ods_identifier(ods)]);
    }
    organisation
}

pub(super) fn ods_identifier(ods: &OdsCode) -> Value {
    json!({ "system": OdsCode::SYSTEM, "value": ods.as_str() })
}

pub(super) fn organisation(told: &Told<'_>, urls: &Urls) -> Value {
    json!({
        "resourceType": "Organization",
        "id": id_text(urls.organisation),
        "meta": { "profile": [uk_core("Organization"), workwell("Organization")] },
        "identifier": [ods_identifier(&told.ours.ods)],
        "name": told.ours.name,
    })
}

/// The message has at least one Practitioner; ours is the desk that answers.
pub(super) fn practitioner(told: &Told<'_>, urls: &Urls) -> Value {
    let mut practitioner = json!({
        "resourceType": "Practitioner",
        "id": id_text(urls.practitioner),
        "meta": { "profile": [uk_core("Practitioner"), workwell("Practitioner")] },
        "name": [{ "text": told.ours.desk }],
    });
    if let Some(telephone) = &told.ours.telephone {
        practitioner["telecom"] = json!([{ "system": "phone", "value": telephone, "use": "work" }]);
    }
    practitioner
}

pub(super) fn role(urls: &Urls) -> Value {
    json!({
        "resourceType": "PractitionerRole",
        "id": id_text(urls.role),
        "meta": { "profile": [uk_core("PractitionerRole"), workwell("PractitionerRole")] },
        "practitioner": to(urls.practitioner),
        "organization": to(urls.organisation),
    })
}
