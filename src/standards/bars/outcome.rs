//! Refusals as FHIR: the OperationOutcome and the HTTP status of the whole
//! (BaRS Core 1.5.0, error handling).

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::codes;
use crate::problem::Problem;
use crate::problem::area::{
    fhir as fhir_entry, header as header_entry, referral as referral_entry,
};
use crate::standards::fhir::{Fault, FaultKind, resource_types};
use crate::standards::profile::finding::{self, Finding};

/// Which status an answer has when its faults have several, the first one found wins.
/// Ours come first, because they make every other finding unreliable; then who asks and
/// how; then what is fixed before anything else can be looked at (400) before what the
/// service does not offer (422).
const PRECEDENCE: &[u16] = &[
    500, 502, 503, 504, 408, 429, 401, 403, 405, 406, 501, 425, 404, 409, 400, 422,
];

/// A refusal, ready to be written.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The HTTP status.
    pub status: u16,
    /// The OperationOutcome.
    pub body: Value,
}

/// Renders all problems as one OperationOutcome with this id. The first issue is one of
/// those that decided the status, because proxies and senders look at `issue[0]`.
pub fn render(problems: &[Problem], id: Uuid) -> Outcome {
    let unforeseen = [Problem::new(&header_entry::INTERNAL)];
    let problems = if problems.is_empty() {
        &unforeseen[..]
    } else {
        problems
    };
    let status = status_of(problems);
    let mut ordered: Vec<&Problem> = problems.iter().collect();
    ordered.sort_by_key(|problem| (problem.warning, problem.entry.http != status));
    let issues: Vec<Value> = ordered.into_iter().map(issue).collect();
    Outcome {
        status,
        body: json!({
            "resourceType": "OperationOutcome",
            "id": id.hyphenated().to_string(),
            "meta": { "profile": [codes::profile::OUTCOME] },
            "issue": issues,
        }),
    }
}

/// An OperationOutcome with one warning more, behind what refuses and before what is merely
/// untidy. Another document is left as it is.
pub fn with_warning(body: Vec<u8>, warning: &Problem) -> Vec<u8> {
    let Ok(mut outcome) = serde_json::from_slice::<Value>(&body) else {
        return body;
    };
    let Some(issues) = outcome["issue"].as_array_mut() else {
        return body;
    };
    let behind = issues
        .iter()
        .take_while(|issue| issue["severity"] == "error");
    let place = behind.count();
    issues.insert(place, issue(warning));
    outcome.to_string().into_bytes()
}

/// What was found in a message that was accepted, as an OperationOutcome for the answer's
/// Bundle; every issue is a warning or information. `None` when nothing was found.
///
/// BaRS Core 1.5.0 echoes the message and says nothing of its warnings. FHIR's own place,
/// `MessageHeader.response.details`, would make the sender's request look like a response,
/// so it is an entry beside our Encounter.
pub fn of_accepted(
    problems: &[Problem],
    now: Timestamp,
    mint: &mut dyn FnMut() -> Uuid,
) -> Option<(Uuid, Value)> {
    if problems.is_empty() {
        return None;
    }
    let mut ordered: Vec<&Problem> = problems.iter().collect();
    let id = mint();
    ordered.sort_by_key(|problem| is_only_told(problem));
    let outcome = json!({
        "resourceType": "OperationOutcome",
        "id": id.hyphenated().to_string(),
        "meta": { "lastUpdated": now.to_string(), "profile": [codes::profile::OUTCOME] },
        "issue": ordered.into_iter().map(issue).collect::<Vec<_>>(),
    });
    Some((id, outcome))
}

/// What was not looked at is nothing to put right.
fn is_only_told(problem: &Problem) -> bool {
    problem.entry.code == fhir_entry::NOT_EVALUATED.code
}

/// The HTTP status of the whole. Warnings do not count unless there is nothing else.
pub fn status_of(problems: &[Problem]) -> u16 {
    let rank = |problem: &Problem| {
        let place = PRECEDENCE.iter().position(|s| *s == problem.entry.http);
        (problem.warning, place.unwrap_or(PRECEDENCE.len()))
    };
    problems
        .iter()
        .min_by_key(|problem| rank(problem))
        .map_or(500, |problem| problem.entry.http)
}

/// The refusal of a document that could not be read.
pub fn of_faults(faults: &[Fault]) -> Vec<Problem> {
    faults.iter().map(of_fault).collect()
}

