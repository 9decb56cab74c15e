//! What a spreadsheet program does to a table without a word: it takes codes for numbers
//! and dates, and curls quotes (reference/conventions.md 2.5).

/// What a column holds, as far as damage goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// Sentences for people: curly quotes are theirs to choose.
    Prose,
    /// The provider's own words, which must be written as the provider writes them.
    Words,
    /// Words and codes that the gateway knows.
    Codes,
}

/// What was found in a cell.
pub(super) struct Damage {
    /// What it is and what to do.
    pub(super) says: String,
    /// The cell as it was meant; none when it cannot be known.
    pub(super) meant: Option<String>,
    /// Whether it may be meant so.
    pub(super) may_be_meant: bool,
}

/// Looks at one cell of a column.
pub(super) fn of_cell(column: &str, text: &str) -> Option<Damage> {
    if ERRORS.iter().any(|error| text.starts_with(error)) {
        return Some(lost("an error of the spreadsheet; type the value again"));
    }
    let holds = holds(column);
    if holds == Holds::Prose {
        return None;
    }
    let value = if column == "transform" {
        constant(text)
    } else {
        text
    };
    if is_short_form(value) {
        return Some(lost(
            "a number in short form; set the column to \"Text\" and type the value again",
        ));
    }
    if text.contains(is_unseen) {
        return Some(Damage {
            says: "a character that cannot be seen; type the cell again".to_owned(),
            meant: Some(text.replace(is_unseen, "").trim().to_owned()),
            may_be_meant: false,
        });
    }
    if text.contains(is_curly) {
        return Some(Damage {
            says: match holds {
                Holds::Words => "curly quotes; keep them only if the provider's system writes \
                                 them so"
                    .to_owned(),
                _ => "curly quotes; switch off smart quotes and type the cell again".to_owned(),
            },
            meant: (holds == Holds::Codes)
                .then(|| text.trim_matches(is_curly).replace(is_curly, "'")),
            may_be_meant: holds == Holds::Words,
        });
    }
    let says = changed_value(value).filter(|_| holds == Holds::Words)?;
    Some(Damage {
        says: says.to_owned(),
        meant: None,
        may_be_meant: true,
    })
}

/// The text of `constant:text`, in the column `transform`; nothing of another step.
fn constant(steps: &str) -> &str {
    let mut steps = steps.split(" then ");
    steps
        .find_map(|step| step.trim().strip_prefix("constant:"))
        .unwrap_or_default()
}

/// A value of the provider's own that looks as if a spreadsheet had written it. Its system
/// may write it so: nobody but the provider knows.
fn changed_value(text: &str) -> Option<&'static str> {
    if is_rounded(text) {
        return Some(
            "which ends as a spreadsheet ends a number of more than 15 digits; compare it with \
             the provider's own list",
        );
    }
    is_sheet_date(text).then_some(
        "which looks like a date that a spreadsheet made of something else; compare it with the \
         provider's own list",
    )
}

/// More than fifteen digits of which all after the fifteenth are noughts.
fn is_rounded(text: &str) -> bool {
    let is_number = text.len() > KEPT && text.bytes().all(|b| b.is_ascii_digit());
    is_number && text[KEPT..].bytes().all(|b| b == b'0')
}

