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
    /// Nothing to read.
    NO_STORE = {
        "WW-STO-025", "there is no store here",
        meaning: "The verb works on a store that is there. No file is at the path that the settings name, and none was made: an empty one would say that there is no case.",
        advice: "Run the verb in the folder of the gateway, or name its settings with `--config`; `serve` makes a new store.",
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
    /// The store was put back and nobody has confirmed it.
    UNCONFIRMED = {
        "WW-STO-014", "the store was put back and nobody has confirmed it",
        meaning: "The store is not the one that this gateway left: it was restored, or an older copy stands in its place. What was acknowledged since may be missing, so nothing is sent and no new referral is taken; cancellations and reports on cases that are there are taken.",
        advice: "The operator runs `workwell-gateway store lost`, tells the referrers that it lists, and then `workwell-gateway store confirm`; senders repeat the same request later.",
        Operator, 503, "REC_SERVICE_UNAVAILABLE", "transient", Later
    }
    /// The epoch file cannot be read or written.
    EPOCH_FILE = {
        "WW-STO-015", "the epoch file cannot be used",
        meaning: "The file by which the gateway knows its store again cannot be read or written, or holds something else; the gateway does not start.",
        advice: "Let the gateway's user read and write the file that `store.epoch_file` names, and its folder. If it is damaged, move it away: the gateway then starts and sends nothing until `store confirm`.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// The journal cannot be read or written.
    JOURNAL = {
        "WW-STO-016", "the journal of acknowledged referrals cannot be used",
        meaning: "The folder that `store.journal_folder` names, or a file in it, cannot be read or written; after a restore nobody could say which referrals were lost.",
        advice: "Let the gateway's user read and write the folder, and check that its disk is not full.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// Another process works with the file.
    IN_USE = {
        "WW-STO-017", "a gateway is using this store",
        meaning: "A running gateway holds the store; two gateways on one file would send everything twice, and a store in use cannot be replaced.",
        advice: "End the gateway that runs, or name another store; several gateways side by side need PostgreSQL.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A copy or a restore did not come to its end.
    BROKEN_OFF = {
        "WW-STO-018", "a copy or a restore was broken off here",
        meaning: "The store was being filled by `store copy` or replaced by `store restore`, and that did not come to its end; what is there may be half of a store, so nothing starts on it.",
        advice: "After a copy: empty the target and copy again. After a restore: run the same `store restore` again.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// Something is where a new file should be.
    FILE_EXISTS = {
        "WW-STO-019", "a file of this name is there already",
        meaning: "A backup never replaces a file; nothing was written.",
        advice: "Name a file that does not exist yet, for example with the day and the time in its name.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// The target of a copy holds something.
    NOT_EMPTY = {
        "WW-STO-020", "the target is not empty",
        meaning: "A store is copied into an empty one only; nothing was written.",
        advice: "Name a file that does not exist yet, or an empty database.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A backup that cannot be restored.
    UNSOUND = {
        "WW-STO-021", "the backup is not sound",
        meaning: "The file does not pass the checks that every backup has to pass: it is damaged, incomplete, or belongs to another store; nothing was replaced.",
        advice: "Take another backup, and keep this one for whoever looks into the matter.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// PostgreSQL is backed up by its own means.
    SERVERS_OWN_BACKUP = {
        "WW-STO-022", "PostgreSQL is backed up by its own means",
        meaning: "`store backup` and `store restore` are for SQLite's file; a copy made beside a server's own log would not hold what it acknowledged last.",
        advice: "Use pg_basebackup with an archive of the log (point-in-time recovery), or what your managed service offers; docs/how-to/run-more-than-one.md says what the gateway does after it.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A copy that is not like its original.
    COPY_DIFFERS = {
        "WW-STO-023", "the copy is not like its original",
        meaning: "Counts or digests of a table differ after the copy; the target is marked as broken off and nothing starts on it.",
        advice: "Check both with `store check`, empty the target and copy again.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A file of a backup cannot be read or written.
    FILE = {
        "WW-STO-024", "a file cannot be read or written",
        meaning: "A file that the verb reads, writes or moves could not be; what had been there before is there still.",
        advice: "Check the path, the rights of the user who runs the verb, and that the disk is not full.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// The master key file cannot be made.
    KEY_NOT_MADE = {
        "WW-STO-026", "the master key cannot be made",
        meaning: "The folder of the master key file is not there, or the user who runs the verb may not write in it; no key was made.",
        advice: "Make the folder, or let the user write in it, and run `workwell-gateway key` again; `store.master_key_file` names another place.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
}
