//! SAF: people and made-up people are kept apart.

super::entries! {
    /// A made-up person at a gateway that serves people.
    TEST_NUMBER = {
        "WW-SAF-001", "nothing is delivered about a test number",
        meaning: "The NHS number is of the range that is kept for tests (it begins with 999), and this gateway serves people (gateway.mode is \"production\"), so nothing about it leaves.",
        advice: "Cancel the referral, and try things out at a gateway whose gateway.mode is \"test\".",
        Operator, 403, "REC_FORBIDDEN", "forbidden", Never
    }
    /// A person who may be real at a gateway that serves nobody.
    NOT_TEST_NUMBER = {
        "WW-SAF-002", "this gateway is for tests and takes nobody's referral",
        meaning: "The NHS number is not of the range that is kept for tests, so it may be a person's, and nobody works this gateway's queue (gateway.mode is \"test\"); nothing was accepted.",
        advice: "You remain responsible for the referral: send it to the service's own gateway. For a test, use a number that begins with 999.",
        Referrer, 422, "REC_UNPROCESSABLE_ENTITY", "not-supported", Never
    }
    /// What a refused message says of its person cannot wait for another service.
    NO_CRISIS_SERVICE = {
        "WW-SAF-003", "the message tells of a crisis, and this is no crisis service",
        meaning: "A phrase of the message tells that its person may be in danger. It is said beside whatever the message was refused for, and is kept nowhere.",
        advice: "This is no crisis service and nobody reads this message at once. If the person may be in danger, act now: 999, NHS 111 option 2, or the local crisis line.",
        Referrer, 422, "REC_UNPROCESSABLE_ENTITY", "informational", Never
    }
}
