//! The records of one CSV text. The automaton that takes them apart is built once a thread:
//! built for each file it took half of the time in which an area is loaded. It is set back
//! and never cloned: a clone of `csv_core` 0.1.13 lacks half of the automaton and reads for
//! ever.

use std::cell::RefCell;

use csv_core::{ReadRecordResult, Reader};

thread_local! {
    static READER: RefCell<Reader> = RefCell::new(Reader::new());
}

/// One record.
pub(super) struct Record {
    /// The byte from which it was read; blank lines before it are behind this byte.
    pub(super) begin: usize,
    /// The cells without the blanks around them.
    pub(super) cells: Vec<String>,
}

/// Every record of a text. CSV has no faults of its own: whatever the quotes, there is a
/// reading; quotes that are not closed are told before ([`super::quotes`]).
pub(super) fn records(text: &str) -> Vec<Record> {
    READER.with_borrow_mut(|reader| {
        reader.reset();
        read(reader, text.as_bytes())
    })
}

fn read(reader: &mut Reader, text: &[u8]) -> Vec<Record> {
    let mut records = Vec::new();
    // Cells of a row, and bytes of them, at first sight: both grow.
    let (mut ends, mut bytes) = (vec![0; 16], vec![0; 256]);
    let (mut at, mut begin) = (0, 0);
    let (mut filled, mut count) = (0, 0);
    loop {
        let (result, taken, wrote, ended) =
            reader.read_record(&text[at..], &mut bytes[filled..], &mut ends[count..]);
        at += taken;
        filled += wrote;
        count += ended;
        match result {
            // Asked again, the reader is told that there is no more.
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::OutputFull => bytes.resize(bytes.len() * 2, 0),
            ReadRecordResult::OutputEndsFull => ends.resize(ends.len() * 2, 0),
            ReadRecordResult::Record => {
                let cells = cells(&bytes, &ends[..count]);
                records.push(Record { begin, cells });
                (begin, filled, count) = (at, 0, 0);
            }
            ReadRecordResult::End => return records,
        }
    }
}

fn cells(bytes: &[u8], ends: &[usize]) -> Vec<String> {
    let begins = std::iter::once(&0).chain(ends);
    let cells = begins.zip(ends).map(|(begin, end)| {
        // Cells of a text part at ASCII characters: each is text.
        let text = std::str::from_utf8(&bytes[*begin..*end]);
        text.unwrap_or_default().trim().to_owned()
    });
    cells.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Found = Vec<(usize, Vec<String>)>;

    fn ours(text: &str) -> Found {
        let records = records(text).into_iter();
        records.map(|found| (found.begin, found.cells)).collect()
    }

    fn the_librarys(text: &str) -> Found {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let records = reader.records().map(|record| record.expect("text"));
        let begin = |record: &csv::StringRecord| record.position().map_or(0, csv::Position::byte);
        records
            .map(|record| {
                let begin = usize::try_from(begin(&record)).expect("short");
                let cells = record.iter().map(|cell| cell.trim().to_owned());
                (begin, cells.collect())
            })
            .collect()
    }

    #[test]
    fn long_cells_and_many_of_them_are_read_whole() {
        let text = format!("{}\"{}\"\r\n\r\nx,é", "a,".repeat(100), "b\n".repeat(1_000));
        let found = ours(&text);
        assert_eq!(found, the_librarys(&text));
        assert_eq!(found[0].1.len(), 101);
    }

    #[test]
    fn a_table_that_ends_within_quotes_spoils_no_table_after_it() {
        assert_eq!(
            ours("a,\"b\nc"),
            [(0, vec!["a".to_owned(), "b\nc".to_owned()])]
        );
        assert_eq!(ours("d\n"), [(0, vec!["d".to_owned()])]);
    }

    proptest! {
        #[test]
        fn any_text_gives_the_records_that_the_library_reads(
            text in "\u{feff}?[a,\"\r\n é]{0,80}"
        ) {
            prop_assert_eq!(ours(&text), the_librarys(&text));
        }
    }
}
