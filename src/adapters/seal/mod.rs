//! Sealing of personal data and keyed look-up hashes (DESIGN I11).
//!
//! Every case has its own random key; the key is kept wrapped under a master key, so
//! that destroying one small value makes a person's data unreadable everywhere.
//! Long values are packed before they are sealed. AES-256-GCM with random 96-bit nonces
//! (NIST SP 800-38D); look-ups are HMAC-SHA-256
//! under a subkey, so that nobody without the master key can try out NHS numbers.

mod case_key;
mod master_key;
mod packed;

use std::path::Path;

use aws_lc_rs::{digest, hmac, rand};

pub use case_key::{CaseKey, Unsealable};

use crate::domain::identifiers::CaseId;
use crate::problem::Problem;

/// The master key at work.
pub struct Seal {
    wrapping: CaseKey,
    lookup: hmac::Key,
}

impl Seal {
    /// Reads the master key file: 32 random bytes as 64 hexadecimal digits, readable by
    /// its owner only. Errors: WW-STO-006 (not readable), -007 (open to others), -008
    /// (not a key).
    pub fn open(path: &Path) -> Result<Self, Problem> {
        master_key::read(path).map(|key| Self::from_master(&key))
    }

    /// Makes a development master key file with mode 0600, or opens the one that is
    /// there.
    pub fn create_dev(path: &Path) -> Result<Self, Problem> {
        if !path.exists() {
            master_key::create(path)?;
        }
        Self::open(path)
    }

    /// A master key that is gone with the process: for tests and the demonstration.
    pub fn in_memory() -> Result<Self, Problem> {
        master_key::random().map(|key| Self::from_master(&key))
    }

    fn from_master(master: &[u8; 32]) -> Self {
        let master = hmac::Key::new(hmac::HMAC_SHA256, master);
        let subkey = |label: &str| to_array(hmac::sign(&master, label.as_bytes()).as_ref());
        Self {
            wrapping: CaseKey::from_bytes(&subkey("workwell-gateway/wrap/1")),
            lookup: hmac::Key::new(hmac::HMAC_SHA256, &subkey("workwell-gateway/lookup/1")),
        }
    }

    /// A new key for a case, and the same key wrapped for the store.
    pub fn new_case_key(&self, case: CaseId) -> Result<(CaseKey, Vec<u8>), Unsealable> {
        let mut bytes = [0u8; 32];
        rand::fill(&mut bytes).map_err(|_| Unsealable)?;
        let wrapped = self.wrapping.seal(&wrap_label(case), &bytes)?;
        Ok((CaseKey::from_bytes(&bytes), wrapped))
    }

    /// Unwraps the key of a case; fails for another case's key and another master key.
    pub fn unwrap_case_key(&self, case: CaseId, wrapped: &[u8]) -> Result<CaseKey, Unsealable> {
        let bytes = self.wrapping.open(&wrap_label(case), wrapped)?;
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| Unsealable)?;
        Ok(CaseKey::from_bytes(&bytes))
    }

    /// The keyed hash under which a value is looked up. `kind` keeps equal values of
    /// different kinds apart.
    pub fn lookup(&self, kind: &str, value: &str) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.lookup);
        context.update(kind.as_bytes());
        context.update(&[0]);
        context.update(value.as_bytes());
        to_array(context.sign().as_ref())
    }
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Seal")
    }
}

fn wrap_label(case: CaseId) -> String {
    format!("key/{case}")
}

/// SHA-256 over parts as they come.
pub struct Sha256(digest::Context);

impl Default for Sha256 {
    fn default() -> Self {
        Self(digest::Context::new(&digest::SHA256))
    }
}

impl Sha256 {
    /// Takes the next part.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all parts.
    pub fn finish(self) -> [u8; 32] {
        to_array(self.0.finish().as_ref())
    }
}

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    to_array(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

fn to_array(bytes: &[u8]) -> [u8; 32] {
    let mut array = [0u8; 32];
    array.copy_from_slice(bytes);
    array
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn case(number: u128) -> CaseId {
        CaseId::new(Uuid::from_u128(number))
    }

    #[test]
    fn a_wrapped_key_opens_what_it_sealed_for_its_own_case_only() {
        let seal = Seal::in_memory().expect("a random key");
        let (key, wrapped) = seal.new_case_key(case(1)).expect("a case key");
        let sealed = key.seal("case", b"Zebulon").expect("sealed");
        let again = seal.unwrap_case_key(case(1), &wrapped).expect("unwrapped");
        assert_eq!(again.open("case", &sealed), Ok(b"Zebulon".to_vec()));
        assert!(seal.unwrap_case_key(case(2), &wrapped).is_err());
        let other = Seal::in_memory().expect("a random key");
        assert!(other.unwrap_case_key(case(1), &wrapped).is_err());
    }

    #[test]
    fn a_look_up_depends_on_master_key_kind_and_value() {
        let seal = Seal::in_memory().expect("a random key");
        let hash = seal.lookup("nhs-number", "9990000018");
        assert_eq!(hash, seal.lookup("nhs-number", "9990000018"));
        assert_ne!(hash, seal.lookup("other", "9990000018"));
        assert_ne!(hash, seal.lookup("nhs-number", "9990000026"));
        let other = Seal::in_memory().expect("a random key");
        assert_ne!(hash, other.lookup("nhs-number", "9990000018"));
    }

    #[test]
    fn sha256_is_the_published_function() {
        // FIPS 180-4, message "abc".
        assert_eq!(
            hex(&sha256(b"abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
