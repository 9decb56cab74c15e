//! What is being worked on at this instant, in this process.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// A set of keys in work: a second request with the same ids is told to come back
/// (425), and one leg is never sent twice at once. In memory, because the SQLite
/// store has one process.
#[derive(Debug)]
pub struct InFlight<K: Eq + Hash + Clone> {
    keys: Arc<Mutex<HashSet<K>>>,
}

impl<K: Eq + Hash + Clone> Default for InFlight<K> {
    fn default() -> Self {
        Self {
            keys: Arc::default(),
        }
    }
}

impl<K: Eq + Hash + Clone> Clone for InFlight<K> {
    fn clone(&self) -> Self {
        Self {
            keys: Arc::clone(&self.keys),
        }
    }
}

impl<K: Eq + Hash + Clone> InFlight<K> {
    /// Begins work on a key; `None` while another holds it.
    pub fn begin(&self, key: K) -> Option<InFlightGuard<K>> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.insert(key.clone()).then(|| InFlightGuard {
            key,
            keys: Arc::clone(&self.keys),
        })
    }

    /// Whether somebody works on this key.
    pub fn contains(&self, key: &K) -> bool {
        self.keys
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(key)
    }

    /// How many keys are in work.
    pub fn len(&self) -> usize {
        self.keys
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }

    /// Whether nothing is in work.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Work on one key; dropping it ends the work, also when its task is cancelled.
#[derive(Debug)]
#[must_use = "dropping the guard ends the work"]
pub struct InFlightGuard<K: Eq + Hash + Clone> {
    key: K,
    keys: Arc<Mutex<HashSet<K>>>,
}

impl<K: Eq + Hash + Clone> Drop for InFlightGuard<K> {
    fn drop(&mut self) {
        self.keys
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_held_by_one_until_its_guard_is_dropped() {
        let in_flight = InFlight::default();
        let guard = in_flight.begin("a").expect("nobody holds it");
        assert!(in_flight.begin("a").is_none());
        assert!(in_flight.begin("b").is_some());
        assert!(in_flight.contains(&"a"));
        drop(guard);
        assert!(in_flight.is_empty());
        assert!(in_flight.begin("a").is_some());
    }
}
