//! Lays one differential over the tree of its ancestors.

use serde_json::Value;

use super::draft::Branch;
use super::read::{bare, items, last_step, text};
use crate::standards::profile::table::{ANY_RESOURCE, Member, Table, TypeId};

/// Lays differentials; keeps what had to be guessed or left out.
pub(super) struct Differential<'t> {
    pub table: &'t Table,
    /// Address of the profile that is being laid.
    pub source: String,
    /// What the makers of the profile should know.
    pub warnings: Vec<String>,
}

/// One step of an element id: `identifier:nhsNumber`.
struct Step<'e> {
    name: &'e str,
    slice: Option<&'e str>,
}

/// Where an element is: the types it may have, and what R4 says of it.
struct Place<'t> {
    types: Vec<TypeId>,
    member: Option<Member<'t>>,
    is_slice: bool,
    is_root: bool,
}

impl<'t> Differential<'t> {
    /// Lays all elements of a differential over `root`.
    pub fn lay(&mut self, root: &mut Branch, of_type: &str, structure: &Value) {
        let types: Vec<TypeId> = self.table.id_of(of_type).into_iter().collect();
        if types.is_empty() {
            let what = format!("{}: type {of_type} has no rules here", self.source);
            self.warnings.push(what);
            return;
        }
        for element in items(&structure["differential"], "element") {
            let id = match text(element, "id") {
                "" => text(element, "path"),
                id => id,
            };
            let mut steps: Vec<Step<'_>> = id.split('.').skip(1).map(step).collect();
            let slice = text(element, "sliceName");
            if let Some(last) = steps.last_mut().filter(|s| s.slice.is_none())
                && !slice.is_empty()
            {
                last.slice = Some(slice);
            }
            let place = Place {
                types: types.clone(),
                member: None,
                is_slice: false,
                is_root: true,
            };
            if !self.apply(root, &place, &steps, element) {
                let what = format!("{}: {id} is no element of {of_type}", self.source);
                self.warnings.push(what);
            }
        }
    }

