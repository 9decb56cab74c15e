//! Value sets expanded to code lists, and the code table.
//!
//! `L number codes...` is a sorted list; `C layer url version s|i list` a complete code
//! system, `i` when case does not matter; `V layer url version parts...` a value set whose
//! parts are `system=list`, or `system=*` where the codes of a system cannot be listed
//! here. Without a list nobody is told that a code is wrong (see
//! [`crate::standards::profile::terms`]).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::Value;

use super::draft::{Branch, Draft};
use super::read::{bare, items, read, text};
use super::{CompileError, Lean};

/// Systems whose codes are a grammar or too many to hold: never listed whole.
const OPEN: [&str; 6] = [
    "http://snomed.info/sct",
    "http://loinc.org",
    "http://unitsofmeasure.org",
    "urn:ietf:bcp:47",
    "urn:ietf:bcp:13",
    "https://dmd.nhs.uk",
];

/// Addresses of the value sets that an element table and profiles bind so that it is
/// checked.
pub fn bound(elements: &str, drafts: &[Draft]) -> BTreeSet<String> {
    let mut wanted = BTreeSet::new();
    let words = elements.lines().flat_map(str::split_ascii_whitespace);
    for word in words.filter_map(|word| word.strip_prefix("b=")) {
        wanted.extend(word.split_once(':').map(|(_, url)| url.to_owned()));
    }
    for draft in drafts {
        bound_below(&draft.root, &mut wanted);
    }
    wanted
}

fn bound_below(branch: &Branch, wanted: &mut BTreeSet<String>) {
    let bound = branch.value("bind").and_then(|b| b.split_once(':'));
    wanted.extend(bound.map(|(_, url)| url.to_owned()));
    let criteria = branch.value("match").unwrap_or_default();
    for criterion in criteria.split('\u{1f}') {
        if let Some((_, url)) = criterion
            .strip_prefix("vs:")
            .and_then(|c| c.split_once(':'))
        {
            wanted.insert(url.to_owned());
        }
    }
    for below in branch.children.iter().chain(&branch.slices) {
        bound_below(below, wanted);
    }
}

/// Addresses of every value set that lean definitions bind, whatever the strength.
///
/// # Errors
/// A resource that is not JSON.
pub fn named(lean: &Lean) -> Result<BTreeSet<String>, CompileError> {
    bindings(lean, &["required", "extensible", "preferred", "example"])
}

/// Addresses of every value set that lean definitions bind so that it is checked.
///
/// # Errors
/// A resource that is not JSON.
pub fn checked(lean: &Lean) -> Result<BTreeSet<String>, CompileError> {
    bindings(lean, &["required", "extensible"])
}

fn bindings(lean: &Lean, strengths: &[&str]) -> Result<BTreeSet<String>, CompileError> {
    let mut named = BTreeSet::new();
    for source in lean.values() {
        let value = read(source.as_bytes())?;
        let elements = ["snapshot", "differential"].map(|view| &value[view]);
        for element in elements.iter().flat_map(|view| items(view, "element")) {
            let url = bare(text(&element["binding"], "valueSet"));
            let strength = text(&element["binding"], "strength");
            if !url.is_empty() && strengths.contains(&strength) {
                named.insert(url.to_owned());
            }
        }
    }
    Ok(named)
}

/// The value sets and code systems of some packages.
#[derive(Debug, Default)]
pub struct Terms {
    value_sets: BTreeMap<String, Resource>,
    code_systems: BTreeMap<String, Resource>,
}

#[derive(Debug)]
struct Resource {
    layer: String,
    value: Value,
}

/// The codes of one value set in one system.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Codes(BTreeSet<String>),
    Open,
}

type Parts = BTreeMap<String, Part>;

impl Terms {
    /// Takes the ValueSets and CodeSystems of `packages` (layer name and lean resources);
    /// the first of an address counts.
    ///
    /// # Errors
    /// A resource that is not JSON.
    pub fn of(packages: &[(&str, &Lean)]) -> Result<Terms, CompileError> {
        let mut terms = Terms::default();
        for (layer, lean) in packages {
            for source in lean.values() {
                let is_term = source.contains("\"ValueSet\"") || source.contains("\"CodeSystem\"");
                if is_term {
                    terms.take(layer, read(source.as_bytes())?);
                }
            }
        }
        Ok(terms)
    }

