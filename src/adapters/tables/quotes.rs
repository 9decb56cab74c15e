//! Quotes that are not closed, and cells of more than one line. CSV has a reading for both:
//! a quote that is never closed makes one long cell of every row after it, and nobody would
//! see that they are gone. A cell of our tables is one line, so that it can be told.

use super::faults::Place;

/// What is wrong with the cell that begins at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// Its quote is closed by no quote of its own line.
    Open,
    /// It goes on on the next line, and its quotes are in order.
    SeveralLines,
}

impl Wrong {
    /// What was found and what to write.
    pub(super) const fn says(self) -> &'static str {
        match self {
            Self::Open => {
                "a double quote (\") opens this cell and none closes it, so that the rows \
                 after it would be lost; write one at the end of the cell, or remove this one"
            }
            Self::SeveralLines => {
                "the cell holds a line break; write it in one line (if it was not meant to go \
                 on, its closing double quote is missing)"
            }
        }
    }
}

/// Every such cell of a text. After a quote that was not closed there is no telling what is
/// within quotes and what is not: it is the last that is told.
pub(super) fn wrong(text: &str) -> Vec<(Place, Wrong)> {
    let mut found = Vec::new();
    if !text.contains('"') {
        return found;
    }
    let mut marks = text.chars().peekable();
    let (mut line, mut column) = (1, 1);
    let mut is_begin = true;
    while let Some(mark) = marks.next() {
        match mark {
            '"' if is_begin => {
                let place = (line, column);
                let quoted = quoted(&mut marks);
                line += quoted.lines;
                match quoted.wrong {
                    Some(Wrong::Open) => {
                        found.push((place, Wrong::Open));
                        return found;
                    }
                    Some(wrong) => found.push((place, wrong)),
                    None => {}
                }
                is_begin = false;
            }
            ',' => {
                column += 1;
                is_begin = true;
            }
            '\r' | '\n' => {
                line += ends_line(mark, &mut marks);
                column = 1;
                is_begin = true;
            }
            _ => is_begin = false,
        }
    }
    found
}

/// One where a line ends: a return before a line feed is the first half of an end.
fn ends_line(mark: char, marks: &mut std::iter::Peekable<std::str::Chars<'_>>) -> u32 {
    u32::from(mark == '\n' || marks.peek() != Some(&'\n'))
}

struct Quoted {
    lines: u32,
    wrong: Option<Wrong>,
}

/// What stands between an opening quote, which was taken, and its closing one.
fn quoted(marks: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Quoted {
    let mut lines = 0;
    let mut is_broken = false;
    while let Some(mark) = marks.next() {
        match mark {
            '"' if marks.next_if_eq(&'"').is_some() => {}
            '"' => {
                let is_end = matches!(marks.peek(), None | Some(',' | '\r' | '\n'));
                // A quote that opens another cell further down closed this one.
                let wrong = match (is_broken, is_end) {
                    (false, _) => None,
                    (true, true) => Some(Wrong::SeveralLines),
                    (true, false) => Some(Wrong::Open),
                };
                return Quoted { lines, wrong };
            }
            '\r' | '\n' => {
                is_broken = true;
                lines += ends_line(mark, marks);
            }
            _ => {}
        }
    }
    Quoted {
        lines,
        wrong: Some(Wrong::Open),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_that_is_not_closed_is_told_where_it_opens() {
        for (text, place) in [
            ("a,b\n1,\"2\n3,4\n", (2, 2)),
            ("a,b\r\n\r\n1,\"2\r\n3,4\r\n", (3, 2)),
            ("\"a,b\n1,2\n", (1, 1)),
            ("a\n\"", (2, 1)),
            ("a,b\r1,2\r3,\"4\r", (3, 2)),
            ("a,b\n1,\"two \"\"2\"\"\n3,\"four\"\n", (2, 2)),
            ("a,b\n\"1,2\n\"3\",4\n5,6\n", (2, 1)),
        ] {
            assert_eq!(wrong(text), [(place, Wrong::Open)], "{text}");
        }
    }

    #[test]
    fn every_cell_of_several_lines_is_told_where_it_begins() {
        let text = "a,b\n1,\"one\ntwo\"\n\"3\r\n4\",5\n6,\"7, 8\"\n";
        let several = Wrong::SeveralLines;
        assert_eq!(wrong(text), [((2, 2), several), ((4, 1), several)]);
    }

    #[test]
    fn quotes_that_are_closed_and_quotes_within_a_cell_are_no_fault() {
        for text in [
            "a,b\n1,\"2, 3\"\n",
            "a,b\n1,\"the \"\"other\"\" one\"\r\n",
            "a,b\n1,a 5\" pipe\n2,3\n",
            "a\n\"\"\n\"x\"",
            "a\n1\n",
        ] {
            assert_eq!(wrong(text), [], "{text}");
        }
    }
}
