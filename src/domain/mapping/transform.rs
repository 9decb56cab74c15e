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
    Unlisted(usize),
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
            Self::Upper => each(value, false, |text| text.to_uppercase()),
            Self::Lower => each(value, false, |text| text.to_lowercase()),
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
    pattern
        .replace("yyyy", &format!("{:04}", date.year()))
        .replace("mm", &format!("{:02}", date.month()))
        .replace("dd", &format!("{:02}", date.day()))
}

/// Looks every code up. A missing answer is passed on only by a row of its own.
fn translate(value: Value, list: Option<&CodeList>) -> Step {
    let Some(list) = list else {
        return Step::Unlisted(usize::MAX);
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
            Lookup::Unlisted => Step::Unlisted(1),
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
        return Step::Unlisted(unlisted);
    }
    if words.is_empty() {
        return if unlisted > 0 {
            Step::Unlisted(unlisted)
        } else {
            Step::NoWord
        };
    }
    Step::Done(Value::List(words), lossy || unlisted > 0)
}

#[cfg(test)]
mod tests {
    use super::super::{CodeRow, Position, UnmappedPolicy};
    use super::*;
    use jiff::civil::date;

    const TODAY: Date = date(2026, 11, 20);

    fn run(step: &Transform, value: Value) -> (Value, bool) {
        match step.apply(value, TODAY, &[]) {
            Step::Done(value, lossy) => (value, lossy),
            Step::NoWord | Step::Unlisted(_) => panic!("{} needs no list", step.code()),
        }
    }

    fn text(words: &str) -> Value {
        Value::Text(words.into())
    }

    #[test]
    fn each_step_does_what_its_name_says() {
        let names = Value::List(vec!["Ada".into(), "Mary".into()]);
        let born = Value::Date(date(1990, 2, 3));
        let cases = [
            (Transform::Copy, text("a"), text("a"), false),
            (
                Transform::Join(Join::Comma),
                names.clone(),
                text("Ada, Mary"),
                false,
            ),
            (Transform::First, names.clone(), text("Ada"), true),
            (
                Transform::Date("dd/mm/yyyy".into()),
                born.clone(),
                text("03/02/1990"),
                false,
            ),
            (
                Transform::Date("yyyymmdd".into()),
                born.clone(),
                text("19900203"),
                false,
            ),
            (Transform::Year, born.clone(), Value::Number(1990), true),
            (Transform::Age, born.clone(), Value::Number(36), true),
            (
                Transform::AgeBand(AgeBands(vec![16, 25, 50])),
                born,
                text("25-49"),
                true,
            ),
            (Transform::Outward, text("ZZ1 1AA"), text("ZZ1"), true),
            (
                Transform::Constant("WW".into()),
                Value::Absent,
                text("WW"),
                false,
            ),
            (
                Transform::YesNo("Y".into(), "N".into()),
                Value::Bool(false),
                text("N"),
                false,
            ),
            (Transform::Upper, text("abc"), text("ABC"), false),
            (Transform::Lower, text("ABC"), text("abc"), false),
            (Transform::Digits, text("+44 7700"), text("447700"), false),
            (Transform::Max(2), text("abc"), text("ab"), true),
            (Transform::Max(3), text("abc"), text("abc"), false),
        ];
        for (step, taken, given, lossy) in cases {
            assert!(run(&step, taken) == (given, lossy), "{}", step.code());
        }
    }

    #[test]
    fn an_age_changes_on_the_birthday_itself() {
        assert_eq!(age(date(2010, 11, 21), TODAY), Some(15));
        assert_eq!(age(date(2010, 11, 20), TODAY), Some(16));
        assert_eq!(age(date(2008, 2, 29), date(2026, 2, 28)), Some(17));
        assert_eq!(age(date(2008, 2, 29), date(2026, 3, 1)), Some(18));
        assert_eq!(age(date(2027, 1, 1), TODAY), None);
    }

    #[test]
    fn bands_have_an_open_end_on_both_sides() {
        let bands = AgeBands(vec![16, 25, 50]);
        for (age, band) in [
            (15, "under 16"),
            (16, "16-24"),
            (24, "16-24"),
            (25, "25-49"),
            (50, "50+"),
        ] {
            assert_eq!(bands.band(age), band);
        }
    }

    #[test]
    fn a_step_refuses_a_shape_that_it_cannot_take() {
        assert_eq!(Transform::Age.gives(Shape::Text), None);
        assert_eq!(Transform::Age.gives(Shape::Date), Some(Shape::Number));
        assert_eq!(Transform::Upper.gives(Shape::Texts), Some(Shape::Texts));
        assert_eq!(Transform::Outward.gives(Shape::Texts), None);
    }

    fn list(unmapped: UnmappedPolicy) -> CodeList {
        let row = |source: &str, target: &str, relation| CodeRow {
            source: source.into(),
            target: target.into(),
            relation,
            position: Position::new("codes/x.csv", 2),
        };
        let rows = vec![
            row("msk", "MSK", Relation::Equivalent),
            row("autism", "Neurodivergent", Relation::Wider),
            row("learning", "Neurodivergent", Relation::Wider),
            row("declined", "Prefer not to say", Relation::Equivalent),
        ];
        CodeList::new("x", unmapped, rows)
    }

    fn code(value: Value, unmapped: UnmappedPolicy) -> Step {
        let step = Transform::Code {
            list: "x".into(),
            index: 0,
        };
        step.apply(value, TODAY, &[list(unmapped)])
    }

    #[test]
    fn a_code_is_translated_and_a_wider_word_is_a_loss() {
        assert!(
            matches!(code(text("msk"), UnmappedPolicy::Hold), Step::Done(v, false) if v == text("MSK"))
        );
        let both = Value::List(vec!["autism".into(), "learning".into()]);
        let Step::Done(words, true) = code(both, UnmappedPolicy::Hold) else {
            panic!("two groups become one wider word");
        };
        assert!(words == Value::List(vec!["Neurodivergent".into()]));
    }

    #[test]
    fn one_unlisted_code_in_a_list_is_never_dropped_in_silence() {
        let codes = Value::List(vec!["msk".into(), "other".into()]);
        assert!(matches!(
            code(codes.clone(), UnmappedPolicy::Hold),
            Step::Unlisted(1)
        ));
        assert!(matches!(
            code(codes, UnmappedPolicy::Omit),
            Step::Done(_, true)
        ));
    }

    #[test]
    fn declined_passes_on_by_its_own_row_and_not_known_stays_unsaid() {
        let said = code(Value::Declined, UnmappedPolicy::Hold);
        assert!(matches!(said, Step::Done(v, false) if v == text("Prefer not to say")));
        let unsaid = code(Value::NotKnown, UnmappedPolicy::Hold);
        assert!(matches!(unsaid, Step::Done(Value::NotKnown, false)));
    }
}
