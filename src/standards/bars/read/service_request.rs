//! The ServiceRequest (profile BARSServiceRequest-request-referral).

use jiff::Timestamp;

use super::Faults;
use super::bundle::Entries;
use super::coding::{Coding, codings_in};
use crate::problem::area::referral as entry;
use crate::standards::bars::codes;
use crate::standards::fhir::Node;

/// The ServiceRequest with its category read.
pub(super) struct Request<'d> {
    pub(super) node: Node<'d>,
    category: Vec<Coding<'d>>,
}

impl<'d> Request<'d> {
    pub(super) fn of(node: Node<'d>) -> Self {
        Self {
            node,
            category: codings_in(node, "category"),
        }
    }

    /// The message category: `referral`, `validation`.
    pub(super) fn category(&self) -> Option<&'d str> {
        let of = |coding: &&Coding<'_>| coding.is_of(codes::CATEGORIES);
        self.category.iter().find(of).map(|coding| coding.code)
    }

    /// The use case: a national code or one of our own system.
    pub(super) fn use_case(&self) -> Option<&'d str> {
        let of = |coding: &&Coding<'_>| codes::is_use_case_system(coding.system);
        self.category.iter().find(of).map(|coding| coding.code)
    }

    /// `system|value` of the first identifier.
    pub(super) fn identifier(&self) -> Option<String> {
        let identifier = self.node.dig(&["identifier"])?;
        let value = identifier.str("value")?;
        Some(format!(
            "{}|{value}",
            identifier.str("system").unwrap_or_default()
        ))
    }

    pub(super) fn authored_at(&self) -> Option<Timestamp> {
        self.node.str("authoredOn")?.parse().ok()
    }
}

/// Checks category and subject.
pub(super) fn check(request: &Request<'_>, entries: &Entries<'_>, faults: &mut Faults<'_>) {
    let path = request.node.path();
    let concepts = request.node.each("category").count();
    if request.category().is_none() || request.use_case().is_none() || concepts != 1 {
        faults.at(&entry::CATEGORY, format!("{path}.category"));
    }
    let subject = entries.follow(request.node.get("subject"), "Patient");
    // Without any Patient, the count of Patients is the fault.
    if subject.is_none() && entries.first("Patient").is_some() {
        faults.at(&entry::SUBJECT, format!("{path}.subject"));
    }
}
