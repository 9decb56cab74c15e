//! A message Bundle, read: what it asks, what it says, and every fault at once.
//!
//! Faults are graded (reference/bars.md 11): FHIR, MessageDefinition and workflow refuse
//! the message; a MUST of the payload tables is a warning by policy, because messages
//! that the NHS publishes itself miss some. A message is never partly processed: with
//! one fault that is no warning, nothing of the [`Reading`] may be acted on.

mod barriers;
pub(super) mod bundle;
mod cardinality;
mod coding;
mod consent;
pub(super) mod flags;
mod message;
mod organisations;
mod parts;
mod person;
mod reason;
mod service_request;
mod work;

pub use message::MessageFacts;

use jiff::Timestamp;

use super::decision::{self, Meaning};
use super::headers::Headers;
use super::message_rules::{REQUEST_CANCELLED, REQUEST_REFERRAL};
use super::policy::{Grade, ReadPolicy};
use crate::domain::case::{ConditionGroups, Person, Referral};
use crate::problem::area::{fhir as fhir_entry, referral as entry};
use crate::problem::{Entry, Problem};
use crate::standards::fhir::{Document, Node};
use bundle::Entries;
use message::Header;
use parts::Parts;

/// What was read.
#[derive(Debug, Default)]
pub struct Reading {
    /// What the message asks; `None` when it means nothing.
    pub meaning: Option<Meaning>,
    /// What the envelope says; `None` without a MessageHeader.
    pub message: Option<MessageFacts>,
    /// What the referral says; for a new referral, an amendment and a cancel (there, for
    /// comparison with the stored one).
    pub referral: Option<Referral>,
    /// For each condition whose codes are in no group, the alias of its code system, or
    /// `other`; never the code. Words alone are no code.
    pub conditions_in_no_group: Vec<&'static str>,
    /// Every fault and warning.
    pub problems: Vec<Problem>,
}

impl Reading {
    /// Whether the message is refused.
    pub fn is_refused(&self) -> bool {
        self.problems.iter().any(|problem| !problem.warning)
    }

    fn refused(problem: Problem) -> Self {
        Self {
            problems: vec![problem],
            ..Self::default()
        }
    }
}

/// Reads a message that was received at `at`; `groups` are the listed codes by which
/// conditions are grouped. It never fails; what is wrong is in [`Reading::problems`].
pub fn read(
    document: &Document,
    headers: &Headers,
    policy: &ReadPolicy,
    groups: &ConditionGroups,
    at: Timestamp,
) -> Reading {
    let root = document.root();
    if root.str("resourceType") != Some("Bundle") {
        let what = "resourceType is not Bundle";
        return Reading::refused(Problem::new(&fhir_entry::NOT_A_MESSAGE).with(what));
    }
    if root.str("type") != Some("message") {
        let what = "the type of the Bundle is not message";
        let problem = Problem::new(&fhir_entry::NOT_A_MESSAGE);
        return Reading::refused(problem.at("Bundle.type").with(what));
    }
    let entries = Entries::of(root);
    let mut faults = Faults {
        problems: Vec::new(),
        counts: Vec::new(),
        policy,
        received_at: at,
    };
    let mut parts = Parts::of(&entries, &mut faults);
    let Some(header) = parts.header else {
        check_without_header(root, &mut parts, headers, &mut faults);
        return Reading {
            problems: faults.into_problems(),
            ..Reading::default()
        };
    };
    let meaning = parts::decide(&parts, &header, &mut faults);
    let request = parts.request.as_ref();
    let facts = message::facts(root, &entries, &header, request, &mut faults);
    message::check_parties(&facts, &header, headers, &mut faults);
    parts.service = message::addressed(policy, facts.destination_endpoint.as_ref(), headers);
    message::check_version(facts.version_id.as_deref(), parts.service, &mut faults);
    let mut reading = Reading {
        meaning,
        ..Reading::default()
    };
    // What is not offered here is not looked at any further: its rules are not ours.
    let offered = meaning.is_none_or(|meaning| is_offered(meaning, &facts, &header, &mut faults));
    if offered {
        bundle::check(&entries, parts.missing_focus(), &mut faults);
        check_rules(meaning, &parts, &mut faults);
        fill(&mut reading, &parts, &facts, headers, groups, &mut faults);
    }
    reading.message = Some(facts);
    reading.problems = faults.into_problems();
    reading
}

