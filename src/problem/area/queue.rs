//! QUE: the queue of what waits for a person.

super::entries! {
    /// A filter that cannot be read.
    BAD_FILTER = {
        "WW-QUE-001", "the filter of the queue cannot be read",
        meaning: "The queue is filtered by `kind` (held, parked, uncollected, unacknowledged, silent, return-unheard or stop-unheard), by `case` (a case id or a case reference), and paged by `after` and `limit` (1 to 100).",
        advice: "Correct the parameter that is named, or leave it out.",
        Operator, 400, "REC_BAD_REQUEST", "value", AfterFix
    }
}
