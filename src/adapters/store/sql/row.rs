//! A row that an engine found, and a cell of it.

use rusqlite::types::ValueRef;

/// A row of either engine.
pub enum Row<'a> {
    /// Of SQLite.
    Sqlite(&'a rusqlite::Row<'a>),
    /// Of PostgreSQL.
    #[cfg(feature = "postgres")]
    Postgres(&'a tokio_postgres::Row),
}

/// A cell that this program never wrote there; it names the column, never the value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {0} holds a value that is not of its kind")]
pub struct RowFault(pub usize);

impl Row<'_> {
    /// The cell in this column, counted from 0.
    pub(in super::super) fn get<T: Cell>(&self, column: usize) -> Result<T, RowFault> {
        T::of(self.cell(column)?).ok_or(RowFault(column))
    }

    /// A text that need not be copied.
    pub(in super::super) fn text(&self, column: usize) -> Result<&str, RowFault> {
        match self.cell(column)? {
            Raw::Text(text) => Ok(text),
            _ => Err(RowFault(column)),
        }
    }

    /// What is in this column, whatever it is.
    pub(in super::super) fn cell(&self, column: usize) -> Result<Raw<'_>, RowFault> {
        match self {
            Self::Sqlite(row) => match row.get_ref(column).map_err(|_| RowFault(column))? {
                ValueRef::Null => Ok(Raw::Null),
                ValueRef::Integer(number) => Ok(Raw::Int(number)),
                ValueRef::Text(text) => std::str::from_utf8(text)
                    .map(Raw::Text)
                    .map_err(|_| RowFault(column)),
                ValueRef::Blob(bytes) => Ok(Raw::Blob(bytes)),
                ValueRef::Real(_) => Err(RowFault(column)),
            },
            #[cfg(feature = "postgres")]
            Self::Postgres(row) => row
                .try_get::<_, Raw<'_>>(column)
                .map_err(|_| RowFault(column)),
        }
    }
}

/// A cell as the engine gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Raw<'a> {
    /// Nothing.
    Null,
    /// A whole number, or a yes (1) or a no (0).
    Int(i64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
}

/// What a cell can be read as.
pub trait Cell: Sized {
    /// `None` when the cell is of another kind.
    #[doc(hidden)]
    fn of(raw: Raw<'_>) -> Option<Self>;
}

impl Cell for i64 {
    fn of(raw: Raw<'_>) -> Option<Self> {
        match raw {
            Raw::Int(number) => Some(number),
            _ => None,
        }
    }
}

impl Cell for u32 {
    fn of(raw: Raw<'_>) -> Option<Self> {
        i64::of(raw).and_then(|number| number.try_into().ok())
    }
}

impl Cell for u16 {
    fn of(raw: Raw<'_>) -> Option<Self> {
        i64::of(raw).and_then(|number| number.try_into().ok())
    }
}

impl Cell for bool {
    fn of(raw: Raw<'_>) -> Option<Self> {
        i64::of(raw).map(|number| number != 0)
    }
}

impl Cell for String {
    fn of(raw: Raw<'_>) -> Option<Self> {
        match raw {
            Raw::Text(text) => Some(text.to_owned()),
            _ => None,
        }
    }
}

impl Cell for Vec<u8> {
    fn of(raw: Raw<'_>) -> Option<Self> {
        match raw {
            Raw::Blob(bytes) => Some(bytes.to_owned()),
            _ => None,
        }
    }
}

impl<const N: usize> Cell for [u8; N] {
    fn of(raw: Raw<'_>) -> Option<Self> {
        match raw {
            Raw::Blob(bytes) => bytes.try_into().ok(),
            _ => None,
        }
    }
}

impl<T: Cell> Cell for Option<T> {
    fn of(raw: Raw<'_>) -> Option<Self> {
        match raw {
            Raw::Null => Some(None),
            other => T::of(other).map(Some),
        }
    }
}
