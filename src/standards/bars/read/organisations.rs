//! Organisations and the people who refer for them.

use super::bundle::Entries;
use super::coding::{codings_in, extension, sensitive};
use super::message::MessageFacts;
use super::person::whole_name;
use super::service_request::Request;
use crate::domain::case::{Referrer, SourceRoute};
use crate::domain::identifiers::OdsCode;
use crate::standards::bars::codes;
use crate::standards::bars::headers::Headers;
use crate::standards::fhir::Node;

/// SNOMED CT: general practice service, the Organization.type of a practice
/// (BaRS-APP5, payloads).
const GENERAL_PRACTICE: &str = "788007007";
/// SNOMED CT roles of a general practitioner.
const GENERAL_PRACTITIONERS: &[&str] = &["62247001", "309394004"];

/// The ODS code of an Organization, in either spelling of its system.
pub(super) fn ods(organisation: Node<'_>) -> Option<OdsCode> {
    organisation
        .each("identifier")
        .filter(|id| id.str("system").is_some_and(OdsCode::is_system))
        .find_map(|id| OdsCode::parse(id.str("value")?))
}

/// Who referred: the sender's Organization and the requester of the ServiceRequest. A
/// sender without an ODS code is known by the organisation header.
pub(super) fn referrer(
    entries: &Entries<'_>,
    request: &Request<'_>,
    facts: &MessageFacts,
    headers: &Headers,
) -> Referrer {
    let header = entries.first("MessageHeader");
    let sender = header.and_then(|h| entries.follow(h.get("sender"), "Organization"));
    let caller = headers.organisation.as_ref();
    let role = role(entries, request);
    let practitioner = practitioner(entries, request, role);
    Referrer {
        organisation: facts
            .sender_ods
            .clone()
            .or_else(|| caller.map(|caller| caller.ods.clone())),
        organisation_name: sender
            .and_then(|sender| sender.str("name"))
            .map(str::to_owned)
            .or_else(|| caller.and_then(|caller| caller.name.clone())),
        practitioner_name: practitioner.and_then(|p| sensitive(whole_name(p).as_deref())),
        telephone: sender.and_then(phone).or_else(|| {
            let contact = header?.dig(&["source", "contact"])?;
            phone_of(contact)
        }),
        route: route(request, sender, role),
    }
}

fn phone(organisation: Node<'_>) -> Option<String> {
    organisation.each("telecom").find_map(phone_of)
}

fn phone_of(contact_point: Node<'_>) -> Option<String> {
    let is_phone = contact_point.str("system") == Some("phone");
    contact_point
        .str("value")
        .filter(|_| is_phone)
        .map(str::to_owned)
}

/// The role in which the requester acts: named directly, or the one that names the
/// requesting Practitioner.
fn role<'d>(entries: &Entries<'d>, request: &Request<'d>) -> Option<Node<'d>> {
    let requester = request.node.get("requester");
    entries.follow(requester, "PractitionerRole").or_else(|| {
        let wanted = requester?.str("reference")?;
        entries.of_type("PractitionerRole").find(|role| {
            let named = role.get("practitioner").and_then(|p| p.str("reference"));
            named == Some(wanted)
        })
    })
}

fn practitioner<'d>(
    entries: &Entries<'d>,
    request: &Request<'d>,
    role: Option<Node<'d>>,
) -> Option<Node<'d>> {
    entries
        .follow(request.node.get("requester"), "Practitioner")
        .or_else(|| entries.follow(role?.get("practitioner"), "Practitioner"))
}

/// The route: what the message says by our extension, else a practice by the type of the
/// sender's Organization; nothing is guessed from names.
fn route(request: &Request<'_>, sender: Option<Node<'_>>, role: Option<Node<'_>>) -> SourceRoute {
    let said = extension(request.node, codes::workwell::SOURCE_ROUTE)
        .and_then(|extension| extension.str("valueCode"))
        .and_then(SourceRoute::from_code);
    if let Some(said) = said {
        return said;
    }
    let is_practice = sender.is_some_and(|sender| {
        codings_in(sender, "type")
            .iter()
            .any(|coding| coding.is(codes::SNOMED, GENERAL_PRACTICE))
    });
    if !is_practice {
        return SourceRoute::NotKnown;
    }
    let roles = role
        .map(|role| codings_in(role, "code"))
        .unwrap_or_default();
    let is_gp = |code: &str| GENERAL_PRACTITIONERS.contains(&code);
    if roles.is_empty() || roles.iter().any(|coding| is_gp(coding.code)) {
        SourceRoute::Gp
    } else {
        SourceRoute::PracticeOther
    }
}
