//! The envelope: Bundle and MessageHeader (BaRS Core 1.5.0, Bundle and MessageHeader
//! fields).

use super::Faults;
use super::bundle::Entries;
use super::coding::codings_in;
use super::service_request::Request;
use crate::domain::case::EncounterAs;
use crate::domain::identifiers::{BundleId, OdsCode, ServiceAddress, ServiceRequestId};
use crate::problem::Problem;
use crate::problem::area::{header as header_entry, referral as entry};
use crate::standards::bars::codes;
use crate::standards::bars::headers::Headers;
use crate::standards::bars::message_rules::MessageRule;
use crate::standards::bars::policy::{ReadPolicy, Served, same_service};
use crate::standards::fhir::{Node, resource_types};

/// Identifiers of the sender's Encounter that are kept, and the bytes of each half of one.
const MOST_IDENTIFIERS: usize = 20;
const LONGEST_IDENTIFIER: usize = 200;

/// What the envelope says.
#[derive(Clone, Debug)]
pub struct MessageFacts {
    /// Bundle.id, where it is a UUID.
    pub bundle_id: Option<BundleId>,
    /// MessageHeader.eventCoding.code, lower case.
    pub event: Option<String>,
    /// MessageHeader.reason code, lower case.
    pub reason: Option<String>,
    /// Message category of the ServiceRequest, lower case.
    pub category: Option<String>,
    /// Use case of the ServiceRequest, lower case.
    pub use_case: Option<String>,
    /// Bundle.meta.versionId.
    pub version_id: Option<String>,
    /// MessageHeader.definition.
    pub definition: Option<String>,
    /// MessageHeader.source.endpoint: where responses are addressed.
    pub source_endpoint: Option<ServiceAddress>,
    /// MessageHeader.destination.endpoint.
    pub destination_endpoint: Option<ServiceAddress>,
    /// ODS code of the sender's Organization.
    pub sender_ods: Option<OdsCode>,
    /// MessageHeader.response.identifier.
    pub response_identifier: Option<String>,
    /// `system|value` of each ServiceRequest.identifier that has a value, each once.
    pub service_request_identifiers: Vec<String>,
    /// ServiceRequest.id, where it is a UUID: on a cancel, the id that we gave.
    pub service_request_id: Option<ServiceRequestId>,
    /// Patient.id as sent.
    pub patient_id: Option<String>,
    /// Encounter.id as sent: it belongs to the originator.
    pub encounter_id: Option<String>,
    /// How that Encounter was.
    pub encounter_as: Option<EncounterAs>,
}

/// The MessageHeader.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header<'d> {
    pub(super) node: Node<'d>,
}

impl<'d> Header<'d> {
    pub(super) fn event(&self) -> Option<&'d str> {
        // The system is not compared: published API examples use an earlier one.
        self.node.get("eventCoding")?.str("code")
    }

    pub(super) fn reason(&self) -> Option<&'d str> {
        let codings = codings_in(self.node, "reason");
        let known = codings.iter().find(|coding| coding.is_of(codes::REASONS));
        known.or(codings.first()).map(|coding| coding.code)
    }

    fn destination(&self) -> Option<Node<'d>> {
        self.node.dig(&["destination"])
    }
}

/// Finds the MessageHeader: exactly one, and first.
pub(super) fn header<'d>(entries: &Entries<'d>, faults: &mut Faults<'_>) -> Option<Header<'d>> {
    let first = entries.list.first();
    if first.is_none_or(|entry| entry.kind != "MessageHeader") {
        faults.at(&entry::HEADER_NOT_FIRST, "Bundle.entry[0]");
    }
    entries.first("MessageHeader").map(|node| Header { node })
}

/// Reads the envelope.
pub(super) fn facts(
    bundle: Node<'_>,
    entries: &Entries<'_>,
    header: &Header<'_>,
    request: Option<&Request<'_>>,
    faults: &mut Faults<'_>,
) -> MessageFacts {
    let lower = |text: Option<&str>| text.map(str::to_ascii_lowercase);
    MessageFacts {
        bundle_id: bundle_id(bundle, faults),
        event: lower(header.event()),
        reason: lower(header.reason()),
        category: lower(request.and_then(Request::category)),
        use_case: lower(request.and_then(Request::use_case)),
        version_id: version(bundle, faults),
        definition: header.node.str("definition").map(str::to_owned),
        source_endpoint: source(header, faults),
        destination_endpoint: destination(header, faults),
        sender_ods: sender(entries, header, faults),
        response_identifier: header
            .node
            .dig(&["response", "identifier"])
            .and_then(Node::text)
            .map(str::to_owned),
        service_request_identifiers: request.map(Request::identifiers).unwrap_or_default(),
        service_request_id: request.and_then(|r| r.node.str("id")?.parse().ok()),
        patient_id: id_of(entries, "Patient"),
        encounter_id: id_of(entries, "Encounter"),
        encounter_as: entries.first("Encounter").and_then(encounter_as),
    }
}

