//! Runs queries and the steps of a unit on a connection.

use rusqlite::types::{ToSql, ToSqlOutput, Value as Owned, ValueRef};
use rusqlite::{Connection, params_from_iter};

use super::super::prepare::Prepared;
use super::super::sql::write::{Ran, Report, Step, Verdict, judge, steps};
use super::super::sql::{Query, Row, RowFault, Value};
use super::super::unit::{CommitError, Committed};

/// Why a statement gave nothing.
#[derive(Debug, thiserror::Error)]
pub(in super::super) enum Failure {
    /// The engine. Its texts name columns, never values.
    #[error(transparent)]
    Engine(#[from] rusqlite::Error),
    /// A cell that does not read back.
    #[error(transparent)]
    Row(#[from] RowFault),
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Self::Int(number) => ToSqlOutput::Borrowed(ValueRef::Integer(*number)),
            Self::Bool(flag) => ToSqlOutput::Borrowed(ValueRef::Integer(i64::from(*flag))),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Owned(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Blob(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Self::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Self::Id(id) => ToSqlOutput::Borrowed(ValueRef::Blob(id)),
            Self::Hash(hash) => ToSqlOutput::Borrowed(ValueRef::Blob(hash)),
            Self::Texts(texts) => {
                let array = serde_json::Value::from(texts.as_slice()).to_string();
                ToSqlOutput::Owned(Owned::Text(array))
            }
        })
    }
}

/// Every row that a query finds.
pub(in super::super) fn all<T>(
    connection: &Connection,
    query: &Query<T>,
) -> Result<Vec<T>, Failure> {
    let mut statement = connection.prepare_cached(&query.sql)?;
    let mut rows = statement.query(params_from_iter(&query.values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((query.read)(&Row::Sqlite(row))?);
    }
    Ok(found)
}

/// Every step of a unit; the inner error is a refusal, and the caller rolls back.
pub(super) fn unit(
    connection: &Connection,
    unit: &Prepared,
) -> Result<Result<Committed, CommitError>, Failure> {
    let mut report = Report::default();
    for step in &steps(unit) {
        match run(connection, step, &mut report)? {
            Verdict::Holds => {}
            Verdict::Refused(refusal) => return Ok(Err(refusal)),
            Verdict::LookUp(stored) => {
                let stored = all(connection, stored)?.into_iter().next();
                return Ok(Err(stored.unwrap_or(CommitError::Stale)));
            }
        }
    }
    Ok(Ok(report.of(unit)))
}

fn run<'a>(
    connection: &Connection,
    step: &'a Step<'_>,
    report: &mut Report,
) -> Result<Verdict<'a>, Failure> {
    let mut statement = connection.prepare_cached(step.sql)?;
    let values = params_from_iter(&step.values);
    if !step.finds() {
        let written = statement.execute(values)?;
        return Ok(judge(step, &Ran::Written(written as u64), report)?);
    }
    let mut rows = statement.query(values)?;
    let row = rows.next()?.map(Row::Sqlite);
    Ok(judge(step, &Ran::Found(row), report)?)
}
