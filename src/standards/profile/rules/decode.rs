//! Reads rule tables (see [`crate::standards::profile::compile::draft`]).

use std::collections::HashMap;

use super::node::{Binding, Child, Criterion, Node, NodeId, Slice, Stated, Test, TypeRule};
use super::{Profile, ProfileId, Rules};
use crate::standards::fhir::name::NameKey;
use crate::standards::fhir::{Document, Limits};
use crate::standards::profile::finding::Layer;
use crate::standards::profile::invariant;
use crate::standards::profile::table::{ANY_RESOURCE, Table, TypeId};

const R4_BASE: &str = "http://hl7.org/fhir/StructureDefinition/";

/// A branch whose lines are being read.
struct Open {
    node: Node,
    /// The R4 type of the element; `None` while it may have several.
    of_type: Option<TypeId>,
    /// Position in the type of the parent.
    position: u8,
    /// How its items are known, when it is a slice.
    criteria: Option<Vec<Criterion>>,
}

/// Reads tables one after the other into `rules`.
pub(super) fn profiles(rules: &mut Rules, tables: &[&'static str]) {
    let lines = || tables.iter().flat_map(|table| table.lines());
    let types: HashMap<&'static str, &'static str> = lines().filter_map(type_of_profile).collect();
    let mut reading = Reading {
        rules,
        types,
        open: Vec::new(),
    };
    for line in lines() {
        reading.line(line);
    }
    reading.close(0);
}

/// Address and type name of a profile line.
fn type_of_profile(line: &'static str) -> Option<(&'static str, &'static str)> {
    let mut words = line.strip_prefix("S\t")?.split('\t').skip(1);
    let url = words.next()?;
    Some((url, words.nth(1)?))
}

struct Reading<'r> {
    rules: &'r mut Rules,
    types: HashMap<&'static str, &'static str>,
    open: Vec<Open>,
}