    fn take(&mut self, layer: &str, value: Value) {
        let map = match text(&value, "resourceType") {
            "ValueSet" => &mut self.value_sets,
            "CodeSystem" => &mut self.code_systems,
            _ => return,
        };
        let layer = layer.to_owned();
        map.entry(text(&value, "url").to_owned())
            .or_insert(Resource { layer, value });
    }

    /// Addresses of all value sets.
    pub fn addresses(&self) -> BTreeSet<String> {
        self.value_sets.keys().cloned().collect()
    }

    /// Addresses of the value sets that stand in `lean`.
    pub fn addresses_in(&self, lean: &Lean) -> BTreeSet<String> {
        let sets = lean
            .values()
            .filter(|source| source.contains("\"ValueSet\""));
        let urls = sets.filter_map(|source| read(source.as_bytes()).ok());
        urls.map(|value| text(&value, "url").to_owned()).collect()
    }

    /// Addresses of what `value_sets` need: themselves and theirs, and code systems.
    pub fn closure(&self, value_sets: &BTreeSet<String>) -> (BTreeSet<String>, BTreeSet<String>) {
        let (mut sets, mut systems) = (BTreeSet::new(), BTreeSet::new());
        let mut open: Vec<String> = value_sets.iter().cloned().collect();
        while let Some(url) = open.pop() {
            let Some(found) = self.value_sets.get(&url) else {
                continue;
            };
            if !sets.insert(url) {
                continue;
            }
            for part in ["include", "exclude"] {
                for include in items(&found.value["compose"], part) {
                    let system = text(include, "system");
                    if self.code_systems.contains_key(system) {
                        systems.insert(system.to_owned());
                    }
                    let imports = items(include, "valueSet").filter_map(Value::as_str);
                    open.extend(imports.map(|url| bare(url).to_owned()));
                }
            }
        }
        (sets, systems)
    }

    /// The code table of these value sets and of all code systems. `first_list` is the
    /// number of the first list, where tables stand before this one.
    pub fn table(&self, wanted: &BTreeSet<String>, first_list: usize) -> String {
        let mut lists = Lists {
            numbers: BTreeMap::new(),
            out: String::new(),
            first: first_list,
        };
        let mut lines = String::new();
        for (url, system) in &self.code_systems {
            let codes = concepts(&system.value);
            if text(&system.value, "content") != "complete" || codes.is_empty() {
                continue;
            }
            let case = if system.value["caseSensitive"] == false {
                "i"
            } else {
                "s"
            };
            let list = lists.number(&codes.into_keys().collect());
            let version = text(&system.value, "version");
            let layer = &system.layer;
            let _ = writeln!(lines, "C\t{layer}\t{url}\t{version}\t{case}\t{list}");
        }
        for url in wanted {
            let Some(set) = self.value_sets.get(url) else {
                continue;
            };
            let (layer, version) = (&set.layer, text(&set.value, "version"));
            let _ = write!(lines, "V\t{layer}\t{url}\t{version}");
            match self.expand(url, &mut BTreeSet::new()) {
                Some(parts) => {
                    for (system, part) in parts {
                        let _ = match part {
                            Part::Open => write!(lines, "\t{system}=*"),
                            Part::Codes(codes) => {
                                write!(lines, "\t{system}={}", lists.number(&codes))
                            }
                        };
                    }
                }
                // Something it is made of is nowhere.
                None => lines.push_str("\t?"),
            }
            lines.push('\n');
        }
        lists.out + &lines
    }

    fn expand(&self, url: &str, open: &mut BTreeSet<String>) -> Option<Parts> {
        let set = self.value_sets.get(url)?;
        if !open.insert(url.to_owned()) {
            return Some(Parts::new());
        }
        let mut parts = Parts::new();
        for include in items(&set.value["compose"], "include") {
            for (system, part) in self.include(include, open)? {
                add(&mut parts, system, part);
            }
        }
        for exclude in items(&set.value["compose"], "exclude") {
            for (system, part) in self.include(exclude, open)? {
                match (parts.get_mut(&system), part) {
                    (Some(Part::Codes(codes)), Part::Codes(out)) => {
                        codes.retain(|code| !out.contains(code));
                    }
                    // Which of them are out cannot be told.
                    (Some(part @ Part::Codes(_)), Part::Open) => *part = Part::Open,
                    _ => {}
                }
            }
        }
        open.remove(url);
        (!parts.is_empty()).then_some(parts)
    }

