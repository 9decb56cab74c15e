//! One element or slice of a profile, compiled.

use super::ProfileId;
use crate::standards::fhir::Document;
use crate::standards::fhir::name::NameKey;
use crate::standards::profile::invariant::Invariant;
use crate::standards::profile::table::TypeId;
use crate::standards::profile::terms::SetId;

/// Number of a node.
pub type NodeId = u32;

/// A fact and the profile that states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stated<T> {
    /// The fact.
    pub value: T,
    /// Whose it is.
    pub by: ProfileId,
}

/// One element or slice.
#[derive(Debug, Default)]
pub struct Node {
    /// Element name, or slice name after a colon.
    pub name: &'static str,
    /// At least so many, in each parent that there is.
    pub min: Option<Stated<u32>>,
    /// At most so many.
    pub max: Option<Stated<u32>>,
    /// The types it may have.
    pub types: Option<Stated<Box<[TypeRule]>>>,
    /// Exactly this value.
    pub fixed: Option<Stated<Box<Document>>>,
    /// At least this content.
    pub pattern: Option<Stated<Box<Document>>>,
    /// A value set.
    pub binding: Option<Stated<Binding>>,
    /// Invariants.
    pub invariants: Vec<Stated<&'static Invariant>>,
    /// Elements below.
    pub children: Vec<Child>,
    /// Positions of the children that must be there.
    pub required: u128,
    /// Slices of this element.
    pub slices: Vec<Slice>,
    /// Of an extension's root: whether it changes the meaning of what it stands in.
    pub is_modifier: bool,
    /// Whose rule it is that items of no slice are refused.
    pub closed: Option<ProfileId>,
}

/// An element below a node.
#[derive(Debug, Clone, Copy)]
pub struct Child {
    /// Its name in short (`value[x]` for a choice).
    pub(crate) key: NameKey,
    /// Position in the R4 type.
    pub position: u8,
    /// The node.
    pub node: NodeId,
}

/// One type that a profile allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeRule {
    /// The R4 type; `None` for one without rules here.
    pub id: Option<TypeId>,
    /// Its name.
    pub name: &'static str,
    /// Profiles of the type, any of which it must meet.
    pub profiles: Vec<&'static str>,
    /// Resource types a reference may lead to, by name; empty for any.
    pub targets: Vec<&'static str>,
    /// For each of `targets` the profile that is asked of it; `None` for any of the type.
    /// Empty when no target has one.
    pub target_profiles: Vec<Option<&'static str>>,
}

/// A binding that is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding {
    /// Whether no other code is allowed.
    pub is_required: bool,
    /// Address of the value set.
    pub value_set: &'static str,
    /// The set itself, if it is known here.
    pub(crate) set: Option<SetId>,
}

/// A slice and how its items are known.
#[derive(Debug)]
pub struct Slice {
    /// The node.
    pub node: NodeId,
    /// All of these hold for an item of the slice; `None` when it cannot be told.
    pub criteria: Option<Vec<Criterion>>,
}

/// One sign of a slice.
#[derive(Debug)]
pub struct Criterion {
    /// The way from the item to what is looked at.
    pub path: Vec<&'static str>,
    /// What is wanted there.
    pub test: Test,
}

/// What is wanted at the end of a way.
#[derive(Debug)]
pub enum Test {
    /// Exactly this text, the commonest value.
    Text(String),
    /// Exactly this value.
    Equals(Document),
    /// At least this content.
    Pattern(Document),
    /// A code of this value set.
    InSet(&'static str),
    /// One of these types.
    Type(Vec<&'static str>),
    /// That it is there, or is not.
    Exists(bool),
}
