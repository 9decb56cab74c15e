//! Looks a key up in a place file.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;

use aws_lc_rs::digest::{Context, SHA256, digest};

use super::{BEGIN, END, Head, LONGEST_HEAD, LONGEST_KEY, TAIL};
use crate::adapters::places::hex;

/// An open place file. It stays readable when a new one is put in its place.
#[derive(Debug)]
pub(in crate::adapters::places) struct Table {
    file: File,
    head: Head,
    index: Vec<Block>,
}

/// Where a block begins, and its first key filled with zeros.
#[derive(Clone, Copy, Debug)]
struct Block {
    key: [u8; LONGEST_KEY],
    at: u64,
}

impl Table {
    /// Opens a file of this kind and version; the blocks are read when they are needed.
    pub(in crate::adapters::places) fn open(
        path: &Path,
        kind: &str,
        version: u32,
    ) -> Result<Self, Damage> {
        let file = File::open(path).map_err(|error| Damage::Io(error.kind()))?;
        let length = file.metadata().map_err(Damage::of)?.len();
        let mut begin = [0; BEGIN.len()];
        let least = (BEGIN.len() + TAIL) as u64;
        if length < least {
            return Err(Damage::Cut);
        }
        file.read_exact_at(&mut begin, 0).map_err(Damage::of)?;
        if &begin != BEGIN {
            return Err(Damage::NotOurs);
        }
        let (head, head_at) = head(&file, length)?;
        if head.kind != kind || head.version != version {
            return Err(Damage::OtherVersion);
        }
        let index = index(&file, &head, head_at)?;
        Ok(Self { file, head, index })
    }

    /// What the file says of itself.
    pub(in crate::adapters::places) const fn head(&self) -> &Head {
        &self.head
    }

    /// The value of a key.
    pub(in crate::adapters::places) fn find(&self, key: &[u8]) -> io::Result<Option<Vec<u8>>> {
        let Some(sought) = filled(key) else {
            return Ok(None);
        };
        let after = self.index.partition_point(|block| block.key <= sought);
        let Some(number) = after.checked_sub(1) else {
            return Ok(None);
        };
        let block = self.block(number)?;
        let mut rest = &block[..];
        while let Some((found, value)) = entry(&mut rest)? {
            if found == key {
                return Ok(Some(value.to_vec()));
            }
            if found > key {
                break;
            }
        }
        Ok(None)
    }

    /// Every entry in the order of its key.
    pub(in crate::adapters::places) fn each(
        &self,
        mut take: impl FnMut(&[u8], &[u8]),
    ) -> io::Result<()> {
        for number in 0..self.index.len() {
            let block = self.block(number)?;
            let mut rest = &block[..];
            while let Some((key, value)) = entry(&mut rest)? {
                take(key, value);
            }
        }
        Ok(())
    }

    /// Reads everything: the digest, the order of the keys and their number.
    pub(in crate::adapters::places) fn verify(&self) -> Result<(), Damage> {
        let mut hash = Context::new(&SHA256);
        let end = self.index_end()?;
        let mut at = 0;
        let mut piece = vec![0; 1 << 16];
        while at < end {
            let length = usize::try_from((end - at).min(1 << 16)).unwrap_or(1 << 16);
            let piece = &mut piece[..length];
            self.file.read_exact_at(piece, at).map_err(Damage::of)?;
            hash.update(piece);
            at += length as u64;
        }
        if hex(hash.finish().as_ref()) != self.head.sha256 {
            return Err(Damage::Changed);
        }
        let mut entries = 0;
        let mut last: Vec<u8> = Vec::new();
        for number in 0..self.index.len() {
            let block = self.block(number).map_err(Damage::of)?;
            let mut rest = &block[..];
            while let Some((key, _)) = entry(&mut rest).map_err(Damage::of)? {
                if key <= &last[..] {
                    return Err(Damage::Changed);
                }
                last = key.to_vec();
                entries += 1;
            }
        }
        if entries == self.head.entries {
            return Ok(());
        }
        Err(Damage::Changed)
    }

    fn index_end(&self) -> Result<u64, Damage> {
        let length = self.file.metadata().map_err(Damage::of)?.len();
        head(&self.file, length).map(|(_, head_at)| head_at)
    }

    fn block(&self, number: usize) -> io::Result<Vec<u8>> {
        let begin = self.index[number].at;
        let end = self
            .index
            .get(number + 1)
            .map_or(self.head.index_at, |b| b.at);
        let length = usize::try_from(end.saturating_sub(begin)).map_err(io::Error::other)?;
        let mut block = vec![0; length];
        self.file.read_exact_at(&mut block, begin)?;
        Ok(block)
    }
}