/// `1-Mar`, `Mar-26` or `01/03/2026`: what becomes of 1-3, MAR26 or 1/3.
fn is_sheet_date(text: &str) -> bool {
    const MONTHS: &[&str] = &[
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    if text.contains('/') && date_meant(text).is_some() {
        return true;
    }
    let mut parts = text.split('-');
    let (Some(one), Some(two)) = (parts.next(), parts.next()) else {
        return false;
    };
    let is_day =
        |part: &str| matches!(part.len(), 1 | 2) && part.bytes().all(|b| b.is_ascii_digit());
    let is_year =
        |part: &str| matches!(part.len(), 2 | 4) && part.bytes().all(|b| b.is_ascii_digit());
    match parts.next() {
        None => (is_day(one) && MONTHS.contains(&two)) || (MONTHS.contains(&one) && is_year(two)),
        Some(year) => is_day(one) && MONTHS.contains(&two) && is_year(year),
    }
}

/// What a spreadsheet writes for what it cannot work out or show.
const ERRORS: &[&str] = &[
    "#REF!", "#NAME?", "#VALUE!", "#N/A", "#DIV/0!", "#NUM!", "###",
];

fn lost(says: &str) -> Damage {
    Damage {
        says: says.to_owned(),
        meant: None,
        may_be_meant: false,
    }
}

fn holds(column: &str) -> Holds {
    match column {
        "comment" | "purpose" | "words" | "display" | "source_display" | "target_display" => {
            Holds::Prose
        }
        "word" | "target" | "transform" => Holds::Words,
        _ => Holds::Codes,
    }
}

/// `4.26E+17`: how a long number is shown in a narrow column, and then saved.
fn is_short_form(text: &str) -> bool {
    let Some((digits, power)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let digits = digits.rsplit('|').next().unwrap_or(digits);
    let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let power = power.strip_prefix('+').unwrap_or("");
    !digits.is_empty() && !power.is_empty() && is_number(digits) && is_number(power)
}

/// Curly quotes, as word processors and some sheet programs put them.
pub(super) const fn is_curly(letter: char) -> bool {
    matches!(
        letter,
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201c}' | '\u{201d}' | '\u{201e}'
    )
}

const fn is_unseen(letter: char) -> bool {
    matches!(
        letter,
        '\u{a0}' | '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ad}'
    )
}

/// Why this is no identifier of a SNOMED CT concept; `None` when it can be one. An
/// identifier has 6 to 18 digits, its partition before the last digit says what it names,
/// and the last digit is a Verhoeff check digit (SNOMED CT release file specification 6).
pub(super) fn of_snomed(code: &str) -> Option<&'static str> {
    let digits = code.bytes().all(|b| b.is_ascii_digit());
    if !digits || !(6..=18).contains(&code.len()) {
        return Some("a SNOMED CT code has 6 to 18 digits; a spreadsheet may have changed it");
    }
    if code.starts_with('0') {
        return Some("no SNOMED CT code begins with 0; copy the code again");
    }
    let is_checked = verhoeff(code);
    if !is_checked && code.len() > KEPT && code[KEPT..].bytes().all(|b| b == b'0') {
        return Some(
            "a spreadsheet kept 15 digits and wrote zeros for the rest; set the column to \
             \"Text\" and copy the code again",
        );
    }
    if !is_checked {
        return Some("its check digit does not fit: a digit is wrong or missing; copy it again");
    }
    match code.as_bytes()[code.len() - 3..code.len() - 1] {
        [b'0' | b'1', b'0'] => None,
        _ => Some("this names a description or a relationship; copy the code of the concept"),
    }
}

/// Whether this is written as a code of ICD-10: a letter, two digits, and perhaps a point and
/// up to two more characters.
pub(super) fn is_icd10(code: &str) -> bool {
    let bytes = code.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let rest = bytes.get(3..).unwrap_or_default();
    let ends = rest.is_empty()
        || (rest.len() <= 3 && rest[0] == b'.' && rest[1..].iter().all(u8::is_ascii_alphanumeric));
    bytes.first().is_some_and(u8::is_ascii_uppercase) && digit(1) && digit(2) && ends
}

/// Digits of a number that a spreadsheet keeps.
const KEPT: usize = 15;

/// Verhoeff's check over the dihedral group of order ten: the product of all digits, each
/// moved by its place, is nought.
fn verhoeff(digits: &str) -> bool {
    let mut product = 0;
    for (place, digit) in digits.bytes().rev().enumerate() {
        let mut moved = usize::from(digit - b'0');
        for _ in 0..place % 8 {
            moved = MOVE[moved];
        }
        product = times(product, moved);
    }
    product == 0
}

