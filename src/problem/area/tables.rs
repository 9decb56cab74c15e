//! MAP: mapping tables.

super::entries! {
    /// A file of a folder is missing or cannot be read.
    FILE_MISSING = {
        "WW-MAP-001", "a table is missing or cannot be read",
        meaning: "A folder of tables lacks a file that it needs, or the file cannot be opened.",
        advice: "Put the named file in its place with the header that is shown; rows may follow later.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// The first line of a table is not its header.
    WRONG_HEADER = {
        "WW-MAP-002", "the header of a table is not the one expected",
        meaning: "The first line of a table must name its columns, all of them, in the order shown.",
        advice: "Name the columns as the line that is shown does. Where they stand in another order, move whole columns with their cells: another first line alone would exchange the data under them. A column of your own belongs in `comment`.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A key that provider.toml or area.toml does not have.
    UNKNOWN_KEY = {
        "WW-MAP-003", "a key that does not exist",
        meaning: "The TOML head of a folder holds a section or key that the gateway does not know.",
        advice: "Write the nearest name that is shown, or remove the line.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A word that is not in its closed list.
    UNKNOWN_WORD = {
        "WW-MAP-004", "a word that is not in its list",
        meaning: "A cell or key takes one of a closed list of words, and holds another.",
        advice: "Write one of the words that are shown; the nearest one is named first.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A cell or key that must be filled is empty.
    VALUE_MISSING = {
        "WW-MAP-005", "a value is missing",
        meaning: "A cell or key that must be filled is empty or is not there; every field needs a purpose and a category of data.",
        advice: "Fill in the named column or key.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// The same thing is said twice.
    SAID_TWICE = {
        "WW-MAP-006", "the same thing is said twice",
        meaning: "Two rows answer for one target, code, word or provider, so that the tables contradict themselves.",
        advice: "Keep one of the two rows that are named.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A value has the wrong shape.
    WRONG_SHAPE = {
        "WW-MAP-007", "a value has the wrong shape",
        meaning: "A date, number, code, path or address is not written as it must be.",
        advice: "Write it in the form that is shown.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// Protected data is neither mapped nor withheld with a reason.
    PROTECTED_UNSAID = {
        "WW-MAP-008", "protected data is neither mapped nor withheld",
        meaning: "Language, interpreter, communication needs, reasonable adjustments, safe contact, safeguarding and staff risk keep people safe; every table maps them or says why not.",
        advice: "Add a row for the field to fields.csv, or a line `field = \"reason\"` under [withheld] in provider.toml.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A field that is never taken from a GP's door.
    NEVER_ACCEPTED = {
        "WW-MAP-009", "a field that this gateway never passes on",
        meaning: "National Insurance number, benefits, criminal data and relatives' data are never taken from a referral, whatever a table says.",
        advice: "Remove the row; the provider asks the person where it needs the datum.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A code list that is named and not there, or there and not used.
    CODE_LIST = {
        "WW-MAP-010", "a code list does not fit its use",
        meaning: "fields.csv or [unmapped] names a list that codes/ does not hold, or a list is not used, or it lacks words of the field that it translates.",
        advice: "Add the file or the rows that are named, or correct the name.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A file that is no CSV, TOML or UTF-8.
    NOT_READABLE = {
        "WW-MAP-011", "a table cannot be parsed",
        meaning: "The file is not UTF-8 text, its rows or keys do not parse, a double quote is not closed, or a cell holds a line break. Nothing of the file is used.",
        advice: "Save the file as CSV in UTF-8 with commas, or correct the TOML at the place that is named.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A transform cannot take what it is given.
    TRANSFORM_MISFIT = {
        "WW-MAP-012", "a transform does not fit its field",
        meaning: "The step cannot take the kind of value that the field or the step before it gives.",
        advice: "Use a step that takes this kind of value; the message names the kind.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A category that is laxer than the field's own.
    CATEGORY_LAX = {
        "WW-MAP-013", "a category is laxer than the field's own",
        meaning: "The published list gives every field a category of data; a table may be stricter, never laxer.",
        advice: "Write the field's own category, which is shown, or a stricter one.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// routing.csv and the folders do not agree.
    NOT_LISTED = {
        "WW-MAP-014", "the routing table and the folders do not agree",
        meaning: "routing.csv lists a provider that has no folder, or a folder that routing.csv does not list, so that nobody is routed to it.",
        advice: "Add the folder or the row, or remove the other.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A cell that a spreadsheet program changed.
    SHEET_DAMAGE = {
        "WW-MAP-015", "a spreadsheet changed a cell",
        meaning: "A spreadsheet program takes codes for numbers or dates, drops leading zeros, curls quotes and keeps invisible characters; the cell shows signs of it.",
        advice: "Set the column to \"Text\", type the value again from its source, and save as \"CSV UTF-8\".",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A row or a file that decides nothing.
    ROW_UNUSED = {
        "WW-MAP-016", "a row that decides nothing",
        meaning: "Another row answers first, the row's time is over, no installed place is the one that it names, or no table names the file: whoever wrote it may think that it counts.",
        advice: "Remove it, write the code that is meant, or put it where it counts; the row that answers first is named.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A test beside the tables that does not hold.
    TEST_DIFFERS = {
        "WW-MAP-017", "a test of the tables does not hold",
        meaning: "A case under tests/ becomes something else than its expected files say, or its files cannot be read.",
        advice: "Correct the table, or, where the new result is right, write it with `mappings test --update` and have the change read by another person.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A file that is to be tried is no referral.
    NO_REFERRAL = {
        "WW-MAP-018", "the file is no referral",
        meaning: "The file is neither a BaRS message of a new referral nor a canonical case.",
        advice: "Give a Bundle as a GP system sends it, or a case as `mappings fields --format json` describes it.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A status that a provider has no word for.
    STATUS_NOT_TOTAL = {
        "WW-MAP-019", "a status that the provider cannot report",
        meaning: "status.csv has no word for a status that a provider may report. Its own word for it would be unknown, and the news would wait for a person.",
        advice: "Ask the provider for its word and add a row; `visibility` says what the referrer sees of it.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A code of a case has no row in the provider's list.
    UNMAPPED_CODE = {
        "WW-MAP-020", "a code of the case is not in the provider's list",
        meaning: "The provider's code list has no row for a code of this case, and the gateway does not guess; the case is held.",
        advice: "Add a row for the code to the list that is named, then release the case.",
        Icb, 422, "REC_UNPROCESSABLE_ENTITY", "code-invalid", AfterFix
    }
    /// A code has no row, and the provider takes only listed ones.
    UNMAPPED_CODE_REFUSED = {
        "WW-MAP-021", "the provider does not take a code of the case",
        meaning: "The provider's code list has no row for a code of this case, and its tables say that such a case is not for it. A new referral is refused and nothing of it accepted; a case that was accepted before is held.",
        advice: "You remain responsible for a referral that was refused: refer elsewhere, or ask the ICB's table editor to extend the list that is named and send it again as a new request.",
        Icb, 422, "REC_UNPROCESSABLE_ENTITY", "not-supported", AfterFix
    }
    /// A required field has no value.
    REQUIRED_MISSING = {
        "WW-MAP-022", "the provider needs a field that the case does not have",
        meaning: "A field that the provider's table requires is missing; the case is held, because missing data is never a refusal.",
        advice: "Obtain the named field from the referrer, then release the case.",
        Operator, 422, "REC_UNPROCESSABLE_ENTITY", "required", AfterFix
    }
    /// A required field needs a consent that is not given.
    REQUIRED_WITHHELD = {
        "WW-MAP-023", "a required field may not be passed on",
        meaning: "A field that the provider's table requires needs the person's consent for its recipient, and none is recorded as given.",
        advice: "Ask for the consent and record it, or make the field optional in the provider's table.",
        Operator, 422, "REC_UNPROCESSABLE_ENTITY", "required", AfterFix
    }
    /// An agreement or the tables' own time that ends.
    AGREEMENT_ENDS = {
        "WW-MAP-024", "the time of an agreement or of the tables ends",
        meaning: "After the last day of the data-sharing agreement, or of the tables, nobody is referred to the provider any more; statuses, cancellations and withdrawals still flow.",
        advice: "Renew the agreement and write its new reference and last day into provider.toml.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A default where only an answer may stand.
    DEFAULT_BARRED = {
        "WW-MAP-040", "a default in place of an answer about the person",
        meaning: "A table puts a word of its own where the referral says nothing or says something that the table does not know. That is allowed for paperwork, such as the route of the referral, and never for a condition, consent, status, risk, need or contact.",
        advice: "Remove the default; what is missing stays empty and the provider asks. A missing answer may have a word of its own (`declined`, `not-known`, `absent`) that no real answer has.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A required field has a value of another shape.
    REQUIRED_MALFORMED = {
        "WW-MAP-041", "a required field has not the shape that the provider takes",
        meaning: "A field that the provider's table requires is there, yet it has not the shape that the table's transform takes; a telephone number, say, with a digit too few. The gateway mends nothing by guessing; the case is held.",
        advice: "Obtain the value from the referrer, or make the field optional or its transform plainer, then release the case.",
        Operator, 422, "REC_UNPROCESSABLE_ENTITY", "value", AfterFix
    }
    /// A required place is not in the installed files.
    REQUIRED_PLACE_UNKNOWN = {
        "WW-MAP-042", "the provider needs a place that the installed files do not know",
        meaning: "The provider's table requires the local authority or the output area of the person's postcode, and the installed files of places do not hold the postcode; the case is held.",
        advice: "Install a newer directory of postcodes, or make the field optional in the provider's table, then release the case.",
        Operator, 422, "REC_UNPROCESSABLE_ENTITY", "required", AfterFix
    }
    /// A test that does not say where its person goes.
    ROUTE_UNSAID = {
        "WW-MAP-048", "a test does not say where the person goes",
        meaning: "A case under tests/ has no expected-route.csv: it proves what the provider gets and not that the person reaches it, or why not.",
        advice: "Let `mappings test --update` write it, and read what it says; or write it first and see the test fail.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// `mappings new` finds a folder.
    FOLDER_THERE = {
        "WW-MAP-049", "the folder is there already",
        meaning: "A new provider's folder is begun where none is; nothing that is there was touched.",
        advice: "Choose another name, or go on with the folder that is there: `mappings check` says what is left to write.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// Questions that no field carries.
    QUESTIONS_UNHEARD = {
        "WW-MAP-043", "what the provider has to ask does not reach it",
        meaning: "A row of eligibility.csv asks the person, or would where its fact is missing, and fields.csv has no row that carries the questions: the person is taken on and nobody knows what to ask.",
        advice: "Add a row with the source `questions` to fields.csv; or, where the provider asks everybody anyway, `questions = \"reason\"` under [withheld] in provider.toml.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
}

/// The entry of a rendering fault, by its stable word.
pub fn of_fault(code: &str) -> Option<&'static super::Entry> {
    match code {
        "unmapped-code" => Some(&UNMAPPED_CODE),
        "unmapped-code-refused" => Some(&UNMAPPED_CODE_REFUSED),
        "required-missing" => Some(&REQUIRED_MISSING),
        "required-withheld" => Some(&REQUIRED_WITHHELD),
        "required-malformed" => Some(&REQUIRED_MALFORMED),
        "required-place-unknown" => Some(&REQUIRED_PLACE_UNKNOWN),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mapping::FaultCode;

    #[test]
    fn every_rendering_fault_has_an_entry_of_its_own() {
        for fault in FaultCode::ALL {
            assert!(of_fault(fault.code()).is_some(), "{}", fault.code());
        }
        assert!(of_fault("unknown").is_none());
    }
}
