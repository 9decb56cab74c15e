//! HND: a provider refers a person on.

super::entries! {
    /// The area does not let this provider refer on to that partner.
    PARTNER_NOT_ALLOWED = {
        "WW-HND-001", "you may not refer people on to this partner",
        meaning: "The area's partners.csv has no row in force for you and this partner, or the partner is named wrongly; a restricted list is what lets a person's data go on at all.",
        advice: "Name a partner that the ICB has listed for you; the detail names them.",
        Icb, 403, "REC_FORBIDDEN", "forbidden", AfterFix
    }
    /// No consent, or one without who, when, how or for whom.
    CONSENT_MISSING = {
        "WW-HND-002", "the person's consent for the partner is not recorded",
        meaning: "A person is referred on with their own fresh consent only, and a part of its record is missing: for whom, when, by whom written down, and how (spoken, written, form).",
        advice: "Ask the person, and send the member that is named.",
        Provider, 422, "REC_UNPROCESSABLE_ENTITY", "required", AfterFix
    }
    /// A consent for another recipient.
    CONSENT_FOR_ANOTHER = {
        "WW-HND-003", "the consent is for somebody else",
        meaning: "The consent names another recipient than the partner, and a consent for one is none for another.",
        advice: "Ask the person about this partner, and record that answer.",
        Provider, 422, "REC_UNPROCESSABLE_ENTITY", "not-supported", AfterFix
    }
    /// A consent that is not fresh.
    CONSENT_OLD = {
        "WW-HND-004", "the consent is not fresh",
        meaning: "The consent was given before this case came, longer ago than the area allows for this partner, or at a time that has not come.",
        advice: "Ask the person again, and send when they answered.",
        Provider, 422, "REC_UNPROCESSABLE_ENTITY", "not-supported", AfterFix
    }
    /// The case is over or being stopped.
    CASE_OVER = {
        "WW-HND-005", "the case is over",
        meaning: "The case has ended or is being stopped, so nobody is referred on from it.",
        advice: "If the person wants this help now, it takes a new referral.",
        Provider, 409, "REC_CONFLICT", "conflict", Never
    }
    /// The case is not with the provider yet.
    NOT_WITH_YOU = {
        "WW-HND-006", "the case is not with you yet",
        meaning: "Nobody refers on a case that they have not received.",
        advice: "Read the case first.",
        Provider, 409, "REC_CONFLICT", "conflict", AfterFix
    }
    /// The partner takes nobody just now.
    PARTNER_UNAVAILABLE = {
        "WW-HND-007", "the partner takes nobody just now",
        meaning: "The partner's agreement has ended, it is not open yet or no longer, or its tables have a fault, so nothing is disclosed to it.",
        advice: "Help the person in another way, and ask the ICB about the partner's agreement.",
        Icb, 409, "REC_CONFLICT", "conflict", AfterFix
    }
    /// The partner's own rules do not take the person.
    NOT_FOR_PARTNER = {
        "WW-HND-008", "the partner does not take this person",
        meaning: "The person lies outside the partner's area, or one of its rules does not take them; its own words are in the detail.",
        advice: "Help the person in another way.",
        Provider, 422, "REC_UNPROCESSABLE_ENTITY", "not-supported", Never
    }
    /// An open case at the same partner.
    ALREADY_THERE = {
        "WW-HND-009", "the person is with this partner already",
        meaning: "You referred the person on to this partner from the same case, and that is not over.",
        advice: "Read the case: `referred_on` says how it stands.",
        Provider, 409, "REC_CONFLICT", "duplicate", Never
    }
    /// A case that was itself referred on.
    REFERRED_ON_ITSELF = {
        "WW-HND-010", "a case that was referred on is not referred on again",
        meaning: "Who referred the person to you still holds the case, answers for the person and is the one to ask about more help.",
        advice: "Ask whoever referred the person to you.",
        Provider, 409, "REC_CONFLICT", "conflict", Never
    }
    /// The person said no to WorkWell.
    PERSON_SAID_NO = {
        "WW-HND-011", "the person has said no",
        meaning: "The WorkWell consent of this case is refused or withdrawn, and no other consent overrides that.",
        advice: "Do not pass the person on; if they have changed their mind, ask the gateway's operator.",
        Provider, 409, "REC_CONFLICT", "conflict", Never
    }
}
