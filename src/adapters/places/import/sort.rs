//! Sorts more rows than are held in memory: runs of bounded length are sorted and laid
//! aside, then read side by side.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Rows of `N` bytes, by their bytes.
pub(super) struct Sorter<const N: usize> {
    folder: PathBuf,
    run: Vec<[u8; N]>,
    longest: usize,
    laid_aside: Vec<File>,
}

impl<const N: usize> Sorter<N> {
    /// A sorter that holds at most `longest` rows and lays the others aside in `folder`, in
    /// files without a name.
    pub(super) fn new(folder: &Path, longest: usize) -> Self {
        Self {
            folder: folder.to_owned(),
            run: Vec::new(),
            longest,
            laid_aside: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, row: [u8; N]) -> io::Result<()> {
        self.run.push(row);
        if self.run.len() < self.longest {
            return Ok(());
        }
        self.run.sort_unstable();
        let mut out = BufWriter::new(tempfile::tempfile_in(&self.folder)?);
        for row in self.run.drain(..) {
            out.write_all(&row)?;
        }
        let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        self.laid_aside.push(file);
        Ok(())
    }

    /// Gives every row in order.
    pub(super) fn each(
        mut self,
        take: &mut dyn FnMut(&[u8; N]) -> io::Result<()>,
    ) -> io::Result<()> {
        self.run.sort_unstable();
        let mut last = self.run.iter();
        let mut runs: Vec<BufReader<File>> =
            self.laid_aside.into_iter().map(BufReader::new).collect();
        let in_memory = runs.len();
        let mut next = |number: usize| -> io::Result<Option<[u8; N]>> {
            match runs.get_mut(number) {
                None => Ok(last.next().copied()),
                Some(run) => row(run),
            }
        };
        let mut heads = BinaryHeap::new();
        for number in 0..=in_memory {
            heads.extend(next(number)?.map(|row| Reverse((row, number))));
        }
        while let Some(Reverse((row, number))) = heads.pop() {
            take(&row)?;
            heads.extend(next(number)?.map(|row| Reverse((row, number))));
        }
        Ok(())
    }
}

fn row<const N: usize>(run: &mut BufReader<File>) -> io::Result<Option<[u8; N]>> {
    let mut row = [0; N];
    match run.read_exact(&mut row) {
        Ok(()) => Ok(Some(row)),
        // Whole rows were written, so that a run ends between two of them.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn rows_come_back_sorted_whatever_is_held_in_memory(
            rows in prop::collection::vec(any::<[u8; 3]>(), 0..300),
            longest in 1_usize..50,
        ) {
            let folder = tempfile::tempdir().expect("a folder");
            let mut sorter = Sorter::new(folder.path(), longest);
            for row in &rows {
                sorter.add(*row).expect("a place to write");
                prop_assert!(sorter.run.len() < longest);
            }
            let mut found = Vec::new();
            let each = sorter.each(&mut |row| {
                found.push(*row);
                Ok(())
            });
            each.expect("readable runs");
            let mut expected = rows;
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
