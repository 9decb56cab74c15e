//! The closed list of what a table can do to a value.

mod dates;
mod parts;
mod phone;
mod translate;

use jiff::civil::Date;

use super::codes::CodeList;
use super::screen::{self, Depth};
use super::{FieldKind, Given, Value};
pub use dates::is_date_pattern;
pub use parts::{AgeBands, Join};
pub use phone::PhoneFormat;
pub(super) use translate::rows as rows_of;

/// One step. A row may chain several: `first then upper`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transform {
    /// As it is.
    Copy,
    /// The items of a list in one text.
    Join(Join),
    /// A text in several: it is cut at every one of these marks.
    Split(Join),
    /// The first item of a list.
    First,
    /// The last item of a list.
    Last,
    /// The item of a list at this place, counted from 1.
    Part(usize),
    /// A date in this pattern (see [`is_date_pattern`]).
    Date(String),
    /// The year of a date.
    Year,
    /// Whole years of age on the day of rendering.
    Age,
    /// The band in which the age lies.
    AgeBand(AgeBands),
    /// The part of a postcode before the space.
    Outward,
    /// The ONS code of the local authority in which a postcode lies.
    Authority,
    /// The ONS code of the lower layer super output area in which a postcode lies.
    Lsoa,
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
    /// A telephone number in this form.
    Phone(PhoneFormat),
    /// At most so many characters.
    Max(usize),
    /// Words that somebody typed, without numbers and addresses of people.
    Screen,
    /// A fixed text where there is no answer; for administrative fields only.
    Default(String),
    /// Nothing: the field is known to the table and left out. It stands alone.
    Drop,
    /// In a prohibited row: the steps by which something coarser may be passed on all the
    /// same. It stands alone.
    Except(Vec<String>),
}