impl Reading<'_> {
    fn table(&self) -> &'static Table {
        self.rules.table
    }

    fn line(&mut self, line: &'static str) {
        let words: Vec<&'static str> = line.split('\t').collect();
        match words[..] {
            ["S", package, url, version, type_name, ancestors, contexts] => {
                self.close(0);
                let id = ProfileId::try_from(self.rules.profiles.len()).unwrap_or(ProfileId::MAX);
                self.rules.by_url.entry(url).or_insert(id);
                self.rules.profiles.push(Profile {
                    url,
                    version,
                    layer: match package {
                        "r4" => Layer::Structure,
                        other => Layer::of(other),
                    },
                    package,
                    of_type: self.table().id_of(type_name).unwrap_or(ANY_RESOURCE),
                    type_name,
                    ancestors: ancestors.split(',').filter(|url| !url.is_empty()).collect(),
                    contexts: contexts
                        .split(';')
                        .filter_map(|context| context.split_once(':'))
                        .collect(),
                    root: 0,
                });
            }
            [depth, name, ..] => {
                if let Ok(depth) = depth.parse::<usize>() {
                    self.close(depth.max(usize::from(depth == 0)));
                    self.branch(depth, name, &words[2..]);
                }
            }
            _ => {}
        }
    }

    fn branch(&mut self, depth: usize, name: &'static str, words: &[&'static str]) {
        let mut node = Node {
            name,
            ..Node::default()
        };
        let mut criteria = None;
        for word in words {
            self.fact(word, &mut node, &mut criteria);
        }
        let (own, position) = self.place(depth, name);
        let narrowed = match node.types.as_ref().map(|types| &types.value[..]) {
            Some([one]) => one.id,
            Some(_) => None,
            None => own,
        };
        // A type that is only restated as the kind of a backbone keeps the one by path.
        let is_backbone = own
            .is_some_and(|own| own != ANY_RESOURCE && self.table().type_of(own).name.contains('.'));
        let by_criteria = criteria.as_deref().and_then(single_type);
        let of_type = match by_criteria {
            Some(name) if own.is_none() => self.table().id_of(name),
            _ if is_backbone => own,
            _ => narrowed,
        };
        self.open.push(Open {
            node,
            of_type,
            position,
            criteria,
        });
    }

    /// The type of an element and its position in that of its parent.
    fn place(&self, depth: usize, name: &'static str) -> (Option<TypeId>, u8) {
        if depth == 0 {
            return (self.table().id_of(name), 0);
        }
        let Some(parent) = self.open.last() else {
            return (None, 0);
        };
        if name.starts_with(':') {
            return (parent.of_type, parent.position);
        }
        let owner = parent.of_type.filter(|owner| *owner != ANY_RESOURCE);
        let Some(member) = owner.and_then(|owner| self.table().member(owner, name)) else {
            return (None, u8::MAX);
        };
        let only = match member.targets[..] {
            [one] => Some(one),
            _ => None,
        };
        (only, member.position)
    }

    /// Moves the branches deeper than `depth` into the rules, below their parents.
    fn close(&mut self, depth: usize) {
        while self.open.len() > depth {
            let Some(open) = self.open.pop() else { return };
            let is_slice = open.node.name.starts_with(':');
            let key = NameKey::of(open.node.name);
            let must_be = open.node.min.is_some_and(|min| min.value > 0);
            let nodes = &self.rules.nodes;
            let slice_must_be = open.node.slices.iter().any(|slice| {
                nodes[slice.node as usize]
                    .min
                    .is_some_and(|min| min.value > 0)
            });
            let id = NodeId::try_from(nodes.len()).unwrap_or(NodeId::MAX);
            self.rules.nodes.push(open.node);
            let Some(parent) = self.open.last_mut() else {
                if let Some(profile) = self.rules.profiles.last_mut() {
                    profile.root = id;
                }
                continue;
            };
            if is_slice {
                parent.node.slices.push(Slice {
                    node: id,
                    criteria: open.criteria,
                });
                continue;
            }
            if open.position < 128 && (must_be || slice_must_be) {
                parent.node.required |= 1 << open.position;
            }
            parent.node.children.push(Child {
                key,
                position: open.position,
                node: id,
            });
        }
    }

    fn fact(&self, word: &'static str, node: &mut Node, criteria: &mut Option<Vec<Criterion>>) {
        let Some((head, value)) = word.split_once('=') else {
            return;
        };
        let Some((key, by)) = head.split_once('@') else {
            return;
        };
        let by: ProfileId = by.parse().unwrap_or(0);
        match key {
            "min" => node.min = value.parse().ok().map(|value| Stated { value, by }),
            "max" => node.max = value.parse().ok().map(|value| Stated { value, by }),
            "type" => {
                let value = value.split('|').map(|one| self.type_rule(one)).collect();
                node.types = Some(Stated { value, by });
            }
            "fixed" => node.fixed = json(value).map(|value| boxed(value, by)),
            "pattern" => node.pattern = json(value).map(|value| boxed(value, by)),
            "bind" => {
                if let Some((strength, value_set)) = value.split_once(':') {
                    let is_required = strength == "r";
                    let value = Binding {
                        is_required,
                        value_set,
                        set: self.rules.terms.number_of(value_set),
                    };
                    node.binding = Some(Stated { value, by });
                }
            }
            "con" => {
                let keys = value.split(',').map(invariant::of);
                node.invariants = keys.map(|value| Stated { value, by }).collect();
            }
            "slicing" if value.starts_with("closed") => node.closed = Some(by),
            "modifier" => node.is_modifier = true,
            "match" => *criteria = value.split('\u{1f}').map(criterion).collect(),
            _ => {}
        }
    }

    /// `Reference(targets)`, `Extension<profiles>` or a bare type.
    fn type_rule(&self, word: &'static str) -> TypeRule {
        let name = word.split(['(', '<']).next().unwrap_or(word);
        let list = word[name.len()..]
            .trim_start_matches(['(', '<'])
            .trim_end_matches([')', '>']);
        let list = list.split(';').filter(|one| !one.is_empty());
        let is_reference = word.ends_with(')');
        let targets = list
            .clone()
            .map(|target| self.type_behind(target))
            .collect::<Option<Vec<_>>>();
        // A target that is not known may be of any type.
        let targets = targets
            .filter(|targets| is_reference && !targets.contains(&"Resource"))
            .unwrap_or_default();
        let is_profile = |target: &&str| target.contains('/') && !target.starts_with(R4_BASE);
        let has_profiles = !targets.is_empty() && list.clone().any(|target| is_profile(&target));
        let target_profiles = list.clone().map(|target| Some(target).filter(is_profile));
        TypeRule {
            id: self.table().id_of(name),
            name,
            target_profiles: if has_profiles {
                target_profiles.collect()
            } else {
                Vec::new()
            },
            targets,
            profiles: if is_reference {
                Vec::new()
            } else {
                list.collect()
            },
        }
    }

    fn type_behind(&self, target: &'static str) -> Option<&'static str> {
        if !target.contains('/') {
            return Some(target);
        }
        let base = target.strip_prefix(R4_BASE);
        base.or_else(|| self.types.get(target).copied())
    }
}

fn boxed(value: Document, by: ProfileId) -> Stated<Box<Document>> {
    let value = Box::new(value);
    Stated { value, by }
}

fn json(text: &str) -> Option<Document> {
    Document::parse(text.as_bytes().to_vec(), &Limits::default()).ok()
}

fn single_type(criteria: &[Criterion]) -> Option<&'static str> {
    match criteria {
        [
            Criterion {
                path,
                test: Test::Type(names),
            },
        ] if path.is_empty() && names.len() == 1 => Some(names[0]),
        _ => None,
    }
}

fn criterion(word: &'static str) -> Option<Criterion> {
    let (kind, rest) = word.split_once(':')?;
    let (path, argument) = rest.split_once(':')?;
    let path = path.split('.').filter(|step| *step != "$this").collect();
    let test = match kind {
        "eq" => {
            let document = json(argument)?;
            let text = document.root().text().map(str::to_owned);
            text.map_or_else(|| Test::Equals(document), Test::Text)
        }
        "pat" => Test::Pattern(json(argument)?),
        "vs" => Test::InSet(argument),
        "type" => Test::Type(argument.split(',').collect()),
        "exists" => Test::Exists(argument == "true"),
        _ => return None,
    };
    Some(Criterion { path, test })
}