/// Why a place file cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::adapters::places) enum Damage {
    /// The system does not give it.
    Io(io::ErrorKind),
    /// It is no place file.
    NotOurs,
    /// Its end is missing.
    Cut,
    /// Its bytes are not those that were written.
    Changed,
    /// Another version of this program wrote it.
    OtherVersion,
}

impl Damage {
    #[expect(clippy::needless_pass_by_value, reason = "for map_err")]
    fn of(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData => Self::Cut,
            kind => Self::Io(kind),
        }
    }

    /// In words.
    pub(in crate::adapters::places) fn says(self) -> String {
        match self {
            Self::Io(kind) => format!("the file cannot be read ({kind})"),
            Self::NotOurs => "this is no place file".to_owned(),
            Self::Cut => "the file was cut".to_owned(),
            Self::Changed => "the bytes are not those that were written".to_owned(),
            Self::OtherVersion => "another version of the gateway wrote it".to_owned(),
        }
    }
}

/// The head, and where it begins.
fn head(file: &File, length: u64) -> Result<(Head, u64), Damage> {
    let mut tail = [0; TAIL];
    let tail_at = length.checked_sub(TAIL as u64).ok_or(Damage::Cut)?;
    file.read_exact_at(&mut tail, tail_at).map_err(Damage::of)?;
    let (sum, rest) = tail.split_at(32);
    let (size, end) = rest.split_at(4);
    if end != END {
        return Err(Damage::Cut);
    }
    let size = u32::from_le_bytes(size.try_into().map_err(|_| Damage::Cut)?);
    let fits = usize::try_from(size).is_ok_and(|size| size <= LONGEST_HEAD);
    let head_at = tail_at
        .checked_sub(u64::from(size))
        .filter(|_| fits)
        .ok_or(Damage::Changed)?;
    let mut text = vec![0; usize::try_from(size).unwrap_or(0)];
    file.read_exact_at(&mut text, head_at).map_err(Damage::of)?;
    if digest(&SHA256, &text).as_ref() != sum {
        return Err(Damage::Changed);
    }
    let head: Head = serde_json::from_slice(&text).map_err(|_| Damage::OtherVersion)?;
    Ok((head, head_at))
}

fn index(file: &File, head: &Head, end: u64) -> Result<Vec<Block>, Damage> {
    let length = end.checked_sub(head.index_at).ok_or(Damage::Changed)?;
    let mut reader = BufReader::new(Part {
        file,
        begin: head.index_at,
        end,
    });
    let mut blocks: Vec<Block> = Vec::new();
    let mut left = length;
    while left > 0 {
        let mut at = [0; 8];
        let mut size = [0; 1];
        reader.read_exact(&mut at).map_err(Damage::of)?;
        reader.read_exact(&mut size).map_err(Damage::of)?;
        let size = usize::from(size[0]);
        let mut key = [0; LONGEST_KEY];
        let into = key.get_mut(..size).ok_or(Damage::Changed)?;
        reader.read_exact(into).map_err(Damage::of)?;
        let block = Block {
            key,
            at: u64::from_le_bytes(at),
        };
        let last = blocks.last();
        let is_after = last.is_none_or(|last| last.at < block.at && last.key < block.key);
        if !is_after || block.at >= head.index_at {
            return Err(Damage::Changed);
        }
        blocks.push(block);
        left = left.saturating_sub(9 + size as u64);
    }
    blocks.shrink_to_fit();
    Ok(blocks)
}

/// A part of a file, from a place of its own: look-ups share the file.
struct Part<'a> {
    file: &'a File,
    begin: u64,
    end: u64,
}

impl Read for Part<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.begin).unwrap_or(usize::MAX);
        let length = into.len().min(left);
        let read = self.file.read_at(&mut into[..length], self.begin)?;
        self.begin += read as u64;
        Ok(read)
    }
}

fn filled(key: &[u8]) -> Option<[u8; LONGEST_KEY]> {
    let mut filled = [0; LONGEST_KEY];
    filled.get_mut(..key.len())?.copy_from_slice(key);
    Some(filled)
}

/// The next entry of a block.
fn entry<'a>(rest: &mut &'a [u8]) -> io::Result<Option<(&'a [u8], &'a [u8])>> {
    let Some((size, after)) = rest.split_first() else {
        return Ok(None);
    };
    let cut = || io::Error::from(io::ErrorKind::InvalidData);
    let (key, after) = after.split_at_checked(usize::from(*size)).ok_or_else(cut)?;
    let (length, after) = after.split_at_checked(2).ok_or_else(cut)?;
    let length = u16::from_le_bytes([length[0], length[1]]);
    let (value, after) = after
        .split_at_checked(usize::from(length))
        .ok_or_else(cut)?;
    *rest = after;
    Ok(Some((key, value)))
}
