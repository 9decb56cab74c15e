//! The ServiceRequest (profile BARSServiceRequest-request-referral).

use jiff::Timestamp;

use super::Faults;
use super::bundle::Entries;
use super::coding::{Coding, codings_in};
use crate::domain::consent::CLOCKS_DIFFER;
use crate::problem::Problem;
use crate::problem::area::{fhir as fhir_entry, referral as entry};
use crate::standards::bars::codes;
use crate::standards::fhir::Node;

/// More than any system gives one referral; each is a look-up before the receipt.
const MOST_IDENTIFIERS: usize = 20;

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

    /// `system|value` of every identifier that has a value, each once. Which of them comes
    /// first says nothing (FHIR R4: a list, of which no order is defined), so a referral is
    /// known by each.
    pub(super) fn identifiers(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::with_capacity(1);
        for identifier in self.node.each("identifier").take(MOST_IDENTIFIERS) {
            let Some(value) = identifier.str("value") else {
                continue;
            };
            let system = identifier.str("system").unwrap_or_default();
            let text = format!("{system}|{value}");
            if !found.contains(&text) {
                found.push(text);
            }
        }
        found
    }

    pub(super) fn authored_at(&self) -> Option<Timestamp> {
        self.node.str("authoredOn")?.parse().ok()
    }
}

/// Checks category and subject.
pub(super) fn check(request: &Request<'_>, entries: &Entries<'_>, faults: &mut Faults<'_>) {
    let path = |member: &str| format!("{}.{member}", request.node.path());
    let concepts = request.node.each("category").count();
    if request.category().is_none() || request.use_case().is_none() || concepts != 1 {
        faults.at(&entry::CATEGORY, path("category"));
    }
    let identifiers = request.node.each("identifier").count();
    if identifiers > MOST_IDENTIFIERS {
        // One that is not read could be the one by which a stop comes.
        let problem = Problem::new(&entry::CARDINALITY).at(path("identifier"));
        let detail = format!("found {identifiers}, expected at most {MOST_IDENTIFIERS}");
        faults.add(problem.with(detail));
    }
    let lies_ahead = |at: Timestamp| at.duration_since(faults.received_at) > CLOCKS_DIFFER;
    if request.authored_at().is_some_and(lies_ahead) {
        let problem = Problem::new(&fhir_entry::VALUE).at(path("authoredOn"));
        let detail = "it lies in the future; the day of receipt counts";
        faults.add(problem.with(detail).as_warning());
    }
    let subject = entries.follow(request.node.get("subject"), "Patient");
    // Without any Patient, the count of Patients is the fault.
    if subject.is_none() && entries.first("Patient").is_some() {
        faults.at(&entry::SUBJECT, path("subject"));
    }
}
