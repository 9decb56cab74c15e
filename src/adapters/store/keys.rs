//! Case keys that are in use, so that a case's every step does not unwrap its key anew.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use crate::adapters::seal::CaseKey;
use crate::domain::identifiers::CaseId;

/// Some 0.6 KiB a key: the ring stays below one megabyte.
const CAPACITY: usize = 1024;

/// The keys used last.
#[derive(Default)]
pub(super) struct KeyRing {
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    keys: HashMap<CaseId, Arc<CaseKey>>,
    order: VecDeque<CaseId>,
}

impl KeyRing {
    pub(super) fn get(&self, case_id: CaseId) -> Option<Arc<CaseKey>> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.keys.get(&case_id).cloned()
    }

    /// Keeps a key; the oldest makes room.
    pub(super) fn put(&self, case_id: CaseId, key: Arc<CaseKey>) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.keys.insert(case_id, key).is_none() {
            held.order.push_back(case_id);
        }
        if held.order.len() > CAPACITY
            && let Some(oldest) = held.order.pop_front()
        {
            held.keys.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::seal::Seal;
    use uuid::Uuid;

    #[test]
    fn the_ring_forgets_the_oldest_and_never_grows_beyond_its_capacity() {
        let seal = Seal::in_memory().expect("a random key");
        let ring = KeyRing::default();
        let id = |number: usize| CaseId::new(Uuid::from_u128(number as u128));
        let (key, _) = seal.new_case_key(id(0)).expect("a key");
        let key = Arc::new(key);
        for number in 0..=CAPACITY {
            ring.put(id(number), Arc::clone(&key));
        }
        assert!(ring.get(id(0)).is_none());
        assert!(ring.get(id(1)).is_some());
        assert_eq!(ring.held.lock().expect("not poisoned").keys.len(), CAPACITY);
    }
}
