//! Codes out of an OperationOutcome, and nothing else: its texts may hold anything and
//! are not read. Codes are taken from closed lists for the same reason.

use serde_json::Value;

/// Codes of one issue; `None` where it has none or one of no list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Issue {
    /// The code without its prefix, `CONFLICT` (BaRS http-error-codes; REC_ by the
    /// receiver, SEND_ and PROXY_ or none by the proxy, PROXY_ being retired).
    pub(super) error: Option<&'static str>,
    /// R4 issue-type.
    pub(super) kind: Option<&'static str>,
}

/// Names of http-error-codes without their prefix (BaRS Core 1.5.0, error handling).
const ERRORS: &[&str] = &[
    "BAD_REQUEST",
    "UNAUTHORIZED",
    "FORBIDDEN",
    "NOT_FOUND",
    "METHOD_NOT_ALLOWED",
    "NOT_ACCEPTABLE",
    "TIMEOUT",
    "CONFLICT",
    "UNPROCESSABLE_ENTITY",
    "TOO_EARLY",
    "TOO_MANY_REQUESTS",
    "SERVER_ERROR",
    "NOT_IMPLEMENTED",
    "SERVICE_UNAVAILABLE",
    "UNAVAILABLE",
    "NOT_SUPPORTED",
];

/// R4 issue-type, and what the live proxy and published examples write in its place: the
/// literals "400" and "429", and "too costly" with a space.
const KINDS: &[(&str, &str)] = &[
    ("invalid", "invalid"),
    ("structure", "structure"),
    ("required", "required"),
    ("value", "value"),
    ("invariant", "invariant"),
    ("security", "security"),
    ("login", "login"),
    ("unknown", "unknown"),
    ("expired", "expired"),
    ("forbidden", "forbidden"),
    ("suppressed", "suppressed"),
    ("processing", "processing"),
    ("not-supported", "not-supported"),
    ("duplicate", "duplicate"),
    ("multiple-matches", "multiple-matches"),
    ("not-found", "not-found"),
    ("deleted", "deleted"),
    ("too-long", "too-long"),
    ("code-invalid", "code-invalid"),
    ("extension", "extension"),
    ("too-costly", "too-costly"),
    ("business-rule", "business-rule"),
    ("conflict", "conflict"),
    ("transient", "transient"),
    ("lock-error", "lock-error"),
    ("no-store", "no-store"),
    ("exception", "exception"),
    ("timeout", "timeout"),
    ("incomplete", "incomplete"),
    ("throttled", "throttled"),
    ("informational", "informational"),
    ("400", "invalid"),
    ("429", "throttled"),
    ("too costly", "too-costly"),
];

/// The issues of an OperationOutcome; `None` when the body is not one.
pub(super) fn read(body: &[u8]) -> Option<Vec<Issue>> {
    let outcome: Value = serde_json::from_slice(body).ok()?;
    if outcome.get("resourceType")?.as_str()? != "OperationOutcome" {
        return None;
    }
    Some(items(outcome.get("issue")).map(issue).collect())
}

/// In words for an error text: `, CONFLICT/duplicate`; empty without codes.
pub(super) fn in_words(issues: &[Issue]) -> String {
    let mut words = String::new();
    for issue in issues.iter().take(5) {
        let code = match (issue.error, issue.kind) {
            (Some(error), Some(kind)) => format!(", {error}/{kind}"),
            (Some(code), None) | (None, Some(code)) => format!(", {code}"),
            (None, None) => continue,
        };
        if !words.contains(&code) {
            words.push_str(&code);
        }
    }
    words
}

fn issue(issue: &Value) -> Issue {
    let codings = issue
        .get("details")
        .and_then(|details| details.get("coding"));
    Issue {
        // The code system's URL is spelt in several ways: the code alone decides.
        error: items(codings).find_map(|coding| error(&text(coding.get("code")?)?)),
        kind: issue
            .get("code")
            .and_then(text)
            .and_then(|code| kind(&code)),
    }
}

fn error(code: &str) -> Option<&'static str> {
    let code = code.trim().to_ascii_uppercase();
    let name = ["REC_", "SEND_", "PROXY_"]
        .iter()
        .find_map(|prefix| code.strip_prefix(prefix))
        .unwrap_or(&code);
    ERRORS.iter().copied().find(|known| *known == name)
}

fn kind(code: &str) -> Option<&'static str> {
    let code = code.trim().to_ascii_lowercase();
    let known = KINDS.iter().find(|(written, _)| *written == code)?;
    Some(known.1)
}

/// A list's items, or the one thing that stands where a list should.
fn items(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    match value {
        Some(Value::Array(list)) => list.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    }
    .iter()
}

/// A code written as a string or, wrongly, as a number.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(kind: &str, error: &str) -> String {
        format!(
            r#"{{"resourceType":"OperationOutcome","issue":[{{"severity":"error","code":{kind},
            "details":{{"coding":[{{"system":"https://fhir.nhs.uk/Codesystem/http-error-codes","code":{error}}}]}},
            "diagnostics":"Zebulon"}}]}}"#
        )
    }

    #[test]
    fn codes_are_read_however_the_live_services_write_them() {
        for (kind, error, expected) in [
            (
                r#""duplicate""#,
                r#""REC_CONFLICT""#,
                ", CONFLICT/duplicate",
            ),
            (r#""400""#, r#""SEND_BAD_REQUEST""#, ", BAD_REQUEST/invalid"),
            ("400", r#""BAD_REQUEST""#, ", BAD_REQUEST/invalid"),
            (
                r#""429""#,
                r#""PROXY_TOO_MANY_REQUESTS""#,
                ", TOO_MANY_REQUESTS/throttled",
            ),
            (
                r#""too costly""#,
                r#""REC_UNPROCESSABLE_ENTITY""#,
                ", UNPROCESSABLE_ENTITY/too-costly",
            ),
            (
                r#""TRANSIENT""#,
                r#""rec_unavailable""#,
                ", UNAVAILABLE/transient",
            ),
            (r#""Zebulon""#, r#""REC_ZEBULON""#, ""),
            ("null", "{}", ""),
        ] {
            let issues = read(outcome(kind, error).as_bytes()).expect("an outcome");
            assert_eq!(in_words(&issues), expected, "{kind} {error}");
        }
    }

    #[test]
    fn a_single_issue_without_its_list_is_still_read() {
        let body = br#"{"resourceType":"OperationOutcome","issue":{"code":"timeout","details":{"coding":{"code":"REC_TIMEOUT"}}}}"#;
        assert_eq!(
            in_words(&read(body).expect("an outcome")),
            ", TIMEOUT/timeout"
        );
    }

    #[test]
    fn anything_else_is_no_outcome() {
        for body in [
            "",
            "<html>",
            "[]",
            "{}",
            r#"{"resourceType":"Bundle"}"#,
            r#"{"resourceType":7}"#,
        ] {
            assert_eq!(read(body.as_bytes()), None, "{body}");
        }
        let bare = read(br#"{"resourceType":"OperationOutcome"}"#);
        assert_eq!(bare, Some(Vec::new()));
    }
}
