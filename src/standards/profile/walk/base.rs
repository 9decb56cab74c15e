//! The walk itself, along the element table of FHIR R4.

use super::index::Contained;
use super::{Frame, Walk};
use crate::standards::fhir::fault::{position, shown_name};
use crate::standards::fhir::{Kind, Node, resource_types};
use crate::standards::profile::finding::{
    DUPLICATE_ID, EMPTY_VALUE, Finding, INVALID_FORMAT, Layer, MISSING_ELEMENT,
    MISSING_RESOURCE_TYPE, MORE_THAN_ONE_CHOICE, NOT_EVALUATED, Severity, UNKNOWN_ELEMENT,
    UNKNOWN_RESOURCE_TYPE, WRONG_JSON_TYPE,
};
use crate::standards::profile::primitive::Format;
use crate::standards::profile::rules::ProfileId;
use crate::standards::profile::table::{ANY_RESOURCE, Element, TypeId, TypeKind};

impl<'d> Walk<'d> {
    /// A resource; the profiles it must meet beside its own wait in `pending`.
    pub(super) fn resource(&mut self, node: Node<'d>, is_contained: bool, above: Frame) {
        let pending = std::mem::take(&mut self.pending);
        if node.kind() != Kind::Object {
            let expected = "a resource (an object)";
            return self.find(WRONG_JSON_TYPE, node, kind_words(node), expected);
        }
        let named = node.get("resourceType");
        let Some(name) = named
            .filter(|n| n.kind() == Kind::String)
            .and_then(Node::text)
        else {
            let found = "an object without a resourceType in text";
            return self.find(
                MISSING_RESOURCE_TYPE,
                node,
                found,
                "a FHIR R4 resource type",
            );
        };
        if let Some(id) = self.table.resource(name) {
            return self.known_resource(node, id, (pending, is_contained), above);
        }
        if let Some(name) = resource_types::known(name) {
            let expected = "a resource type of the embedded element table";
            let (layer, severity) = (Layer::Structure, Severity::Information);
            return self.tell(layer, severity, NOT_EVALUATED, node, name, expected);
        }
        let place = named.unwrap_or(node);
        let found = "a resource type that FHIR R4 does not define";
        self.find(
            UNKNOWN_RESOURCE_TYPE,
            place,
            found,
            "a FHIR R4 resource type",
        );
    }

    fn known_resource(
        &mut self,
        node: Node<'d>,
        id: TypeId,
        (pending, is_contained): (Vec<ProfileId>, bool),
        above: Frame,
    ) {
        if !self.is_full {
            return self.object(node, id, 0..0);
        }
        let outer_contained =
            (!is_contained).then(|| std::mem::replace(&mut self.contained, Contained::of(node)));
        if !is_contained {
            self.distinct_ids();
        }
        let is_bundle = id == self.types.bundle;
        let outer = is_bundle.then(|| self.open_bundle(node));
        let begin = self.stack.len();
        self.stack.extend_from_within(above);
        let roots = self.stack.len();
        self.push_profiles(node, id, pending);
        self.implicit_rules(node);
        self.object(node, id, begin..self.stack.len());
        self.node_rules(node, None, roots..self.stack.len());
        self.stack.truncate(begin);
        if let Some(outer) = outer {
            self.close_bundle(outer);
        }
        if let Some(contained) = outer_contained {
            self.contained = contained;
        }
    }

    /// Of two contained resources with one id none could say which is meant.
    fn distinct_ids(&mut self) {
        let doubles: Vec<Node<'d>> = self.contained.doubles().collect();
        for node in doubles {
            let found = "an id that an earlier contained resource has too";
            let expected = "an id that no other contained resource has";
            let (layer, severity) = (Layer::Invariant, Severity::Error);
            self.tell(layer, severity, DUPLICATE_ID, node, found, expected);
        }
    }

    pub(super) fn object(&mut self, node: Node<'d>, id: TypeId, frame: Frame) {
        let is_resource = self.table.type_of(id).kind == TypeKind::Resource;
        let mut seen: u128 = 0;
        for value in node.values() {
            self.looks_at(1);
            let own = self.table.element_of(id, value);
            let Some(element) = own.or_else(|| self.twin_of(id, value)) else {
                if !(is_resource && value.name() == Some("resourceType")) {
                    self.unknown(value, id);
                }
                continue;
            };
            if element.is_choice && seen & element.bit != 0 {
                self.choice(node, value, (id, element));
            }
            seen |= element.bit;
            self.holders.push((id, element));
            match own {
                Some(_) => self.member(value, element, &frame),
                None => self.twin(value, element, &frame),
            }
            self.holders.pop();
        }
        let missing = self.table.type_of(id).required & !seen;
        if missing != 0 {
            self.missing(node, id, missing);
        }
        if self.is_full {
            self.type_rules(node, id, seen);
            self.absent(node, id, frame, seen);
        }
    }

