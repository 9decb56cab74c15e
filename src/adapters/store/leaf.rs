//! The leaf hash of an audit row.
//!
//! SHA-256 over the byte 0x00 (a leaf, as RFC 6962 section 2.1 has it) and a canonical
//! encoding of the row, which an independent program can build from the columns:
//!
//! 1. the version of this encoding, one byte, 1;
//! 2. `at`, microseconds since 1970-01-01T00:00:00Z, eight bytes, big-endian, signed;
//! 3. `kind`, `actor`, `case_id`, `evidence`, `details`, each as its length in bytes
//!    (four bytes, big-endian) and its bytes; ids are their 16 bytes; an absent id has
//!    the length 0xFFFFFFFF and no bytes.
//!
//! The position (`seq`) is not in it: it is the leaf's place in the log.

use crate::adapters::seal::sha256;

/// The columns that are hashed.
pub(super) struct LeafColumns<'a> {
    pub(super) at: i64,
    pub(super) kind: &'a str,
    pub(super) actor: &'a str,
    pub(super) case_id: Option<&'a [u8; 16]>,
    pub(super) evidence: Option<&'a [u8; 16]>,
    pub(super) details: &'a str,
}

const LEAF: u8 = 0;
const ENCODING: u8 = 1;

pub(super) fn leaf_hash(row: &LeafColumns<'_>) -> [u8; 32] {
    let mut bytes = Vec::with_capacity(128 + row.details.len());
    bytes.extend_from_slice(&[LEAF, ENCODING]);
    bytes.extend_from_slice(&row.at.to_be_bytes());
    put(&mut bytes, Some(row.kind.as_bytes()));
    put(&mut bytes, Some(row.actor.as_bytes()));
    put(&mut bytes, row.case_id.map(<[u8; 16]>::as_slice));
    put(&mut bytes, row.evidence.map(<[u8; 16]>::as_slice));
    put(&mut bytes, Some(row.details.as_bytes()));
    sha256(&bytes)
}

fn put(bytes: &mut Vec<u8>, value: Option<&[u8]>) {
    let Some(value) = value else {
        bytes.extend_from_slice(&u32::MAX.to_be_bytes());
        return;
    };
    // A column of four gigabytes cannot be stored (SQLITE_MAX_LENGTH is 10^9).
    let length = u32::try_from(value.len()).unwrap_or(u32::MAX - 1);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> LeafColumns<'static> {
        LeafColumns {
            at: 1,
            kind: "case.read",
            actor: "gateway",
            case_id: None,
            evidence: None,
            details: "{}",
        }
    }

    #[test]
    fn the_encoding_is_the_documented_one() {
        let mut expected = vec![0, 1, 0, 0, 0, 0, 0, 0, 0, 1];
        expected.extend_from_slice(b"\0\0\0\x09case.read\0\0\0\x07gateway");
        expected.extend_from_slice(&[255; 8]);
        expected.extend_from_slice(b"\0\0\0\x02{}");
        assert_eq!(leaf_hash(&row()), sha256(&expected));
    }

    #[test]
    fn every_column_changes_the_hash() {
        let id = [0; 16];
        let others = [
            LeafColumns { at: 2, ..row() },
            LeafColumns {
                kind: "case.rea",
                actor: "dgateway",
                ..row()
            },
            LeafColumns {
                case_id: Some(&id),
                ..row()
            },
            LeafColumns {
                evidence: Some(&id),
                ..row()
            },
            LeafColumns {
                details: "{ }",
                ..row()
            },
        ];
        for other in others {
            assert_ne!(leaf_hash(&other), leaf_hash(&row()));
        }
    }
}
