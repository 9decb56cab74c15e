//! The closed list of what a table can do to a value.

use jiff::civil::Date;

use super::codes::{CodeList, Lookup, Relation};
use super::{FieldKind, Value};

/// One step. A row may chain several: `first then upper`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transform {
    /// As it is.
    Copy,
    /// The items of a list in one text.
    Join(Join),
    /// The first item of a list.
    First,
    /// A date in this pattern (`dd/mm/yyyy`; letters d, m, y, the rest as written).
    Date(String),
    /// The year of a date.
    Year,
    /// Whole years of age on the day of rendering.
    Age,
    /// The band in which the age lies.
    AgeBand(AgeBands),
    /// The part of a postcode before the space.
    Outward,
    /// The provider's word from a list, by its index in the provider's lists.
    Code {
        /// The name of the list.
        list: String,
        /// Its index in [`crate::domain::provider::Provider::codes`].
        index: usize,
    },
    /// A fixed text, without a source.
    Constant(String),
    /// Two words for yes and no.
    YesNo(String, String),
    /// Capital letters.
    Upper,
    /// Small letters.
    Lower,
    /// Digits only.
    Digits,
    /// At most so many characters.
    Max(usize),
}

/// What stands between the items of a joined list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// `, `
    Comma,
    /// `; `
    Semicolon,
    /// One space.
    Space,
    /// ` / `
    Slash,
    /// A line break.
    Newline,
}

impl Join {
    /// Every separator with its word: words, because a spreadsheet eats trailing spaces.
    pub const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Comma, "comma", ", "),
        (Self::Semicolon, "semicolon", "; "),
        (Self::Space, "space", " "),
        (Self::Slash, "slash", " / "),
        (Self::Newline, "newline", "\n"),
    ];

    fn row(self) -> (&'static str, &'static str) {
        let row = Self::ALL.iter().find(|row| row.0 == self);
        row.map_or(("comma", ", "), |row| (row.1, row.2))
    }
}

/// Age bands: the first age of each, ascending; `16/25/50` gives 16-24, 25-49, 50+.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgeBands(pub Vec<u32>);

impl AgeBands {
    /// The band of an age, `under 16` below the first.
    pub fn band(&self, age: u32) -> String {
        let above = self.0.partition_point(|start| *start <= age);
        match (above.checked_sub(1).map(|i| self.0[i]), self.0.get(above)) {
            (None, Some(first)) => format!("under {first}"),
            (Some(start), Some(next)) => format!("{start}-{}", next - 1),
            (Some(start), None) => format!("{start}+"),
            (None, None) => "all".to_owned(),
        }
    }
}

/// What happened to a value in one step.
pub(super) enum Step {
    /// A value; whether something was lost.
    Done(Value, bool),
    /// The list says that the provider has no word.
    NoWord,
    /// The list does not hold a code.
    Unlisted,
}

/// The shape of a value between steps, so that a table is checked when it is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One text.
    Text,
    /// A list of texts.
    Texts,
    /// A date.
    Date,
    /// Yes or no.
    YesNo,
    /// A number.
    Number,
}

impl From<FieldKind> for Shape {
    fn from(kind: FieldKind) -> Self {
        match kind {
            FieldKind::Text | FieldKind::Word => Self::Text,
            FieldKind::Texts | FieldKind::Words => Self::Texts,
            FieldKind::Date => Self::Date,
            FieldKind::YesNo => Self::YesNo,
            FieldKind::Number => Self::Number,
        }
    }
}

