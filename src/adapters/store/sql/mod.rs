//! Every SQL statement of the store, once, for both engines.
//!
//! A statement is data: its text, the values bound to it and the function that reads a
//! row back. The two engines only run them. The texts keep to what SQLite and PostgreSQL
//! understand alike; the few places where they differ stand side by side in [`dialect`].

pub(super) mod dialect;
pub(super) mod marks;
pub(super) mod read;
pub(super) mod row;
pub(super) mod rows;
pub(super) mod schema;
pub(super) mod scope;
pub(super) mod value;
pub(super) mod write;

pub(super) use dialect::Dialect;
pub(super) use row::{Row, RowFault};
pub(super) use scope::Scope;
pub(super) use value::Value;

/// A statement that gives rows.
pub(super) struct Query<T> {
    pub(super) sql: String,
    pub(super) values: Vec<Value<'static>>,
    pub(super) read: fn(&Row<'_>) -> Result<T, RowFault>,
    /// A look-up by index of a row or few: where the engine is in this process it is run
    /// on the thread that asks.
    pub(super) quick: bool,
}

impl<T> Query<T> {
    pub(super) fn new(
        sql: String,
        values: Vec<Value<'static>>,
        read: fn(&Row<'_>) -> Result<T, RowFault>,
    ) -> Self {
        Self {
            sql,
            values,
            read,
            quick: false,
        }
    }

    /// The same, to be run on the thread that asks.
    pub(super) fn quick(mut self) -> Self {
        self.quick = true;
        self
    }
}
