//! CFG: settings and start-up.

super::entries! {
    /// A setting is wrong.
    BAD_SETTING = {
        "WW-CFG-001", "a setting is not usable",
        meaning: "The configuration holds a key or a value that the gateway cannot use; it does not start.",
        advice: "Correct the line that is named; `config default` prints every key with its meaning.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
}
