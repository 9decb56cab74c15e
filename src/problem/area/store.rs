//! STO: the durable store and the master key.

super::entries! {
    /// The store cannot be written just now.
    UNAVAILABLE = {
        "WW-STO-001", "the store is not available",
        meaning: "The gateway could not write or read its store, so nothing was accepted.",
        advice: "Send the same request again with the same ids after a pause.",
        Operator, 503, "REC_SERVICE_UNAVAILABLE", "transient", Later
    }
    /// The file cannot be opened or made.
    CANNOT_OPEN = {
        "WW-STO-002", "the store cannot be opened",
        meaning: "The store's file cannot be opened or made at the path that is named; the gateway does not start.",
        advice: "Check that the folder exists, that the gateway's user may write in it, and that the disk is not full.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A later program has written the file.
    NEWER_SCHEMA = {
        "WW-STO-003", "the store is newer than this program",
        meaning: "A later version of the gateway has written this store; this version would not understand all of it and does not start.",
        advice: "Start the version that wrote the store, or a later one; going back needs the backup taken before the upgrade.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// The file is something else.
    NOT_A_STORE = {
        "WW-STO-004", "this file is not a gateway's store",
        meaning: "The file at the path that is named is no SQLite database, or one that something else has made; it was not changed.",
        advice: "Name the right file in the configuration, or a path where no file is yet.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A row does not read back.
    DAMAGED = {
        "WW-STO-005", "a row of the store cannot be read",
        meaning: "A stored value is damaged or was sealed with another key, so what it says cannot be used.",
        advice: "Run the integrity check; restore the store and its master key from the same backup.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// No master key file.
    KEY_UNREADABLE = {
        "WW-STO-006", "the master key cannot be read",
        meaning: "The file with the master key is not there or the gateway may not read or make it; without it no personal data can be sealed.",
        advice: "Put the key file at the path that is named, owned by the gateway's user with mode 0600; for a new store, `workwell-gateway key` makes one.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// The master key file is readable by others.
    KEY_OPEN_TO_OTHERS = {
        "WW-STO-007", "others can read the master key",
        meaning: "Group or world may read the master key file; whoever holds it can open every case.",
        advice: "Set its mode to 0600; if others may have read it, treat the key as lost and have the store sealed anew.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// The master key file holds something else.
    KEY_MALFORMED = {
        "WW-STO-008", "the master key file holds no key",
        meaning: "The file must hold 32 random bytes written as 64 hexadecimal digits, and nothing else.",
        advice: "Restore the file that belongs to this store; for a new store make one from a good random source.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// The store was sealed with another master key.
    KEY_OF_ANOTHER_STORE = {
        "WW-STO-009", "the master key is not this store's",
        meaning: "The store was made with another master key, so none of its cases could be opened; the gateway does not start.",
        advice: "Name the key file that belongs to this store in the configuration.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// The schema is of an earlier program.
    OLDER_SCHEMA = {
        "WW-STO-010", "the store has to be migrated first",
        meaning: "The store was written by an earlier version of the gateway; nothing was changed, and the gateway does not start.",
        advice: "Take a backup, then run `workwell-gateway store migrate`; gateways of the version before may go on running meanwhile.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// Built without the feature.
    WITHOUT_POSTGRES = {
        "WW-STO-011", "this program was built without PostgreSQL",
        meaning: "The configuration names a PostgreSQL server, and this build of the gateway has SQLite only.",
        advice: "Use a release build, or build with `--features postgres`; or name a file: url = \"sqlite:workwell.db\".",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// The server cannot be reached or does not let us in.
    UNREACHABLE = {
        "WW-STO-012", "the database server cannot be used",
        meaning: "PostgreSQL at the address that is named did not answer, or did not let the gateway in.",
        advice: "Check the address, that the server runs and takes connections from this machine, the user, the database, the password file and the server's certificate.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// The database takes no writing.
    READ_ONLY = {
        "WW-STO-013", "the database takes no writing",
        meaning: "The database answers and can only be read: a standby, or one that was set to read-only; the gateway does not start, since it could accept nothing.",
        advice: "Name the primary server, or several with target_session_attrs=read-write; or lift the read-only setting.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
}