fn of_fault(fault: &Fault) -> Problem {
    let entry = match fault.kind {
        FaultKind::DuplicateMember(_) => &fhir_entry::DUPLICATE_MEMBER,
        FaultKind::Character => &fhir_entry::CHARACTER,
        FaultKind::NullValue
        | FaultKind::EmptyObject
        | FaultKind::EmptyArray
        | FaultKind::EmptyString => &fhir_entry::EMPTY_VALUE,
        FaultKind::TooDeep(_) | FaultKind::TooManyNodes(_) | FaultKind::TooLarge(_) => {
            &fhir_entry::TOO_LARGE
        }
        FaultKind::NotUtf8 | FaultKind::ByteOrderMark | FaultKind::XmlEncoding => {
            &fhir_entry::ENCODING
        }
        FaultKind::XmlDoctype => &fhir_entry::DOCTYPE,
        FaultKind::XmlNamespace | FaultKind::UnknownElement(_) | FaultKind::NotConvertible => {
            &fhir_entry::NOT_FHIR_XML
        }
        _ => &fhir_entry::SYNTAX,
    };
    let place = if fault.line > 1 || fault.column > 1 {
        format!(" (line {}, column {})", fault.line, fault.column)
    } else {
        String::new()
    };
    Problem::new(entry).at(fault.path.clone()).with(format!(
        "{}{place}; {}",
        fault.what(),
        fault.advice()
    ))
}

/// The refusal of a document whose structure is not sound. What was not evaluated is
/// told as a warning.
pub fn of_findings(findings: Vec<Finding>) -> Vec<Problem> {
    findings.into_iter().map(of_finding).collect()
}

fn of_finding(found: Finding) -> Problem {
    let of_profile = found.profile.is_some();
    let entry = match found.rule {
        finding::UNKNOWN_ELEMENT => &fhir_entry::UNKNOWN_ELEMENT,
        finding::WRONG_JSON_TYPE => &fhir_entry::WRONG_JSON_TYPE,
        finding::MISSING_ELEMENT if !of_profile => &fhir_entry::MISSING_ELEMENT,
        finding::MISSING_RESOURCE_TYPE | finding::UNKNOWN_RESOURCE_TYPE => {
            &fhir_entry::RESOURCE_TYPE
        }
        finding::MORE_THAN_ONE_CHOICE => &fhir_entry::MORE_THAN_ONE_CHOICE,
        finding::INVALID_FORMAT => &fhir_entry::VALUE,
        finding::EMPTY_VALUE => &fhir_entry::EMPTY_VALUE,
        finding::DUPLICATE_MEMBER => &fhir_entry::DUPLICATE_MEMBER,
        finding::UNREADABLE => &fhir_entry::SYNTAX,
        finding::NOT_EVALUATED => &fhir_entry::NOT_EVALUATED,
        finding::MESSAGE_CARDINALITY => &referral_entry::CARDINALITY,
        finding::UNRESOLVED_REFERENCE => &referral_entry::DANGLING,
        finding::NHS_NUMBER => &referral_entry::NHS_NUMBER,
        finding::MISSING_ELEMENT
        | finding::TOO_MANY
        | finding::TYPE_NOT_ALLOWED
        | finding::FIXED_VALUE
        | finding::UNKNOWN_SLICE
        | finding::PROFILE_TYPE => &fhir_entry::PROFILE,
        finding::EXTENSIBLE_BINDING => &fhir_entry::EXTENSIBLE_CODE,
        finding::BINDING | finding::UNKNOWN_CODE => &fhir_entry::CODE,
        finding::UNKNOWN_EXTENSION | finding::UNKNOWN_MODIFIER | finding::EXTENSION_CONTEXT => {
            &fhir_entry::EXTENSION
        }
        finding::REFERENCE_TARGET => &fhir_entry::TARGET,
        finding::NARRATIVE => &fhir_entry::NARRATIVE,
        finding::FULL_URL => &referral_entry::FULL_URL,
        _ => &fhir_entry::INVARIANT,
    };
    let rule = match (found.profile, entry.code == fhir_entry::INVARIANT.code) {
        (Some(url), true) => [found.rule, " of ", url, ": "],
        (Some(url), false) => [url, ": ", "", ""],
        (None, true) => [found.rule, ": ", "", ""],
        (None, false) => [""; 4],
    };
    let rule = rule.concat();
    let detail = [
        &rule,
        "found ",
        &found.found,
        ", expected ",
        &found.expected,
    ]
    .concat();
    let is_error = found.is_error();
    let problem = Problem::new(entry).at(found.path).with(detail);
    if is_error {
        problem
    } else {
        problem.as_warning()
    }
}