/// Where a digit goes from one place to the next.
const MOVE: [usize; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

/// The product of two elements: 0 to 4 turn a pentagon, 5 to 9 turn and mirror it.
const fn times(left: usize, right: usize) -> usize {
    match (left < 5, right < 5) {
        (true, true) => (left + right) % 5,
        (true, false) => 5 + (left + right - 5) % 5,
        (false, true) => 5 + (left + 10 - right - 5) % 5,
        (false, false) => (left + 5 - right) % 5,
    }
}

/// The date that a spreadsheet of England wrote in its own form, as it must be written.
pub(super) fn date_meant(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(['/', '.', '-']).collect();
    let [day, month, year] = parts[..] else {
        return None;
    };
    let (day, month): (i8, i8) = (day.parse().ok()?, month.parse().ok()?);
    let year: i16 = year.parse().ok().filter(|_| year.len() == 4)?;
    let date = jiff::civil::Date::new(year, month, day).ok()?;
    Some(date.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_snomed_ct_is_known_by_its_check_digit_and_partition() {
        for code in ["928000", "404684003", "73211009", "999000741000000100"] {
            assert_eq!(of_snomed(code), None, "{code}");
        }
        for (code, says) in [
            ("928001", "check digit"),
            ("929000", "check digit"),
            ("40468400", "check digit"),
            ("999000741000000000", "15 digits"),
            ("0928000", "begins with 0"),
            ("9.28E+5", "6 to 18 digits"),
            ("12345", "6 to 18 digits"),
            ("754365011", "description"),
        ] {
            let found = of_snomed(code).unwrap_or("nothing");
            assert!(found.contains(says), "{code}: {found}");
        }
    }

    #[test]
    fn damage_is_told_from_what_people_write() {
        for (column, text, found) in [
            ("source", "9.28E+05", true),
            ("source", "sct|9.28E+17", true),
            ("code", "8E5", false),
            ("target", "E10+", false),
            ("source", "\u{201c}msk\u{201d}", true),
            ("comment", "the council\u{2019}s own", false),
            ("source", "birth\u{a0}_date", true),
            ("comment", "#REF!", true),
            ("comment", "# 1 in the list", false),
        ] {
            assert_eq!(of_cell(column, text).is_some(), found, "{column} {text}");
        }
    }

    #[test]
    fn a_value_of_the_providers_that_a_spreadsheet_may_have_changed_is_told_and_may_be_meant() {
        for text in [
            "123456789012345000",
            "1-Mar",
            "Mar-26",
            "1-Mar-26",
            "01/03/2026",
        ] {
            for (column, text) in [
                ("target", text.to_owned()),
                ("word", text.to_owned()),
                ("transform", format!("constant:{text}")),
            ] {
                let found = of_cell(column, &text);
                assert!(found.is_some_and(|found| found.may_be_meant), "{text}");
            }
        }
        for text in [
            "123456789012345678",
            "12345678901234",
            "1-2",
            "Mar-a",
            "May",
            "work/off-sick",
            "Sick-1",
        ] {
            assert!(of_cell("target", text).is_none(), "{text}");
        }
        assert!(of_cell("transform", "date:dd/mm/yyyy then max:20").is_none());
        assert!(of_cell("transform", "constant:4.26E+17").is_some_and(|f| !f.may_be_meant));
    }

    #[test]
    fn a_date_in_the_english_order_is_read_as_it_was_meant() {
        assert_eq!(date_meant("1/4/2026").as_deref(), Some("2026-04-01"));
        assert_eq!(date_meant("31.12.2026").as_deref(), Some("2026-12-31"));
        assert_eq!(date_meant("4/13/2026"), None);
        assert_eq!(date_meant("1/4/26"), None);
    }
}
