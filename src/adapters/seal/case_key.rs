//! The key of one case.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, MAX_TAG_LEN, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rand;

use super::packed;

/// First byte of everything sealed: the value as it is.
const PLAIN: u8 = 1;
/// First byte of everything sealed: the value packed, see [`packed`].
const PACKED: u8 = 2;
const HEAD: usize = 1 + NONCE_LEN;

/// A value could not be sealed or opened: another key, another place, or damage. It
/// says no more on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sealed value cannot be opened with this key")]
pub struct Unsealable;

/// An AES-256-GCM key with its schedule computed once.
pub struct CaseKey(LessSafeKey);

impl CaseKey {
    /// Takes 32 random bytes as a key.
    pub(super) fn from_bytes(bytes: &[u8; 32]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, bytes).expect("AES-256 takes 32 bytes");
        Self(LessSafeKey::new(key))
    }

    /// Seals: one byte for the scheme, the nonce, the ciphertext, the tag. `place` says
    /// what the value is and where it belongs; it opens under the same place only. A
    /// long value is packed first.
    pub fn seal(&self, place: &str, plain: &[u8]) -> Result<Vec<u8>, Unsealable> {
        match packed::pack(plain) {
            Some(packed) => self.seal_as(PACKED, place, &packed),
            None => self.seal_as(PLAIN, place, plain),
        }
    }

    /// Opens what [`seal`](Self::seal) made.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let (head, body) = sealed.split_at_checked(HEAD).ok_or(Unsealable)?;
        let scheme = head[0];
        if scheme != PLAIN && scheme != PACKED {
            return Err(Unsealable);
        }
        let nonce = Nonce::try_assume_unique_for_key(&head[1..]).map_err(|_| Unsealable)?;
        let mut plain = body.to_vec();
        let length = self
            .0
            .open_in_place(nonce, bound(scheme, place), &mut plain)
            .map_err(|_| Unsealable)?
            .len();
        plain.truncate(length);
        if scheme == PACKED {
            return packed::unpack(&plain).ok_or(Unsealable);
        }
        Ok(plain)
    }

    fn seal_as(&self, scheme: u8, place: &str, value: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let mut nonce = [0u8; NONCE_LEN];
        rand::fill(&mut nonce).map_err(|_| Unsealable)?;
        let mut sealed = Vec::with_capacity(HEAD + value.len() + MAX_TAG_LEN);
        sealed.push(scheme);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(value);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let bound = bound(scheme, place);
        let tag = self
            .0
            .seal_in_place_separate_tag(nonce, bound, &mut sealed[HEAD..])
            .map_err(|_| Unsealable)?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }
}

/// What a value is bound to. A packed one says so here too, or else a changed first byte
/// would show packed bytes as the value. No place begins with that byte.
fn bound(scheme: u8, place: &str) -> Aad<Vec<u8>> {
    let mut bytes = Vec::with_capacity(1 + place.len());
    if scheme != PLAIN {
        bytes.push(scheme);
    }
    bytes.extend_from_slice(place.as_bytes());
    Aad::from(bytes)
}

impl std::fmt::Debug for CaseKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("CaseKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_in_its_own_place_only_and_shows_nothing() {
        let key = CaseKey::from_bytes(&[7; 32]);
        let sealed = key.seal("message/1", b"Zebulon Quince").expect("sealed");
        assert!(!sealed.windows(7).any(|window| window == b"Zebulon"));
        assert_eq!(
            key.open("message/1", &sealed),
            Ok(b"Zebulon Quince".to_vec())
        );
        assert_eq!(key.open("message/2", &sealed), Err(Unsealable));
    }

    /// Long enough to be packed.
    fn long() -> Vec<u8> {
        b"Zebulon Quince of 1 Invented Street ".repeat(200)
    }

    #[test]
    fn any_flipped_byte_and_any_cut_is_noticed() {
        let key = CaseKey::from_bytes(&[7; 32]);
        for (plain, scheme) in [(b"words".to_vec(), PLAIN), (long(), PACKED)] {
            let sealed = key.seal("p", &plain).expect("sealed");
            assert_eq!(sealed[0], scheme);
            for place in 0..sealed.len() {
                for bit in [1, 2, 3] {
                    let mut wrong = sealed.clone();
                    wrong[place] ^= bit;
                    assert_eq!(key.open("p", &wrong), Err(Unsealable), "byte {place}");
                }
                assert_eq!(key.open("p", &sealed[..place]), Err(Unsealable));
            }
        }
    }

    #[test]
    fn a_long_value_is_sealed_shorter_than_it_is_and_opens_as_it_was() {
        let key = CaseKey::from_bytes(&[7; 32]);
        let sealed = key.seal("p", &long()).expect("sealed");
        assert!(sealed.len() < long().len() / 2, "{}", sealed.len());
        assert!(!sealed.windows(7).any(|window| window == b"Zebulon"));
        assert_eq!(key.open("p", &sealed), Ok(long()));
    }

    #[test]
    fn a_long_value_that_was_sealed_as_it_is_still_opens() {
        let key = CaseKey::from_bytes(&[7; 32]);
        let sealed = key.seal_as(PLAIN, "p", &long()).expect("sealed");
        assert_eq!(key.open("p", &sealed), Ok(long()));
    }

    #[test]
    fn a_sealed_value_that_says_it_is_packed_and_is_not_does_not_open() {
        let key = CaseKey::from_bytes(&[7; 32]);
        for wrong in [&b"\xff\xff\xff\xff\x10"[..], b"words", b""] {
            let sealed = key.seal_as(PACKED, "p", wrong).expect("sealed");
            assert_eq!(key.open("p", &sealed), Err(Unsealable));
        }
    }

    #[test]
    fn the_same_words_are_never_sealed_alike() {
        let key = CaseKey::from_bytes(&[7; 32]);
        assert_ne!(key.seal("p", b"words"), key.seal("p", b"words"));
    }
}
