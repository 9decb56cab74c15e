//! What one Consent says: yes, no, or neither.
//!
//! A yes has to be clear, and a no has not: whatever else stands beside a `deny`, and however
//! old it is, it stays a no. A yes that something in the same Consent contradicts, or that does
//! not hold at the receipt, is no answer, and nobody guesses which half was meant (DESIGN I5).

use jiff::Timestamp;

use super::moment::Moment;
use crate::domain::consent::CLOCKS_DIFFER;
use crate::standards::bars::codes;
use crate::standards::bars::read::coding::{Coding, codings_in};
use crate::standards::fhir::Node;
use crate::standards::fhir::name::NameKey;

/// What a Consent says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Yes,
    No(Found),
    /// A yes that was taken back.
    TakenBack(Found),
    /// It is in force and gives no clear answer.
    Unclear(Found),
    /// It is not in force: a draft, or entered in error.
    Nothing(Found),
}

/// What was found in it, and in which member. It holds no value of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The member, from the Consent on.
    pub(super) member: &'static str,
    /// In words.
    pub(super) what: &'static str,
}

const fn found(member: &'static str, what: &'static str) -> Found {
    Found { member, what }
}

const DENIES: Found = found("provision.type", "its provision denies");
const OPTS_OUT: Found = found("policyRule", "its policyRule says OPTOUT");
const DENIES_WITHIN: Found = found("provision.provision", "a provision within it denies");
const OTHER_SCOPE: Found = found("scope", "its scope is another than patient-privacy");

/// What a Consent of category DRC says. BaRS knows one that is implied (policyRule IMPLIED), so
/// it needs no `permit`.
pub(super) fn direct_care(consent: Node<'_>) -> Said {
    if let Some(said) = by_status(consent) {
        return said;
    }
    let no = [
        (denies(consent), DENIES),
        (opts_out(consent), OPTS_OUT),
        (denies_within(consent), DENIES_WITHIN),
    ];
    if let Some((_, what)) = no.into_iter().find(|(is_so, _)| *is_so) {
        return Said::No(what);
    }
    if has_other_scope(consent) {
        return Said::Unclear(OTHER_SCOPE);
    }
    Said::Yes
}

/// What an explicit Consent says of a message that was received at `at`.
pub(super) fn explicit(consent: Node<'_>, at: Timestamp) -> Said {
    if let Some(said) = by_status(consent) {
        return said;
    }
    if denies(consent) {
        return Said::No(DENIES);
    }
    if type_of(consent) != Some("permit") {
        if opts_out(consent) {
            return Said::No(OPTS_OUT);
        }
        let neither = found("provision", "its provision.type is neither permit nor deny");
        return Said::Unclear(neither);
    }
    match contradicted(consent).or_else(|| not_in_force(consent, at)) {
        Some(what) => Said::Unclear(what),
        None => Said::Yes,
    }
}

/// What the status says alone; `None` where the Consent is active.
fn by_status(consent: Node<'_>) -> Option<Said> {
    match consent.str("status") {
        Some("active") => None,
        Some("rejected") => Some(Said::No(found("status", "its status is rejected"))),
        Some("inactive") => Some(Said::TakenBack(found("status", "its status is inactive"))),
        _ => Some(Said::Nothing(found("status", "its status is not active"))),
    }
}

fn type_of(consent: Node<'_>) -> Option<&str> {
    consent.dig(&["provision", "type"]).and_then(Node::text)
}

fn denies(consent: Node<'_>) -> bool {
    type_of(consent) == Some("deny")
}

/// HL7 v3 ActCode: OPTOUT, and OPTOUTE with exceptions, of which none is understood here. A no
/// is heard in whatever system it is coded.
fn opts_out(consent: Node<'_>) -> bool {
    let rules = codings_in(consent, "policyRule");
    let is_no = |code: &str| ["OPTOUT", "OPTOUTE"].contains(&code);
    rules
        .iter()
        .any(|rule| is_no(rule.code.to_ascii_uppercase().as_str()))
}

/// A provision within another is an exception to it (FHIR R4 Consent.provision.provision).
fn denies_within(consent: Node<'_>) -> bool {
    let key = NameKey::of("type");
    let below = consent.each("provision").flat_map(Node::below);
    let mut types = below.filter(|value| value.is_named(key, "type"));
    types.any(|value| value.text() == Some("deny"))
}

fn has_other_scope(consent: Node<'_>) -> bool {
    let scopes = codings_in(consent, "scope");
    let is_privacy = |scope: &Coding<'_>| scope.is(codes::CONSENT_SCOPES, "patient-privacy");
    !scopes.is_empty() && !scopes.iter().any(is_privacy)
}

/// What in a Consent says the opposite of its `permit`.
fn contradicted(consent: Node<'_>) -> Option<Found> {
    let against = [
        (
            opts_out(consent),
            found("policyRule", "it permits, and its policyRule says OPTOUT"),
        ),
        (
            denies_within(consent),
            found(
                "provision.provision",
                "it permits, and a provision within it denies",
            ),
        ),
        (has_other_scope(consent), OTHER_SCOPE),
    ];
    let first = against.into_iter().find(|(is_so, _)| *is_so);
    first.map(|(_, what)| what)
}

/// Why a `permit` does not hold at `at`.
fn not_in_force(consent: Node<'_>, at: Timestamp) -> Option<Found> {
    let lies_ahead = |moment: Moment| moment.from.duration_since(at) > CLOCKS_DIFFER;
    let answered = consent.str("dateTime").and_then(Moment::read);
    if answered.is_some_and(lies_ahead) {
        return Some(found("dateTime", "its dateTime lies in the future"));
    }
    let of_period = |what| Some(found("provision.period", what));
    let (start, end) = (period(consent, "start"), period(consent, "end"));
    let (Ok(start), Ok(end)) = (start, end) else {
        return of_period("its period cannot be read");
    };
    if start.is_some_and(lies_ahead) {
        return of_period("its period has not begun");
    }
    if end.is_some_and(|end| end.to <= at) {
        return of_period("its period is over");
    }
    None
}

/// The first instant at which the answer does not hold any more.
pub(super) fn until(consent: Node<'_>) -> Option<Timestamp> {
    let end = period(consent, "end").ok().flatten();
    end.map(|end| end.to)
}

fn period(consent: Node<'_>, member: &str) -> Result<Option<Moment>, Unread> {
    let Some(node) = consent.dig(&["provision", "period", member]) else {
        return Ok(None);
    };
    let moment = node.text().and_then(Moment::read);
    moment.map(Some).ok_or(Unread)
}

/// No dateTime.
struct Unread;
