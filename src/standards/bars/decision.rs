//! What a message means: event x reason x category x statuses (BaRS Core 1.5.0,
//! standard pattern for composites), as a table.

use super::codes;
use crate::problem::Problem;
use crate::problem::area::referral as entry;

/// What a message asks of us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A new referral.
    NewReferral,
    /// A referral is called back.
    Cancel {
        /// It should never have been sent, rather than no longer being wanted.
        entered_in_error: bool,
    },
    /// A referral is changed (Application 6).
    Amend,
    /// A new request for validation (Application 4).
    NewValidation,
    /// A request for validation is changed.
    AmendValidation,
    /// The status of a referral that we sent.
    StatusResponse,
    /// Did-not-attend feedback on a referral that we sent (Applications 1 and 2).
    NoShowResponse,
    /// The outcome of a validation that we asked for.
    ValidationResponse,
    /// A booking.
    Booking,
}

/// The values that decide, lower case; `None` where the message has none.
#[derive(Clone, Debug, Default)]
pub struct Signs {
    /// MessageHeader.eventCoding.code.
    pub event: Option<String>,
    /// MessageHeader.reason.coding.code.
    pub reason: Option<String>,
    /// The message category of the ServiceRequest.
    pub category: Option<String>,
    /// The use case of the ServiceRequest.
    pub use_case: Option<String>,
    /// ServiceRequest.status.
    pub service_request: Option<String>,
    /// CarePlan.status.
    pub care_plan: Option<String>,
    /// Encounter.status: of any Encounter.
    pub encounters: Vec<String>,
}

/// One row. An empty list takes anything.
struct Row {
    event: &'static str,
    reasons: &'static [&'static str],
    categories: &'static [&'static str],
    /// Beginning of the use case.
    use_case: &'static str,
    service_request: &'static [&'static str],
    care_plan: &'static [&'static str],
    encounter: &'static [&'static str],
    meaning: Meaning,
}

const REQUEST: &str = "servicerequest-request";
const RESPONSE: &str = "servicerequest-response";
/// The event that has no category and no statuses.
pub const BOOKING: &str = "booking-request";

/// A row that takes anything but its event: the base of the others.
const ANY: Row = Row {
    event: REQUEST,
    reasons: &[],
    categories: &[],
    use_case: "",
    service_request: &[],
    care_plan: &[],
    encounter: &[],
    meaning: Meaning::Booking,
};

static TABLE: &[Row] = &[
    // Standard pattern, "new referral"; the published GP messages are all of this row.
    Row {
        reasons: &["new"],
        categories: &["referral"],
        service_request: &["active"],
        care_plan: &["completed"],
        encounter: &["triaged", "finished"],
        meaning: Meaning::NewReferral,
        ..ANY
    },
    // Application 6 transfers a case that is still open: CarePlan active, Encounter
    // planned or in progress.
    Row {
        reasons: &["new"],
        categories: &["referral"],
        use_case: "a6",
        service_request: &["active"],
        care_plan: &["active", "completed"],
        encounter: &["planned", "in-progress", "triaged", "finished"],
        meaning: Meaning::NewReferral,
        ..ANY
    },
    // Standard pattern, "new validation".
    Row {
        reasons: &["new"],
        categories: &["validation"],
        service_request: &["active"],
        care_plan: &["active"],
        encounter: &["triaged", "in-progress"],
        meaning: Meaning::NewValidation,
        ..ANY
    },
    // Cancel by update: the narrative's form, and SERVREQ01.
    Row {
        reasons: &["update"],
        categories: &["referral", "validation"],
        service_request: &["revoked"],
        meaning: Meaning::Cancel {
            entered_in_error: false,
        },
        ..ANY
    },
    Row {
        reasons: &["update"],
        categories: &["referral", "validation"],
        service_request: &["entered-in-error"],
        meaning: Meaning::Cancel {
            entered_in_error: true,
        },
        ..ANY
    },
    // Cancel by delete: the tables' form, and SERVREQ02. The narrative says always
    // update; both are taken.
    Row {
        reasons: &["delete"],
        service_request: &["entered-in-error"],
        meaning: Meaning::Cancel {
            entered_in_error: true,
        },
        ..ANY
    },
    // Application 6, "amended referral".
    Row {
        reasons: &["update"],
        categories: &["referral"],
        service_request: &["active"],
        meaning: Meaning::Amend,
        ..ANY
    },
    // Standard pattern, "updated validation".
    Row {
        reasons: &["update"],
        categories: &["validation"],
        service_request: &["active", "on-hold"],
        meaning: Meaning::AmendValidation,
        ..ANY
    },
    // Applications 1 and 2, safeguarding feedback.
    Row {
        event: RESPONSE,
        reasons: &["new"],
        categories: &["referral"],
        service_request: &["revoked"],
        meaning: Meaning::NoShowResponse,
        ..ANY
    },
    // Application 6, status update.
    Row {
        event: RESPONSE,
        reasons: &["new"],
        categories: &["referral"],
        service_request: &["active"],
        encounter: &["planned", "in-progress", "arrived", "finished", "cancelled"],
        meaning: Meaning::StatusResponse,
        ..ANY
    },
    // Application 4, interim (new) and final (update). The pseudocode says that the
    // ServiceRequest is completed, examples and tables say active: both are taken.
    Row {
        event: RESPONSE,
        reasons: &["new", "update"],
        categories: &["validation"],
        service_request: &["active", "completed"],
        meaning: Meaning::ValidationResponse,
        ..ANY
    },
    Row {
        event: BOOKING,
        meaning: Meaning::Booking,
        ..ANY
    },
];