fn issue(problem: &Problem) -> Value {
    let entry = problem.entry;
    let severity = match problem.warning {
        true if is_only_told(problem) => "information",
        true => "warning",
        false => "error",
    };
    let own =
        json!({ "system": codes::workwell::PROBLEM, "code": entry.code, "display": entry.title });
    // http-error-codes speak of a refusal; a warning is none.
    let coding = if problem.warning {
        json!([own])
    } else {
        let display = format!("{} - {}", entry.http, entry.bars);
        json!([{ "system": codes::ERRORS, "code": entry.bars, "display": display }, own])
    };
    let mut issue = json!({
        "severity": severity,
        "code": entry.issue,
        "details": { "coding": coding },
        "diagnostics": diagnostics(problem),
    });
    match problem.path.as_deref().map(Place::of) {
        Some(Place::Element(path)) => issue["expression"] = json!([path]),
        // R4: a header or parameter is given as `http.` and its name.
        Some(Place::Http(name)) => issue["location"] = json!([format!("http.{name}")]),
        Some(Place::Nowhere) | None => {}
    }
    issue
}

fn diagnostics(problem: &Problem) -> String {
    let entry = problem.entry;
    let detail = problem.detail.as_deref().unwrap_or(entry.meaning);
    let stop = if detail.ends_with('.') { "" } else { "." };
    format!(
        "{}: {}: {detail}{stop} {}",
        entry.code, entry.title, entry.advice
    )
}

