//! The key of one case.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, MAX_TAG_LEN, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rand;

/// First byte of everything sealed, so that a later scheme can be told apart.
const SCHEME: u8 = 1;
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
    /// what the value is and where it belongs; it opens under the same place only.
    pub fn seal(&self, place: &str, plain: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let mut nonce = [0u8; NONCE_LEN];
        rand::fill(&mut nonce).map_err(|_| Unsealable)?;
        let mut sealed = Vec::with_capacity(HEAD + plain.len() + MAX_TAG_LEN);
        sealed.push(SCHEME);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = self
            .0
            .seal_in_place_separate_tag(nonce, Aad::from(place.as_bytes()), &mut sealed[HEAD..])
            .map_err(|_| Unsealable)?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    /// Opens what [`seal`](Self::seal) made.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let (head, body) = sealed.split_at_checked(HEAD).ok_or(Unsealable)?;
        if head[0] != SCHEME {
            return Err(Unsealable);
        }
        let nonce = Nonce::try_assume_unique_for_key(&head[1..]).map_err(|_| Unsealable)?;
        let mut plain = body.to_vec();
        let length = self
            .0
            .open_in_place(nonce, Aad::from(place.as_bytes()), &mut plain)
            .map_err(|_| Unsealable)?
            .len();
        plain.truncate(length);
        Ok(plain)
    }
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

    #[test]
    fn any_flipped_byte_and_any_cut_is_noticed() {
        let key = CaseKey::from_bytes(&[7; 32]);
        let sealed = key.seal("p", b"words").expect("sealed");
        for place in 0..sealed.len() {
            let mut wrong = sealed.clone();
            wrong[place] ^= 1;
            assert_eq!(key.open("p", &wrong), Err(Unsealable), "byte {place}");
            assert_eq!(key.open("p", &sealed[..place]), Err(Unsealable));
        }
    }

    #[test]
    fn the_same_words_are_never_sealed_alike() {
        let key = CaseKey::from_bytes(&[7; 32]);
        assert_ne!(key.seal("p", b"words"), key.seal("p", b"words"));
    }
}
