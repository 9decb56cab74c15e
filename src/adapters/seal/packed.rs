//! Long values are made short before they are sealed.
//!
//! A referral repeats the same few addresses and member names: LZ4 leaves about a third
//! of it, and every page that is not written is not summed, synced and copied twice.
//! What is sealed tells its length, as it did before; now of the packed value.

use std::cell::RefCell;

use lz4_flex::block::{
    CompressTable, compress_into_with_table, decompress_into, get_maximum_output_size,
};

/// Shorter values are left alone: pages are written, not bytes, and what is shorter than a page
/// seldom saves one. Of a usual referral the message is packed; case, payload and trace, which
/// cost as much again, would only have left their pages emptier.
const WORTH_IT: usize = 4096;
/// No value of ours comes near this. A longer one is kept as it is, and a packed value
/// that says it is longer is not opened.
const MOST: usize = 64 * 1024 * 1024;
/// The length of the plain value, four bytes, big-endian.
const HEAD: usize = 4;

/// What the packing of one value needs and leaves to the next of the same thread.
#[derive(Default)]
struct Bench {
    room: Vec<u8>,
    table: CompressTable,
}

/// Room beyond this is given back: one long letter is no reason to keep it.
const KEPT: usize = 128 * 1024;

thread_local! {
    static BENCH: RefCell<Bench> = RefCell::default();
}

/// The value with its length before it, packed as one LZ4 block; `None` where that is
/// not shorter.
pub(super) fn pack(plain: &[u8]) -> Option<Vec<u8>> {
    if !(WORTH_IT..=MOST).contains(&plain.len()) {
        return None;
    }
    let length = u32::try_from(plain.len()).ok()?;
    BENCH.with_borrow_mut(|bench| {
        let Bench { room, table } = bench;
        let most = get_maximum_output_size(plain.len());
        if room.len() < most {
            room.resize(most, 0);
        }
        let written = compress_into_with_table(plain, room, table).ok()?;
        let packed = (HEAD + written < plain.len())
            .then(|| [&length.to_be_bytes(), &room[..written]].concat());
        room.truncate(KEPT);
        room.shrink_to(KEPT);
        packed
    })
}

/// The value that [`pack`] packed; `None` for anything else. No more room is taken than
/// the value says it needs, and never more than 64 MiB.
pub(super) fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let (head, block) = packed.split_first_chunk::<HEAD>()?;
    let length = usize::try_from(u32::from_be_bytes(*head)).ok()?;
    // One byte of a block stands for 255 at most.
    if length > MOST || length / 255 > block.len() {
        return None;
    }
    let mut plain = vec![0; length];
    let written = decompress_into(block, &mut plain).ok()?;
    (written == length).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long() -> Vec<u8> {
        let line = |number: usize| format!("{{\"system\":\"urn:example\",\"value\":\"{number}\"}}");
        (0..200).map(line).collect::<String>().into_bytes()
    }

    #[test]
    fn a_long_value_becomes_shorter_and_comes_back_as_it_was() {
        let plain = long();
        let packed = pack(&plain).expect("it repeats itself");
        assert!(packed.len() < plain.len() / 2, "{}", packed.len());
        assert_eq!(unpack(&packed), Some(plain));
    }

    #[test]
    fn what_would_not_become_shorter_is_left_alone() {
        assert_eq!(pack(b""), None);
        assert_eq!(pack(&[7; WORTH_IT - 1]), None);
        assert!(pack(&[7; WORTH_IT]).is_some());
        let noise = crate::adapters::seal::sha256(b"a");
        let noise: Vec<u8> = (0..=255u8)
            .flat_map(|n| crate::adapters::seal::sha256(&[noise[usize::from(n % 32)], n]))
            .collect();
        assert!(noise.len() > WORTH_IT);
        assert_eq!(pack(&noise), None);
    }

    #[test]
    fn a_block_that_grows_beyond_what_it_says_or_beyond_the_cap_is_not_opened() {
        let plain = vec![7; 1_000_000];
        let packed = pack(&plain).expect("it repeats itself");
        assert!(packed.len() < 5_000, "one byte stands for many");
        let saying = |length: u32| {
            let mut wrong = packed.clone();
            wrong[..HEAD].copy_from_slice(&length.to_be_bytes());
            unpack(&wrong)
        };
        assert_eq!(saying(1_000_000), Some(plain));
        for wrong in [0, 999_999, 1_000_001, 2_000_000, 67_108_865, u32::MAX] {
            assert_eq!(saying(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_cut_block_is_not_opened() {
        let packed = pack(&long()).expect("it repeats itself");
        for end in 0..packed.len() {
            assert_eq!(unpack(&packed[..end]), None, "{end}");
        }
    }
}
