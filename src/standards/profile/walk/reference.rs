//! References: do they lead somewhere, and to what.

use super::Walk;
use crate::standards::fhir::{Node, resource_types};
use crate::standards::profile::finding::{
    Finding, Layer, REFERENCE_TARGET, Severity, UNRESOLVED_REFERENCE,
};
use crate::standards::profile::primitive::Format;
use crate::standards::profile::rules::ProfileId;

impl<'d> Walk<'d> {
    /// `urn:uuid:` leads to an entry of the Bundle, `#id` to a contained resource.
    pub(super) fn reference(&mut self, node: Node<'d>) {
        let Some(reference) = node.get("reference") else {
            return;
        };
        let Some(text) = reference.text() else { return };
        self.named_type(node);
        if let Some(id) = text.strip_prefix('#') {
            if !id.is_empty() && self.contained.kind_of(id).is_none() {
                let found = "a contained resource that is not there";
                let expected = "a contained resource of that id";
                let (layer, severity) = (Layer::Invariant, Severity::Error);
                self.tell(layer, severity, "ref-1", reference, found, expected);
            }
            return;
        }
        let is_urn = text.starts_with("urn:uuid:") || text.starts_with("urn:oid:");
        let kind = self.index.kind_of(text);
        self.last_reference = Some((node, kind));
        let (found, expected) = if is_urn && self.index.is_open && kind.is_none() {
            let expected = "the fullUrl of an entry of this Bundle";
            ("an address that no entry has", expected)
        } else if !is_urn && !text.contains("://") && !is_relative(text) {
            let expected = "Type/id, a URL, urn:uuid: or # and an id";
            ("a reference of no known form", expected)
        } else {
            return;
        };
        let (layer, severity, rule) = (Layer::Message, Severity::Error, UNRESOLVED_REFERENCE);
        self.tell(layer, severity, rule, reference, found, expected);
    }

    /// The type that a reference names is that of what it leads to (FHIR R4, Reference).
    fn named_type(&mut self, node: Node<'d>) {
        let named = node.str("type").and_then(resource_types::known);
        let Some((named, kind)) = named.and_then(|named| Some((named, self.target_kind(node)?)))
        else {
            return;
        };
        if named != kind {
            let found = format!("a reference to {kind} that names {named}");
            let expected = "the type of what it leads to";
            self.find(REFERENCE_TARGET, node, &found, expected);
        }
    }

    /// Whether a reference leads to a resource of one of these types.
    pub(super) fn target(
        &mut self,
        node: Node<'d>,
        targets: &[&'static str],
        by: Option<ProfileId>,
    ) {
        let kind = self.target_kind(node);
        // What the element says of the type itself must be right too.
        let named = node.str("type").map(|name| {
            let known = resource_types::known(name);
            known.unwrap_or("a type that R4 does not define")
        });
        let is_wrong = |kind: &&str| !targets.contains(kind);
        let Some(kind) = kind.filter(is_wrong).or(named.filter(is_wrong)) else {
            return;
        };
        let profile = by.map(|by| self.rules.profile_at(by));
        let layer = profile.map_or(Layer::Structure, |profile| profile.layer);
        self.findings.add(layer, REFERENCE_TARGET, || Finding {
            rule: REFERENCE_TARGET,
            layer,
            severity: Severity::Error,
            path: node.path(),
            found: format!("a reference to {kind}"),
            expected: format!("a reference to {}", targets.join(" or ")),
            offset: node.span().start,
            profile: profile.map(|profile| profile.url),
        });
    }

    /// The type of what a reference leads to, where that can be told.
    fn target_kind(&self, node: Node<'d>) -> Option<&'static str> {
        let text = node.str("reference").unwrap_or_default();
        if let Some(id) = text.strip_prefix('#') {
            return resource_types::known(self.contained.kind_of(id)?);
        }
        let entry_kind = match self.last_reference {
            Some((last, kind)) if last == node => kind,
            _ => self.index.kind_of(text),
        };
        if let Some(kind) = entry_kind {
            return resource_types::known(kind);
        }
        // `Patient/1`, `https://host/base/Patient/1` and with `/_history/2` behind.
        let plain = text.split("/_history/").next().unwrap_or(text);
        plain.rsplit('/').nth(1).and_then(resource_types::known)
    }
}

/// `Type/id`, maybe with a version and a part behind.
fn is_relative(text: &str) -> bool {
    let whole = text.split('#').next().unwrap_or(text);
    let (plain, version) = match whole.split_once("/_history/") {
        Some((plain, version)) => (plain, Some(version)),
        None => (whole, None),
    };
    let Some((kind, id)) = plain.split_once('/') else {
        return false;
    };
    resource_types::known(kind).is_some()
        && Format::Id.admits(id)
        && version.is_none_or(|version| Format::Id.admits(version))
}