/// The element that bears a sign, in the order of the table's columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// MessageHeader.eventCoding.
    Event,
    /// MessageHeader.reason.
    Reason,
    /// ServiceRequest.category.
    Category,
    /// ServiceRequest.status.
    ServiceRequest,
    /// CarePlan.status.
    CarePlan,
    /// Encounter.status.
    Encounter,
}

impl Column {
    const fn element(self) -> &'static str {
        match self {
            Self::Event => "eventCoding",
            Self::Reason => "reason",
            Self::Category => "ServiceRequest.category",
            Self::ServiceRequest => "ServiceRequest.status",
            Self::CarePlan => "CarePlan.status",
            Self::Encounter => "Encounter.status",
        }
    }

    /// The codes that may be repeated to the sender.
    const fn codes(self) -> &'static [&'static str] {
        match self {
            Self::Event => codes::EVENT_CODES,
            Self::Reason => codes::REASON_CODES,
            Self::Category => codes::CATEGORY_CODES,
            Self::ServiceRequest | Self::CarePlan => codes::REQUEST_STATUSES,
            Self::Encounter => codes::ENCOUNTER_STATUSES,
        }
    }

    fn taken_by(self, row: &Row) -> Vec<&'static str> {
        match self {
            Self::Event => vec![row.event],
            Self::Reason => row.reasons.to_vec(),
            Self::Category => row.categories.to_vec(),
            Self::ServiceRequest => row.service_request.to_vec(),
            Self::CarePlan => row.care_plan.to_vec(),
            Self::Encounter => row.encounter.to_vec(),
        }
    }
}

/// A sign that leaves no row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The element that bears it.
    pub column: Column,
    /// What was found and what would have left a row; without a place.
    pub problem: Problem,
}

/// Finds what the signs mean.
///
/// # Errors
/// Each sign that leaves no row, in the order of the table's columns, with the values that
/// would have left one. The signs behind it are judged as if it had fitted.
/// `booking-response` is in the code system but never used, so it is refused like any other
/// combination.
pub fn decide(signs: &Signs) -> Result<Meaning, Vec<Misfit>> {
    let mut narrowing = Narrowing::of_header(signs);
    let category = one(signs.category.as_deref());
    narrowing.by(Column::Category, &category, true);
    let use_case = signs.use_case.as_deref().unwrap_or_default();
    narrowing
        .rows
        .retain(|row| use_case.starts_with(row.use_case));
    let status = one(signs.service_request.as_deref());
    narrowing.by(Column::ServiceRequest, &status, true);
    // Absent ones are the cardinality check's to report.
    narrowing.by(Column::CarePlan, &one(signs.care_plan.as_deref()), false);
    narrowing.by(Column::Encounter, &signs.encounters, false);
    match narrowing.rows.first() {
        Some(row) if narrowing.misfits.is_empty() => Ok(row.meaning),
        _ => Err(narrowing.misfits),
    }
}