fn id_of(entries: &Entries<'_>, kind: &str) -> Option<String> {
    entries.first(kind)?.str("id").map(str::to_owned)
}

/// Codes, identifiers and times only: whatever else stands there is not kept.
fn encounter_as(encounter: Node<'_>) -> Option<EncounterAs> {
    let is_code = |code: &&str| {
        (1..=20).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-')
    };
    let class = encounter.get("class").and_then(|class| {
        let is_act = class.str("system") == Some(codes::ACT_CODE);
        class.str("code").filter(|_| is_act).filter(is_code)
    });
    Some(EncounterAs {
        status: encounter.str("status").filter(is_code)?.to_owned(),
        class: class.map(str::to_owned),
        identifiers: encounter_identifiers(encounter),
        start: moment(encounter, "start"),
        end: moment(encounter, "end"),
    })
}

/// Those that a number or a key could be; a longer text is none.
fn encounter_identifiers(encounter: Node<'_>) -> Vec<String> {
    let identifiers = encounter.each("identifier").take(MOST_IDENTIFIERS);
    let kept = identifiers.filter_map(|identifier| {
        let value = identifier.str("value")?;
        let system = identifier.str("system").unwrap_or_default();
        let is_short = value.len() <= LONGEST_IDENTIFIER && system.len() <= LONGEST_IDENTIFIER;
        is_short.then(|| format!("{system}|{value}"))
    });
    kept.collect()
}

/// A side of the Encounter's period, where it looks like a dateTime.
fn moment(encounter: Node<'_>, side: &str) -> Option<String> {
    let text = encounter.get("period")?.str(side)?;
    let is_moment = (4..=40).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || b"-:.+TZ".contains(&b));
    is_moment.then(|| text.to_owned())
}

pub(super) fn bundle_id(bundle: Node<'_>, faults: &mut Faults<'_>) -> Option<BundleId> {
    let id = bundle.str("id").and_then(|id| id.parse().ok());
    if id.is_none() {
        faults.at(&entry::BUNDLE_ID, "Bundle.id");
    }
    id
}

pub(super) fn version(bundle: Node<'_>, faults: &mut Faults<'_>) -> Option<String> {
    let path = "Bundle.meta.versionId";
    let Some(version) = bundle.dig(&["meta", "versionId"]).and_then(Node::text) else {
        faults.at(&entry::VERSION_MISSING, path);
        return None;
    };
    Some(version.to_owned())
}

/// The service that a message is for: the one that the request's header and the message both
/// name, or the one that names it where the other cannot be read. Where they name different
/// services that is the fault, and neither's rules are the message's.
pub(super) fn addressed<'p>(
    policy: &'p ReadPolicy,
    destination: Option<&ServiceAddress>,
    headers: &Headers,
) -> Option<&'p Served> {
    let target = headers.target.as_ref();
    if let (Some(destination), Some(target)) = (destination, target)
        && !same_service(destination, target)
    {
        return None;
    }
    policy.service(destination.or(target)?)
}

/// Reports a version that the service does not take (BaRS Core 1.5.0, content negotiation).
pub(super) fn check_version(
    version: Option<&str>,
    service: Option<&Served>,
    faults: &mut Faults<'_>,
) {
    let (Some(version), Some(service)) = (version, service) else {
        return;
    };
    if service.takes_version(version) {
        return;
    }
    let taken = service.application_versions.join(", ");
    let problem = Problem::new(&entry::VERSION_UNSUPPORTED)
        .at("Bundle.meta.versionId")
        .with(format!("this service takes {taken}"));
    faults.add(problem);
}

/// R4 asks for the endpoint; one that is no `system|value` only means that responses
/// cannot be sent, so it is reported and the message taken.
fn source(header: &Header<'_>, faults: &mut Faults<'_>) -> Option<ServiceAddress> {
    let path = || format!("{}.source.endpoint", header.node.path());
    let Some(text) = header
        .node
        .dig(&["source", "endpoint"])
        .and_then(Node::text)
    else {
        faults.at(&entry::SOURCE, path());
        return None;
    };
    let address = ServiceAddress::parse(text);
    if address.is_none() {
        faults.warn(&entry::SOURCE, path());
    }
    address
}

