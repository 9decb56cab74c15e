//! Writes a place file beside its place and puts it there as one step.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use aws_lc_rs::digest::{Context, SHA256, digest};
use tempfile::NamedTempFile;

use super::{BEGIN, BLOCK, END, Head, LONGEST_KEY};
use crate::adapters::places::hex;

/// A place file in the making. Nothing is seen of it until it is finished.
pub(in crate::adapters::places) struct Writer {
    out: BufWriter<NamedTempFile>,
    hash: Context,
    at: u64,
    block: Vec<u8>,
    index: Vec<u8>,
    last: Vec<u8>,
    entries: u64,
}

impl Writer {
    /// Begins a file in the folder where it will stand: only so is putting it there one
    /// step.
    pub(in crate::adapters::places) fn begin(folder: &Path) -> io::Result<Self> {
        let out = tempfile::Builder::new()
            .prefix(".places-")
            .tempfile_in(folder)?;
        let mut writer = Self {
            out: BufWriter::new(out),
            hash: Context::new(&SHA256),
            at: 0,
            block: Vec::with_capacity(BLOCK + 256),
            index: Vec::new(),
            last: Vec::new(),
            entries: 0,
        };
        writer.put(BEGIN)?;
        Ok(writer)
    }

    /// Adds an entry; the keys must grow.
    pub(in crate::adapters::places) fn add(&mut self, key: &[u8], value: &[u8]) -> io::Result<()> {
        let fault = |what| io::Error::new(io::ErrorKind::InvalidInput, what);
        if key.is_empty() || key.len() > LONGEST_KEY || (self.entries > 0 && key <= &self.last[..])
        {
            return Err(fault("the keys do not grow"));
        }
        let length = u16::try_from(value.len()).map_err(|_| fault("a value is too long"))?;
        if self.block.is_empty() {
            self.index.extend(self.at.to_le_bytes());
            self.index.push(short(key.len()));
            self.index.extend(key);
        }
        self.block.push(short(key.len()));
        self.block.extend(key);
        self.block.extend(length.to_le_bytes());
        self.block.extend(value);
        self.last.clear();
        self.last.extend(key);
        self.entries += 1;
        if self.block.len() >= BLOCK {
            self.close_block()?;
        }
        Ok(())
    }

    /// Writes the rest and puts the file in its place; durable when it returns.
    pub(in crate::adapters::places) fn finish(mut self, head: Head, to: &Path) -> io::Result<Head> {
        self.close_block()?;
        let index_at = self.at;
        let index = std::mem::take(&mut self.index);
        self.put(&index)?;
        let head = Head {
            entries: self.entries,
            index_at,
            sha256: hex(self.hash.finish().as_ref()),
            ..head
        };
        let text = serde_json::to_vec(&head)?;
        let length = u32::try_from(text.len()).map_err(io::Error::other)?;
        let mut out = self.out;
        out.write_all(&text)?;
        out.write_all(digest(&SHA256, &text).as_ref())?;
        out.write_all(&length.to_le_bytes())?;
        out.write_all(END)?;
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        // Public data: whoever runs the gateway reads it, whoever imported it.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let open = std::fs::Permissions::from_mode(0o644);
            file.as_file().set_permissions(open)?;
        }
        file.persist(to).map_err(|error| error.error)?;
        if let Some(folder) = to.parent() {
            // The new name is durable with its folder.
            std::fs::File::open(folder)?.sync_all()?;
        }
        Ok(head)
    }

    fn close_block(&mut self) -> io::Result<()> {
        let block = std::mem::take(&mut self.block);
        self.put(&block)?;
        self.block = block;
        self.block.clear();
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.at += bytes.len() as u64;
        self.out.write_all(bytes)
    }
}

/// A key's length; [`Writer::add`] has seen that it is short.
fn short(length: usize) -> u8 {
    u8::try_from(length).unwrap_or(u8::MAX)
}