    /// The primitive element whose extensions a `_name` member holds.
    fn twin_of(&self, id: TypeId, value: Node<'_>) -> Option<&'static Element> {
        if value.name_key().first_byte() != b'_' {
            return None;
        }
        let bare = value.name()?.strip_prefix('_')?;
        let element = self.table.element(id, bare)?;
        self.format(element.target).map(|_| element)
    }

    pub(super) fn format(&self, id: TypeId) -> Option<Format> {
        if id == ANY_RESOURCE {
            return None;
        }
        match self.table.type_of(id).kind {
            TypeKind::Primitive(format) => Some(format),
            TypeKind::Complex | TypeKind::Resource => None,
        }
    }

    /// A second type of the same choice; the `_name` twin is no second one.
    fn choice(&mut self, object: Node<'_>, value: Node<'_>, of: (TypeId, &Element)) {
        let (id, element) = of;
        let is_other = |name: &str| {
            let bare = name.strip_prefix('_').unwrap_or(name);
            let earlier = self.table.element(id, bare);
            earlier.is_some_and(|e| e.position == element.position && e.name != element.name)
        };
        let mut before = object.members().take_while(|(_, node)| *node != value);
        if before.any(|(name, _)| is_other(name)) {
            let expected = format!("one type of {}", element.base);
            let found = "a second type of a choice";
            self.find(MORE_THAN_ONE_CHOICE, value, found, &expected);
        }
    }

    fn member(&mut self, value: Node<'d>, element: &'static Element, frame: &Frame) {
        if element.is_list != (value.kind() == Kind::Array) {
            self.wrong_count(value, element);
            return self.content_of_wrong_count(value, element);
        }
        let (begin, counted) = (self.stack.len(), self.counts.len());
        let own = self.push_children(frame, element);
        let format = self.format(element.target);
        if let Some(format) = format
            && own.is_empty()
            && !element.is_list
            && !element.has_rules()
        {
            // Most values: no more is asked of them than their form.
            self.looks_at(1);
            self.primitive(value, format, element.target);
            return;
        }
        let mut count = 0;
        for item in value.items() {
            self.looks_at(1);
            count += 1;
            let item_begin = self.stack.len();
            let item_frame = self.push_item(item, element, &own, counted);
            let is_sound = self.item(item, element, format, item_frame.clone());
            let has_rules = element.has_rules() || !item_frame.is_empty();
            if is_sound && self.is_full && has_rules {
                self.node_rules(item, Some(element), item_frame);
            }
            self.stack.truncate(item_begin);
        }
        self.count_rules(value, count, &own, counted);
        self.stack.truncate(begin);
        self.counts.truncate(counted);
        if format.is_some() && element.is_list {
            self.padding(value);
        }
    }

    /// A null in a list of primitives stands for one that has extensions only.
    fn padding(&mut self, list: Node<'d>) {
        let mut items = list.items().enumerate();
        if !items.any(|(_, item)| item.kind() == Kind::Null) {
            return;
        }
        let twin = list.parent().zip(list.name()).and_then(|(object, name)| {
            let mut members = object.members();
            let is_it = |member: &str| member.strip_prefix('_') == Some(name);
            members
                .find(|(member, _)| is_it(member))
                .map(|(_, twin)| twin)
        });
        let beside: Vec<bool> = twin
            .into_iter()
            .flat_map(Node::items)
            .map(|item| item.kind() == Kind::Object)
            .collect();
        for (at, item) in list.items().enumerate() {
            let has_content = beside.get(at).copied().unwrap_or(false);
            if item.kind() == Kind::Null && !has_content {
                let found = "a null with nothing beside it";
                let expected = "a value, or an extension at the same place of the list beside it";
                self.find(EMPTY_VALUE, item, found, expected);
            }
        }
    }

    /// One value of an element. False when its JSON kind is wrong.
    fn item(
        &mut self,
        item: Node<'d>,
        element: &'static Element,
        format: Option<Format>,
        frame: Frame,
    ) -> bool {
        match format {
            // Padding beside a `_name` array; the parser refused any other null.
            Some(_) if item.kind() == Kind::Null && element.is_list => false,
            Some(format) => self.primitive(item, format, element.target),
            None if element.target == ANY_RESOURCE => {
                self.resource(item, element.name == "contained", frame);
                item.kind() == Kind::Object
            }
            None if item.kind() == Kind::Object => {
                self.object(item, element.target, frame);
                true
            }
            None => {
                let expected = format!("an object: {}", self.type_name(element.target));
                self.find(WRONG_JSON_TYPE, item, kind_words(item), &expected);
                false
            }
        }
    }

    /// Objects are walked all the same, so that all faults are told at once.
    fn content_of_wrong_count(&mut self, value: Node<'d>, element: &'static Element) {
        let target = element.target;
        if self.format(target).is_some() {
            return;
        }
        for item in value.items().filter(|item| item.kind() == Kind::Object) {
            match target {
                ANY_RESOURCE => self.resource(item, element.name == "contained", 0..0),
                target => self.object(item, target, 0..0),
            }
        }
    }

    fn twin(&mut self, value: Node<'d>, element: &'static Element, frame: &Frame) {
        if element.is_list != (value.kind() == Kind::Array) {
            return self.wrong_count(value, element);
        }
        let begin = self.stack.len();
        let own = self.push_children(frame, element);
        // Side by side, so that the values are gone through once and not once an item.
        let values = value.parent().and_then(|object| object.get(&element.name));
        let mut values = values.into_iter().flat_map(Node::items);
        for item in value.items() {
            self.looks_at(1);
            let beside = values.next();
            let has_value = beside.is_some_and(|beside| beside.kind() != Kind::Null);
            match item.kind() {
                Kind::Object => {
                    self.object(item, self.types.element, own.clone());
                    if !has_value {
                        self.twin_alone(item);
                    }
                }
                Kind::Null if element.is_list => {
                    // Where a null stands beside it, that is told.
                    if beside.is_none() {
                        let found = "a null with nothing beside it";
                        let expected = "an extension, or a value at the same place beside it";
                        self.find(EMPTY_VALUE, item, found, expected);
                    }
                }
                _ => self.find(
                    WRONG_JSON_TYPE,
                    item,
                    kind_words(item),
                    "an object with id or extension",
                ),
            }
        }
        self.stack.truncate(begin);
    }

    fn primitive(&mut self, node: Node<'_>, format: Format, id: TypeId) -> bool {
        if node.kind() != format.json_kind() {
            let wanted = scalar_words(format.json_kind());
            let expected = format!("{wanted}: {}", self.type_name(id));
            self.find(WRONG_JSON_TYPE, node, kind_words(node), &expected);
            return false;
        }
        let is_sound = format.admits_all() || node.text().is_some_and(|text| format.admits(text));
        if !is_sound {
            let found = format!("a value that is no {}", self.type_name(id));
            self.find(INVALID_FORMAT, node, &found, format.wanted());
            return false;
        }
        true
    }

    pub(super) fn type_name(&self, id: TypeId) -> &'static str {
        if id == ANY_RESOURCE {
            return "a resource";
        }
        self.table.type_of(id).name
    }

