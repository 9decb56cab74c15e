//! Reads a published CSV file row by row, with its digest and its length.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use aws_lc_rs::digest::{Context, SHA256};

use crate::adapters::places::hex;
use crate::problem::Problem;
use crate::problem::area::places as entry;

/// How often progress is told, in rows.
const PAUSE: u64 = 10_000;

/// What was read of a file.
pub(super) struct Whole {
    /// The rows, a header included.
    pub rows: u64,
    /// SHA-256 over the file.
    pub sha256: String,
}

/// The name of a file without its folder.
pub(super) fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

/// Takes a row with its number.
pub(super) type Take<'a> = dyn FnMut(u64, &[&str]) -> Result<(), Vec<Problem>> + 'a;

/// Gives every row with its number, from 1. Cells that are not UTF-8 (older downloads are
/// Windows-1252 in names) come with a mark in place of what cannot be read.
pub(super) fn each(
    path: &Path,
    tell: &dyn Fn(&str, u64, u64),
    take: &mut Take<'_>,
) -> Result<Whole, Vec<Problem>> {
    let name = name(path);
    let fault = |what: String| {
        vec![
            Problem::new(&entry::UNREADABLE)
                .at(format!("{name}:1:1"))
                .with(what),
        ]
    };
    let of_io = |error: &io::Error| fault(format!("the file cannot be read ({})", error.kind()));
    let file = File::open(path).map_err(|error| of_io(&error))?;
    let length = file.metadata().map_err(|error| of_io(&error))?.len();
    let mut begin = Vec::new();
    let head = file.take(4).read_to_end(&mut begin);
    head.map_err(|error| of_io(&error))?;
    if let Some(what) = no_csv(&begin) {
        return Err(fault(what.to_owned()));
    }
    let file = File::open(path).map_err(|error| of_io(&error))?;
    let mut hashed = Hashed {
        file,
        hash: Context::new(&SHA256),
    };
    let mut rows = 0;
    {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(BufReader::with_capacity(1 << 16, &mut hashed));
        let mut record = csv::ByteRecord::new();
        loop {
            match reader.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(_) => return Err(fault(format!("line {}: no CSV", rows + 1))),
            }
            rows += 1;
            let lossy: Vec<_> = record.iter().map(String::from_utf8_lossy).collect();
            let cells: Vec<&str> = lossy.iter().map(AsRef::as_ref).collect();
            take(rows, &cells)?;
            if rows % PAUSE == 0 {
                let done = reader.position().byte().max(1);
                tell(&name, rows, rows.saturating_mul(length) / done);
            }
        }
    }
    if rows == 0 {
        return Err(fault("the file is empty".to_owned()));
    }
    Ok(Whole {
        rows,
        sha256: hex(hashed.hash.finish().as_ref()),
    })
}

fn no_csv(begin: &[u8]) -> Option<&'static str> {
    match begin {
        [b'P', b'K', ..] => Some("this is an archive or a workbook; unpack it, or save it as CSV"),
        [0x1f, 0x8b, ..] => Some("this is an archive; unpack it"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            Some("this is UTF-16 (\"Unicode text\"); give the file as it was published")
        }
        _ => None,
    }
}

/// Digests what passes through.
struct Hashed {
    file: File,
    hash: Context,
}

impl Read for Hashed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(into)?;
        self.hash.update(&into[..read]);
        Ok(read)
    }
}
