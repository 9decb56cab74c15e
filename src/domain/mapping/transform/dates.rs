//! Dates in a provider's own pattern.

use std::fmt::Write as _;

use jiff::civil::Date;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

enum Piece {
    /// Four digits.
    Year,
    /// Two digits, three letters or the whole name, by the number of letters.
    Month(usize),
    /// Two digits.
    Day,
    Mark(char),
}

/// Whether a text is a pattern: `yyyy` once, at most one of `mm`, `mmm` and `mmmm`, `dd` only
/// beside a month, and nothing but marks between them. A year of two digits is no pattern:
/// it names two centuries.
pub fn is_date_pattern(pattern: &str) -> bool {
    let Some(pieces) = pieces(pattern) else {
        return false;
    };
    let count = |wanted: fn(&Piece) -> bool| pieces.iter().filter(|piece| wanted(piece)).count();
    let years = count(|piece| matches!(piece, Piece::Year));
    let months = count(|piece| matches!(piece, Piece::Month(_)));
    let days = count(|piece| matches!(piece, Piece::Day));
    years == 1 && months <= 1 && days <= months
}

/// The date in a pattern, and whether the day was left out.
pub(super) fn written(pattern: &str, date: Date) -> (String, bool) {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut is_coarse = true;
    for piece in pieces(pattern).unwrap_or_default() {
        let month = usize::from(date.month().unsigned_abs()) - 1;
        // Writing to a String cannot fail.
        let _ = match piece {
            Piece::Year => write!(out, "{:04}", date.year()),
            Piece::Month(2) => write!(out, "{:02}", date.month()),
            Piece::Month(3) => write!(out, "{}", &MONTHS[month][..3]),
            Piece::Month(_) => write!(out, "{}", MONTHS[month]),
            Piece::Day => {
                is_coarse = false;
                write!(out, "{:02}", date.day())
            }
            Piece::Mark(mark) => out.write_char(mark),
        };
    }
    (out, is_coarse)
}

fn pieces(pattern: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let run = rest.chars().take_while(|next| *next == first).count();
        let (piece, width) = match (first, run) {
            ('y', 4) => (Piece::Year, 4),
            ('m', 2..=4) => (Piece::Month(run), run),
            ('d', 2) => (Piece::Day, 2),
            ('/' | '-' | '.' | ',' | ' ', _) => (Piece::Mark(first), 1),
            _ => return None,
        };
        pieces.push(piece);
        rest = &rest[width..];
    }
    Some(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_date_is_written_as_its_pattern_says() {
        for (pattern, expected, is_coarse) in [
            ("yyyy-mm-dd", "1990-02-03", false),
            ("dd/mm/yyyy", "03/02/1990", false),
            ("yyyymmdd", "19900203", false),
            ("dd mmm yyyy", "03 Feb 1990", false),
            ("dd mmmm, yyyy", "03 February, 1990", false),
            ("mm/yyyy", "02/1990", true),
            ("yyyy", "1990", true),
        ] {
            assert!(is_date_pattern(pattern), "{pattern}");
            let found = written(pattern, date(1990, 2, 3));
            assert_eq!(found, (expected.to_owned(), is_coarse), "{pattern}");
        }
    }

    #[test]
    fn a_pattern_that_could_be_read_two_ways_is_none() {
        for pattern in [
            "dd/mm/yy",
            "dd/yyyy",
            "dd/mm/yyyy yyyy",
            "mm/dd",
            "mm mm yyyy",
            "DD/MM/YYYY",
            "yyyy-mm-ddT00",
            "",
        ] {
            assert!(!is_date_pattern(pattern), "{pattern}");
        }
    }
}
