//! Extensions: each is checked against its definition, found by its address.

use super::{Frame, Walk};
use crate::standards::fhir::Node;
use crate::standards::profile::finding::{
    EXTENSION_CONTEXT, INVALID_FORMAT, Layer, Severity, UNKNOWN_EXTENSION, UNKNOWN_MODIFIER,
};
use crate::standards::profile::rules::ProfileId;
use crate::standards::profile::table::{ANY_RESOURCE, Element, TypeId};

/// Whose addresses these are: what is not found there was never defined.
const NAMESPACES: [(&str, Layer); 2] = [
    ("https://fhir.hl7.org.uk/", Layer::UkCore),
    ("https://workwell-gateway.example/", Layer::WorkWell),
];

impl<'d> Walk<'d> {
    /// Pushes the definition of an extension. `own` are the nodes that apply already: a
    /// part of a larger extension has a short name and is known by them alone.
    pub(super) fn push_extension(&mut self, item: Node<'d>, element: &Element, own: Frame) {
        let Some(url) = item.get("url") else { return };
        let Some(address) = url.text() else { return };
        let rules = self.rules;
        if let Some((id, profile)) = rules.profile(address) {
            if profile.of_type == element.target {
                self.stack.push(profile.root);
                self.context(item, id);
                let as_modifier = element.base == "modifierExtension";
                if rules.node(profile.root).is_modifier != as_modifier {
                    let found = if as_modifier {
                        "an extension that is no modifier"
                    } else {
                        "a modifier among the other extensions"
                    };
                    let expected = "modifiers, and nothing else, in modifierExtension";
                    self.breach(id, UNKNOWN_MODIFIER, url, found, expected);
                }
            }
            return;
        }
        let is_slice = |at: usize| rules.node(self.stack[at]).name.starts_with(':');
        if own.clone().any(is_slice) {
            return;
        }
        if element.base == "modifierExtension" {
            let found = "a modifier extension that is not known here";
            let expected = "none that could change the meaning unseen";
            return self.find(UNKNOWN_MODIFIER, url, found, expected);
        }
        if !address.contains(':') {
            return self.unknown_part(url, own);
        }
        let whose = NAMESPACES
            .iter()
            .find(|(head, _)| address.starts_with(head));
        let (layer, severity) = match whose {
            Some((_, layer)) => (*layer, Severity::Error),
            None => (Layer::Structure, Severity::Warning),
        };
        let expected = "an extension whose definition is here";
        let found = "an extension that no definition here describes";
        self.tell(layer, severity, UNKNOWN_EXTENSION, url, found, expected);
    }

    /// Whether an extension stands where its definition lets it.
    fn context(&mut self, item: Node<'d>, id: ProfileId) {
        let profile = self.rules.profile_at(id);
        let is_allowed = |(kind, place): &(&str, &str)| match *kind {
            "element" => self.is_at(place),
            "extension" => {
                let holder = item.parent().and_then(Node::parent);
                holder.and_then(|holder| holder.str("url")) == Some(*place)
            }
            _ => true,
        };
        if profile.contexts.is_empty() || profile.contexts.iter().any(is_allowed) {
            return;
        }
        let places: Vec<&str> = profile.contexts.iter().map(|(_, place)| *place).collect();
        let expected = format!("it on {}", places.join(" or "));
        let found = "an extension at a place it is not for";
        self.breach(id, EXTENSION_CONTEXT, item, found, &expected);
    }

    /// Whether the object that has the extension is an element of that path or type.
    fn is_at(&self, place: &str) -> bool {
        let [.., above, (owner, _)] = self.holders[..] else {
            // The outermost resource.
            let owner = self.holders.first().map(|(owner, _)| *owner);
            return owner.is_some_and(|owner| self.is_resource_at(owner, place));
        };
        let (of_owner, element) = above;
        let name = self.type_name(owner);
        let target = self.type_name(element.target);
        let is_resource = element.target == ANY_RESOURCE;
        if is_resource {
            return self.is_resource_at(owner, place);
        }
        let by_path = place.rsplit_once('.').is_some_and(|(head, last)| {
            (last == element.base || last == element.name) && head == self.type_name(of_owner)
        });
        place == "Element"
            || by_path
            || place == name
            || place == target
            || (place == "BackboneElement" && name.contains('.'))
            // A profile's own element: whether the object is of it is not looked at.
            || place.contains(':')
    }

    fn is_resource_at(&self, owner: TypeId, place: &str) -> bool {
        let name = self.type_name(owner);
        place == name
            || matches!(place, "Element" | "Resource" | "DomainResource")
            || place.contains(':')
    }

    /// A part that the definition of the larger extension does not name.
    fn unknown_part(&mut self, url: Node<'d>, own: Frame) {
        let rules = self.rules;
        let by = own.clone().find_map(|at| {
            let slices = &rules.node(self.stack[at]).slices;
            let first = slices.first().map(|slice| rules.node(slice.node));
            let types = first.and_then(|slice| slice.children.first());
            types.and_then(|child| {
                let child = rules.node(child.node);
                child
                    .fixed
                    .as_ref()
                    .map(|fixed| fixed.by)
                    .or(child.min.map(|min| min.by))
            })
        });
        let found = "a part that the extension does not have";
        let expected = "a part that the definition of the extension names";
        if let Some(by) = by {
            return self.breach(by, UNKNOWN_EXTENSION, url, found, expected);
        }
        // Only a part has a short name; an extension of its own has an absolute address.
        let list = url.parent().and_then(Node::parent);
        let holder = list.and_then(Node::parent).and_then(Node::parent);
        let is_part = holder
            .and_then(Node::name)
            .is_some_and(|name| name == "extension" || name == "modifierExtension");
        if !is_part {
            let expected = "an absolute address";
            return self.find(INVALID_FORMAT, url, "a relative address", expected);
        }
        let (layer, severity) = (Layer::Structure, Severity::Warning);
        self.tell(layer, severity, UNKNOWN_EXTENSION, url, found, expected);
    }
}
