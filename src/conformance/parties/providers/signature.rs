//! Verifying a webhook by the Standard Webhooks convention: `webhook-id`,
//! `webhook-timestamp` and a list of `v1,<base64>` signatures over
//! `id.timestamp.body` (HMAC-SHA256).

use aws_lc_rs::hmac;
use base64::{Engine, prelude::BASE64_STANDARD};

/// How far a timestamp may be away, seconds.
const TOLERANCE_SECONDS: u64 = 300;

/// Why a call is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// One of the three headers is missing or malformed.
    Headers,
    /// The timestamp is more than five minutes away.
    Timestamp,
    /// No signature of the list is right.
    Signature,
}

/// The three headers as they came.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// `webhook-id`.
    pub id: &'a str,
    /// `webhook-timestamp`, Unix seconds.
    pub timestamp: &'a str,
    /// `webhook-signature`: one or more, separated by spaces.
    pub signatures: &'a str,
}

/// Verifies a body. `secret` is `whsec_` and base64; `now` is in Unix seconds.
pub fn verify(secret: &str, signed: Signed<'_>, body: &[u8], now: i64) -> Result<(), Doubt> {
    let key = key(secret).ok_or(Doubt::Headers)?;
    let sent: i64 = signed.timestamp.parse().map_err(|_| Doubt::Headers)?;
    if signed.id.is_empty() || signed.signatures.is_empty() {
        return Err(Doubt::Headers);
    }
    if now.abs_diff(sent) > TOLERANCE_SECONDS {
        return Err(Doubt::Timestamp);
    }
    let content = content(signed.id, signed.timestamp, body);
    let right = signed
        .signatures
        .split(' ')
        .filter_map(|signature| signature.strip_prefix("v1,"))
        .filter_map(|signature| BASE64_STANDARD.decode(signature).ok())
        .any(|tag| hmac::verify(&key, &content, &tag).is_ok());
    if right { Ok(()) } else { Err(Doubt::Signature) }
}

/// Signs a body as a sender would; tests and the harness use it.
pub fn sign(secret: &str, id: &str, timestamp: &str, body: &[u8]) -> Option<String> {
    let tag = hmac::sign(&key(secret)?, &content(id, timestamp, body));
    Some(format!("v1,{}", BASE64_STANDARD.encode(tag)))
}

/// A secret that nobody else has: `whsec_` and 32 random bytes.
pub fn new_secret() -> String {
    let bytes = [
        uuid::Uuid::new_v4().into_bytes(),
        uuid::Uuid::new_v4().into_bytes(),
    ]
    .concat();
    format!("whsec_{}", BASE64_STANDARD.encode(bytes))
}

fn key(secret: &str) -> Option<hmac::Key> {
    let bytes = BASE64_STANDARD
        .decode(secret.strip_prefix("whsec_")?)
        .ok()?;
    Some(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

fn content(id: &str, timestamp: &str, body: &[u8]) -> Vec<u8> {
    [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_d29ya3dlbGwtdGVzdC1zZWNyZXQtMDAwMDAwMDE=";

    fn judge(secret: &str, timestamp: &str, body: &[u8], now: i64) -> Result<(), Doubt> {
        let signature =
            sign(SECRET, "evt-1", "1790000000", b"{}").expect("a secret of the right shape");
        let signatures = format!("v1,AAAA v2,zzz {signature}");
        let signed = Signed {
            id: "evt-1",
            timestamp,
            signatures: &signatures,
        };
        verify(secret, signed, body, now)
    }

    #[test]
    fn a_right_signature_among_others_is_believed() {
        assert_eq!(judge(SECRET, "1790000000", b"{}", 1_790_000_299), Ok(()));
    }

    #[test]
    fn the_signature_is_the_one_another_implementation_computes() {
        // HMAC-SHA256 over "evt-1.1790000000.{}", computed with another program.
        assert_eq!(
            sign(SECRET, "evt-1", "1790000000", b"{}").as_deref(),
            Some("v1,uCgVLsXpIiQxDbj/xiR5LNi4sMc6rVsyp8iZUEXtXNM=")
        );
    }

    #[test]
    fn another_body_secret_time_or_header_is_not() {
        assert_eq!(
            judge(SECRET, "1790000000", b"{ }", 1_790_000_000),
            Err(Doubt::Signature)
        );
        assert_eq!(
            judge(&new_secret(), "1790000000", b"{}", 1_790_000_000),
            Err(Doubt::Signature)
        );
        assert_eq!(
            judge(SECRET, "1790000000", b"{}", 1_790_000_301),
            Err(Doubt::Timestamp)
        );
        assert_eq!(
            judge(SECRET, "1790000001", b"{}", 1_790_000_000),
            Err(Doubt::Signature)
        );
        assert_eq!(
            judge(SECRET, "soon", b"{}", 1_790_000_000),
            Err(Doubt::Headers)
        );
    }
}