    fn include(&self, include: &Value, open: &mut BTreeSet<String>) -> Option<Parts> {
        let mut parts = Parts::new();
        let imports: Vec<&str> = items(include, "valueSet")
            .filter_map(Value::as_str)
            .collect();
        let system = text(include, "system").to_owned();
        if !system.is_empty() {
            let part = if imports.is_empty() {
                self.of_system(include, &system)
            } else {
                Part::Open
            };
            parts.insert(system, part);
            return Some(parts);
        }
        for url in imports {
            for (system, part) in self.expand(bare(url), open)? {
                add(&mut parts, system, part);
            }
        }
        Some(parts)
    }

    fn of_system(&self, include: &Value, system: &str) -> Part {
        let listed: BTreeSet<String> = items(include, "concept")
            .map(|concept| text(concept, "code").to_owned())
            .collect();
        if !listed.is_empty() {
            return Part::Codes(listed);
        }
        let filters: Vec<&Value> = items(include, "filter").collect();
        if let [filter] = filters[..]
            && let Some(codes) = listed_expression(filter)
        {
            return Part::Codes(codes);
        }
        let Some(found) = self.code_systems.get(system) else {
            return Part::Open;
        };
        if OPEN.contains(&system) || text(&found.value, "content") != "complete" {
            return Part::Open;
        }
        let tree = concepts(&found.value);
        let mut codes: BTreeSet<String> = tree.keys().cloned().collect();
        for filter in filters {
            let Some(kept) = filtered(filter, &tree) else {
                return Part::Open;
            };
            codes.retain(|code| kept.contains(code));
        }
        Part::Codes(codes)
    }
}

fn add(parts: &mut Parts, system: String, part: Part) {
    match (parts.get_mut(&system), part) {
        (Some(Part::Codes(have)), Part::Codes(more)) => have.extend(more),
        (Some(have), Part::Open) => *have = Part::Open,
        (Some(Part::Open), Part::Codes(_)) => {}
        (None, part) => {
            parts.insert(system, part);
        }
    }
}

/// A SNOMED CT expression that does no more than list concepts: `(1 OR 2 |term|)`.
fn listed_expression(filter: &Value) -> Option<BTreeSet<String>> {
    if text(filter, "property") != "constraint" {
        return None;
    }
    let mut bare = String::new();
    let mut in_term = false;
    for letter in text(filter, "value").chars() {
        match letter {
            '|' => in_term = !in_term,
            '(' | ')' => bare.push(' '),
            letter if !in_term => bare.push(letter),
            _ => {}
        }
    }
    let words: Vec<&str> = bare.split_whitespace().collect();
    let codes = words.iter().step_by(2);
    let joins = words.iter().skip(1).step_by(2);
    let is_list = words.len() % 2 == 1
        && codes.clone().all(|w| w.bytes().all(|b| b.is_ascii_digit()))
        && joins.clone().all(|w| w.eq_ignore_ascii_case("or"));
    is_list.then(|| codes.map(|code| (*code).to_owned()).collect())
}

/// Each code with the codes directly above it.
fn concepts(system: &Value) -> BTreeMap<String, Vec<String>> {
    fn below(concept: &Value, above: Option<&str>, all: &mut BTreeMap<String, Vec<String>>) {
        let code = text(concept, "code");
        let parents = all.entry(code.to_owned()).or_default();
        parents.extend(above.map(str::to_owned));
        parents.extend(
            items(concept, "property")
                .filter(|property| text(property, "code") == "subsumedBy")
                .map(|property| text(property, "valueCode").to_owned()),
        );
        for child in items(concept, "concept") {
            below(child, Some(code), all);
        }
    }
    let mut all = BTreeMap::new();
    for concept in items(system, "concept") {
        below(concept, None, &mut all);
    }
    all
}

/// The codes a filter keeps; `None` for a filter that is not known here.
fn filtered(filter: &Value, tree: &BTreeMap<String, Vec<String>>) -> Option<BTreeSet<String>> {
    let root = text(filter, "value");
    if text(filter, "property") != "concept" {
        return None;
    }
    let is_under = |code: &String| is_below(code, root, tree, 0);
    let kept = |with_root: bool, want: bool| {
        tree.keys()
            .filter(|code| {
                let holds = (with_root && *code == root) || (*code != root && is_under(code));
                holds == want
            })
            .cloned()
            .collect()
    };
    match text(filter, "op") {
        "is-a" => Some(kept(true, true)),
        "descendent-of" => Some(kept(false, true)),
        "is-not-a" => Some(kept(true, false)),
        "=" => Some(std::iter::once(root.to_owned()).collect()),
        "in" => Some(
            root.split(',')
                .map(|code| code.trim().to_owned())
                .filter(|code| tree.contains_key(code))
                .collect(),
        ),
        _ => None,
    }
}

