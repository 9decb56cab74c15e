//! Bytes to findings: the faults of form and everything the walk finds, together.

use super::finding::{DUPLICATE_MEMBER, EMPTY_VALUE, Finding, Layer, Severity, UNREADABLE};
use super::walk::{Ask, check};
use crate::standards::fhir::{Document, Fault, FaultKind, Limits};

/// A document that was checked.
#[derive(Debug)]
pub struct Inspection {
    /// The document, unless it could not be read to its end.
    pub document: Option<Document>,
    /// Everything that was found, in the order of the source.
    pub findings: Vec<Finding>,
}

/// Reads FHIR JSON and checks it. Faults of form, such as an empty text, do not keep the
/// rest from being checked.
pub fn inspect(source: Vec<u8>, limits: &Limits, ask: &Ask<'_>) -> Inspection {
    match Document::read(source, limits) {
        Err(unreadable) => Inspection {
            document: None,
            findings: of_faults(&unreadable.faults),
        },
        Ok((document, faults)) => {
            let mut findings = of_faults(&faults);
            findings.extend(check(&document, ask));
            findings.sort_by_key(|finding| finding.offset);
            Inspection {
                document: Some(document),
                findings,
            }
        }
    }
}

/// Faults of form as findings.
pub fn of_faults(faults: &[Fault]) -> Vec<Finding> {
    faults.iter().map(of_fault).collect()
}

fn of_fault(fault: &Fault) -> Finding {
    let rule = match fault.kind {
        FaultKind::DuplicateMember(_) => DUPLICATE_MEMBER,
        FaultKind::NullValue
        | FaultKind::EmptyObject
        | FaultKind::EmptyArray
        | FaultKind::EmptyString => EMPTY_VALUE,
        _ => UNREADABLE,
    };
    Finding {
        rule,
        layer: Layer::Structure,
        severity: Severity::Error,
        path: fault.path.clone(),
        found: fault.what(),
        expected: fault.advice(),
        offset: fault.offset,
        profile: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_form_does_not_hide_what_else_is_wrong() {
        let source = br#"{"resourceType":"Patient","id":"","gender":"x","birthDate":"1970-02-31"}"#;
        let found = inspect(source.to_vec(), &Limits::default(), &Ask::everything());
        let rules: Vec<_> = found.findings.iter().map(|finding| finding.rule).collect();
        assert_eq!(
            rules,
            ["empty-value", "invalid-format", "binding", "invalid-format"]
        );
    }

    #[test]
    fn what_cannot_be_read_says_where() {
        let found = inspect(b"{\"a\":".to_vec(), &Limits::default(), &Ask::everything());
        assert!(found.document.is_none());
        assert_eq!(found.findings[0].rule, UNREADABLE);
    }
}
