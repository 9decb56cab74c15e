//! OPR: what an operator asks of the gateway.

super::entries! {
    /// No such case.
    NO_SUCH_CASE = {
        "WW-OPR-001", "there is no such case",
        meaning: "No case of this gateway has the reference or the id that was given.",
        advice: "`cases list` shows the references, with `--all` of the cases that are over too; one looks like WW-4K7M-9QXD-T2P.",
        Operator, 404, "REC_NOT_FOUND", "not-found", AfterFix
    }
    /// Evidence that cannot be stored.
    EVIDENCE = {
        "WW-OPR-002", "the text is no plain reference or name",
        meaning: "Both are kept in clear in the audit log. Evidence is a reference such as a call or ticket number: 1 to 80 letters, digits and . : / # -, fewer than ten digits, and names nobody. Who acts or was told is a name or role at work: the same, with letters of any script, apostrophes, commas and brackets.",
        advice: "Write the reference under which the evidence is kept, not what it says; for a person at work, the name or role.",
        Operator, 422, "REC_UNPROCESSABLE_ENTITY", "not-supported", AfterFix
    }
    /// Too late to hold.
    HOLD_TOO_LATE = {
        "WW-OPR-003", "the case can no longer be held",
        meaning: "A hold keeps a case from leaving. This one has left, may have arrived, or is over.",
        advice: "To end the work use `cases return` or `cases withdraw`; what is on its way is seen by `outbox list`.",
        Operator, 409, "REC_CONFLICT", "conflict", AfterFix
    }
    /// Nothing to resolve.
    NOT_HELD = {
        "WW-OPR-004", "the case is not held",
        meaning: "Only a held case can be resolved; this one is over or being stopped.",
        advice: "See where it stands; a case that was closed by mistake is opened again by `cases correct ID --to held`.",
        Operator, 409, "REC_CONFLICT", "conflict", AfterFix
    }
    /// A case that today's tables and consents do not release.
    NOT_RELEASABLE = {
        "WW-OPR-005", "the case cannot be released",
        meaning: "The gateway decided again by today's tables and consents, and the case would be held again. A refused or withdrawn consent and a restricted record are never overridden; an open case of the same person, a phrase that tells of a crisis and a mark of death only with `--send-anyway`; a missing consent only when the person's answer is recorded with `--consent`.",
        advice: "What ends it goes by the reason: see the lines for each below or `cases show`; the person is given back with `cases return`.",
        Operator, 409, "REC_CONFLICT", "conflict", AfterFix
    }
    /// A correction that would say what is not so.
    CORRECTION = {
        "WW-OPR-006", "the case cannot be corrected to this status",
        meaning: "A correction may set what is true and not what is not: a provider that was told to stop, or never had the case, does not hold it; a holder has to hear of a cancellation; a held case is released by a decision.",
        advice: "Do what the detail says.",
        Operator, 409, "REC_CONFLICT", "conflict", AfterFix
    }
    /// A case that cannot be returned.
    NOT_RETURNABLE = {
        "WW-OPR-007", "the case cannot be returned",
        meaning: "The case is over or being stopped, or the reason is none for which an operator returns a person.",
        advice: "Take a reason of the list that `cases return --help` shows; a case that is over is returned already: see `cases show` and the queue.",
        Operator, 409, "REC_CONFLICT", "conflict", AfterFix
    }
    /// No call to record.
    NO_RETURN_WAITS = {
        "WW-OPR-008", "no return of this case waits to be heard",
        meaning: "A call is recorded for a case that was given back and whose referrer has not confirmed it. This one is not over, or not on the way back.",
        advice: "To give the person back first, use `cases return ID --reason REASON`.",
        Operator, 409, "REC_CONFLICT", "conflict", AfterFix
    }
    /// A call of the future, or from before what it is recorded for.
    CALL_TIME = {
        "WW-OPR-009", "the time of the call cannot be right",
        meaning: "A call is recorded after it took place and tells what had happened by then; the time that was given has not come yet, or lies before what the call is recorded for.",
        advice: "Give the time of the call in UK time, such as `2026-11-20 10:15`, or as an instant with its offset.",
        Operator, 422, "REC_UNPROCESSABLE_ENTITY", "value", AfterFix
    }
    /// A case that no decision is due for.
    NOT_REDECIDABLE = {
        "WW-OPR-011", "the case cannot be decided again",
        meaning: "A decision is taken again while nothing of the case has left: on one that is held for what tables and consents say, or whose delivery has not begun; or on a report whose word no table knew. This case is not so.",
        advice: "Do what the detail says; where it stands, `cases show` tells.",
        Operator, 409, "REC_CONFLICT", "conflict", AfterFix
    }
    /// The admin listener takes no orders.
    ADMIN_CLOSED = {
        "WW-OPR-012", "nobody may act over the admin listener",
        meaning: "The settings name no token for it, so that what a page in a browser of this machine could send is never taken for an operator's order.",
        advice: "Name a file in `listen.admin_token_file`, or use the command line; SIGHUP loads the tables.",
        Operator, 403, "REC_FORBIDDEN", "forbidden", AfterFix
    }
    /// No token, or another.
    ADMIN_TOKEN = {
        "WW-OPR-013", "the token of the admin listener is missing or wrong",
        meaning: "An order over the admin listener carries the token whose file `listen.admin_token_file` names.",
        advice: "Send `Authorization: Bearer` and the token.",
        Operator, 401, "REC_UNAUTHORIZED", "login", AfterFix
    }
    /// A body that is no order.
    ADMIN_BODY = {
        "WW-OPR-014", "the body of the order cannot be read",
        meaning: "The route takes one JSON object of at most 4 KiB with the members that its page names, each a text.",
        advice: "Send the members that the detail names, and no other.",
        Operator, 422, "REC_UNPROCESSABLE_ENTITY", "structure", AfterFix
    }
    /// A part of the audit log that cannot be read.
    AUDIT_FILTER = {
        "WW-OPR-016", "the filter of the audit log cannot be read",
        meaning: "The audit log is filtered by `case` (a case id or a case reference), and paged by `after` (a position in it, from 0) and `limit` (10 to 500).",
        advice: "Correct the parameter that is named, or leave it out.",
        Operator, 400, "REC_BAD_REQUEST", "value", AfterFix
    }
    /// Nothing to ring about.
    NO_CALL_WAITS = {
        "WW-OPR-015", "nothing of this case waits to be told on the telephone",
        meaning: "A call to whoever referred is recorded while the queue asks for one: a return that was not heard, an answer that was given up, a silence that no system can tell them of, or a phrase that tells of a crisis in a case that is held for something else.",
        advice: "See by `cases show` what waits; a call to a provider about a stop is recorded with `cases stopped`.",
        Operator, 409, "REC_CONFLICT", "conflict", AfterFix
    }
    /// A name that no provider has.
    NO_SUCH_PROVIDER = {
        "WW-OPR-017", "no provider has this name",
        meaning: "Providers are named as their table folders are called. No folder, no case and no row of the outbox has the name that was given, so an empty list would say nothing.",
        advice: "Write the folder's name; `cases list` and `outbox list` without a filter show the names in use.",
        Operator, 404, "REC_NOT_FOUND", "not-found", AfterFix
    }
    /// No stop to confirm.
    NO_STOP_WAITS = {
        "WW-OPR-010", "no stop of this case waits for this provider",
        meaning: "No stop was sent to this provider for this case, so there is none to be confirmed.",
        advice: "Take the provider's folder name from the queue entry.",
        Operator, 409, "REC_CONFLICT", "conflict", AfterFix
    }
}
