//! RTE: choosing a provider.

super::entries! {
    /// Nobody serves where the person lives or is registered.
    OUT_OF_AREA = {
        "WW-RTE-001", "no local service covers this person's area",
        meaning: "Neither the practice nor the home of the person lies in the area of a service that this gateway routes to; nothing was accepted.",
        advice: "You remain responsible for the referral: refer to the service of the person's own area.",
        Referrer, 422, "REC_UNPROCESSABLE_ENTITY", "not-supported", Never
    }
    /// A rule of the local service refuses.
    NOT_ELIGIBLE = {
        "WW-RTE-002", "the local service does not take this person",
        meaning: "A service covers the person's area, and one of its rules (age, work, condition or route) does not take them; nothing was accepted.",
        advice: "You remain responsible for the referral; the service's own words say what to do instead.",
        Referrer, 422, "REC_UNPROCESSABLE_ENTITY", "not-supported", AfterFix
    }
    /// Neither a postcode nor a practice.
    NO_PLACE_KNOWN = {
        "WW-RTE-003", "the message gives neither a postcode nor a practice",
        meaning: "A local service is found by the registered practice or the home postcode, and the message holds neither.",
        advice: "Send the referral again with Patient.address.postalCode or Patient.generalPractitioner.",
        Referrer, 422, "REC_UNPROCESSABLE_ENTITY", "required", AfterFix
    }
    /// The place is in no look-up file.
    PLACE_NOT_RECOGNISED = {
        "WW-RTE-004", "the postcode and the practice are not recognised",
        meaning: "Neither the postcode nor the practice of the message is in the place files that this gateway has installed.",
        advice: "Check both; a new postcode or practice needs the operator to install newer place files.",
        Referrer, 422, "REC_UNPROCESSABLE_ENTITY", "not-found", AfterFix
    }
    /// Two or more serve, and no rule chooses.
    SEVERAL_PROVIDERS = {
        "WW-RTE-005", "more than one local service covers this person",
        meaning: "Two or more services take this person and the area has no rule that chooses; the gateway does not guess, so nothing was accepted.",
        advice: "The ICB's table editor removes the overlap or sets `tie` in area.toml; then send the referral again.",
        Icb, 422, "REC_UNPROCESSABLE_ENTITY", "multiple-matches", AfterFix
    }
    /// The service takes nobody just now.
    PROVIDER_UNAVAILABLE = {
        "WW-RTE-006", "the local service takes no referrals just now",
        meaning: "The service that covers this area has no agreement in force, is not open yet or no longer, or its tables or those of its area have a fault; nothing was accepted.",
        advice: "You remain responsible for the referral; the ICB or the gateway's operator puts the service's tables or agreement right.",
        Icb, 422, "REC_UNPROCESSABLE_ENTITY", "not-supported", AfterFix
    }
    /// There is no provider at all.
    NO_PROVIDERS = {
        "WW-RTE-007", "this gateway routes to no service",
        meaning: "No area with a provider is loaded, so that nothing can be accepted.",
        advice: "The gateway's operator names a folder of mapping tables in the configuration.",
        Operator, 422, "REC_UNPROCESSABLE_ENTITY", "not-supported", AfterFix
    }
    /// The service has no room.
    PROVIDER_FULL = {
        "WW-RTE-008", "the local service has no room just now",
        meaning: "The service that takes this person has as many people as it can take, and no other is named for those for whom it has no room; nothing was accepted.",
        advice: "You remain responsible for the referral: send it again later as a new request, or refer elsewhere.",
        Referrer, 422, "REC_UNPROCESSABLE_ENTITY", "not-supported", AfterFix
    }
}

/// The entry of a reason why nobody serves a person, or of `several`, by its stable word.
pub fn of_reason(code: &str) -> Option<&'static super::Entry> {
    match code {
        "out-of-area" => Some(&OUT_OF_AREA),
        "not-eligible" => Some(&NOT_ELIGIBLE),
        "no-place-known" => Some(&NO_PLACE_KNOWN),
        "place-not-recognised" => Some(&PLACE_NOT_RECOGNISED),
        "several" => Some(&SEVERAL_PROVIDERS),
        "provider-unavailable" => Some(&PROVIDER_UNAVAILABLE),
        "no-providers" => Some(&NO_PROVIDERS),
        "provider-full" => Some(&PROVIDER_FULL),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::routing::NobodyReason;

    #[test]
    fn every_reason_for_nobody_has_an_entry_and_every_entry_a_reason() {
        for reason in NobodyReason::ALL {
            assert!(of_reason(reason.code()).is_some(), "{}", reason.code());
        }
        assert_eq!(ALL.len(), NobodyReason::ALL.len() + 1, "and `several`");
    }
}
