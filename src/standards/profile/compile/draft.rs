//! A profile as a tree of what it and its ancestors add to the R4 base, and that tree as
//! lines of the rule table.
//!
//! One `S` line a profile (layer, address, version, type, ancestors, contexts), then one line a
//! node, its depth first. The name of a node is that of its element; a slice begins with
//! a colon. A fact is `key@source=value`: the source is the number of the profile that
//! states it, in the order of the `S` lines, so that a finding names who asks for it.

use std::collections::BTreeMap;
use std::fmt::Write;

/// One profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// Name of its layer, such as `uk-core`.
    pub layer: String,
    /// Canonical address.
    pub url: String,
    /// Business version.
    pub version: String,
    /// The FHIR type it constrains.
    pub of_type: String,
    /// The profiles it is built on, nearest first.
    pub ancestors: Vec<String>,
    /// Of an extension, where it may stand: type of the context and expression.
    pub contexts: Vec<String>,
    /// The root element.
    pub root: Branch,
}

/// One element or slice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Branch {
    /// Element name (`value[x]` for a choice), or a colon and the name of a slice.
    pub name: String,
    /// What is stated here, by key.
    pub facts: BTreeMap<&'static str, Fact>,
    /// Elements below.
    pub children: Vec<Branch>,
    /// Slices of this element.
    pub slices: Vec<Branch>,
}

/// One statement and the address of the profile that makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The value in the form of the rule table.
    pub value: String,
    /// Address of the profile.
    pub source: String,
}

/// The keys of facts.
pub const KEYS: [&str; 10] = [
    "min", "max", "type", "fixed", "pattern", "bind", "con", "slicing", "match", "modifier",
];

impl Branch {
    /// An empty branch of that name.
    pub fn named(name: &str) -> Branch {
        Branch {
            name: name.to_owned(),
            ..Branch::default()
        }
    }

    /// The value of a fact.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.facts.get(key).map(|fact| fact.value.as_str())
    }

    /// States a fact anew.
    pub fn state(&mut self, key: &'static str, value: impl Into<String>, source: &str) {
        let value = value.into();
        // Said before by an ancestor: it stays that one's rule.
        if self.value(key) == Some(value.as_str()) {
            return;
        }
        let source = source.to_owned();
        self.facts.insert(key, Fact { value, source });
    }

    /// The child of that name, made when absent.
    pub fn child(&mut self, name: &str) -> &mut Branch {
        Self::in_list(&mut self.children, name)
    }

    /// The slice of that name (without colon), made when absent.
    pub fn slice(&mut self, name: &str) -> &mut Branch {
        Self::in_list(&mut self.slices, &format!(":{name}"))
    }

    fn in_list<'b>(list: &'b mut Vec<Branch>, name: &str) -> &'b mut Branch {
        let at = list.iter().position(|branch| branch.name == name);
        let at = at.unwrap_or_else(|| {
            list.push(Branch::named(name));
            list.len() - 1
        });
        &mut list[at]
    }

    /// Whether nothing is stated here or below.
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.children.is_empty() && self.slices.is_empty()
    }

    /// Drops branches that state nothing.
    pub fn prune(&mut self) {
        for list in [&mut self.children, &mut self.slices] {
            list.iter_mut().for_each(Branch::prune);
        }
        self.children.retain(|branch| !branch.is_empty());
        self.slices.retain(|branch| !branch.is_empty());
    }
}

/// Writes profiles; `known` numbers the profiles that stand in tables before this one.
pub fn write(drafts: &[Draft], known: &[String]) -> String {
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let urls = known.iter().chain(drafts.iter().map(|draft| &draft.url));
    for (at, url) in urls.enumerate() {
        numbers.insert(url, at);
    }
    let mut out = String::new();
    for draft in drafts {
        let _ = writeln!(
            out,
            "S\t{}\t{}\t{}\t{}\t{}\t{}",
            draft.layer,
            draft.url,
            draft.version,
            draft.of_type,
            draft.ancestors.join(","),
            draft.contexts.join(";")
        );
        write_branch(&draft.root, 0, &numbers, &mut out);
    }
    out
}

