//! The compiled rules at run time: R4's element table, profiles as trees, code lists.
//!
//! The shipped set is embedded and decoded once. Packages that an operator installs are
//! compiled when the gateway starts and laid beside it ([`Rules::with`]).

mod decode;
pub mod node;

use std::sync::OnceLock;

use super::compile::{self, CompileError, Lean, draft};
use super::finding::Layer;
use super::message::{self, MessageCardinality};
use super::table::{self, Element, Table, TypeId};
use super::terms::Terms;
use crate::standards::fhir::own::OwnMap;
use node::{Binding, Node, NodeId};

/// The generated rule table of the shipped profiles.
pub const PROFILES: &str = include_str!("../../../../profiles/rules.table");
/// The generated code table of the shipped value sets and code systems.
pub const CODES: &str = include_str!("../../../../profiles/codes.table");
/// The generated cardinalities of our own MessageDefinitions.
pub const OWN_MESSAGES: &str = include_str!("../../../../profiles/messages.table");

/// Number of a profile.
pub type ProfileId = u16;

/// One profile.
#[derive(Debug)]
pub struct Profile {
    /// Canonical address.
    pub url: &'static str,
    /// Business version.
    pub version: &'static str,
    /// Whose it is.
    pub layer: Layer,
    /// The name of the package, `uk-core`.
    pub package: &'static str,
    /// The type it constrains.
    pub of_type: TypeId,
    /// Name of that type.
    pub type_name: &'static str,
    /// The profiles it is built on.
    pub ancestors: Vec<&'static str>,
    /// Of an extension, where it may stand: type of the context and expression.
    pub contexts: Vec<(&'static str, &'static str)>,
    /// Its root element.
    pub root: NodeId,
}

/// All rules.
#[derive(Debug)]
pub struct Rules {
    /// R4's own elements.
    pub table: &'static Table,
    /// Code lists.
    pub terms: Terms,
    profiles: Vec<Profile>,
    nodes: Vec<Node>,
    by_url: OwnMap<ProfileId>,
    messages: OwnMap<MessageCardinality>,
    /// R4's own bindings, by the number that their element has for its rules.
    base_bindings: Vec<Option<Binding>>,
}

/// The embedded rules. The first call decodes them.
pub fn embedded() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES.get_or_init(|| Rules::of(&[PROFILES], &[CODES], &[message::MESSAGES, OWN_MESSAGES]))
}

/// Rules and what was guessed while they were made.
#[derive(Debug)]
pub struct Extended {
    /// The embedded rules and the further ones.
    pub rules: Rules,
    /// In words, for the log of the operator.
    pub warnings: Vec<String>,
}

impl Rules {
    /// Decodes tables; of two definitions with one address the first counts.
    pub fn of(
        profiles: &[&'static str],
        codes: &[&'static str],
        messages: &[&'static str],
    ) -> Rules {
        let mut rules = Rules {
            table: table::embedded(),
            terms: Terms::default(),
            profiles: Vec::new(),
            nodes: Vec::new(),
            by_url: OwnMap::default(),
            messages: OwnMap::default(),
            base_bindings: Vec::new(),
        };
        for table in codes {
            rules.terms.read(table);
        }
        rules.base_bindings = rules.table.bindings(&rules.terms).collect();
        decode::profiles(&mut rules, profiles);
        for definition in messages.iter().flat_map(|text| message::decode(text)) {
            let url: &'static str = Box::leak(definition.url.clone().into_boxed_str());
            rules.messages.entry(url).or_insert(definition);
        }
        rules
    }

    /// The embedded rules with further packages: name of the package and its lean
    /// resources. It is done once, at the start; the tables live as long as the program.
    ///
    /// # Errors
    /// A profile that is built on one that is nowhere.
    pub fn with(packages: &[(&str, &Lean)]) -> Result<Extended, CompileError> {
        let keep = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
        let known = draft::read(PROFILES);
        let compiled = compile::profiles::profiles(table::embedded(), packages, &known)?;
        let urls: Vec<String> = known.iter().map(|draft| draft.url.clone()).collect();
        let profiles = keep(draft::write(&compiled.drafts, &urls));
        let terms = compile::terms::Terms::of(packages)?;
        let wanted = terms.addresses();
        let codes = keep(terms.table(&wanted, embedded().terms.size().0));
        let mut messages = vec![message::MESSAGES, OWN_MESSAGES];
        for (_, lean) in packages {
            messages.push(keep(compile::messages(lean)?));
        }
        Ok(Extended {
            rules: Rules::of(&[PROFILES, profiles], &[CODES, codes], &messages),
            warnings: compiled.warnings,
        })
    }

    /// The profile of a canonical address, with or without a version.
    pub fn profile(&self, canonical: &str) -> Option<(ProfileId, &Profile)> {
        let unversioned = || self.by_url.get(canonical.split_once('|')?.0);
        let id = *self.by_url.get(canonical).or_else(unversioned)?;
        Some((id, &self.profiles[id as usize]))
    }

    /// R4's own binding of an element.
    pub(crate) fn base_binding(&self, element: &Element) -> Option<Binding> {
        self.base_bindings[element.rules_number()]
    }

    /// The profile with that number.
    pub fn profile_at(&self, id: ProfileId) -> &Profile {
        &self.profiles[id as usize]
    }

    /// Every profile in the order of its package and address.
    pub fn profiles(&self) -> impl Iterator<Item = &Profile> {
        self.profiles.iter()
    }

    /// The node with that number.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }

    /// The MessageDefinition of a canonical address, with or without a version.
    pub fn message(&self, canonical: &str) -> Option<&MessageCardinality> {
        let url = canonical.split('|').next().unwrap_or(canonical);
        self.messages.get(url)
    }

    /// How many profiles, nodes, code lists, code systems and value sets there are.
    pub fn size(&self) -> [usize; 5] {
        let (lists, systems, sets) = self.terms.size();
        [self.profiles.len(), self.nodes.len(), lists, systems, sets]
    }
}
