//! Member names in short: two numbers tell nearly all of them apart without their text, and
//! those of up to eight bytes, most of FHIR's, for certain.

/// A member name in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct NameKey {
    /// The bytes of a name of up to eight; of a longer one its first eight, those behind the
    /// first mixed with its last.
    word: u64,
    length: u32,
}

/// The longest name that its key holds whole.
const WHOLE: usize = 8;

impl NameKey {
    /// The key of a name.
    #[inline]
    pub(crate) fn of(name: &str) -> NameKey {
        NameKey::of_bytes(name.as_bytes())
    }

    /// The key of a name in UTF-8.
    #[inline]
    pub(crate) fn of_bytes(name: &[u8]) -> NameKey {
        NameKey {
            word: word_of(name),
            // Sources are shorter than 4 GiB.
            length: u32::try_from(name.len()).unwrap_or(u32::MAX),
        }
    }

    /// Whether names with this key are the same; of others the text has to be compared.
    pub(crate) fn is_whole(self) -> bool {
        self.length as usize <= WHOLE
    }

    /// How many bytes the name has.
    pub(crate) fn length(self) -> u32 {
        self.length
    }

    /// The name's first byte; 0 for the empty name.
    pub(crate) fn first_byte(self) -> u8 {
        self.word.to_le_bytes()[0]
    }

    /// A hash, for tables that only we fill: whoever chooses a name can make it collide.
    pub(crate) fn hash(self) -> u32 {
        let mixed = (self.word ^ u64::from(self.length)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> 32) as u32
    }
}

/// Up to eight bytes as they are, of more their first and last mixed.
#[inline]
pub(super) fn word_of(name: &[u8]) -> u64 {
    let length = name.len();
    if let (Some(first), Some(last)) = (name.first_chunk::<8>(), name.last_chunk::<8>()) {
        let first = u64::from_le_bytes(*first);
        let behind_first_byte = u64::from_le_bytes(*last) & !0xFF;
        return if length == WHOLE {
            first
        } else {
            first ^ behind_first_byte
        };
    }
    // Two overlapping halves give each byte at its place.
    if let (Some(first), Some(last)) = (name.first_chunk::<4>(), name.last_chunk::<4>()) {
        let last = u64::from(u32::from_le_bytes(*last)) << (8 * (length - 4));
        return u64::from(u32::from_le_bytes(*first)) | last;
    }
    let at = |place: usize| u64::from(name[place]) << (8 * place);
    match length {
        0 => 0,
        _ => at(0) | at(length / 2) | at(length - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_is_its_key_and_a_long_one_is_not() {
        let word = |name: &str| {
            let mut bytes = [0; 8];
            bytes[..name.len()].copy_from_slice(name.as_bytes());
            u64::from_le_bytes(bytes)
        };
        for name in [
            "", "a", "id", "url", "code", "value", "system", "fullUrl", "resource",
        ] {
            let key = NameKey::of(name);
            assert_eq!((key.word, key.length as usize), (word(name), name.len()));
            assert!(key.is_whole());
            assert_eq!(key.first_byte(), name.bytes().next().unwrap_or(0));
        }
        let (one, other) = (NameKey::of("medicationX"), NameKey::of("medicationY"));
        assert!(!one.is_whole() && one != other);
        assert_eq!(NameKey::of("_birthDate").first_byte(), b'_');
    }

    #[test]
    fn a_name_padded_with_zeros_is_another() {
        assert_ne!(NameKey::of("a"), NameKey::of("a\0"));
        assert_ne!(NameKey::of(""), NameKey::of("\0"));
    }
}
