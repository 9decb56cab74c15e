//! DLV: delivery to providers and answers to referrers.

super::entries! {
    /// The destination cannot be reached.
    UNREACHABLE = {
        "WW-DLV-001", "the destination cannot be reached",
        meaning: "No connection to the destination could be made: its name is not known, nothing listens there, or its certificate is not trusted.",
        advice: "Check the address and that the receiving system is running; the gateway tries again by its schedule.",
        Provider, 503, "REC_SERVICE_UNAVAILABLE", "transient", Later
    }
    /// The destination took the message and gave no answer.
    NO_ANSWER = {
        "WW-DLV-002", "the destination gave no answer in time",
        meaning: "The message was sent, and no complete answer came back; the destination may have it or not.",
        advice: "Nothing by hand: the gateway repeats the same message under the same key, so that a receiver that has it already can tell.",
        Provider, 504, "REC_TIMEOUT", "timeout", Later
    }
    /// The destination asks to come back later.
    BUSY = {
        "WW-DLV-003", "the destination asks to wait",
        meaning: "The destination answered that it is too busy, not available, or still at work on the same message.",
        advice: "Nothing by hand: the gateway waits for as long as it was told, within its cap, and tries again.",
        Provider, 503, "REC_SERVICE_UNAVAILABLE", "throttled", Later
    }
    /// The destination failed on its side.
    FAILED = {
        "WW-DLV-004", "the destination failed",
        meaning: "The destination answered with a failure of its own, or something on the way answered in its place.",
        advice: "Ask the provider to look at its log for the time of the attempt; the gateway tries again by its schedule.",
        Provider, 502, "REC_SERVER_ERROR", "transient", Later
    }
    /// The destination does not take this message.
    REFUSED = {
        "WW-DLV-005", "the destination refuses the message",
        meaning: "The destination answered that it will not take this message; the same message again would be refused again.",
        advice: "Agree with the provider what it expects, change the provider's tables or its system, then retry the parked row.",
        Icb, 502, "REC_UNPROCESSABLE_ENTITY", "processing", AfterFix
    }
    /// The destination does not accept our credential.
    CREDENTIAL = {
        "WW-DLV-006", "the destination does not accept the gateway's credential",
        meaning: "The destination answered that the signature, token or certificate of the gateway is unknown, expired or not allowed there.",
        advice: "Check the secret file of this destination against what the provider expects, then retry the parked row.",
        Operator, 502, "REC_UNAUTHORIZED", "security", AfterFix
    }
    /// The destination has gone for good.
    GONE = {
        "WW-DLV-007", "the destination says that it is gone",
        meaning: "The destination answered 410: nothing will be received at this address again (Standard Webhooks, operational considerations).",
        advice: "Ask the provider for its new address, put it into provider.toml, then retry the parked row.",
        Provider, 502, "REC_NOT_FOUND", "not-found", AfterFix
    }
    /// The destination points elsewhere.
    REDIRECTED = {
        "WW-DLV-008", "the destination points to another address",
        meaning: "The destination answered with a redirect. The gateway follows none: personal data goes only to an address that was agreed.",
        advice: "Agree the new address with the provider, put it into provider.toml, then retry the parked row.",
        Icb, 502, "REC_BAD_REQUEST", "processing", AfterFix
    }
    /// The address cannot be used.
    ADDRESS_MALFORMED = {
        "WW-DLV-009", "the address of the destination cannot be used",
        meaning: "The address is not an absolute https URL with a host, or it carries a user name, a password or a fragment.",
        advice: "Write an address such as https://referrals.provider.example/inbox; http is for loopback only, where that is allowed.",
        Icb, 500, "REC_SERVER_ERROR", "value", AfterFix
    }
    /// The address lies inside the network.
    ADDRESS_REFUSED = {
        "WW-DLV-010", "the destination lies in a network that is not allowed",
        meaning: "The address of the destination is, or its name resolves to, a loopback, private, link-local or reserved address.",
        advice: "Correct the address; where the destination really lies inside the network, the operator allows that in the configuration. Link-local addresses are never allowed.",
        Operator, 500, "REC_SERVER_ERROR", "forbidden", AfterFix
    }
    /// A stored message cannot be put on the wire.
    PARCEL = {
        "WW-DLV-011", "the message cannot be put on the wire",
        meaning: "A header name or value of the stored message, or the message's key, is not allowed in HTTP.",
        advice: "Report it with the code and the id of the outbox row; retrying does not help.",
        Us, 500, "REC_SERVER_ERROR", "exception", Never
    }
    /// A secret cannot be read.
    SECRET = {
        "WW-DLV-012", "the secret of a destination cannot be used",
        meaning: "The file with the destination's secret is missing, unreadable, empty or not of the expected form.",
        advice: "A webhook secret is one line (two while it is being changed) of whsec_ and the Base64 of 24 to 64 random bytes; a token is one line of visible ASCII. Give the gateway's user the right to read the file.",
        Operator, 500, "REC_SERVER_ERROR", "security", AfterFix
    }
    /// The destination holds something else under the same key.
    CONFLICT = {
        "WW-DLV-013", "the destination holds something that contradicts the message",
        meaning: "The destination answered with a conflict that is not a plain duplicate: its copy was changed, or several records match.",
        advice: "Compare both sides by the case reference and agree with the destination which copy is right; then retry or close the parked row.",
        Operator, 502, "REC_CONFLICT", "conflict", AfterFix
    }
    /// The last try has failed.
    EXHAUSTED = {
        "WW-DLV-014", "the last try has failed",
        meaning: "Every try of the schedule has failed; the message is parked until a person acts, and the case is in the operator's queue.",
        advice: "Look at the last failure with `outbox show`, put it right, then `outbox retry`.",
        Operator, 504, "REC_TIMEOUT", "timeout", AfterFix
    }
    /// Two mapped fields want the same place.
    TARGET_CLASH = {
        "WW-DLV-015", "two mapped fields want the same place in the payload",
        meaning: "Two rows of fields.csv write the same target, or one writes a value where another needs a group (`person` and `person.name`).",
        advice: "Rename one of the two targets in fields.csv.",
        Icb, 500, "REC_SERVER_ERROR", "structure", AfterFix
    }
    /// A target does not exist.
    TARGET_UNKNOWN = {
        "WW-DLV-016", "a mapped field has no place in the payload",
        meaning: "A target is empty, has an empty part or too many parts, is not in the list of FHIR targets, or cannot hold this kind of value.",
        advice: "For JSON write names separated by single dots, such as person.dateOfBirth; for FHIR take a target from the published list.",
        Icb, 500, "REC_SERVER_ERROR", "value", AfterFix
    }

    /// A stopped case is not sent again.
    CASE_STOPPED = {
        "WW-DLV-017", "the case was stopped",
        meaning: "A cancel, a withdrawal or an error stopped this case; its delivery is over and a retry cannot bring it back.",
        advice: "Do nothing; if the person is to be helped after all, the referrer sends a new referral.",
        Operator, 409, "REC_CONFLICT", "conflict", Never
    }
    /// The row is not in a state that the verb can change.
    LEG_NOT_OPEN = {
        "WW-DLV-018", "this row of the outbox cannot be changed so",
        meaning: "Only a parked or released row can be sent again, and only a released row can be parked.",
        advice: "See `outbox show` for where the row stands.",
        Operator, 409, "REC_CONFLICT", "conflict", AfterFix
    }
    /// No such row.
    NO_SUCH_LEG = {
        "WW-DLV-019", "there is no such row in the outbox",
        meaning: "No row of the outbox has this id.",
        advice: "Take the id from `outbox list`.",
        Operator, 404, "REC_NOT_FOUND", "not-found", AfterFix
    }
    /// Nowhere to send to.
    NO_ADDRESS = {
        "WW-DLV-020", "there is no address to send to",
        meaning: "The destination has no address: its provider is not loaded or collects by itself, or no BaRS endpoint is set up for the referrer.",
        advice: "Set the address in the provider's table or in the configuration (`bars.outbound`), then `outbox retry`.",
        Operator, 503, "REC_SERVICE_UNAVAILABLE", "transient", AfterFix
    }
}