enum Place<'p> {
    Element(&'p str),
    Http(&'p str),
    Nowhere,
}

impl<'p> Place<'p> {
    fn of(path: &'p str) -> Self {
        let head = path.split(['.', '[']).next().unwrap_or_default();
        if resource_types::known(head).is_some() {
            Self::Element(path)
        } else if head == "$" || head.is_empty() {
            Self::Nowhere
        } else {
            Self::Http(path)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem;
    use crate::problem::area::referral;
    use crate::standards::bars::sample;
    use crate::standards::emitted;

    fn id() -> Uuid {
        Uuid::from_u128(7)
    }

    #[test]
    fn every_entry_of_the_catalogue_becomes_a_right_issue() {
        for entry in problem::catalogue() {
            let outcome = render(&[Problem::new(entry)], id());
            let issue = &outcome.body["issue"][0];
            sample::assert_sound(&outcome.body);
            assert_eq!(outcome.status, entry.http, "{}", entry.code);
            assert_eq!(issue["code"], entry.issue, "{}", entry.code);
            assert_eq!(
                issue["details"]["coding"][0]["code"], entry.bars,
                "{}",
                entry.code
            );
            assert!(PRECEDENCE.contains(&entry.http), "{}", entry.code);
        }
    }

    /// The error table of BaRS Core 1.5.0 (reference/bars.md 5): what our entries use
    /// has to be a row of it.
    const TABLE: &[(u16, &str, &[&str])] = &[
        (
            400,
            "REC_BAD_REQUEST",
            &["required", "value", "invalid", "invariant", "not-supported"],
        ),
        (401, "REC_UNAUTHORIZED", &["security", "forbidden"]),
        (404, "REC_NOT_FOUND", &["not-found"]),
        (405, "REC_METHOD_NOT_ALLOWED", &["not-supported"]),
        (406, "REC_NOT_ACCEPTABLE", &["processing"]),
        (408, "REC_TIMEOUT", &["timeout"]),
        (409, "REC_CONFLICT", &["duplicate", "conflict"]),
        (
            422,
            "REC_UNPROCESSABLE_ENTITY",
            &["not-supported", "too-costly"],
        ),
        (425, "REC_TOO_EARLY", &["duplicate"]),
        (429, "REC_TOO_MANY_REQUESTS", &["throttled"]),
        (
            500,
            "REC_SERVER_ERROR",
            &["exception", "no-store", "transient", "too-costly"],
        ),
        (501, "REC_NOT_IMPLEMENTED", &["not-supported"]),
        (503, "REC_SERVICE_UNAVAILABLE", &["transient"]),
    ];

    #[test]
    fn entries_of_the_message_areas_are_rows_of_the_bars_error_table() {
        let areas = [header_entry::ALL, fhir_entry::ALL, referral::ALL];
        for entry in areas.iter().flat_map(|area| area.iter()) {
            let row = TABLE.iter().find(|row| row.0 == entry.http);
            let (_, code, issues) = row.unwrap_or_else(|| panic!("{} is no row", entry.code));
            assert_eq!(entry.bars, *code, "{}", entry.code);
            assert!(
                issues.contains(&entry.issue),
                "{} {}",
                entry.code,
                entry.issue
            );
        }
    }

    #[test]
    fn who_asks_comes_before_what_is_asked_and_malformed_before_not_offered() {
        let problems = [
            Problem::new(&referral::USE_CASE_NOT_OFFERED),
            Problem::new(&referral::CARDINALITY),
        ];
        assert_eq!(status_of(&problems), 400);
        let with_caller = [
            &problems[..],
            &[Problem::new(&header_entry::NOT_THE_SENDER)],
        ]
        .concat();
        let outcome = render(&with_caller, id());
        assert_eq!(outcome.status, 401);
        let first = &outcome.body["issue"][0]["details"]["coding"][0]["code"];
        assert_eq!(first, "REC_UNAUTHORIZED");
    }

    #[test]
    fn a_warning_is_no_reason_for_the_status_and_carries_no_refusal_code() {
        let problems = [
            Problem::new(&referral::SENDER_WITHOUT_ODS).as_warning(),
            Problem::new(&referral::VALIDATION_NOT_OFFERED),
        ];
        let outcome = render(&problems, id());
        assert_eq!(outcome.status, 422);
        assert_eq!(outcome.body["issue"][1]["severity"], "warning");
        assert_eq!(
            outcome.body["issue"][1]["details"]["coding"]
                .as_array()
                .map(Vec::len),
            Some(1)
        );
    }

    #[test]
    fn an_accepted_message_is_told_its_warnings_and_never_an_error() {
        let now = "2026-09-01T09:31:00Z".parse().expect("an instant");
        assert_eq!(of_accepted(&[], now, &mut id), None);
        let problems = [
            Problem::new(&fhir_entry::NOT_EVALUATED).as_warning(),
            Problem::new(&referral::SENDER_WITHOUT_ODS).as_warning(),
        ];
        let told = of_accepted(&problems, now, &mut id);
        let (_, outcome) = told.expect("an outcome");
        sample::assert_sound(&outcome);
        emitted::kept("an-outcome-of-an-accepted-message", &outcome);
        let severity = |at: usize| outcome["issue"][at]["severity"].clone();
        assert_eq!(
            (severity(0), severity(1)),
            (json!("warning"), json!("information"))
        );
    }

    #[test]
    fn an_outcome_of_elements_and_headers() {
        let problems = [
            Problem::new(&header_entry::TRANSACTION_ID_MISSING).at("X-Request-Id"),
            Problem::new(&referral::CARDINALITY)
                .at("Bundle")
                .with("Practitioner: found 0, expected 1 or more"),
            Problem::new(&referral::DEFINITION)
                .at("Bundle.entry[0].resource.definition")
                .as_warning(),
        ];
        let outcome = render(&problems, id()).body;
        emitted::kept("an-outcome-of-elements-and-headers", &outcome);
    }

    #[test]
    fn what_the_walk_finds_becomes_a_problem_of_its_own_kind() {
        use crate::standards::fhir::{Document, Limits};
        use crate::standards::profile::faults;
        for (source, code) in [
            (r#"{"resourceType":"Patient","foo":1}"#, "WW-FHR-010"),
            (r#"{"resourceType":"Patient","name":"x"}"#, "WW-FHR-011"),
            (
                r#"{"resourceType":"Encounter","status":"planned"}"#,
                "WW-FHR-012",
            ),
            (r#"{"resourceType":"Nothing"}"#, "WW-FHR-013"),
            (
                r#"{"resourceType":"Patient","deceasedBoolean":true,"deceasedDateTime":"2026"}"#,
                "WW-FHR-014",
            ),
            (
                r#"{"resourceType":"Patient","birthDate":"soon"}"#,
                "WW-FHR-009",
            ),
        ] {
            let document = Document::parse(source.into(), &Limits::default()).expect("readable");
            let problems = of_findings(faults(&document));
            let name = format!("an-outcome-of-{}", code.to_lowercase());
            emitted::kept(&name, &render(&problems, id()).body);
            let codes: Vec<&str> = problems.iter().map(|p| p.entry.code).collect();
            assert_eq!(codes, [code], "{source}");
        }
    }

    #[test]
    fn the_faults_of_a_document_keep_their_place() {
        use crate::standards::fhir::{Document, Limits};
        let source =
            b"{\"resourceType\":\"Bundle\",\n\"type\":\"message\",\"type\":\"message\"}".to_vec();
        let faults = Document::parse(source, &Limits::default()).expect_err("a duplicate member");
        let problems = of_faults(&faults);
        assert_eq!(problems[0].entry.code, "WW-FHR-002");
        emitted::kept(
            "an-outcome-of-an-unreadable-document",
            &render(&problems, id()).body,
        );
        assert!(
            problems[0]
                .detail
                .as_deref()
                .is_some_and(|d| d.contains("line 2"))
        );
    }
}
