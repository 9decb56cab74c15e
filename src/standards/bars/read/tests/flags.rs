use serde_json::json;

use super::*;
use crate::domain::case::FlagKind;
use crate::standards::bars::sample;

#[test]
fn every_flag_category_has_its_kind() {
    let bars = "https://fhir.nhs.uk/CodeSystem/flag-categories-bars";
    let own = "https://workwell-gateway.example/CodeSystem/workwell-flag";
    for (system, code, kind) in [
        (bars, "SG", FlagKind::Safeguarding),
        (bars, "SS", FlagKind::StaffRisk),
        (bars, "RA", FlagKind::ReasonableAdjustment),
        (bars, "RS", FlagKind::Other),
        (bars, "IR", FlagKind::Other),
        (bars, "API", FlagKind::Other),
        (own, "safe-contact", FlagKind::SafeContact),
        (own, "communication-need", FlagKind::CommunicationNeed),
        ("https://other.example", "SG", FlagKind::Other),
    ] {
        let mut message = sample::referral();
        sample::add(
            &mut message,
            70,
            json!({
                "resourceType": "Flag",
                "status": "active",
                "category": [{ "coding": [{ "system": system, "code": code }] }],
                "code": { "text": "Invented words" },
            }),
        );
        let flags = referral_of(&message).flags;
        assert_eq!(
            flags.iter().map(|f| f.kind).collect::<Vec<_>>(),
            [kind],
            "{code}"
        );
    }
}