    fn wrong_count(&mut self, value: Node<'_>, element: &Element) {
        let name = self.type_name(element.target);
        let expected = if element.is_list {
            format!("a list of {name}")
        } else {
            format!("one {name}, not a list")
        };
        self.find(WRONG_JSON_TYPE, value, kind_words(value), &expected);
    }

    fn unknown(&mut self, value: Node<'_>, id: TypeId) {
        let (table, owner) = (self.table, self.type_name(id));
        self.findings
            .add(Layer::Structure, UNKNOWN_ELEMENT, || Finding {
                rule: UNKNOWN_ELEMENT,
                layer: Layer::Structure,
                severity: Severity::Error,
                path: value.path(),
                found: unknown_name(value),
                expected: match table.differs_in_case(id, value.name().unwrap_or_default()) {
                    Some(name) => format!("an element of {owner}, such as '{name}'"),
                    None => format!("an element of {owner}"),
                },
                offset: value.span().start,
                profile: None,
            });
    }

    fn missing(&mut self, node: Node<'_>, id: TypeId, mut missing: u128) {
        while missing != 0 {
            let position = missing.trailing_zeros() as usize;
            missing &= missing - 1;
            let base = self.table.base_at(id, position);
            let name = self.type_name(id);
            self.findings
                .add(Layer::Structure, MISSING_ELEMENT, || Finding {
                    rule: MISSING_ELEMENT,
                    layer: Layer::Structure,
                    severity: Severity::Error,
                    path: format!("{}.{base}", node.path()),
                    found: "nothing".to_owned(),
                    expected: format!("element '{base}', which {name} requires"),
                    offset: node.span().start,
                    profile: None,
                });
        }
    }
}

/// The name of an element that R4 does not have here; where it has it nowhere, the place of
/// its value, so that it is found without being repeated.
fn unknown_name(value: Node<'_>) -> String {
    let name = value.name().unwrap_or_default();
    if shown_name(name) == name {
        return format!("element '{name}'");
    }
    let (line, column) = position(value.document().source(), value.span().start);
    format!("an element of another name, whose value stands at line {line}, column {column}")
}

pub(super) fn kind_words(node: Node<'_>) -> &'static str {
    match node.kind() {
        Kind::Object => "an object",
        Kind::Array => "a list",
        other => scalar_words(other),
    }
}

fn scalar_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Number => "a number",
        Kind::Boolean => "true or false",
        Kind::Null => "null",
        _ => "text in quotes",
    }
}