/// Whether event and reason mean anything, as the MessageHeader alone tells it: for a message
/// whose other signs are missing with the resource that bears them.
///
/// # Errors
/// As of [`decide`].
pub fn check_header(signs: &Signs) -> Result<(), Vec<Misfit>> {
    let misfits = Narrowing::of_header(signs).misfits;
    if misfits.is_empty() {
        Ok(())
    } else {
        Err(misfits)
    }
}

/// Whether a message that means nothing as it stands can only be meant as a referral. Then it
/// is judged by a referral's rules as well, so that all its faults are told at once; a stop
/// or an answer has no consent and fewer resources, and is not to be asked for them.
pub fn is_meant_as_referral(signs: &Signs) -> bool {
    let (reason, status) = (signs.reason.as_deref(), signs.service_request.as_deref());
    let is_stop =
        reason == Some("delete") || matches!(status, Some("revoked" | "entered-in-error"));
    signs.event.as_deref().is_none_or(|event| event == REQUEST)
        && signs.category.as_deref() != Some("validation")
        && !is_stop
        && (reason == Some("new") || status == Some("active"))
}

fn one(sign: Option<&str>) -> Vec<String> {
    sign.map(str::to_owned).into_iter().collect()
}

/// The rows that the signs looked at so far leave.
struct Narrowing<'s> {
    signs: &'s Signs,
    rows: Vec<&'static Row>,
    misfits: Vec<Misfit>,
}

impl<'s> Narrowing<'s> {
    fn of_header(signs: &'s Signs) -> Self {
        let mut narrowing = Self {
            signs,
            rows: TABLE.iter().collect(),
            misfits: Vec::new(),
        };
        narrowing.by(Column::Event, &one(signs.event.as_deref()), true);
        narrowing.by(Column::Reason, &one(signs.reason.as_deref()), true);
        narrowing
    }

    /// Keeps the rows that take one of `found`; where none does, that is told.
    fn by(&mut self, column: Column, found: &[String], required: bool) {
        if found.is_empty() && !required {
            return;
        }
        let fits = |row: &&Row| {
            let taken = column.taken_by(row);
            taken.is_empty() || found.iter().any(|f| taken.contains(&f.as_str()))
        };
        if self.rows.iter().any(fits) {
            self.rows.retain(fits);
            return;
        }
        let problem = misfit(column, found, &self.rows, self.misfits.is_empty());
        self.misfits.push(Misfit { column, problem });
        self.presume();
    }

    /// What the other signs are judged by, once one has left no row: a referral, where the
    /// message can only be meant as one, and never a booking, which takes any sign.
    fn presume(&mut self) {
        let mut presumed = self.rows.clone();
        presumed.retain(|row| row.meaning != Meaning::Booking);
        if is_meant_as_referral(self.signs) {
            presumed.retain(|row| row.meaning == Meaning::NewReferral);
        }
        if !presumed.is_empty() {
            self.rows = presumed;
        }
    }
}