    fn apply(
        &mut self,
        branch: &mut Branch,
        place: &Place<'_>,
        steps: &[Step<'_>],
        element: &Value,
    ) -> bool {
        let Some((step, rest)) = steps.split_first() else {
            self.state(branch, place, element);
            return true;
        };
        match place.types[..] {
            [] => false,
            [owner] => self.below(branch, owner, step, rest, element),
            _ => self.each_type(branch, place, steps, element),
        }
    }

    /// Elements below a choice whose type is not narrowed: they hold for each type that
    /// has such an element (the published BaRS headers do so below `event[x]`).
    fn each_type(
        &mut self,
        branch: &mut Branch,
        place: &Place<'_>,
        steps: &[Step<'_>],
        element: &Value,
    ) -> bool {
        let id = text(element, "id");
        let what = format!("{}: {id} stands below several types", self.source);
        self.warnings.push(what);
        let mut is_known = false;
        for owner in &place.types {
            if *owner == ANY_RESOURCE || self.table.member(*owner, steps[0].name).is_none() {
                continue;
            }
            is_known = true;
            let name = self.table.type_of(*owner).name;
            let slice = branch.slice(name);
            slice.state("match", format!("type:$this:{name}"), &self.source);
            let place = Place {
                types: vec![*owner],
                member: None,
                is_slice: true,
                is_root: false,
            };
            self.apply(slice, &place, steps, element);
        }
        is_known
    }

    fn below(
        &mut self,
        branch: &mut Branch,
        owner: TypeId,
        step: &Step<'_>,
        rest: &[Step<'_>],
        element: &Value,
    ) -> bool {
        if owner == ANY_RESOURCE {
            return false;
        }
        let table: &'t Table = self.table;
        let Some((member, only)) = find(table, owner, step.name) else {
            return false;
        };
        let child = branch.child(member.base);
        let mut types = self.narrowed(child, &member.targets);
        // `valueQuantity` for `value[x]` of type Quantity.
        let slice = step.slice.or(only.map(|_| step.name));
        let Some(name) = slice else {
            let place = Place {
                types,
                member: Some(member),
                is_slice: false,
                is_root: false,
            };
            return self.apply(child, &place, rest, element);
        };
        let slice = child.slice(name);
        if member.base.ends_with("[x]") {
            let named = only.or_else(|| find(table, owner, name).and_then(|(_, only)| only));
            if let Some(only) = named {
                types = vec![only];
                let name = self.table.type_of(only).name;
                slice.state("match", format!("type:$this:{name}"), &self.source);
            }
        }
        let types = self.narrowed(slice, &types);
        let place = Place {
            types,
            member: Some(member),
            is_slice: true,
            is_root: false,
        };
        self.apply(slice, &place, rest, element)
    }

    /// The types that are left after what is stated on a branch.
    fn narrowed(&self, branch: &Branch, types: &[TypeId]) -> Vec<TypeId> {
        let Some(stated) = branch.value("type") else {
            return types.to_vec();
        };
        let stated: Vec<TypeId> = stated
            .split('|')
            .map(|one| one.split(['(', '<']).next().unwrap_or(one))
            .filter_map(|name| self.table.id_of(name))
            .collect();
        // A backbone element keeps the type named by its path.
        if stated.is_empty() || !types.iter().any(|t| stated.contains(t)) && types.len() == 1 {
            if types == [ANY_RESOURCE] && !stated.is_empty() {
                return stated;
            }
            return types.to_vec();
        }
        stated
    }

    fn state(&mut self, branch: &mut Branch, place: &Place<'_>, element: &Value) {
        self.state_count(branch, place, element);
        self.state_types(branch, place, element);
        for (name, value) in element.as_object().into_iter().flatten() {
            for key in ["fixed", "pattern"] {
                if name.starts_with(key) {
                    branch.state(key, value.to_string(), &self.source);
                }
            }
        }
        let binding = &element["binding"];
        let (strength, value_set) = (text(binding, "strength"), bare(text(binding, "valueSet")));
        if matches!(strength, "required" | "extensible") && !value_set.is_empty() {
            let value = format!("{}:{value_set}", &strength[..1]);
            branch.state("bind", value, &self.source);
        }
        let keys: Vec<&str> = items(element, "constraint")
            .map(|c| text(c, "key"))
            .collect();
        if !keys.is_empty() {
            let before = branch.value("con").unwrap_or_default();
            let mut all: Vec<&str> = before.split(',').filter(|key| !key.is_empty()).collect();
            all.extend(keys);
            all.dedup();
            let all = all.join(",");
            branch.state("con", all, &self.source);
        }
        if let Some(slicing) = element.get("slicing") {
            let mut words = vec![match text(slicing, "rules") {
                "closed" => "closed".to_owned(),
                _ => "open".to_owned(),
            }];
            words.extend(
                items(slicing, "discriminator")
                    .map(|d| format!("{}:{}", text(d, "type"), text(d, "path"))),
            );
            branch.state("slicing", words.join(";"), &self.source);
        }
    }

    fn state_count(&self, branch: &mut Branch, place: &Place<'_>, element: &Value) {
        let base = place.member.as_ref().filter(|_| !place.is_slice);
        if let Some(min) = element["min"].as_u64() {
            let said = u64::from(base.is_some_and(|member| member.is_required));
            if min > said || branch.value("min").is_some() {
                branch.state("min", min.to_string(), &self.source);
            }
        }
        if element["isModifier"] == true && place.is_root {
            branch.state("modifier", "true", &self.source);
        }
        let max = text(element, "max");
        let said = match base {
            Some(member) if !member.is_list => "1",
            _ => "*",
        };
        if !max.is_empty() && max != said {
            branch.state("max", max, &self.source);
        }
    }

    fn state_types(&self, branch: &mut Branch, place: &Place<'_>, element: &Value) {
        let stated: Vec<String> = items(element, "type").map(written).collect();
        if stated.is_empty() {
            return;
        }
        let names = |id: &TypeId| match *id {
            ANY_RESOURCE => "Resource",
            id => self.table.type_of(id).name,
        };
        let base: Vec<&str> = place
            .member
            .iter()
            .flat_map(|m| &m.targets)
            .map(names)
            .collect();
        let is_same = stated.len() == base.len() && stated.iter().all(|t| base.contains(&&**t));
        let is_backbone = matches!(&stated[..], [one] if one == "BackboneElement" || one == "Element" || one == "Extension");
        let has_targets = stated.iter().any(|one| one.starts_with("Reference("));
        if (is_same || is_backbone) && !has_targets {
            return;
        }
        branch.state("type", stated.join("|"), &self.source);
    }
}

/// A member by its own name, or by the name of one type of a choice.
fn find<'t>(table: &'t Table, owner: TypeId, name: &str) -> Option<(Member<'t>, Option<TypeId>)> {
    if let Some(member) = table.member(owner, name) {
        return Some((member, None));
    }
    let element = table.element(owner, name)?;
    let member = table.member(owner, element.base)?;
    Some((member, Some(element.target)))
}

fn step(text: &str) -> Step<'_> {
    match text.split_once(':') {
        Some((name, slice)) => Step {
            name,
            slice: Some(slice),
        },
        None => Step {
            name: text,
            slice: None,
        },
    }
}

/// `Reference(targets)`, `Extension<profiles>` or a bare type.
fn written(published: &Value) -> String {
    let code = text(published, "code");
    let list = |name: &str| -> Vec<&str> {
        let urls = items(published, name).filter_map(Value::as_str);
        urls.map(bare).collect()
    };
    if code == "Reference" {
        let targets = list("targetProfile");
        // Of R4's own types the name says enough.
        let short = |url: &str| match url.strip_prefix("http://hl7.org/fhir/StructureDefinition/") {
            Some(_) => last_step(url).to_owned(),
            None => url.to_owned(),
        };
        let targets: Vec<String> = targets.into_iter().map(short).collect();
        if !targets.is_empty() {
            return format!("Reference({})", targets.join(";"));
        }
    }
    let profiles = list("profile");
    if profiles.is_empty() {
        return code.to_owned();
    }
    format!("{code}<{}>", profiles.join(";"))
}
