//! The Bundle around the resources: identifiers, fullUrls and conditional creates.

use aws_lc_rs::digest;
use uuid::Builder;

use super::super::Heading;
use super::super::node::Node;
use crate::domain::identifiers::CaseReference;

/// Identifiers `<case id>-<version>`, with `-<part>` for every further resource.
pub(super) const CASE_VERSION: &str = "https://workwell-gateway.example/Id/case-version";
/// Identifiers of cases.
pub(in crate::standards) const CASE_ID: &str = "https://workwell-gateway.example/Id/case-id";
/// Words for why a referral was stopped.
pub(in super::super) const STOP_REASON: &str =
    "https://workwell-gateway.example/CodeSystem/stop-reason";

/// The entries of a transaction in the making.
pub(super) struct Entries<'a> {
    heading: &'a Heading<'a>,
    entries: Vec<Node>,
}

impl<'a> Entries<'a> {
    pub(super) const fn new(heading: &'a Heading<'a>) -> Self {
        Self {
            heading,
            entries: Vec::new(),
        }
    }

    /// Adds a resource and gives the reference to it. `part` tells it from others of its
    /// type; the resource's first member is its type, and it gets its identifier here
    /// unless it brings one.
    pub(super) fn add(&mut self, part: &str, resource: Node) -> Node {
        let kind = kind(&resource);
        let url = full_url(self.heading, &kind, part);
        let resource = if resource.get("identifier").is_some() {
            resource
        } else {
            let identifiers = vec![identifier(self.heading, part)];
            resource.insert_second("identifier", identifiers.into())
        };
        let call = Node::object([
            ("method", "POST".into()),
            ("url", kind.into()),
            ("ifNoneExist", condition(self.heading, part).into()),
        ]);
        self.entries.push(Node::object([
            ("fullUrl", url.as_str().into()),
            ("resource", resource),
            ("request", call),
        ]));
        Node::object([("reference", url.into())])
    }

    /// Adds several resources of one type; their parts are numbered from 1.
    pub(super) fn add_all(&mut self, part: &str, resources: Vec<Node>) -> Vec<Node> {
        resources
            .into_iter()
            .enumerate()
            .map(|(index, resource)| self.add(&format!("{part}-{}", index + 1), resource))
            .collect()
    }

    pub(super) fn finish(self) -> Vec<Node> {
        self.entries
    }
}

/// The transaction of these entries.
pub(in super::super) fn transaction(heading: &Heading<'_>, entries: Vec<Node>) -> Node {
    Node::object([
        ("resourceType", "Bundle".into()),
        ("identifier", identifier(heading, "")),
        ("type", "transaction".into()),
        ("timestamp", heading.at.to_string().into()),
        ("entry", entries.into()),
    ])
}

/// The identifier that a conditional create or update looks for.
pub(in super::super) fn identifier(heading: &Heading<'_>, part: &str) -> Node {
    system_value(CASE_VERSION, &key(heading, part))
}

/// The search of a conditional create or update: `identifier=<system>|<case id>-<version>`.
pub(in super::super) fn condition(heading: &Heading<'_>, part: &str) -> String {
    format!("identifier={CASE_VERSION}|{}", key(heading, part))
}

/// What every ServiceRequest of a case is found by: case and version, and the reference
/// that people say.
pub(in super::super) fn request_identifiers(heading: &Heading<'_>) -> Vec<Node> {
    vec![
        identifier(heading, ""),
        system_value(CaseReference::SYSTEM, heading.reference.as_str()),
    ]
}

/// An Identifier.
pub(super) fn system_value(system: &str, value: &str) -> Node {
    Node::object([("system", system.into()), ("value", value.into())])
}

/// `urn:uuid:` of a resource, the same whenever the Bundle is made again: a UUID of
/// version 8 (RFC 9562, 5.8) from a digest of case, version, type and part.
pub(in super::super) fn full_url(heading: &Heading<'_>, kind: &str, part: &str) -> String {
    let name = format!("{kind}/{}", key(heading, part));
    let digest = digest::digest(&digest::SHA256, name.as_bytes());
    let mut bytes = [0u8; 16];
    bytes.copy_from_slice(&digest.as_ref()[..16]);
    format!("urn:uuid:{}", Builder::from_custom_bytes(bytes).into_uuid())
}

fn key(heading: &Heading<'_>, part: &str) -> String {
    let dash = if part.is_empty() { "" } else { "-" };
    format!("{}-{}{dash}{part}", heading.case_id, heading.version)
}

fn kind(resource: &Node) -> String {
    match resource.get("resourceType") {
        Some(Node::Text(kind)) => kind.clone(),
        _ => String::new(),
    }
}