/// Most problems of one code that are told of a message; the others are counted. As with the
/// findings of a walk, the first show what is wrong, and the answer stays small.
const MAX_OF_A_CODE: usize = 100;

/// The problems found so far and the policy that grades them.
struct Faults<'p> {
    problems: Vec<Problem>,
    /// How many there are of each code, refusals and warnings apart.
    counts: Vec<(&'static Entry, bool, usize)>,
    policy: &'p ReadPolicy,
    /// When the message was received: by this, what lies in the future does.
    received_at: Timestamp,
}

impl Faults<'_> {
    /// Adds one, unless enough of its code are told: what `more` says of it is made only
    /// where it is told, because the path of a late item takes long to find.
    fn tell(&mut self, entry: &'static Entry, grade: Grade, more: impl FnOnce(Problem) -> Problem) {
        if self.has_room(entry, grade == Grade::Warn) {
            let problem = more(Problem::new(entry));
            self.problems.push(match grade {
                Grade::Refuse => problem,
                Grade::Warn => problem.as_warning(),
            });
        }
    }

    /// Counts one more of a code; whether it is still told.
    fn has_room(&mut self, entry: &'static Entry, is_warning: bool) -> bool {
        let mut counts = self.counts.iter_mut();
        let known = counts.find(|(of, warning, _)| (of.code, *warning) == (entry.code, is_warning));
        let Some((_, _, count)) = known else {
            self.counts.push((entry, is_warning, 1));
            return true;
        };
        *count += 1;
        *count <= MAX_OF_A_CODE
    }

    fn add(&mut self, problem: Problem) {
        if self.has_room(problem.entry, problem.warning) {
            self.problems.push(problem);
        }
    }

    fn at(&mut self, entry: &'static Entry, path: impl Into<String>) {
        self.add(Problem::new(entry).at(path));
    }

    fn warn(&mut self, entry: &'static Entry, path: impl Into<String>) {
        self.add(Problem::new(entry).at(path).as_warning());
    }

    fn graded(&mut self, grade: Grade, problem: Problem) {
        self.add(match grade {
            Grade::Refuse => problem,
            Grade::Warn => problem.as_warning(),
        });
    }

    /// A MUST of the payload tables that is not met.
    fn application(&mut self, path: impl FnOnce() -> String) {
        let grade = self.policy.application_fields;
        self.tell(&entry::APPLICATION_FIELD, grade, |problem| {
            problem.at(path())
        });
    }

    /// Everything that is told, and of what code there are more.
    fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems;
        for (entry, is_warning, count) in self.counts {
            if count > MAX_OF_A_CODE {
                let untold = count - MAX_OF_A_CODE;
                let more = Problem::new(entry).with(format!("{untold} more that are not listed"));
                problems.push(if is_warning { more.as_warning() } else { more });
            }
        }
        problems
    }
}

/// Tells what is wrong with a message beside its missing MessageHeader, and nothing of what
/// that would have said.
fn check_without_header<'m>(
    bundle: Node<'_>,
    parts: &mut Parts<'m, '_>,
    headers: &Headers,
    faults: &mut Faults<'m>,
) {
    message::bundle_id(bundle, faults);
    let version = message::version(bundle, faults);
    parts.service = message::addressed(faults.policy, None, headers);
    message::check_version(version.as_deref(), parts.service, faults);
    bundle::check(parts.entries, None, faults);
    check_rules(None, parts, faults);
    person_of(parts.entries, faults);
}

fn person_of(entries: &Entries<'_>, faults: &mut Faults<'_>) -> Person {
    entries
        .first("Patient")
        .map(|patient| person::read(patient, entries, faults))
        .unwrap_or_default()
}

fn is_offered(
    meaning: Meaning,
    facts: &MessageFacts,
    header: &Header<'_>,
    faults: &mut Faults<'_>,
) -> bool {
    let refusal = match meaning {
        Meaning::Booking => &entry::BOOKING_NOT_OFFERED,
        Meaning::NewValidation | Meaning::AmendValidation if !faults.policy.validation => {
            &entry::VALIDATION_NOT_OFFERED
        }
        Meaning::StatusResponse | Meaning::NoShowResponse | Meaning::ValidationResponse => {
            if facts.response_identifier.is_none() {
                &entry::RESPONSE_MISSING
            } else if faults.policy.expects_responses {
                return true;
            } else {
                &entry::RESPONSE_UNKNOWN
            }
        }
        _ => return true,
    };
    faults.at(refusal, header.node.path());
    false
}

