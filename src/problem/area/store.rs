//! STO: the durable store.

super::entries! {
    /// The store cannot be written just now.
    UNAVAILABLE = {
        "WW-STO-001", "the store is not available",
        meaning: "The gateway could not write or read its store, so nothing was accepted.",
        advice: "Send the same request again with the same ids after a pause.",
        Operator, 503, "REC_SERVICE_UNAVAILABLE", "transient", Later
    }
}
