//! OPR: what an operator asks of the gateway.

super::entries! {
    /// No such case.
    NO_SUCH_CASE = {
        "WW-OPR-001", "there is no such case",
        meaning: "No case of this gateway has the id that was given.",
        advice: "Take the case id from `outbox list`, from the provider's list or from the log.",
        Operator, 404, "REC_NOT_FOUND", "not-found", AfterFix
    }
    /// Evidence that cannot be stored.
    EVIDENCE = {
        "WW-OPR-002", "the evidence is no plain reference",
        meaning: "Evidence is kept in clear in the audit log, so it is a reference such as a call or ticket number: 1 to 80 letters, digits and . : / # -, fewer than ten digits, and names nobody.",
        advice: "Write the reference under which the evidence is kept, not what it says.",
        Operator, 422, "REC_UNPROCESSABLE_ENTITY", "not-supported", AfterFix
    }
}
