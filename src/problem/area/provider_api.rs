//! PRV: the provider API.

super::entries! {
    /// No usable token.
    UNAUTHENTICATED = {
        "WW-PRV-001", "the caller is not known",
        meaning: "The request carries no bearer token, or one that no provider was given.",
        advice: "Send `Authorization: Bearer <token>` with the token that the gateway's operator handed over.",
        Provider, 401, "REC_UNAUTHORIZED", "login", AfterFix
    }
    /// No such case for this caller.
    NO_SUCH_CASE = {
        "WW-PRV-002", "there is no such case for you",
        meaning: "No case with this id was sent to the calling provider. A case of another provider gives the same answer.",
        advice: "Take the id from the case list.",
        Provider, 404, "REC_NOT_FOUND", "not-found", AfterFix
    }
    /// A status word that the provider's table lacks.
    UNKNOWN_WORD = {
        "WW-PRV-003", "the status word is not in your table",
        meaning: "The gateway never guesses what a word means, so the case keeps its status and the operator was asked to look.",
        advice: "Use one of the words in your status table, or ask the ICB to add this one.",
        Icb, 422, "REC_UNPROCESSABLE_ENTITY", "code-invalid", AfterFix
    }
    /// A move that the case's status does not allow.
    MOVE_NOT_ALLOWED = {
        "WW-PRV-004", "the case cannot take this status",
        meaning: "The case is over, was not delivered yet, or the status is not the provider's to report.",
        advice: "Read the case; if it was closed by mistake, ask the operator for a correction.",
        Provider, 409, "REC_CONFLICT", "conflict", Never
    }
    /// One key, two bodies.
    KEY_REUSED = {
        "WW-PRV-005", "the idempotency key was used for another report",
        meaning: "A report with this Idempotency-Key but another body was taken before.",
        advice: "Use a new key for each new report, and the same key only to repeat one.",
        Provider, 409, "REC_CONFLICT", "duplicate", AfterFix
    }
    /// A request that cannot be read.
    BAD_REQUEST = {
        "WW-PRV-006", "the request cannot be read",
        meaning: "A header, a parameter or the body is missing or has another form than the API's description says.",
        advice: "Compare the request with /provider/v1/openapi.json.",
        Provider, 400, "REC_BAD_REQUEST", "invalid", AfterFix
    }
    /// No such address.
    NO_SUCH_ROUTE = {
        "WW-PRV-007", "there is nothing at this address",
        meaning: "The provider API has no such path.",
        advice: "See /provider/v1/openapi.json for every path.",
        Provider, 404, "REC_NOT_FOUND", "not-found", Never
    }
    /// Wrong verb.
    WRONG_VERB = {
        "WW-PRV-008", "this address does not take that verb",
        meaning: "The path exists, but not with the HTTP method that was used.",
        advice: "Use a method that the Allow header names.",
        Provider, 405, "REC_METHOD_NOT_ALLOWED", "not-supported", Never
    }
    /// A case that was not read before the agreement ended.
    AGREEMENT_ENDED = {
        "WW-PRV-009", "your agreement has ended",
        meaning: "The agreement under which cases are shared with you is over, so a case that you have not read before is not disclosed. Cases that you hold go on: reports and cancellations still flow.",
        advice: "Ask the ICB to renew the agreement; the case waits for you.",
        Icb, 403, "REC_FORBIDDEN", "forbidden", AfterFix
    }
    /// A cursor of another life of the store.
    OUTDATED_CURSOR = {
        "WW-PRV-010", "this cursor does not hold good any more",
        meaning: "The cursor was given before the gateway's store was put back from a backup, or by an earlier version of the gateway, or to somebody else. To go on from it could pass over a case that waits for you.",
        advice: "List from the start, without a cursor, and go on with the `next` that you get. Cases that you have seen come again; you know them by their id.",
        Provider, 409, "REC_CONFLICT", "conflict", AfterFix
    }
    /// A report from the future, or from before the case.
    TIME_CANNOT_BE = {
        "WW-PRV-011", "the report's time cannot be true",
        meaning: "The report says that something happened more than ten minutes ahead of the gateway's clock, or more than ten minutes before the case was received. Taken as it is, it would make true reports look late. Nothing was changed.",
        advice: "Send the instant with its true offset: 14:00 in British Summer Time is `14:00:00+01:00` or `13:00:00Z`. If it is right, set your system's clock; what happened before the referral is reported with the time of the report.",
        Provider, 422, "REC_UNPROCESSABLE_ENTITY", "value", AfterFix
    }
}
