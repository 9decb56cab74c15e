//! Finds providers by their slugs.

use std::cell::{Cell, OnceCell};
use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::provider::Provider;

/// How often they are looked along before an index is made.
const LOOKED_ALONG: usize = 8;

/// Providers by slug. Asked in their own order, each is found at the first look, and one
/// that another leads to by looking along: an index over hundreds, made for each referral,
/// took as long as the rest of routing. It is made where they are asked in another order.
pub(super) struct BySlug<'a> {
    providers: &'a [Arc<Provider>],
    next: Cell<usize>,
    out_of_order: Cell<usize>,
    index: OnceCell<HashMap<&'a str, &'a Provider>>,
}

impl<'a> BySlug<'a> {
    /// Over these, in any order.
    pub(super) const fn new(providers: &'a [Arc<Provider>]) -> Self {
        Self {
            providers,
            next: Cell::new(0),
            out_of_order: Cell::new(0),
            index: OnceCell::new(),
        }
    }

    /// One provider.
    pub(super) fn get(&self, slug: &str) -> Option<&'a Provider> {
        let next = self.next.get();
        if let Some(found) = self.providers.get(next).filter(|p| p.slug == slug) {
            self.next.set(next + 1);
            return Some(found);
        }
        // Asked of once more, to judge its room.
        let again = next
            .checked_sub(1)
            .and_then(|last| self.providers.get(last));
        if let Some(found) = again.filter(|p| p.slug == slug) {
            return Some(found);
        }
        let asked = self.out_of_order.get();
        if asked < LOOKED_ALONG {
            self.out_of_order.set(asked + 1);
            // Those that a shortlist names come in order too, with gaps.
            let mut after = self.providers.iter().enumerate().skip(next);
            let found = after.find(|(_, provider)| provider.slug == slug);
            if let Some((index, provider)) = found {
                self.next.set(index + 1);
                return Some(provider);
            }
            let mut before = self.providers.iter().take(next);
            return before.find(|p| p.slug == slug).map(AsRef::as_ref);
        }
        let index = self.index.get_or_init(|| {
            let providers = self.providers.iter();
            providers
                .map(|provider| (provider.slug.as_str(), provider.as_ref()))
                .collect()
        });
        index.get(slug).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mapping::sample;

    #[test]
    fn every_provider_is_found_in_any_order_and_nobody_else() {
        let providers = ["b", "a", "c"].map(|slug| Arc::new(sample::provider(slug)));
        for order in [
            ["b", "a", "c"],
            ["c", "b", "a"],
            ["a", "a", "b"],
            ["b", "x", "a"],
        ] {
            let by_slug = BySlug::new(&providers);
            for slug in order {
                let found = by_slug.get(slug).map(|provider| provider.slug.as_str());
                assert_eq!(found, (slug != "x").then_some(slug), "{order:?}");
            }
        }
    }
}