fn destination(header: &Header<'_>, faults: &mut Faults<'_>) -> Option<ServiceAddress> {
    let address = header
        .destination()
        .and_then(|destination| destination.str("endpoint"))
        .and_then(ServiceAddress::parse);
    if address.is_none() {
        let path = format!("{}.destination[0].endpoint", header.node.path());
        faults.at(&entry::DESTINATION, path);
    }
    address
}

/// The receiver is an Organization of the message, and ours (BaRS Core 1.5.0, the first of a
/// receiver's checks). One without an ODS code is taken: published examples have none.
fn check_receiver(entries: &Entries<'_>, header: &Header<'_>, faults: &mut Faults<'_>) {
    let path = || format!("{}.destination[0].receiver", header.node.path());
    let receiver = header.destination().and_then(|d| d.get("receiver"));
    let Some(receiver) = entries.follow(receiver, "Organization") else {
        faults.at(&entry::PARTY, path());
        return;
    };
    let named = super::organisations::ods(receiver);
    let both = named.as_ref().zip(faults.policy.organisation.as_ref());
    if both.is_some_and(|(named, ours)| named != ours) {
        let problem = Problem::new(&entry::RECEIVER_NOT_OURS).at(path());
        faults.graded(faults.policy.receiver_not_ours, problem);
    }
}

fn sender(entries: &Entries<'_>, header: &Header<'_>, faults: &mut Faults<'_>) -> Option<OdsCode> {
    check_receiver(entries, header, faults);
    let path = || format!("{}.sender", header.node.path());
    let Some(sender) = entries.follow(header.node.get("sender"), "Organization") else {
        faults.at(&entry::PARTY, path());
        return None;
    };
    let ods = super::organisations::ods(sender);
    if ods.is_none() {
        let problem = Problem::new(&entry::SENDER_WITHOUT_ODS).at(path());
        faults.graded(faults.policy.sender_without_ods, problem);
    }
    ods
}

/// Holds the envelope against the request's headers.
pub(super) fn check_parties(
    facts: &MessageFacts,
    header: &Header<'_>,
    headers: &Headers,
    faults: &mut Faults<'_>,
) {
    if let Some(destination) = &facts.destination_endpoint {
        let path = || format!("{}.destination[0].endpoint", header.node.path());
        let differs = |target: &ServiceAddress| !same_service(target, destination);
        if headers.target.as_ref().is_some_and(differs) {
            faults.at(&entry::DESTINATION_NOT_TARGET, path());
        }
        if faults.policy.service(destination).is_none() {
            faults.at(&entry::DESTINATION_NOT_OURS, path());
        }
    }
    if let (Some(sender), Some(caller)) = (&facts.sender_ods, &headers.organisation)
        && *sender != caller.ods
    {
        let path = format!("{}.sender", header.node.path());
        faults.at(&header_entry::NOT_THE_SENDER, path);
    }
}

/// Compares MessageHeader.definition, focus and response with the request that it is. Only
/// warnings: two published examples cite a wrong definition, SERVREQ02 cites none, and a
/// message with one ServiceRequest means it whatever its focus says, so that no stop is lost
/// over it (DESIGN I10). Of a request, a cancel as well, the focus is the ServiceRequest
/// (every published one has it so); the Encounter is that of responses.
pub(super) fn check_definition(
    entries: &Entries<'_>,
    header: &Header<'_>,
    rule: &MessageRule,
    faults: &mut Faults<'_>,
) {
    let path = |member: &str| format!("{}.{member}", header.node.path());
    let cited = header.node.str("definition").unwrap_or_default();
    let cited = cited.split('|').next().unwrap_or_default();
    if !cited.eq_ignore_ascii_case(rule.url) {
        let problem = Problem::new(&entry::DEFINITION)
            .at(path("definition"))
            .with(format!("expected {}", rule.url));
        faults.add(problem.as_warning());
    }
    check_focus(entries, header, faults);
    if header.node.get("response").is_some() {
        faults.warn(&entry::RESPONSE_ON_REQUEST, path("response"));
    }
}

fn check_focus(entries: &Entries<'_>, header: &Header<'_>, faults: &mut Faults<'_>) {
    let path = || format!("{}.focus", header.node.path());
    let Some(reference) = header.node.dig(&["focus", "reference"]) else {
        faults.warn(&entry::FOCUS, path());
        return;
    };
    // One that leads nowhere is told as that.
    let named = reference.text().and_then(|text| entries.resolve(text));
    let Some(named) = named.filter(|named| named.kind != "ServiceRequest") else {
        return;
    };
    let kind = resource_types::known(named.kind).unwrap_or("resource of another type");
    let problem = Problem::new(&entry::FOCUS)
        .at(path())
        .with(format!("it leads to a {kind}, expected the ServiceRequest"));
    faults.add(problem.as_warning());
}
