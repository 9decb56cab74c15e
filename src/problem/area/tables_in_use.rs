//! TBL: tables in use: loading them anew, approving them, comparing them, exchanging lists.

super::entries! {
    /// Nothing to load in the place of what is there.
    NOTHING_TO_LOAD = {
        "WW-TBL-001", "there are no tables to load",
        meaning: "The folder of the tables cannot be read, or holds no area and no provider. Nothing was changed: the tables that were in use are in use.",
        advice: "Look whether the folder that `tables.mappings` names is mounted and readable, then load again.",
        Operator, 503, "REC_UNAVAILABLE", "transient", Later
    }
    /// Tables that two persons have not approved.
    NOT_APPROVED = {
        "WW-TBL-002", "the tables are not approved by two persons",
        meaning: "The approvals of the area name another state of these tables, or fewer than two persons: what would be used is not what was read and approved.",
        advice: "Have two persons read the change and run `mappings approve PROVIDER --by NAME` each; commit approvals.csv with the tables.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// An approval that cannot be given.
    NOT_APPROVABLE = {
        "WW-TBL-003", "the approval cannot be recorded",
        meaning: "Tables are approved that have no fault and whose tests hold, by two different persons, each by their own name.",
        advice: "Do what the detail says, then approve again.",
        Icb, 409, "REC_CONFLICT", "conflict", AfterFix
    }
    /// A row of approvals.csv that cannot be read.
    APPROVALS_UNREADABLE = {
        "WW-TBL-004", "the approvals of an area cannot be read",
        meaning: "approvals.csv has another header, or a row without a provider, a digest, a name or a day. A row that cannot be read approves nothing.",
        advice: "The first line is `provider,version,digest,by,on`; rows are written by `mappings approve` and never changed.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// Two providers, one person, and no rule that chooses.
    OVERLAP = {
        "WW-TBL-005", "two providers serve the same people, and no rule chooses",
        meaning: "There are people whom both providers' tables take, and the area's tie rule does not say who gets them: their referrals are refused.",
        advice: "Narrow one catchment, add an eligibility row that keeps them apart, or set `tie` in area.toml.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// Places that nobody serves.
    GAP = {
        "WW-TBL-006", "places that nobody serves",
        meaning: "The installed files of places have practices or homes in this area that no provider's catchment takes in; referrals from there are refused.",
        advice: "Add the places to a catchment, or agree with the ICB that nobody serves them.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A code that some table will not know.
    CODE_WITHOUT_ROW = {
        "WW-TBL-007", "codes that a provider's list does not know",
        meaning: "The gateway recognises these codes, and the list that translates them for this provider has no row for them and none for any other code.",
        advice: "Add rows, or one row for `*`, or say under [unmapped] that they are left out.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A field of a case that nobody takes.
    FIELD_UNUSED = {
        "WW-TBL-008", "a field of the case that no provider takes",
        meaning: "No provider's table names the field, as sent, prohibited or withheld with a reason: whatever a referrer says there reaches nobody.",
        advice: "Map it where it helps, or withhold it with a reason, so that a reviewer sees that it was decided.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A ConceptMap that is no list of ours.
    NO_CONCEPT_MAP = {
        "WW-TBL-009", "the document is no ConceptMap that a list can hold",
        meaning: "A list of codes takes a FHIR R4 ConceptMap whose elements have one target each, related as equivalent, wider, narrower or unmatched, with a comment where it is not equivalent.",
        advice: "Change the element that is named, or write the row by hand.",
        Icb, 422, "REC_UNPROCESSABLE_ENTITY", "structure", AfterFix
    }
    /// No area, or none of that name.
    NO_AREA = {
        "WW-TBL-011", "there is no such area",
        meaning: "An area is a folder with an area.toml, directly in the folder of the tables, and its providers are folders in it. None was found, or none of the name that was given, or there are several and none was named.",
        advice: "Name the folder in which the areas lie, not an area or a provider; where there are several areas, name one with --area.",
        Icb, 500, "REC_SERVER_ERROR", "exception", AfterFix
    }
    /// A list that FHIR cannot hold.
    NOT_EXPORTABLE = {
        "WW-TBL-010", "the list cannot be written as a ConceptMap",
        meaning: "A FHIR code has no space at its ends and no two in a row, and a system has an address; a row of the list is otherwise, or there is no such list.",
        advice: "Change the cell that is named; the aliases that have addresses are in the reference page of the verb.",
        Icb, 422, "REC_UNPROCESSABLE_ENTITY", "structure", AfterFix
    }
}