/// What happened to a value in one step.
pub(super) enum Step {
    /// A value; whether something was lost.
    Done(Value, bool),
    /// A value from which so many pieces were taken out.
    Removed(Value, u32),
    /// The table's own word in place of an answer.
    Defaulted(Value),
    /// The list says that the provider has no word.
    NoWord,
    /// The list does not hold a code.
    Unlisted,
    /// The value has not the shape that the step takes.
    Malformed,
    /// The installed files do not know the place.
    NoPlace,
    /// The table leaves the field out.
    Dropped,
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
        ("split", "split:comma"),
        ("first", "first"),
        ("last", "last"),
        ("part", "part:2"),
        ("date", "date:dd/mm/yyyy"),
        ("year", "year"),
        ("age", "age"),
        ("age-band", "age-band:16/25/50"),
        ("outward", "outward"),
        ("authority", "authority"),
        ("lsoa", "lsoa"),
        ("code", "code:barriers"),
        ("constant", "constant:WorkWell"),
        ("yes-no", "yes-no:Y/N"),
        ("upper", "upper"),
        ("lower", "lower"),
        ("digits", "digits"),
        ("phone", "phone:national"),
        ("max", "max:100"),
        ("screen", "screen"),
        ("default", "default:OTHER"),
        ("drop", "drop"),
        ("except", "except:age-band/year"),
    ];

    /// The steps that give something coarser than what they take: a prohibited row may
    /// except these, and no others.
    pub const COARSE: &'static [&'static str] =
        &["year", "age", "age-band", "outward", "authority", "lsoa"];

    /// The name of the step, without its argument.
    pub fn name(&self) -> String {
        let code = self.code();
        code.split(':').next().unwrap_or_default().to_owned()
    }

    /// As the table writes it.
    pub fn code(&self) -> String {
        match self {
            Self::Copy => "copy".into(),
            Self::Join(join) => format!("join:{}", join.row().0),
            Self::Split(mark) => format!("split:{}", mark.row().0),
            Self::First => "first".into(),
            Self::Last => "last".into(),
            Self::Part(place) => format!("part:{place}"),
            Self::Date(pattern) => format!("date:{pattern}"),
            Self::Year => "year".into(),
            Self::Age => "age".into(),
            Self::AgeBand(bands) => {
                let starts: Vec<String> = bands.0.iter().map(u32::to_string).collect();
                format!("age-band:{}", starts.join("/"))
            }
            Self::Outward => "outward".into(),
            Self::Authority => "authority".into(),
            Self::Lsoa => "lsoa".into(),
            Self::Code { list, .. } => format!("code:{list}"),
            Self::Constant(text) => format!("constant:{text}"),
            Self::YesNo(yes, no) => format!("yes-no:{yes}/{no}"),
            Self::Upper => "upper".into(),
            Self::Lower => "lower".into(),
            Self::Digits => "digits".into(),
            Self::Phone(format) => format!("phone:{}", format.code()),
            Self::Max(count) => format!("max:{count}"),
            Self::Screen => "screen".into(),
            Self::Default(text) => format!("default:{text}"),
            Self::Drop => "drop".into(),
            Self::Except(names) => format!("except:{}", names.join("/")),
        }
    }

    /// The shape this step gives for a shape it takes; `None` when it cannot take it.
    pub const fn gives(&self, taken: Shape) -> Option<Shape> {
        use Shape as H;
        match (self, taken) {
            (Self::Copy, shape) => Some(shape),
            (Self::Join(_) | Self::First | Self::Last | Self::Part(_), H::Texts | H::Text)
            | (Self::Constant(_) | Self::Drop, _)
            | (Self::Date(_) | Self::AgeBand(_), H::Date)
            | (Self::Outward | Self::Authority | Self::Lsoa | Self::Default(_), H::Text)
            | (Self::YesNo(..) | Self::Code { .. }, H::YesNo) => Some(H::Text),
            (Self::Split(_), H::Text) => Some(H::Texts),
            (Self::Year | Self::Age, H::Date) => Some(H::Number),
            (
                Self::Code { .. }
                | Self::Upper
                | Self::Lower
                | Self::Digits
                | Self::Phone(_)
                | Self::Screen
                | Self::Max(_),
                H::Text | H::Texts,
            ) => Some(taken),
            _ => None,
        }
    }

    /// Applies the step to what the case or the step before it gives.
    pub(super) fn apply(&self, value: Value, given: &Given<'_>, lists: &[CodeList]) -> Step {
        let referred_on = given.referred_on;
        match self {
            Self::Code { index, .. } => translate::translate(value, lists.get(*index)),
            Self::Constant(text) => Step::Done(Value::Text(text.clone()), false),
            // "Prefer not to say" is an answer, and no default speaks over it.
            Self::Default(text) if matches!(value, Value::Absent | Value::NotKnown) => {
                Step::Defaulted(Value::Text(text.clone()))
            }
            Self::Drop => Step::Dropped,
            _ if !value.is_known() => Step::Done(value, false),
            Self::Copy | Self::Default(_) | Self::Except(_) => Step::Done(value, false),
            Self::Split(mark) => split(value, *mark),
            Self::Last => {
                let items = items(value);
                Step::Done(
                    Value::text(items.last().map(String::as_str)),
                    items.len() > 1,
                )
            }
            Self::Part(place) => {
                let items = items(value);
                let item = place.checked_sub(1).and_then(|index| items.get(index));
                Step::Done(Value::text(item.map(String::as_str)), items.len() > 1)
            }
            Self::Authority => place(given.residence.and_then(|found| found.la.as_deref())),
            Self::Lsoa => place(given.residence.and_then(|found| found.lsoa.as_deref())),
            Self::Phone(format) => phones(value, *format),
            Self::Screen => {
                let (value, removed) = screen::value(value, Depth::ALL);
                Step::Removed(value, removed)
            }
            Self::Join(join) => Step::Done(Value::Text(items(value).join(join.row().1)), false),
            Self::First => {
                let mut items = items(value);
                let lossy = items.len() > 1;
                items.truncate(1);
                Step::Done(Value::text(items.first().map(String::as_str)), lossy)
            }
            Self::Date(pattern) => on_date(value, |d| {
                let (text, is_coarse) = dates::written(pattern, d);
                (Value::Text(text), is_coarse)
            }),
            Self::Year => on_date(value, |d| (Value::Number(d.year().into()), true)),
            Self::Age => on_date(value, |d| {
                let age = age(d, referred_on).map_or(Value::Absent, |a| Value::Number(a.into()));
                (age, true)
            }),
            Self::AgeBand(bands) => on_date(value, |d| {
                let band = age(d, referred_on).map(|age| bands.band(age));
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

fn split(value: Value, mark: Join) -> Step {
    let Value::Text(text) = value else {
        return Step::Done(value, false);
    };
    let parts = text.split(mark.mark()).map(str::trim);
    let parts = parts.filter(|part| !part.is_empty()).map(str::to_owned);
    Step::Done(Value::list(parts.collect()), false)
}

fn place(code: Option<&str>) -> Step {
    code.map_or(Step::NoPlace, |code| {
        Step::Done(Value::Text(code.to_owned()), true)
    })
}

/// Numbers that have the shape of one; the others are taken out and counted.
fn phones(value: Value, format: PhoneFormat) -> Step {
    let is_list = matches!(value, Value::List(_));
    let numbers = items(value);
    let written: Vec<String> = numbers
        .iter()
        .filter_map(|number| phone::written(format, number))
        .collect();
    if written.is_empty() {
        return Step::Malformed;
    }
    let lost = u32::try_from(numbers.len() - written.len()).unwrap_or(u32::MAX);
    let value = if is_list {
        Value::List(written)
    } else {
        Value::text(written.first().map(String::as_str))
    };
    Step::Removed(value, lost)
}

#[cfg(test)]
mod tests;
