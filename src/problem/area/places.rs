//! PLC: places and organisations, and the files that they are looked up in.

super::entries! {
    /// A file that is to be imported cannot be read.
    UNREADABLE = {
        "WW-PLC-001", "a file of places cannot be read",
        meaning: "A file that is to be imported is not there, is packed, or is no CSV in UTF-8.",
        advice: "Give the CSV file itself as it was published; unpack an archive first.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// Which of the published files it is cannot be told.
    WRONG_FILE = {
        "WW-PLC-002", "this is not a file that can be imported",
        meaning: "The file lacks a column that is needed, or its name is none of the published ones.",
        advice: "Give the file under its published name, as it was downloaded.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// Rows that cannot be read.
    ROW_DAMAGED = {
        "WW-PLC-003", "rows of a file are damaged",
        meaning: "Rows have too few cells, or a code or date that is none: the file was cut or changed by a spreadsheet. Nothing was imported; what was installed is still in use.",
        advice: "Download the file again and import it without opening it in a spreadsheet.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// Two rows about the same thing.
    SAID_TWICE = {
        "WW-PLC-004", "the same place or organisation stands there twice",
        meaning: "Two rows of the files answer for one postcode or one organisation and differ. Nothing was imported.",
        advice: "Download the files again; give each of them once.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// Much less than what is installed.
    LOOKS_CUT = {
        "WW-PLC-005", "the new file has far fewer rows than the installed one",
        meaning: "The published files hardly shrink, so that this one is probably cut. Nothing was imported.",
        advice: "Download the file again; with --fewer it is taken as it is.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// The file cannot be written there.
    NOT_WRITABLE = {
        "WW-PLC-006", "the place file cannot be written",
        meaning: "The folder of places cannot be written, or it holds a set of places written by hand, which an import never mixes with published data.",
        advice: "Set [tables] places to a folder of your own, such as \"places\", and import again.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// An installed file is damaged.
    FILE_DAMAGED = {
        "WW-PLC-007", "an installed place file is damaged",
        meaning: "The file is cut, changed, or written by another version of this program.",
        advice: "Import the published files again.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A rule needs data that is not there.
    NOT_INSTALLED = {
        "WW-PLC-008", "a rule needs places that are not installed",
        meaning: "A catchment row is judged by data that the gateway does not have, so that it takes nobody in and leaves nobody out.",
        advice: "Import the published files: `geo import` for postcodes, `ods import` for practices, networks and boards.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A table names a former code.
    SUCCEEDED = {
        "WW-PLC-009", "a table names an organisation that lives on under another code",
        meaning: "The organisation was merged or renamed. The row is read as if it named the successor.",
        advice: "Write the new code that is shown.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A table names an organisation that was split.
    UNCLEAR = {
        "WW-PLC-010", "who carries on an organisation cannot be told",
        meaning: "The organisation was split, or its successors run in a circle; the gateway does not choose, and the row holds for the old code only.",
        advice: "Write the codes that are meant.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A table names what the installed files do not know.
    UNKNOWN_CODE = {
        "WW-PLC-011", "a table names a code that the installed places do not know",
        meaning: "No practice, network or board of this code is in the installed files, so that the row may never hold.",
        advice: "Correct the code, or import newer files.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// The organisation that refers is closed.
    REFERRER_CLOSED = {
        "WW-PLC-012", "the referring organisation is closed",
        meaning: "The Organisation Data Service has closed the organisation that sent the message. It was taken all the same: closing dates come late, and the person waits.",
        advice: "Send under the code of the organisation that carries it on.",
        Referrer, 422, "REC_UNPROCESSABLE_ENTITY", "business-rule", AfterFix
    }
    /// The organisation of a provider is closed.
    PROVIDER_CLOSED = {
        "WW-PLC-013", "the organisation of a provider is closed",
        meaning: "The Organisation Data Service has closed the organisation that provider.toml names. Nobody is referred to it and nothing more is disclosed to it.",
        advice: "Write the code of the organisation that carries it on, once there is an agreement with it.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// Installed data is old.
    STALE = {
        "WW-PLC-014", "the installed places are old",
        meaning: "Postcodes are published every quarter and organisations every day; new ones are not recognised until newer files are imported.",
        advice: "Download and import the newest files.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A row that is left out.
    LEFT_OUT = {
        "WW-PLC-015", "parts of a file are left out",
        meaning: "The published file holds what no referral can name, such as postcodes of an older shape, or codes of another shape.",
        advice: "Nothing to do where the numbers are small, as they are in the published files.",
        Operator, 500, "REC_SERVER_ERROR", "exception", Never
    }
    /// A folder of places that holds none.
    FOLDER_EMPTY = {
        "WW-PLC-016", "no places are installed in the folder",
        meaning: "The folder of [tables] places is not there, or holds neither imported files nor a set of places written by hand; without places nobody's postcode or practice is recognised.",
        advice: "Import first: `geo import` and `ods import` make the folder; or correct [tables] places.",
        Operator, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
}
