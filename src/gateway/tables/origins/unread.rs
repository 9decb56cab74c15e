//! The elements of a file that are in no field.

use std::collections::HashSet;

use super::path::path;
use crate::standards::fhir::{Document, Kind, Node, resource_types};

/// Each outermost element without a read value, by resource type and path without positions,
/// each name once. Where an element of the same name is read elsewhere, by its own path.
pub(super) fn elements(
    document: &Document,
    read: &HashSet<usize>,
    is_message: bool,
) -> Vec<String> {
    let mut sorted = Sorted {
        read,
        is_message,
        used: HashSet::new(),
        unused: Vec::new(),
    };
    sorted.take(document.root(), "$");
    let mut found: Vec<String> = Vec::new();
    for (name, path) in sorted.unused {
        let name = if sorted.used.contains(&name) {
            path
        } else {
            name
        };
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// The names under which elements are found, and nothing that says something.
const NAMES: &[&str] = &["resourceType", "fullUrl"];

struct Sorted<'r> {
    read: &'r HashSet<usize>,
    is_message: bool,
    /// The names of elements of which something is read.
    used: HashSet<String>,
    /// Names and paths of the outermost others.
    unused: Vec<(String, String)>,
}

impl Sorted<'_> {
    /// Sorts an element with all that is in it; whether something of it is read.
    fn take(&mut self, node: Node<'_>, name: &str) -> bool {
        let name = kind(node).unwrap_or(name);
        let parts: Vec<(String, Node<'_>)> = match node.kind() {
            Kind::Object => node
                .members()
                .filter(|(member, _)| !NAMES.contains(member))
                .map(|(_, part)| (self.below(name, part), part))
                .collect(),
            Kind::Array => node.items().map(|item| (name.to_owned(), item)).collect(),
            Kind::Null => return false,
            _ => return self.used_if(self.read.contains(&node.span().start), name),
        };
        let outside = self.unused.len();
        let mut is_read = false;
        for (name, part) in parts {
            let before = self.unused.len();
            if self.take(part, &name) {
                is_read = true;
            } else if part.kind() != Kind::Null {
                // The whole stands for its parts.
                self.unused.truncate(before);
                let told = self.told(part, name);
                self.unused.push(told);
            }
        }
        if !is_read {
            self.unused.truncate(outside);
        }
        self.used_if(is_read, name)
    }

    fn used_if(&mut self, is_read: bool, name: &str) -> bool {
        if is_read {
            self.used.insert(name.to_owned());
        }
        is_read
    }

    /// The name of a member.
    fn below(&self, name: &str, part: Node<'_>) -> String {
        let path = path(part, self.is_message);
        let shown = path.rsplit('.').next().unwrap_or_default();
        format!("{name}.{shown}")
    }

    /// Name and path; an entry is told as its resource.
    fn told(&self, node: Node<'_>, name: String) -> (String, String) {
        match node.get("resource").filter(|_| self.is_message) {
            Some(resource) => {
                let name = kind(resource).map_or(name, str::to_owned);
                (name, resource.path())
            }
            None => (name, path(node, self.is_message)),
        }
    }
}

/// The type of a resource.
fn kind(node: Node<'_>) -> Option<&'static str> {
    node.str("resourceType").and_then(resource_types::known)
}