impl Transform {
    /// Every step by name, with an example; the loader names the nearest.
    pub const NAMES: &'static [(&'static str, &'static str)] = &[
        ("copy", "copy"),
        ("join", "join:comma"),
        ("first", "first"),
        ("date", "date:dd/mm/yyyy"),
        ("year", "year"),
        ("age", "age"),
        ("age-band", "age-band:16/25/50"),
        ("outward", "outward"),
        ("code", "code:barriers"),
        ("constant", "constant:WorkWell"),
        ("yes-no", "yes-no:Y/N"),
        ("upper", "upper"),
        ("lower", "lower"),
        ("digits", "digits"),
        ("max", "max:100"),
    ];

    /// As the table writes it.
    pub fn code(&self) -> String {
        match self {
            Self::Copy => "copy".into(),
            Self::Join(join) => format!("join:{}", join.row().0),
            Self::First => "first".into(),
            Self::Date(pattern) => format!("date:{pattern}"),
            Self::Year => "year".into(),
            Self::Age => "age".into(),
            Self::AgeBand(bands) => {
                let starts: Vec<String> = bands.0.iter().map(u32::to_string).collect();
                format!("age-band:{}", starts.join("/"))
            }
            Self::Outward => "outward".into(),
            Self::Code { list, .. } => format!("code:{list}"),
            Self::Constant(text) => format!("constant:{text}"),
            Self::YesNo(yes, no) => format!("yes-no:{yes}/{no}"),
            Self::Upper => "upper".into(),
            Self::Lower => "lower".into(),
            Self::Digits => "digits".into(),
            Self::Max(count) => format!("max:{count}"),
        }
    }

    /// The shape this step gives for a shape it takes; `None` when it cannot take it.
    pub const fn gives(&self, taken: Shape) -> Option<Shape> {
        use Shape as H;
        match (self, taken) {
            (Self::Copy, shape) => Some(shape),
            (Self::Join(_) | Self::First, H::Texts | H::Text)
            | (Self::Constant(_), _)
            | (Self::Date(_) | Self::AgeBand(_), H::Date)
            | (Self::Outward, H::Text)
            | (Self::YesNo(..), H::YesNo) => Some(H::Text),
            (Self::Year | Self::Age, H::Date) => Some(H::Number),
            (
                Self::Code { .. } | Self::Upper | Self::Lower | Self::Digits | Self::Max(_),
                H::Text | H::Texts,
            ) => Some(taken),
            _ => None,
        }
    }

    /// Applies the step. `today` is the day against which an age is counted.
    pub(super) fn apply(&self, value: Value, today: Date, lists: &[CodeList]) -> Step {
        match self {
            Self::Code { index, .. } => translate(value, lists.get(*index)),
            Self::Constant(text) => Step::Done(Value::Text(text.clone()), false),
            _ if !value.is_known() => Step::Done(value, false),
            Self::Copy => Step::Done(value, false),
            Self::Join(join) => Step::Done(Value::Text(items(value).join(join.row().1)), false),
            Self::First => {
                let mut items = items(value);
                let lossy = items.len() > 1;
                items.truncate(1);
                Step::Done(Value::text(items.first().map(String::as_str)), lossy)
            }
            Self::Date(pattern) => on_date(value, |d| (Value::Text(written(pattern, d)), false)),
            Self::Year => on_date(value, |d| (Value::Number(d.year().into()), true)),
            Self::Age => on_date(value, |d| {
                let age = age(d, today).map_or(Value::Absent, |a| Value::Number(a.into()));
                (age, true)
            }),
            Self::AgeBand(bands) => on_date(value, |d| {
                let band = age(d, today).map(|age| bands.band(age));
                (Value::text(band.as_deref()), true)
            }),
            Self::Outward => each(value, true, |text| {
                text.split(' ').next().unwrap_or_default().to_owned()
            }),
            Self::YesNo(yes, no) => match value {
                Value::Bool(answer) => {
                    let word = if answer { yes } else { no };
                    Step::Done(Value::Text(word.clone()), false)
                }
                other => Step::Done(other, false),
            },
            Self::Upper => each(value, false, str::to_uppercase),
            Self::Lower => each(value, false, str::to_lowercase),
            Self::Digits => each(value, false, |text| {
                text.chars().filter(char::is_ascii_digit).collect()
            }),
            Self::Max(count) => {
                let cut = |text: &str| text.chars().count() > *count;
                let lossy = match &value {
                    Value::Text(text) => cut(text),
                    Value::List(items) => items.iter().any(|text| cut(text)),
                    _ => false,
                };
                each(value, lossy, |text| text.chars().take(*count).collect())
            }
        }
    }
}

