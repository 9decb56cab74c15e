//! Runs queries and the steps of a unit.

use std::error::Error;

use deadpool_postgres::{HookError, Object, PoolError};
use futures_util::future::join_all;
use tokio_postgres::Statement;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;

use super::super::engine::Outcome;
use super::super::prepare::Prepared;
use super::super::sql::dialect::numbered_with_dollars;
use super::super::sql::write::{Ran, Report, Step, Verdict, judge, steps};
use super::super::sql::{Query, Row, RowFault, Value};
use super::locks;

/// Why a statement gave nothing. Shown by codes only: the server's own words may quote a
/// value.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The server refused the statement.
    #[error("the database answered with SQLSTATE {0}{words}", words = in_words(.0))]
    Refused(String),
    /// The connection is gone, or none could be had.
    #[error("the database cannot be reached: {0}")]
    Lost(String),
    /// A cell that does not read back.
    #[error(transparent)]
    Row(#[from] RowFault),
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(refused) = error.as_db_error() {
            return Self::Refused(refused.code().code().to_owned());
        }
        if error.is_closed() {
            return Self::Lost("the connection was closed".to_owned());
        }
        Self::Lost(cause_of(&error))
    }
}

/// What lies under a failed connection: the network or TLS. Neither knows a value of ours.
fn cause_of(error: &tokio_postgres::Error) -> String {
    let mut cause = error.source();
    while let Some(found) = cause {
        if let Some(io) = found.downcast_ref::<std::io::Error>() {
            // A failed handshake comes wrapped in an error of the network.
            let tls = io
                .get_ref()
                .and_then(|inner| inner.downcast_ref::<rustls::Error>());
            return tls.map_or_else(|| io.kind().to_string(), |tls| format!("TLS: {tls}"));
        }
        cause = found.source();
    }
    "no answer, or no connection by these settings".to_owned()
}

/// The codes that an operator meets (PostgreSQL, Appendix A).
fn in_words(code: &str) -> &'static str {
    match code {
        "25006" => ": it can only be read now",
        "28000" => ": this user may not come in from here",
        "28P01" => ": the password is wrong or missing",
        "3D000" => ": there is no such database",
        "42501" => ": the user may not do this here",
        "53100" => ": its disk is full",
        "53300" => ": it has no connection left",
        "55P03" => ": a lock did not come free in time",
        "57P01" | "57P02" | "57P03" => ": it is starting or stopping",
        _ => "",
    }
}

impl From<PoolError> for Failure {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
                error.into()
            }
            PoolError::Timeout(_) => Self::Lost("no connection came free in time".to_owned()),
            _ => Self::Lost("the pool is closed".to_owned()),
        }
    }
}

impl Failure {
    /// Whether the connection is gone, and not the statement wrong. A server that is
    /// going down says so with a code of its own class.
    pub(super) fn is_lost(&self) -> bool {
        match self {
            Self::Lost(_) => true,
            Self::Refused(code) => code.starts_with("57P") || code.starts_with("08"),
            Self::Row(_) => false,
        }
    }

    /// Whether the same unit may go through when tried again: another transaction stood in
    /// its way and nothing of this one was written.
    pub(super) fn may_pass(&self) -> bool {
        let passing = [
            SqlState::T_R_DEADLOCK_DETECTED.code(),
            SqlState::T_R_SERIALIZATION_FAILURE.code(),
        ];
        matches!(self, Self::Refused(code) if passing.contains(&code.as_str()))
    }
}

/// Every row that a query finds.
pub(super) async fn all<T>(client: &Object, query: &Query<T>) -> Result<Vec<T>, Failure> {
    let statement = client
        .prepare_cached(&numbered_with_dollars(&query.sql))
        .await?;
    let rows = client.query(&statement, &parameters(&query.values)).await?;
    let read = |row| (query.read)(&Row::Postgres(row)).map_err(Failure::Row);
    rows.iter().map(read).collect()
}

pub(super) fn parameters<'a>(values: &'a [Value<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    values
        .iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect()
}

/// How a unit begins, and how it is undone.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    begin: &'static str,
    undo: &'static str,
}

impl Bounds {
    /// A transaction of its own.
    pub(super) const WHOLE: Self = Self {
        begin: "BEGIN",
        undo: "ROLLBACK",
    };
    /// Inside a transaction that was begun before.
    pub(super) const INSIDE: Self = Self {
        begin: "SAVEPOINT unit",
        undo: "ROLLBACK TO SAVEPOINT unit",
    };
}

enum Answer {
    Rows(Vec<tokio_postgres::Row>),
    Written(u64),
}

/// Runs every step of a unit in one go: all are sent before the first answer is awaited.
/// A refused unit is undone; otherwise the caller commits.
pub(super) async fn unit(
    client: &Object,
    unit: &Prepared,
    bounds: Bounds,
) -> Result<Outcome, Failure> {
    let steps = steps(unit);
    let mut statements = Vec::with_capacity(steps.len());
    for step in &steps {
        let sql = numbered_with_dollars(step.sql);
        statements.push(client.prepare_cached(&sql).await?);
    }
    let locks = locks::Locks::of(unit);
    let locking = locks.statements(client).await?;
    let begin = client.batch_execute(bounds.begin);
    let lock = join_all(locking.iter().map(|lock| lock.run(client)));
    let run = join_all(
        steps
            .iter()
            .zip(&statements)
            .map(|(step, statement)| answer(client, step, statement)),
    );
    // Polled in this order, so sent in this order.
    let (begun, locked, answers) = tokio::join!(biased; begin, lock, run);
    begun?;
    for locked in locked {
        locked?;
    }
    let mut report = Report::default();
    for (step, answer) in steps.iter().zip(answers) {
        match verdict(step, &answer?, &mut report)? {
            Verdict::Holds => {}
            Verdict::Refused(refusal) => {
                client.batch_execute(bounds.undo).await?;
                return Ok(Err(refusal));
            }
            Verdict::LookUp(stored) => {
                client.batch_execute(bounds.undo).await?;
                let stored = all(client, stored).await?.into_iter().next();
                let gone = super::super::unit::CommitError::Stale;
                return Ok(Err(stored.unwrap_or(gone)));
            }
        }
    }
    Ok(Ok(report.of(unit)))
}

/// A row lives no longer than its judgement: it cannot be held across an await.
fn verdict<'a>(
    step: &'a Step<'_>,
    answer: &Answer,
    report: &mut Report,
) -> Result<Verdict<'a>, RowFault> {
    let ran = match answer {
        Answer::Rows(rows) => Ran::Found(rows.first().map(Row::Postgres)),
        Answer::Written(rows) => Ran::Written(*rows),
    };
    judge(step, &ran, report)
}

async fn answer(
    client: &Object,
    step: &Step<'_>,
    statement: &Statement,
) -> Result<Answer, tokio_postgres::Error> {
    let values = parameters(&step.values);
    if step.finds() {
        return client.query(statement, &values).await.map(Answer::Rows);
    }
    client
        .execute(statement, &values)
        .await
        .map(Answer::Written)
}
