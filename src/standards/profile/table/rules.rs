//! What an R4 element asks beyond count and type.

use super::{Invariant, invariant};

/// A binding of the R4 base that is checked: required or extensible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BaseBinding {
    /// Whether no other code is allowed.
    pub is_required: bool,
    /// Address of the value set.
    pub value_set: &'static str,
}

/// The rules of one element.
#[derive(Debug, Clone, Default)]
pub struct BaseRules {
    /// Binding to a value set.
    pub binding: Option<BaseBinding>,
    /// The resource types a reference may lead to; empty for any.
    pub targets: Vec<&'static str>,
    /// Address of the profile of its type, such as SimpleQuantity.
    pub profile: Option<&'static str>,
    /// Invariants of the element, beside those of its type.
    pub invariants: Vec<&'static Invariant>,
}

impl BaseRules {
    /// Reads the words behind the types of an element line.
    pub(super) fn read(words: impl Iterator<Item = &'static str>) -> BaseRules {
        let mut rules = BaseRules::default();
        for word in words {
            match word.split_once('=') {
                Some(("b", binding)) => rules.binding = bound(binding),
                Some(("t", targets)) => rules.targets = targets.split(',').collect(),
                Some(("p", profile)) => rules.profile = Some(profile),
                Some(("k", keys)) => {
                    rules.invariants = keys.split(',').map(invariant::of).collect();
                }
                _ => {}
            }
        }
        rules
    }

    pub(super) fn is_empty(&self) -> bool {
        self.binding.is_none()
            && self.targets.is_empty()
            && self.profile.is_none()
            && self.invariants.is_empty()
    }
}

fn bound(word: &'static str) -> Option<BaseBinding> {
    let (strength, value_set) = word.split_once(':')?;
    Some(BaseBinding {
        is_required: strength == "r",
        value_set,
    })
}