/// What was found where, and what the rows would have taken.
fn misfit(column: Column, found: &[String], rows: &[&Row], is_first: bool) -> Problem {
    let mut expected: Vec<&str> = rows.iter().flat_map(|row| column.taken_by(row)).collect();
    expected.sort_unstable();
    expected.dedup();
    let mut shown: Vec<String> = Vec::new();
    for value in found
        .iter()
        .map(|value| codes::shown(value, column.codes()))
    {
        if !shown.contains(&value) {
            shown.push(value);
        }
    }
    let shown = match &shown[..] {
        [] => "nothing".to_owned(),
        shown => shown.join(", "),
    };
    // With one before it that fits nowhere, that would be no help.
    let before = if is_first {
        "with the values before it, "
    } else {
        ""
    };
    Problem::new(&entry::COMBINATION).with(format!(
        "{} is {shown}; {before}expected {}",
        column.element(),
        expected.join(" or ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `event reason category use-case request-status care-plan encounter`, `-` for none.
    fn signs(line: &str) -> Signs {
        let words: Vec<Option<String>> = line
            .split_whitespace()
            .map(|word| (word != "-").then(|| word.to_owned()))
            .collect();
        let [
            event,
            reason,
            category,
            use_case,
            service_request,
            care_plan,
            encounter,
        ] = words.as_slice()
        else {
            panic!("seven words: {line}");
        };
        Signs {
            event: event.clone(),
            reason: reason.clone(),
            category: category.clone(),
            use_case: use_case.clone(),
            service_request: service_request.clone(),
            care_plan: care_plan.clone(),
            encounters: encounter.iter().cloned().collect(),
        }
    }

    #[test]
    fn every_row_of_the_table_has_its_meaning() {
        let revoke = Meaning::Cancel {
            entered_in_error: false,
        };
        let error = Meaning::Cancel {
            entered_in_error: true,
        };
        for (line, meaning) in [
            (
                "servicerequest-request new referral a5t1 active completed finished",
                Meaning::NewReferral,
            ),
            (
                "servicerequest-request new referral ww1 active completed triaged",
                Meaning::NewReferral,
            ),
            (
                "servicerequest-request new referral a5t1 active - -",
                Meaning::NewReferral,
            ),
            (
                "servicerequest-request new referral a6t1 active active planned",
                Meaning::NewReferral,
            ),
            (
                "servicerequest-request new validation a4t1 active active triaged",
                Meaning::NewValidation,
            ),
            (
                "servicerequest-request update referral a5t1 revoked - -",
                revoke,
            ),
            (
                "servicerequest-request update referral a5t1 entered-in-error - -",
                error,
            ),
            (
                "servicerequest-request update validation a4t1 revoked - -",
                revoke,
            ),
            (
                "servicerequest-request update validation a4t1 entered-in-error - -",
                error,
            ),
            (
                "servicerequest-request delete validation a4t1 entered-in-error - -",
                error,
            ),
            (
                "servicerequest-request delete referral a5t1 entered-in-error - -",
                error,
            ),
            (
                "servicerequest-request update referral a6t1 active active in-progress",
                Meaning::Amend,
            ),
            (
                "servicerequest-request update validation a4t1 active active triaged",
                Meaning::AmendValidation,
            ),
            (
                "servicerequest-request update validation a4t1 on-hold - -",
                Meaning::AmendValidation,
            ),
            (
                "servicerequest-response new referral a1t1 revoked - -",
                Meaning::NoShowResponse,
            ),
            (
                "servicerequest-response new referral a6t1 active - cancelled",
                Meaning::StatusResponse,
            ),
            (
                "servicerequest-response new referral a6t1 active - arrived",
                Meaning::StatusResponse,
            ),
            (
                "servicerequest-response new validation a4t1 active - in-progress",
                Meaning::ValidationResponse,
            ),
            (
                "servicerequest-response update validation a4t1 completed active finished",
                Meaning::ValidationResponse,
            ),
            ("booking-request new - - - - -", Meaning::Booking),
        ] {
            assert_eq!(decide(&signs(line)), Ok(meaning), "{line}");
        }
    }

    #[test]
    fn only_what_can_be_nothing_else_is_meant_as_a_referral() {
        for (line, meant) in [
            (
                "servicerequest-request perhaps referral a5t1 active - -",
                true,
            ),
            ("servicerequest-request - referral a5t1 active - -", true),
            ("servicerequest-request new request a5t1 active - -", true),
            ("servicerequest-request new - - - - -", true),
            ("servicerequest-request new referral a5t1 draft - -", true),
            ("- - referral a5t1 active - -", true),
            ("- - referral a5t1 revoked - -", false),
            ("- - - - - - -", false),
            (
                "servicerequest-request new referral a5t1 revoked - -",
                false,
            ),
            ("servicerequest-request update - - - - -", false),
            (
                "servicerequest-request delete referral a5t1 active - -",
                false,
            ),
            (
                "servicerequest-request new validation a4t1 active - -",
                false,
            ),
            (
                "servicerequest-response perhaps referral a6t1 active - -",
                false,
            ),
            ("booking-response new - - - - -", false),
        ] {
            assert_eq!(is_meant_as_referral(&signs(line)), meant, "{line}");
        }
    }

    #[test]
    fn any_other_combination_names_the_value_that_fits_none() {
        for (line, named) in [
            (
                "booking-response new referral a5t1 active completed finished",
                "eventCoding is 'booking-response'",
            ),
            (
                "- new referral a5t1 active completed finished",
                "eventCoding is nothing",
            ),
            (
                "servicerequest-request cancel referral a5t1 revoked - -",
                "reason is another value; with the values before it, expected delete or new or \
                 update",
            ),
            (
                "servicerequest-request new request a5t1 active completed finished",
                "ServiceRequest.category is 'request'",
            ),
            (
                "servicerequest-request new referral a5t1 draft completed finished",
                "ServiceRequest.status is 'draft'",
            ),
            (
                "servicerequest-request delete referral a5t1 revoked - -",
                "ServiceRequest.status is 'revoked'",
            ),
            (
                "servicerequest-request new referral a5t1 active active finished",
                "CarePlan.status is 'active'",
            ),
            (
                "servicerequest-request new referral a5t1 active completed planned",
                "Encounter.status is 'planned'",
            ),
            (
                "servicerequest-response update referral a6t1 active - planned",
                "ServiceRequest.category is 'referral'",
            ),
            (
                "servicerequest-response delete referral a6t1 active - planned",
                "reason is 'delete'",
            ),
            (
                "servicerequest-request new 9990000018 a5t1 active completed finished",
                "ServiceRequest.category is another value",
            ),
        ] {
            let misfits = decide(&signs(line)).expect_err(line);
            let [misfit] = &misfits[..] else {
                panic!("{line}: {misfits:?}");
            };
            assert_eq!(misfit.problem.entry.code, "WW-REF-007", "{line}");
            let detail = misfit.problem.detail.as_deref().expect("a detail");
            assert!(detail.starts_with(named), "{line}: {detail}");
        }
    }

    #[test]
    fn every_sign_that_fits_no_row_is_told_and_none_that_fits_one() {
        use Column::{CarePlan, Category, Encounter, Event, Reason, ServiceRequest};
        for (line, columns) in [
            (
                "zanzibarrow replace referral a5t1 draft completed finished",
                &[Event, Reason, ServiceRequest][..],
            ),
            (
                "servicerequest-request new referral a5t1 draft active planned",
                &[ServiceRequest, CarePlan, Encounter],
            ),
            (
                "servicerequest-request new request a5t1 active active in-progress",
                &[Category, CarePlan, Encounter],
            ),
            // Of a referral, because it can be nothing else.
            (
                "servicerequest-request replace referral a5t1 active active finished",
                &[Reason, CarePlan],
            ),
            ("booking-response replace - - - - -", &[Event, Reason]),
            (
                "servicerequest-request update referral a5t1 draft draft draft",
                &[ServiceRequest],
            ),
        ] {
            let found = if line.starts_with("booking") {
                check_header(&signs(line)).expect_err(line)
            } else {
                decide(&signs(line)).expect_err(line)
            };
            let found: Vec<Column> = found.iter().map(|misfit| misfit.column).collect();
            assert_eq!(found, columns, "{line}");
        }
    }

    #[test]
    fn a_value_is_repeated_only_where_it_is_a_code_that_is_known_there() {
        for value in ["zanzibarrow", "14-wobblethorpe-row", "zz-99-1aa"] {
            let line = format!("{value} {value} {value} a5t1 {value} {value} {value}");
            let found = decide(&signs(&line)).expect_err(value);
            assert!(found.len() > 2, "{found:?}");
            for misfit in found {
                let detail = misfit.problem.detail.expect("a detail");
                assert!(!detail.contains(value), "{detail}");
                assert!(detail.contains(" is another value; "), "{detail}");
            }
        }
    }
}
