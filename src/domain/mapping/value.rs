//! What a case field holds, and what a payload gets.

use std::fmt;

use jiff::civil::Date;

/// The value of one field of a case. Blank, "prefer not to say" and "not known" stay
/// three different things (reference/workwell.md 1.4). Its `Debug` shows the kind only.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// The message says nothing.
    Absent,
    /// Asked; the person prefers not to say.
    Declined,
    /// Asked or looked up; nobody knows.
    NotKnown,
    /// Words or a code.
    Text(String),
    /// A calendar date.
    Date(Date),
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Number(i64),
    /// Several words or codes, in the sender's order.
    List(Vec<String>),
}

impl Value {
    /// A text, or [`Value::Absent`] when there is none or it is blank.
    pub fn text(text: Option<&str>) -> Self {
        match text.map(str::trim) {
            Some(text) if !text.is_empty() => Self::Text(text.to_owned()),
            _ => Self::Absent,
        }
    }

    /// A list, or [`Value::Absent`] when it is empty.
    pub fn list(items: Vec<String>) -> Self {
        if items.is_empty() {
            return Self::Absent;
        }
        Self::List(items)
    }

    /// Whether there is something to pass on. "Declined" and "not known" are answers,
    /// yet only a code list can pass them on.
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::Absent | Self::Declined | Self::NotKnown)
    }

    /// The name of the kind, for traces.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Declined => "declined",
            Self::NotKnown => "not-known",
            Self::Text(_) => "text",
            Self::Date(_) => "date",
            Self::Bool(_) => "yes-no",
            Self::Number(_) => "number",
            Self::List(_) => "list",
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "[{}]", self.kind())
    }
}

/// What a payload gets for one target. Personal data: its `Debug` shows the kind only.
#[derive(Clone, PartialEq, Eq)]
pub enum OutValue {
    /// Words, a code or a formatted date.
    Text(String),
    /// Several texts.
    List(Vec<String>),
    /// True or false.
    Bool(bool),
    /// A whole number.
    Number(i64),
}

impl OutValue {
    /// What leaves of a value; nothing leaves of an absent, declined or unknown one.
    pub fn of(value: Value) -> Option<Self> {
        match value {
            Value::Absent | Value::Declined | Value::NotKnown => None,
            Value::Text(text) => Some(Self::Text(text)),
            Value::Date(date) => Some(Self::Text(date.to_string())),
            Value::Bool(yes) => Some(Self::Bool(yes)),
            Value::Number(number) => Some(Self::Number(number)),
            Value::List(items) => Some(Self::List(items)),
        }
    }

    /// Every text in it, for a format that knows texts only.
    pub fn texts(&self) -> Vec<String> {
        match self {
            Self::Text(text) => vec![text.clone()],
            Self::List(items) => items.clone(),
            Self::Bool(yes) => vec![yes.to_string()],
            Self::Number(number) => vec![number.to_string()],
        }
    }
}

impl fmt::Debug for OutValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Text(_) => "[text]",
            Self::List(_) => "[list]",
            Self::Bool(_) => "[yes-no]",
            Self::Number(_) => "[number]",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_the_kind_and_nothing_of_the_value() {
        assert_eq!(format!("{:?}", Value::Text("Zebulon".into())), "[text]");
        assert_eq!(
            format!("{:?}", OutValue::List(vec!["Zebulon".into()])),
            "[list]"
        );
    }

    #[test]
    fn a_blank_text_is_absent() {
        assert_eq!(Value::text(Some("  ")), Value::Absent);
        assert_eq!(Value::text(None), Value::Absent);
    }
}