fn write_branch(branch: &Branch, depth: usize, numbers: &BTreeMap<&str, usize>, out: &mut String) {
    let _ = write!(out, "{depth}\t{}", branch.name);
    for (key, fact) in &branch.facts {
        let number = numbers.get(fact.source.as_str()).copied().unwrap_or(0);
        let _ = write!(out, "\t{key}@{number}={}", fact.value);
    }
    out.push('\n');
    for below in branch.children.iter().chain(&branch.slices) {
        write_branch(below, depth + 1, numbers, out);
    }
}

/// Reads what [`write()`] wrote; lines of another form are passed over.
pub fn read(text: &str) -> Vec<Draft> {
    let urls: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("S\t")?.split('\t').nth(1))
        .collect();
    let mut drafts: Vec<Draft> = Vec::new();
    let mut open: Vec<Branch> = Vec::new();
    for line in text.lines() {
        let mut words = line.split('\t');
        match words.next() {
            Some("S") => {
                close(&mut open, 0, drafts.last_mut());
                let mut word = || words.next().unwrap_or_default().to_owned();
                let (layer, url, version, of_type) = (word(), word(), word(), word());
                let (ancestors, contexts) = (word(), word());
                let list = |text: &str, between: char| -> Vec<String> {
                    let parts = text.split(between).filter(|part| !part.is_empty());
                    parts.map(str::to_owned).collect()
                };
                drafts.push(Draft {
                    layer,
                    url,
                    version,
                    of_type,
                    ancestors: list(&ancestors, ','),
                    contexts: list(&contexts, ';'),
                    root: Branch::default(),
                });
            }
            Some(depth) => {
                let Ok(depth) = depth.parse::<usize>() else {
                    continue;
                };
                close(&mut open, depth, drafts.last_mut());
                let mut branch = Branch::named(words.next().unwrap_or_default());
                for word in words {
                    if let Some((key, fact)) = fact(word, &urls) {
                        branch.facts.insert(key, fact);
                    }
                }
                open.push(branch);
            }
            None => {}
        }
    }
    close(&mut open, 0, drafts.last_mut());
    drafts
}

/// Hangs the open branches deeper than `depth` below their parents.
fn close(open: &mut Vec<Branch>, depth: usize, draft: Option<&mut Draft>) {
    while open.len() > depth.max(1) {
        let Some(branch) = open.pop() else { return };
        if let Some(parent) = open.last_mut() {
            if branch.name.starts_with(':') {
                parent.slices.push(branch);
            } else {
                parent.children.push(branch);
            }
        }
    }
    if depth == 0
        && let (Some(root), Some(draft)) = (open.pop(), draft)
    {
        draft.root = root;
    }
}

fn fact(word: &str, urls: &[&str]) -> Option<(&'static str, Fact)> {
    let (head, value) = word.split_once('=')?;
    let (key, number) = head.split_once('@')?;
    let key = KEYS.into_iter().find(|known| *known == key)?;
    let source = (*urls.get(number.parse::<usize>().ok()?)?).to_owned();
    let value = value.to_owned();
    Some((key, Fact { value, source }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_the_same() {
        let mut root = Branch::named("Patient");
        let identifier = root.child("identifier");
        identifier.state("slicing", "open;value:system", "urn:a");
        let slice = identifier.slice("nhs");
        slice.state("max", "1", "urn:b");
        slice
            .child("system")
            .state("fixed", "\"urn:x=y@z\"", "urn:a");
        root.child("name").state("min", "1", "urn:b");
        let one = Draft {
            layer: "uk-core".into(),
            url: "urn:a".into(),
            version: "1".into(),
            of_type: "Patient".into(),
            ancestors: Vec::new(),
            contexts: vec!["element:Patient".into(), "fhirpath:a.b".into()],
            root: root.clone(),
        };
        let other = Draft {
            url: "urn:b".into(),
            ancestors: vec!["urn:a".into()],
            ..one.clone()
        };
        let drafts = vec![one, other];
        assert_eq!(read(&write(&drafts, &[])), drafts);
    }

    #[test]
    fn a_rule_said_again_stays_that_of_the_ancestor() {
        let mut branch = Branch::named("x");
        branch.state("min", "1", "urn:a");
        branch.state("min", "1", "urn:b");
        assert_eq!(branch.facts["min"].source, "urn:a");
    }
}