fn is_below(code: &str, root: &str, tree: &BTreeMap<String, Vec<String>>, depth: usize) -> bool {
    if code == root {
        return true;
    }
    let parents = tree.get(code).filter(|_| depth < 64);
    parents.is_some_and(|parents| parents.iter().any(|p| is_below(p, root, tree, depth + 1)))
}

struct Lists {
    numbers: BTreeMap<String, usize>,
    out: String,
    first: usize,
}

impl Lists {
    /// The number of a list, which is written when it is new.
    fn number(&mut self, codes: &BTreeSet<String>) -> usize {
        let joined: Vec<&str> = codes.iter().map(String::as_str).collect();
        let joined = joined.join("\t");
        let next = self.first + self.numbers.len();
        if let Some(number) = self.numbers.get(&joined) {
            return *number;
        }
        let _ = writeln!(self.out, "L\t{next}\t{joined}");
        self.numbers.insert(joined, next);
        next
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn terms(resources: &[Value]) -> Terms {
        let mut terms = Terms::default();
        for resource in resources {
            terms.take("l", resource.clone());
        }
        terms
    }

    fn wanted(url: &str) -> BTreeSet<String> {
        std::iter::once(url.to_owned()).collect()
    }

    fn animals() -> Value {
        json!({"resourceType": "CodeSystem", "url": "urn:c", "version": "1", "content": "complete",
            "concept": [{"code": "animal", "concept": [{"code": "dog", "concept": [{"code": "pug"}]}]},
                {"code": "cat", "property": [{"code": "subsumedBy", "valueCode": "animal"}]}, {"code": "stone"}]})
    }

    fn set(include: &Value) -> Value {
        json!({"resourceType": "ValueSet", "url": "urn:v", "version": "2", "compose": {"include": include}})
    }

    #[test]
    fn a_value_set_is_expanded_by_list_hierarchy_and_import() {
        for (include, list) in [
            (json!([{"system": "urn:c"}]), "animal\tcat\tdog\tpug\tstone"),
            (
                json!([{"system": "urn:c", "concept": [{"code": "pug"}]}]),
                "pug",
            ),
            (
                json!([{"system": "urn:c", "filter": [{"property": "concept", "op": "is-a", "value": "animal"}]}]),
                "animal\tcat\tdog\tpug",
            ),
            (
                json!([{"system": "urn:c", "filter": [{"property": "concept", "op": "descendent-of", "value": "dog"}]}]),
                "pug",
            ),
        ] {
            let table = terms(&[animals(), set(&include)]).table(&wanted("urn:v"), 0);
            assert!(table.contains(&format!("\t{list}\n")), "{include}: {table}");
            assert!(table.contains("V\tl\turn:v\t2\turn:c="), "{table}");
        }
    }

    #[test]
    fn what_cannot_be_listed_is_open_and_what_is_nowhere_is_unknown() {
        let snomed = json!([{"system": "http://snomed.info/sct",
            "filter": [{"property": "constraint", "op": "=", "value": "<< 404684003"}]}]);
        let table = terms(&[set(&snomed)]).table(&wanted("urn:v"), 0);
        assert!(table.contains("\thttp://snomed.info/sct=*\n"), "{table}");
        let import = json!([{"valueSet": ["urn:nowhere"]}]);
        let table = terms(&[set(&import)]).table(&wanted("urn:v"), 0);
        assert!(table.contains("V\tl\turn:v\t2\t?\n"), "{table}");
    }

    #[test]
    fn an_expression_that_only_lists_concepts_is_a_list() {
        let of =
            |value: &str| listed_expression(&json!({"property": "constraint", "value": value}));
        let two = of("(248234008 |Alert| OR 300202002)").map(|codes| codes.len());
        assert_eq!(two, Some(2));
        assert_eq!(of("descendantOf 70665002"), None);
        assert_eq!(of("<< 1"), None);
        assert_eq!(of("1 MINUS 2"), None);
    }

    #[test]
    fn what_is_excluded_is_not_in_the_list() {
        let mut value_set = set(&json!([{"system": "urn:c"}]));
        value_set["compose"]["exclude"] =
            json!([{"system": "urn:c", "concept": [{"code": "dog"}]}]);
        let table = terms(&[animals(), value_set]).table(&wanted("urn:v"), 7);
        assert!(table.contains("L\t8\tanimal\tcat\tpug\tstone\n"), "{table}");
    }
}
