//! CFG: settings and start-up.

super::entries! {
    /// A setting is wrong.
    BAD_SETTING = {
        "WW-CFG-001", "a setting is not usable",
        meaning: "The configuration holds a value that the gateway cannot use; it does not start.",
        advice: "Correct the line that is named; `config default` prints every key with its meaning.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A key that does not exist.
    UNKNOWN_KEY = {
        "WW-CFG-002", "an unknown key",
        meaning: "The configuration holds a key that the gateway does not know; it does not start, because what you meant by it would not be done.",
        advice: "Write the key as `config default` prints it, or take the line out.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// The file is no TOML.
    NOT_TOML = {
        "WW-CFG-003", "the configuration file is not TOML",
        meaning: "The text of the file breaks a rule of TOML, for example a quotation mark is missing or a key stands twice.",
        advice: "Correct the line that is named.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// The file cannot be read.
    FILE_UNREADABLE = {
        "WW-CFG-004", "a file named by the configuration cannot be read",
        meaning: "The configuration file, or a file that it names, is not there or may not be read by the gateway's user.",
        advice: "Correct the path, or let the gateway's user read the file.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A listener could be reached from other machines.
    NOT_LOOPBACK = {
        "WW-CFG-005", "a listener could be reached from other machines",
        meaning: "In this version the callers of the BaRS listener are not authenticated, so the gateway listens on the loopback address only unless it is told otherwise in words.",
        advice: "Use 127.0.0.1, or put a proxy that authenticates callers before the gateway and write the sentence that `config default` shows at `non_loopback`.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// PDS is off and nobody answers for it.
    PDS_OFF_WITHOUT_REASON = {
        "WW-CFG-006", "PDS is off and nobody answers for it",
        meaning: "Nobody is traced in PDS before a referral leaves, so a restricted or deceased person would not be noticed; the gateway serves so only when a named owner has said why and until which day.",
        advice: "Write `pds_off_reason`, `pds_off_owner` and `pds_off_until` under [clearance].",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A secret file does not hold a secret.
    BAD_SECRET = {
        "WW-CFG-007", "a secret file is not usable",
        meaning: "A file that should hold a key or a token is empty or has another shape than expected.",
        advice: "Write the file anew; a master key is 64 hexadecimal digits, a token is one line.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// An address is taken.
    CANNOT_LISTEN = {
        "WW-CFG-008", "a listener's address cannot be used",
        meaning: "The address is taken by another program or another listener, or this machine does not have it.",
        advice: "End the other program, or choose another address or port under [listen]; each listener has its own.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A package, profile or rule that is named is not there.
    PROFILES = {
        "WW-CFG-009", "a FHIR definition that the settings name is not there",
        meaning: "A package cannot be read, a profile that must be there is in none of them, or a rule is named that no check has; the gateway does not start, because messages would not be checked as you asked.",
        advice: "Correct the name, or install the package under `profiles.packages`; `profiles list` names every profile.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A file with a secret that everybody on the machine may read.
    SECRET_OPEN_TO_OTHERS = {
        "WW-CFG-010", "others can read a secret",
        meaning: "Everybody on this machine may read a file that holds a token or a secret, and could call as its owner. The gateway warns and goes on, since a container's secrets are often mounted so.",
        advice: "Run the command that is named; if others may have read the file, hand out a new secret.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// One token for two providers.
    SHARED_TOKEN = {
        "WW-CFG-011", "two providers have the same token",
        meaning: "Two rows of `provider_api.tokens` name different providers and hold the same token, so one of them would see the other's cases; the gateway does not start.",
        advice: "Make a token of its own for each provider, and hand it out anew.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// The gateway starts, and something would wait.
    WOULD_WAIT = {
        "WW-CFG-013", "the gateway would start, and somebody would wait",
        meaning: "The settings or the tables name something that is not there or cannot be used; `serve` starts and warns of it, and what depends on it waits for a person.",
        advice: "Put right what is named before people are referred.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
}
