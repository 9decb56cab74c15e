//! Finds providers by their slugs.

use std::cell::{Cell, OnceCell};
use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::provider::Provider;

/// How often one is looked for against the order before an index is made.
const AGAINST_ORDER: usize = 8;

/// Providers by slug. They are mostly asked in their own order, all of them or a few, and
/// then each is found by going on from the last: an index over hundreds, made for each
/// referral, took as long as the rest of routing. It is made where many are asked in
/// another order.
pub(super) struct BySlug<'a> {
    providers: &'a [Arc<Provider>],
    next: Cell<usize>,
    against_order: Cell<usize>,
    index: OnceCell<HashMap<&'a str, usize>>,
}

impl<'a> BySlug<'a> {
    /// Over these, in any order.
    pub(super) const fn new(providers: &'a [Arc<Provider>]) -> Self {
        Self {
            providers,
            next: Cell::new(0),
            against_order: Cell::new(0),
            index: OnceCell::new(),
        }
    }

    /// One provider.
    pub(super) fn get(&self, slug: &str) -> Option<&'a Provider> {
        let at = match self.index.get() {
            Some(index) => index.get(slug).copied(),
            None => self.along(slug),
        };
        let at = at?;
        // The same one may be asked again, to judge its room.
        self.next.set(at);
        self.providers.get(at).map(AsRef::as_ref)
    }

    fn along(&self, slug: &str) -> Option<usize> {
        let next = self.next.get();
        let (before, after) = self.providers.split_at(next.min(self.providers.len()));
        let is_it = |provider: &Arc<Provider>| provider.slug == slug;
        if let Some(found) = after.iter().position(is_it) {
            return Some(next + found);
        }
        let asked = self.against_order.get() + 1;
        self.against_order.set(asked);
        if asked > AGAINST_ORDER {
            return self.indexed().get(slug).copied();
        }
        before.iter().position(is_it)
    }

    fn indexed(&self) -> &HashMap<&'a str, usize> {
        self.index.get_or_init(|| {
            let providers = self.providers.iter().enumerate();
            providers
                .map(|(at, provider)| (provider.slug.as_str(), at))
                .collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mapping::sample;

    #[test]
    fn every_provider_is_found_in_any_order_and_nobody_else() {
        let slugs: Vec<String> = (0..30).map(|number| format!("p{number}")).collect();
        let providers: Vec<Arc<Provider>> = slugs
            .iter()
            .map(|slug| Arc::new(sample::provider(slug)))
            .collect();
        // In order, against it, with gaps, and each twice.
        let orders: [Vec<usize>; 4] = [
            (0..30).collect(),
            (0..30).rev().collect(),
            (0..30).step_by(7).chain((0..30).step_by(3)).collect(),
            (0..30).flat_map(|at| [at, at]).collect(),
        ];
        for order in orders {
            let by_slug = BySlug::new(&providers);
            for at in order {
                let found = by_slug.get(&slugs[at]);
                assert_eq!(found.map(|found| &found.slug), Some(&slugs[at]));
                assert!(by_slug.get("nobody").is_none());
            }
        }
    }
}
