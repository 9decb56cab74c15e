//! New ids.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use uuid::Uuid;

/// Mints ids; passed down as a value so that tests know what comes.
#[derive(Clone, Debug, Default)]
pub enum Ids {
    /// Random ones.
    #[default]
    Random,
    /// 1, 2, 3 and so on, in the shape of the id asked for; clones share the count.
    Sequence(Arc<AtomicU64>),
}

impl Ids {
    /// Ids that count from 1.
    pub fn sequence() -> Self {
        Self::Sequence(Arc::new(AtomicU64::new(1)))
    }

    /// A UUID version 7: sorts by the instant at which it was minted. For what is
    /// stored.
    pub fn v7(&self, now: Timestamp) -> Uuid {
        let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or(0);
        match self {
            Self::Random => {
                let [bytes @ .., _, _, _, _, _, _] = random();
                uuid::Builder::from_unix_timestamp_millis(milliseconds, &bytes).into_uuid()
            }
            Self::Sequence(next) => {
                let bytes = counted(next);
                uuid::Builder::from_unix_timestamp_millis(milliseconds, &bytes).into_uuid()
            }
        }
    }

    /// A UUID version 4: says nothing about when it was minted. For what is sent.
    pub fn v4(&self) -> Uuid {
        match self {
            Self::Random => uuid::Builder::from_random_bytes(random()).into_uuid(),
            Self::Sequence(next) => {
                let mut bytes = [0; 16];
                bytes[6..].copy_from_slice(&counted(next));
                uuid::Builder::from_random_bytes(bytes).into_uuid()
            }
        }
    }
}

/// Random bytes for one id. The system is asked for many at once, because an answer to a
/// referral takes some twenty ids and each call of the system costs more than the rest
/// of an id.
fn random() -> [u8; 16] {
    const AT_ONCE: usize = 512;
    thread_local! {
        static DRAWN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    DRAWN.with_borrow_mut(|drawn| {
        if drawn.is_empty() {
            drawn.resize(AT_ONCE, 0);
            if aws_lc_rs::rand::fill(drawn).is_err() {
                drawn.clear();
            }
        }
        let Some((rest, id)) = drawn.split_last_chunk() else {
            // A system without random bytes has none for this call either, and it says so.
            return Uuid::new_v4().into_bytes();
        };
        let (rest, id) = (rest.len(), *id);
        drawn.truncate(rest);
        id
    })
}

fn counted(next: &AtomicU64) -> [u8; 10] {
    let count = next.fetch_add(1, Ordering::Relaxed);
    let mut bytes = [0; 10];
    bytes[2..].copy_from_slice(&count.to_be_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_their_version_and_never_repeat() {
        let now = Timestamp::from_second(1_790_000_000).expect("the test's own instant");
        for ids in [Ids::Random, Ids::sequence()] {
            assert_eq!(ids.v7(now).get_version_num(), 7);
            assert_eq!(ids.v4().get_version_num(), 4);
            assert_ne!(ids.v7(now), ids.v7(now));
            assert_ne!(ids.v4(), ids.v4());
        }
    }

    #[test]
    fn stored_ids_sort_by_their_instant() {
        let earlier = Timestamp::from_second(1_790_000_000).expect("the test's own instant");
        let later = Timestamp::from_second(1_790_000_001).expect("the test's own instant");
        for ids in [Ids::Random, Ids::sequence()] {
            assert!(ids.v7(earlier) < ids.v7(later));
        }
    }

    #[test]
    fn counted_ids_are_the_same_in_every_run() {
        let first = Ids::sequence().v4();
        assert_eq!(first, Ids::sequence().v4());
        assert_eq!(first.to_string(), "00000000-0000-4000-8000-000000000001");
    }
}