/// Whole years from a date of birth to a day; `None` when the birth lies after it.
/// A person born on 29 February is a year older on 1 March of a common year.
pub(in crate::domain) fn age(born: Date, today: Date) -> Option<u32> {
    let before_birthday = (today.month(), today.day()) < (born.month(), born.day());
    let years = i32::from(today.year()) - i32::from(born.year()) - i32::from(before_birthday);
    u32::try_from(years).ok()
}

fn items(value: Value) -> Vec<String> {
    match value {
        Value::List(items) => items,
        Value::Text(text) => vec![text],
        _ => Vec::new(),
    }
}

fn each(value: Value, lossy: bool, change: impl Fn(&str) -> String) -> Step {
    let changed = match value {
        Value::Text(text) => Value::text(Some(&change(&text))),
        Value::List(items) => Value::list(items.iter().map(|text| change(text)).collect()),
        other => other,
    };
    Step::Done(changed, lossy)
}

fn on_date(value: Value, change: impl Fn(Date) -> (Value, bool)) -> Step {
    let Value::Date(date) = value else {
        return Step::Done(value, false);
    };
    let (value, lossy) = change(date);
    Step::Done(value, lossy)
}

/// Writes a date in a pattern of `dd`, `mm` and `yyyy`.
fn written(pattern: &str, date: Date) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(next) = rest.chars().next() {
        // Writing to a String cannot fail.
        let (width, _) = if rest.starts_with("yyyy") {
            (4, write!(out, "{:04}", date.year()))
        } else if rest.starts_with("mm") {
            (2, write!(out, "{:02}", date.month()))
        } else if rest.starts_with("dd") {
            (2, write!(out, "{:02}", date.day()))
        } else {
            (next.len_utf8(), out.write_char(next))
        };
        rest = &rest[width..];
    }
    out
}

/// Looks every code up. A missing answer is passed on only by a row of its own.
fn translate(value: Value, list: Option<&CodeList>) -> Step {
    let Some(list) = list else {
        return Step::Unlisted;
    };
    match &value {
        Value::Absent | Value::Declined | Value::NotKnown => match list.lookup(value.kind()) {
            Lookup::Word(row) => Step::Done(
                Value::Text(row.target.clone()),
                row.relation != Relation::Equivalent,
            ),
            Lookup::NoWord(_) | Lookup::Unlisted => Step::Done(value, false),
        },
        Value::Text(text) => match list.lookup(text) {
            Lookup::Word(row) => Step::Done(
                Value::Text(row.target.clone()),
                row.relation != Relation::Equivalent,
            ),
            Lookup::NoWord(_) => Step::NoWord,
            Lookup::Unlisted => Step::Unlisted,
        },
        Value::List(codes) => translate_all(codes, list),
        _ => Step::Done(value, false),
    }
}

fn translate_all(codes: &[String], list: &CodeList) -> Step {
    let mut words: Vec<String> = Vec::new();
    let (mut lossy, mut unlisted) = (false, 0);
    for code in codes {
        match list.lookup(code) {
            Lookup::Word(row) => {
                lossy |= row.relation != Relation::Equivalent;
                // Two codes under one wider word are told once.
                if words.contains(&row.target) {
                    lossy = true;
                } else {
                    words.push(row.target.clone());
                }
            }
            Lookup::NoWord(_) => lossy = true,
            Lookup::Unlisted => unlisted += 1,
        }
    }
    if unlisted > 0 && list.unmapped != super::UnmappedPolicy::Omit {
        return Step::Unlisted;
    }
    if words.is_empty() {
        return if unlisted > 0 {
            Step::Unlisted
        } else {
            Step::NoWord
        };
    }
    Step::Done(Value::List(words), lossy || unlisted > 0)
}

#[cfg(test)]
mod tests;
