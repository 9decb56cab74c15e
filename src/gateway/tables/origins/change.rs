//! Other values in place of one, and whether a field shows it.

use crate::domain::case::FlagKind;
use crate::domain::mapping::{Value, fields};
use crate::standards::fhir::{Kind, Node, quote};

/// What may stand in place of a value, as JSON, the likeliest first. A message is read
/// whatever stands there. A canonical case is typed: only a word of a closed list or a date
/// may stand where there is one.
pub(super) fn changes(value: Node<'_>, is_message: bool) -> impl Iterator<Item = String> {
    let was = value.text().unwrap_or_default();
    let first = match value.kind() {
        Kind::Boolean if was == "true" => "false".to_owned(),
        Kind::Boolean => "true".to_owned(),
        Kind::Number if was.starts_with('-') => "1".to_owned(),
        Kind::Number => format!("1{was}"),
        _ => quote(&turned(was)),
    };
    let typed = if is_message {
        Vec::new()
    } else {
        let words = words(was).into_iter().map(quote);
        std::iter::once("null".to_owned()).chain(words).collect()
    };
    std::iter::once(first).chain(typed)
}

/// Other words of every closed list that has this one, and other days.
fn words(was: &str) -> Vec<&'static str> {
    let answers = vec!["declined", "not-known", "absent"];
    let flags = FlagKind::ALL.iter().map(|kind| kind.code()).collect();
    let contacts = vec!["phone", "email", "sms"];
    let times = ["2001-02-03", "2001-02-03T04:05:06Z"];
    let published = fields().iter().map(|field| (field.words)());
    let lists = published.chain([answers, flags, contacts]);
    let found = lists.filter(|list| list.contains(&was)).flatten();
    let is_time = was.starts_with(|c: char| c.is_ascii_digit());
    let times = times.into_iter().filter(|_| is_time);
    found.chain(times).filter(|word| *word != was).collect()
}

/// A text of the same shape that differs in every letter and digit; of hexadecimal digits
/// come hexadecimal digits, so that an id stays one.
fn turned(text: &str) -> String {
    let next = |c: char, first: char, last: char| {
        if c == last {
            first
        } else {
            char::from_u32(u32::from(c) + 1).unwrap_or(first)
        }
    };
    let turned: String = text
        .chars()
        .map(|c| match c {
            '0'..='9' => next(c, '0', '9'),
            'a'..='f' => next(c, 'a', 'f'),
            'g'..='z' => next(c, 'g', 'z'),
            'A'..='F' => next(c, 'A', 'F'),
            'G'..='Z' => next(c, 'G', 'Z'),
            other => other,
        })
        .collect();
    if turned == text {
        return format!("{text}x");
    }
    turned
}

/// Whether what a field holds, and does not hold in its other form, are the words of a value:
/// the same text, one within the other, the same letters and digits, or the day of an instant.
pub(super) fn shows(value: &Value, other: &Value, words: &str) -> bool {
    let words = words.trim_matches('"').trim();
    if words.is_empty() {
        return false;
    }
    let others = texts(other);
    let own = texts(value);
    let mut own = own.iter().filter(|text| !others.contains(text));
    own.any(|text| {
        stands_in(words, text)
            || stands_in(text, words)
            || (!plain(words).is_empty() && plain(words) == plain(text))
            || (matches!(value, Value::Date(_)) && words.starts_with(text.as_str()))
    })
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Absent | Value::Declined | Value::NotKnown => Vec::new(),
        Value::Text(text) => vec![text.clone()],
        Value::Date(date) => vec![date.to_string()],
        Value::Bool(yes) => vec![yes.to_string()],
        Value::Number(number) => vec![number.to_string()],
        Value::List(items) => items.clone(),
    }
}

/// Whether the words stand in a text as words, not as a part of one.
fn stands_in(words: &str, text: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + words.len()..].chars().next();
        let is_end = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        is_end(before) && is_end(after)
    })
}

fn plain(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turned_text_keeps_its_shape_and_no_letter() {
        assert_eq!(turned("aF 9z-"), "bA 0g-");
        assert_eq!(turned("--"), "--x");
    }

    #[test]
    fn a_field_shows_a_value_as_it_is_within_another_or_written_otherwise() {
        let text = |text: &str| match text.parse() {
            Ok(day) => Value::Date(day),
            Err(_) => Value::Text(text.to_owned()),
        };
        for (value, words, expected) in [
            ("Ada", "Ada", true),
            ("Ms Ada Zeb", "Ada", true),
            ("2026-07-01", "2026-07-01T09:00:00Z", true),
            ("9990000018", "999 000 0018", true),
            ("12 Homely Lane", "Home", false),
            ("Ada", "official", false),
            ("A", "https://url.example/EthnicCategory", false),
        ] {
            let found = shows(&text(value), &Value::Absent, words);
            assert_eq!(found, expected, "{value}: {words}");
        }
        assert!(
            !shows(&text("Ada"), &text("Ada"), "Ada"),
            "it did not change"
        );
    }
}
