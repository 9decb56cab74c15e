//! The rule table of profiles: each is its ancestors' tree with its own differential
//! laid over it, so that a walk needs no ancestor at run time.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::differential::Differential;
use super::draft::{Branch, Draft};
use super::read::{bare, items, read, text};
use super::{CompileError, Lean, slices};
use crate::standards::profile::table::Table;

const R4_BASE: &str = "http://hl7.org/fhir/StructureDefinition/";

/// The profiles of one or more packages, merged.
#[derive(Debug, Default)]
pub struct Compiled {
    /// In the order of their layers and addresses.
    pub drafts: Vec<Draft>,
    /// What was guessed or left out, in words.
    pub warnings: Vec<String>,
}

struct Source {
    layer: String,
    structure: Value,
}

/// Merges the profiles of `packages` (layer name and lean resources). `known` holds
/// profiles compiled before, on which these may be built.
///
/// # Errors
/// A profile whose base is nowhere, or that is its own ancestor.
pub fn profiles(
    table: &Table,
    packages: &[(&str, &Lean)],
    known: &[Draft],
) -> Result<Compiled, CompileError> {
    let mut sources = BTreeMap::new();
    let mut order = Vec::new();
    for (layer, lean) in packages {
        for resource in lean.values() {
            let structure = read(resource.as_bytes())?;
            let is_profile = text(&structure, "resourceType") == "StructureDefinition"
                && text(&structure, "derivation") == "constraint";
            let url = text(&structure, "url").to_owned();
            if !is_profile || url.is_empty() {
                continue;
            }
            let layer = (*layer).to_owned();
            if sources
                .insert(url.clone(), Source { layer, structure })
                .is_none()
            {
                order.push(url);
            }
        }
    }
    let mut merge = Merge {
        table,
        sources,
        done: known.iter().map(|d| (d.url.clone(), d.clone())).collect(),
        open: BTreeSet::new(),
        warnings: Vec::new(),
    };
    let mut drafts = Vec::new();
    for url in order {
        let mut draft = merge.profile(&url)?;
        slices::state(&mut draft.root, &url);
        drafts.push(draft);
    }
    let roots: BTreeMap<String, String> = merge
        .done
        .values()
        .filter_map(|draft| Some((draft.url.clone(), draft.root.value("max")?.to_owned())))
        .collect();
    for draft in &mut drafts {
        once_as_defined(&mut draft.root, &roots);
        draft.root.prune();
    }
    let mut warnings = merge.warnings;
    warnings.dedup();
    Ok(Compiled { drafts, warnings })
}

/// Where an extension may stand; an expression with a sign of this table's own is kept as
/// one that is not looked at.
fn contexts(structure: &Value) -> Vec<String> {
    let written = |context: &Value| {
        let (kind, place) = (text(context, "type"), text(context, "expression"));
        if place.contains([';', '\t', '\n']) {
            return "fhirpath:".to_owned();
        }
        format!("{kind}:{place}")
    };
    items(structure, "context").map(written).collect()
}

/// An extension that its own definition allows once is allowed once by every slice for it.
fn once_as_defined(branch: &mut Branch, roots: &BTreeMap<String, String>) {
    for slice in &mut branch.slices {
        let of_type = slice
            .value("type")
            .and_then(|t| t.strip_prefix("Extension<"));
        let url = of_type
            .and_then(|url| url.strip_suffix('>'))
            .map(str::to_owned);
        if let Some(url) = url.filter(|_| slice.value("max").is_none())
            && let Some(max) = roots.get(&url).filter(|max| *max != "*")
        {
            slice.state("max", max.clone(), &url);
        }
    }
    for below in branch.children.iter_mut().chain(&mut branch.slices) {
        once_as_defined(below, roots);
    }
}

struct Merge<'t> {
    table: &'t Table,
    sources: BTreeMap<String, Source>,
    done: BTreeMap<String, Draft>,
    /// Profiles being merged, to notice a circle.
    open: BTreeSet<String>,
    warnings: Vec<String>,
}

impl Merge<'_> {
    fn profile(&mut self, url: &str) -> Result<Draft, CompileError> {
        if let Some(draft) = self.done.get(url) {
            return Ok(draft.clone());
        }
        if !self.open.insert(url.to_owned()) {
            return Err(CompileError::Circle(url.to_owned()));
        }
        let source = &self.sources[url];
        let (layer, structure) = (source.layer.clone(), source.structure.clone());
        let of_type = text(&structure, "type").to_owned();
        let base = bare(text(&structure, "baseDefinition")).to_owned();
        let (mut root, ancestors) = self.base(url, &base)?;
        root.name.clone_from(&of_type);
        let mut differential = Differential {
            table: self.table,
            source: url.to_owned(),
            warnings: Vec::new(),
        };
        differential.lay(&mut root, &of_type, &structure);
        self.warnings.append(&mut differential.warnings);
        let draft = Draft {
            layer,
            url: url.to_owned(),
            version: text(&structure, "version").to_owned(),
            of_type,
            ancestors,
            contexts: contexts(&structure),
            root,
        };
        self.open.remove(url);
        self.done.insert(url.to_owned(), draft.clone());
        Ok(draft)
    }

    fn base(&mut self, url: &str, base: &str) -> Result<(Branch, Vec<String>), CompileError> {
        if self.sources.contains_key(base) || self.done.contains_key(base) {
            let draft = self.profile(base)?;
            let mut ancestors = vec![base.to_owned()];
            ancestors.extend(draft.ancestors);
            return Ok((draft.root, ancestors));
        }
        if base.starts_with(R4_BASE) {
            return Ok((Branch::default(), Vec::new()));
        }
        Err(CompileError::NoBase(url.to_owned(), base.to_owned()))
    }
}