fn check_rules(meaning: Option<Meaning>, parts: &Parts<'_, '_>, faults: &mut Faults<'_>) {
    let entries = parts.entries;
    if let Some(request) = &parts.request {
        service_request::check(request, entries, faults);
    }
    let presumed = || decision::is_meant_as_referral(&parts.signs).then_some(Meaning::NewReferral);
    let rule = match meaning.or_else(presumed) {
        Some(Meaning::NewReferral | Meaning::Amend) => &REQUEST_REFERRAL,
        Some(Meaning::Cancel { .. }) => &REQUEST_CANCELLED,
        _ => {
            if parts.lacks_request() {
                let what = "ServiceRequest: found 0, expected 1";
                let problem = Problem::new(&entry::CARDINALITY);
                faults.add(problem.at("Bundle.entry").with(what));
            }
            return;
        }
    };
    if let Some(header) = &parts.header {
        message::check_definition(entries, header, rule, faults);
    }
    cardinality::check(rule, entries, faults);
    if rule.url == REQUEST_REFERRAL.url {
        consent::check_direct_care(entries, faults);
        cardinality::check_application_fields(entries, faults);
        check_use_case(meaning, parts, faults);
    }
}

fn check_use_case(meaning: Option<Meaning>, parts: &Parts<'_, '_>, faults: &mut Faults<'_>) {
    let Some(request) = &parts.request else {
        return;
    };
    // A category without a use case is reported by the ServiceRequest's own check.
    let Some(use_case) = request.use_case() else {
        return;
    };
    let path = || format!("{}.category", request.node.path());
    let found = format!("the use case is {}", faults.policy.shown_use_case(use_case));
    if let Some(service) = parts.service.filter(|s| !s.takes_use_case(use_case)) {
        let problem = Problem::new(&entry::USE_CASE_NOT_OFFERED);
        let taken = service.use_cases.join(", ");
        faults.add(
            problem
                .at(path())
                .with(format!("{found}; this service takes {taken}")),
        );
    }
    if meaning == Some(Meaning::Amend) && !faults.policy.takes_amendments(use_case) {
        let problem = Problem::new(&entry::AMEND_NOT_OFFERED);
        faults.add(problem.at(path()).with(found));
    }
}

fn fill(
    reading: &mut Reading,
    parts: &Parts<'_, '_>,
    facts: &MessageFacts,
    headers: &Headers,
    groups: &ConditionGroups,
    faults: &mut Faults<'_>,
) {
    // Without a meaning too, so that its faults are told with the others.
    let entries = parts.entries;
    let person = person_of(entries, faults);
    let Some(request) = &parts.request else {
        return;
    };
    let reason = reason::read(entries, request, faults);
    let wanted = matches!(
        reading.meaning,
        Some(Meaning::NewReferral | Meaning::Amend | Meaning::Cancel { .. })
    );
    if !wanted {
        return;
    }
    let Some(bundle_id) = facts.bundle_id else {
        return;
    };
    let Some(addressed_to) = facts
        .destination_endpoint
        .clone()
        .or_else(|| headers.target.clone())
    else {
        return;
    };
    let conditions = barriers::read(entries, request, groups);
    reading.conditions_in_no_group = conditions.in_no_group;
    reading.referral = Some(Referral {
        bundle_id,
        correlation_id: headers.correlation_id,
        journey_id: bundle::journey_id(entries),
        service_request_identifier: facts.service_request_identifiers.first().cloned(),
        further_identifiers: facts
            .service_request_identifiers
            .iter()
            .skip(1)
            .cloned()
            .collect(),
        use_case: facts.use_case.clone().unwrap_or_default(),
        application_version: facts.version_id.clone().unwrap_or_default(),
        authored_at: request.authored_at(),
        referrer: organisations::referrer(entries, request, facts, headers),
        return_address: facts.source_endpoint.clone(),
        addressed_to,
        person,
        work: work::read(entries),
        barriers: conditions.barriers,
        flags: flags::read(entries),
        reason,
        consents: consent::read(entries, faults),
    });
}

#[cfg(test)]
mod tests;
