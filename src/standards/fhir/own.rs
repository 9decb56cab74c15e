//! Maps with keys of ours: names, addresses and codes of the tables that the program brings
//! or its operator installs. They are filled when they are loaded and only looked up in
//! afterwards, so that a stranger cannot make them slow, whatever he asks for; a plain hash
//! is enough and costs a fifth of a keyed one. What a stranger's keys go INTO keeps that.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::name::word_of;

/// A map whose keys only we choose.
pub(crate) type OwnMap<V> = HashMap<&'static str, V, BuildHasherDefault<OwnHasher>>;

/// A hash of eight bytes at a time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct OwnHasher(u64);

impl OwnHasher {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

impl Hasher for OwnHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (eights, rest) = bytes.as_chunks::<8>();
        for eight in eights {
            self.add(u64::from_le_bytes(*eight));
        }
        self.add(word_of(rest));
    }

    fn write_u8(&mut self, byte: u8) {
        self.add(u64::from(byte));
    }

    fn finish(&self) -> u64 {
        // The lower bits of a product know nothing of the upper ones of its factors.
        self.0 ^ (self.0 >> 32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_differ_little_are_far_apart() {
        let mut map: OwnMap<usize> = OwnMap::default();
        let address = |at: usize| -> &'static str {
            Box::leak(format!("https://a.example/StructureDefinition/x-{at}").into_boxed_str())
        };
        for at in 0..1000 {
            map.insert(address(at), at);
        }
        assert!((0..1000).all(|at| map.get(address(at)) == Some(&at)));
        assert_eq!(
            map.get("https://a.example/StructureDefinition/x-1000"),
            None
        );
        let hash = |at: usize| {
            let mut hasher = OwnHasher::default();
            hasher.write(address(at).as_bytes());
            hasher.finish() % 1024
        };
        let mut places: Vec<u64> = (0..1000).map(hash).collect();
        places.sort_unstable();
        places.dedup();
        assert!(places.len() > 500, "{}", places.len());
    }
}
