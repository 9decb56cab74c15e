//! Reading and filling a whole database.

use deadpool_postgres::{Object, Pool};
use futures_util::future::try_join_all;
use tokio::sync::Mutex;

use super::super::sql::dialect::numbered_with_dollars;
use super::super::sql::marks::COPYING;
use super::super::sql::schema::tables::{TABLES, Table};
use super::super::sql::{Dialect, Row};
use super::super::whole::{Batch, Cells, Part, Parts, ROWS, Sender, cells, channel};
use super::run::{Failure, parameters};
use super::{connect, migrate, unavailable};
use crate::config::PostgresServer;
use crate::problem::Problem;
use crate::problem::area::store::BROKEN_OFF;

/// Every row of the database as it is at this instant.
pub(in super::super) fn parts(pool: &Pool) -> Parts {
    let (sender, parts) = channel();
    let pool = pool.clone();
    tokio::spawn(async move {
        if let Err(failure) = send_all(&pool, &sender).await {
            // Nobody waits for it any more: then nobody has to be told.
            let _ = sender.send(Err(unavailable(&failure))).await;
        }
    });
    parts
}

/// One snapshot, and a cursor a table, so that neither side holds more than a batch.
async fn send_all(pool: &Pool, sender: &Sender) -> Result<(), Failure> {
    let client = pool.get().await?;
    client
        .batch_execute(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
             SET LOCAL statement_timeout = 0;
             SET LOCAL idle_in_transaction_session_timeout = 0",
        )
        .await?;
    for table in TABLES {
        if !send_table(&client, table, sender).await? {
            break;
        }
    }
    client.batch_execute("ROLLBACK").await?;
    Ok(())
}

/// Sends one table; `false` when nobody listens any more.
async fn send_table(
    client: &Object,
    table: &'static Table,
    sender: &Sender,
) -> Result<bool, Failure> {
    let rows: i64 = client.query_one(&table.count(), &[]).await?.get(0);
    let part = Part::Table {
        table,
        rows: rows.unsigned_abs(),
        highest: highest(client, table).await?,
    };
    if sender.send(Ok(part)).await.is_err() {
        return Ok(false);
    }
    let declare = format!(
        "DECLARE whole NO SCROLL CURSOR FOR {}",
        table.rows(Dialect::Postgres)
    );
    client.batch_execute(&declare).await?;
    let fetch = client.prepare(&format!("FETCH {ROWS} FROM whole")).await?;
    let mut batch = Batch::default();
    loop {
        let rows = client.query(&fetch, &[]).await?;
        let is_last = rows.is_empty();
        let mut full = Vec::new();
        for row in &rows {
            full.extend(batch.add(cells(&Row::Postgres(row), table)?));
        }
        drop(rows);
        if is_last {
            full.push(batch.take());
        }
        for rows in full {
            if sender.send(Ok(Part::Rows(rows))).await.is_err() {
                return Ok(false);
            }
        }
        if is_last {
            client.batch_execute("CLOSE whole").await?;
            return Ok(true);
        }
    }
}

/// The highest number that was ever given in a table.
async fn highest(client: &Object, table: &Table) -> Result<i64, Failure> {
    let Some(column) = table.numbered else {
        return Ok(0);
    };
    let name = format!(
        "SELECT pg_get_serial_sequence('{}', '{column}')",
        table.name
    );
    let sequence: String = client.query_one(&name, &[]).await?.get(0);
    let sql = format!(
        "SELECT greatest((SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}),
         (SELECT coalesce(max({column}), 0) FROM {}))",
        table.name
    );
    Ok(client.query_one(&sql, &[]).await?.get(0))
}

/// Refuses a database that a copy has left half-way. Errors: WW-STO-018.
pub(super) async fn refuse_half_copied(client: &Object, url: &str) -> Result<(), Problem> {
    let sql = "SELECT count(*) FROM setting WHERE name = $1";
    let marks = client.query_one(sql, &[&COPYING]).await;
    let marks = marks.map_err(|error| unavailable(&error.into()))?;
    if marks.get::<_, i64>(0) == 0 {
        return Ok(());
    }
    Err(Problem::new(&BROKEN_OFF)
        .at(url.to_owned())
        .with("`store copy` did not come to its end"))
}

/// A pool of few connections, for one verb.
pub(in super::super) fn pool(server: &PostgresServer) -> Result<Pool, Problem> {
    connect::Connector::of(server)?.pool(2)
}

/// A database that is being filled. Nothing starts on it until [`finish`](Self::finish).
pub(in super::super) struct Filling {
    pub(in super::super) pool: Pool,
    client: Mutex<Object>,
}

impl Filling {
    /// Makes the tables, and marks the database; `None` when something is in it.
    pub(in super::super) async fn begin(server: &PostgresServer) -> Result<Option<Self>, Problem> {
        migrate::bring_up_to_date(server).await?;
        let pool = pool(server)?;
        let client = connect::first(&pool, &server.url).await?;
        let begun = mark(&client).await.map_err(|failure| unavailable(&failure));
        Ok(begun?.then(|| Self {
            pool,
            client: Mutex::new(client),
        }))
    }

    /// Puts rows in, all or none.
    pub(in super::super) async fn put(
        &self,
        table: &'static Table,
        rows: Vec<Cells>,
    ) -> Result<(), Problem> {
        let client = self.client.lock().await;
        let put = async {
            client.batch_execute("BEGIN").await?;
            let sql = numbered_with_dollars(&table.insert());
            let statement = client.prepare_cached(&sql).await?;
            let bound: Vec<_> = rows.iter().map(|row| parameters(row)).collect();
            let sent = bound.iter().map(|row| client.execute(&statement, row));
            try_join_all(sent).await?;
            client.batch_execute("COMMIT").await
        };
        let put: Result<(), tokio_postgres::Error> = put.await;
        put.map_err(|error| unavailable(&error.into()))
    }

    /// Sets the numbers that come next, and takes the mark away: from here on it is a store.
    pub(in super::super) async fn finish(
        &self,
        highest: Vec<(&'static Table, i64)>,
    ) -> Result<(), Problem> {
        let client = self.client.lock().await;
        let finish = async {
            client.batch_execute("BEGIN").await?;
            for (table, highest) in highest {
                let (Some(column), true) = (table.numbered, highest > 0) else {
                    continue;
                };
                let name = table.name;
                let sql =
                    format!("SELECT setval(pg_get_serial_sequence('{name}', '{column}'), $1)");
                client.query_one(&sql, &[&highest]).await?;
            }
            let sql = "DELETE FROM setting WHERE name = $1";
            client.execute(sql, &[&COPYING]).await?;
            client.batch_execute("COMMIT").await
        };
        let finished: Result<(), tokio_postgres::Error> = finish.await;
        finished.map_err(|error| unavailable(&error.into()))
    }
}

/// Marks an empty database; `false` when it is not empty. The lock keeps a gateway that
/// starts at this instant from putting its own first row in between.
async fn mark(client: &Object) -> Result<bool, Failure> {
    client
        .batch_execute("BEGIN; LOCK TABLE setting IN ACCESS EXCLUSIVE MODE")
        .await?;
    for table in TABLES {
        let sql = format!("SELECT count(*) FROM {}", table.name);
        if client.query_one(&sql, &[]).await?.get::<_, i64>(0) > 0 {
            client.batch_execute("ROLLBACK").await?;
            return Ok(false);
        }
    }
    let sql = "INSERT INTO setting (name, value) VALUES ($1, '\\x01')";
    client.execute(sql, &[&COPYING]).await?;
    client.batch_execute("COMMIT").await?;
    Ok(true)
}
