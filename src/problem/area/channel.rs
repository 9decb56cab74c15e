//! DLV: delivery to providers and answers to referrers.

super::entries! {
    /// The destination cannot be reached.
    UNREACHABLE = {
        "WW-DLV-001", "the destination cannot be reached",
        meaning: "No connection to the destination could be made, or it gave no answer in time.",
        advice: "Check the address and that the receiving system is running; the gateway tries again by its schedule.",
        Provider, 503, "REC_SERVICE_UNAVAILABLE", "transient", Later
    }
}
