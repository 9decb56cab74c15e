//! Where the two engines differ in what they are told, side by side.

/// An engine's way of saying it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    #[cfg(feature = "postgres")]
    Postgres,
}

impl Dialect {
    /// The condition that a text is none of the list bound to this parameter.
    pub(in super::super) fn none_of(self, column: &str, parameter: &str) -> String {
        match self {
            // The list is bound as a JSON array.
            Self::Sqlite => format!("{column} NOT IN (SELECT value FROM json_each({parameter}))"),
            #[cfg(feature = "postgres")]
            Self::Postgres => format!("NOT ({column} = ANY ({parameter}))"),
        }
    }

    /// A column to be ordered by; text by its bytes, whatever language the database speaks.
    pub(in super::super) fn by_bytes(self, column: &str, is_text: bool) -> String {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres if is_text => format!("{column} COLLATE \"C\""),
            _ => {
                let _ = is_text;
                column.to_owned()
            }
        }
    }

    /// The engine's own clock in microseconds since 1970. What several processes must
    /// agree on is measured by this clock and not by theirs.
    pub(in super::super) const fn now(self) -> &'static str {
        match self {
            // To the millisecond.
            Self::Sqlite => "CAST(unixepoch('subsec') * 1000000 AS INTEGER)",
            #[cfg(feature = "postgres")]
            Self::Postgres => "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)",
        }
    }
}

/// The text as PostgreSQL takes it: a parameter is `?1` for SQLite and `$1` there. No
/// statement of ours has a question mark in a literal.
#[cfg(feature = "postgres")]
pub(in super::super) fn numbered_with_dollars(sql: &str) -> String {
    sql.replace('?', "$")
}
