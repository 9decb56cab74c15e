//! Secrets of destinations: read from files, never shown (DESIGN I8).

use std::fmt;
use std::path::Path;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::problem::{Problem, area::channel};

/// A bearer token.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes a token: one line of visible ASCII; white space around it is dropped.
    ///
    /// Errors: `WW-DLV-012`, never with any of the token.
    pub fn new(text: &str) -> Result<Self, Problem> {
        let token = text.trim();
        if token.is_empty() {
            return Err(unusable("it is empty"));
        }
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(unusable("it is not one line of visible ASCII"));
        }
        Ok(Self(token.to_owned()))
    }

    /// Reads a token from a file. Errors: `WW-DLV-012` at the file's path.
    pub fn read(path: &Path) -> Result<Self, Problem> {
        read(path, Self::new)
    }

    /// The token itself, for the header of one request only.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[secret]")
    }
}

/// The keys that a webhook is signed with: one, or two while the secret is being
/// changed, so that the receiver can accept either (Standard Webhooks, signature scheme).
#[derive(Clone)]
pub struct SigningKeys(Vec<hmac::Key>);

const PREFIX: &str = "whsec_";
/// Bytes of a secret (Standard Webhooks, signature scheme).
const SECRET_LENGTH: std::ops::RangeInclusive<usize> = 24..=64;
const MOST_KEYS: usize = 2;

impl SigningKeys {
    /// Takes `whsec_<base64>`, one a line, at most two.
    ///
    /// Errors: `WW-DLV-012`, never with any of the secret.
    pub fn new(text: &str) -> Result<Self, Problem> {
        let lines: Vec<&str> = text.split_whitespace().collect();
        if lines.is_empty() {
            return Err(unusable("it is empty"));
        }
        if lines.len() > MOST_KEYS {
            return Err(unusable("it has more than two lines"));
        }
        let keys: Result<Vec<hmac::Key>, Problem> = lines.into_iter().map(key).collect();
        Ok(Self(keys?))
    }

    /// Reads the keys from a file. Errors: `WW-DLV-012` at the file's path.
    pub fn read(path: &Path) -> Result<Self, Problem> {
        read(path, Self::new)
    }

    /// The value of `webhook-signature`: `v1,<base64>` for each key, separated by spaces.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let signatures: Vec<String> = self
            .0
            .iter()
            .map(|key| {
                let mut context = hmac::Context::with_key(key);
                context.update(format!("{id}.{timestamp}.").as_bytes());
                context.update(body);
                format!("v1,{}", STANDARD.encode(context.sign().as_ref()))
            })
            .collect();
        signatures.join(" ")
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[secret]")
    }
}

fn key(line: &str) -> Result<hmac::Key, Problem> {
    let encoded = line
        .strip_prefix(PREFIX)
        .ok_or_else(|| unusable("a line does not begin with whsec_"))?;
    let bytes = STANDARD
        .decode(encoded)
        .map_err(|_| unusable("what follows whsec_ is not Base64"))?;
    if !SECRET_LENGTH.contains(&bytes.len()) {
        return Err(unusable("a secret is not 24 to 64 bytes long"));
    }
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

fn read<T>(path: &Path, take: impl Fn(&str) -> Result<T, Problem>) -> Result<T, Problem> {
    std::fs::read_to_string(path)
        .map_err(|error| unusable(&format!("it cannot be read ({})", error.kind())))
        .and_then(|text| take(&text))
        .map_err(|problem| problem.at(path.display().to_string()))
}

fn unusable(why: &str) -> Problem {
    Problem::new(&channel::SECRET).with(why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::digest;

    const PUBLISHED: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    /// HMAC by its definition (RFC 2104), with nothing but SHA-256.
    fn hmac_by_hand(key: &[u8], message: &[u8]) -> Vec<u8> {
        let mut block = [0u8; 64];
        block[..key.len()].copy_from_slice(key);
        let hash = |pad: u8, rest: &[u8]| {
            let mut input: Vec<u8> = block.iter().map(|byte| byte ^ pad).collect();
            input.extend_from_slice(rest);
            digest::digest(&digest::SHA256, &input).as_ref().to_vec()
        };
        hash(0x5c, &hash(0x36, message))
    }

    #[test]
    fn the_signature_is_the_one_of_the_standards_own_example() {
        let keys = SigningKeys::new(PUBLISHED).expect("the example's secret");
        assert_eq!(
            keys.sign(
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1_614_265_330,
                br#"{"test": 2432232314}"#
            ),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn two_secrets_give_two_signatures_and_each_verifies_by_hand() {
        let secrets = [[7u8; 24], [9u8; 24]];
        let text: Vec<String> = secrets
            .iter()
            .map(|secret| format!("whsec_{}", STANDARD.encode(secret)))
            .collect();
        let keys = SigningKeys::new(&text.join("\n")).expect("two secrets");
        let expected: Vec<String> = secrets
            .iter()
            .map(|secret| hmac_by_hand(secret, b"id.12.body"))
            .map(|signature| format!("v1,{}", STANDARD.encode(signature)))
            .collect();
        assert_eq!(keys.sign("id", 12, b"body"), expected.join(" "));
    }

    #[test]
    fn a_wrong_secret_is_named_by_its_fault_and_never_shown() {
        let short = format!("whsec_{}", STANDARD.encode([1u8; 8]));
        let three = [PUBLISHED; 3].join("\n");
        for (text, fault) in [
            ("", "empty"),
            ("hunter2hunter2hunter2", "whsec_"),
            ("whsec_hunter2!", "Base64"),
            (short.as_str(), "24 to 64"),
            (three.as_str(), "two lines"),
        ] {
            let problem = SigningKeys::new(text).expect_err(fault).to_string();
            assert!(problem.contains(fault), "{problem}");
            assert!(!problem.contains("hunter2"), "{problem}");
        }
        assert!(Secret::new("two words").is_err());
    }

    #[test]
    fn a_secret_is_read_from_its_file_and_shows_nothing_of_itself() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("token");
        std::fs::write(&path, "abc123\n").expect("written");
        let secret = Secret::read(&path).expect("a token");
        assert_eq!(secret.expose(), "abc123");
        assert_eq!(format!("{secret:?}"), "[secret]");

        let missing = Secret::read(&folder.path().join("absent")).expect_err("no file");
        assert_eq!(missing.entry.code, "WW-DLV-012");
        assert!(missing.path.is_some_and(|path| path.ends_with("absent")));
    }
}
