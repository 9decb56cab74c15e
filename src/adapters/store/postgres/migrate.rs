//! Brings the schema up to date.

use tokio_postgres::Client;

use super::super::sql::schema::{Found, Migration, NEWEST, Standing, judge, missing};
use super::connect;
use super::run::Failure;
use crate::config::PostgresServer;
use crate::problem::Problem;
use crate::problem::area::store::{NEWER_SCHEMA, OLDER_SCHEMA, UNREACHABLE};

/// Any two processes that migrate take turns ("WWGW" twice).
const TURN: i64 = 0x5757_4757_5757_4757;

/// Makes an empty database ours; refuses one that has to be migrated, or is of a later
/// program.
pub(super) async fn open(client: &Client, url: &str) -> Result<(), Problem> {
    let found = found_in(client)
        .await
        .map_err(|failure| about(url, &failure))?;
    let (entry, what) = match judge(found) {
        Standing::Usable => return Ok(()),
        Standing::Empty => return apply(client, url).await.map(drop),
        Standing::Older => (&OLDER_SCHEMA, "this program needs"),
        Standing::Newer => (&NEWER_SCHEMA, "this program knows up to"),
    };
    let version = found.version;
    Err(Problem::new(entry)
        .at(url.to_owned())
        .with(format!("it has schema {version}, {what} {NEWEST}")))
}

/// Applies what is missing; gives the version that was found.
pub(in super::super) async fn bring_up_to_date(server: &PostgresServer) -> Result<u32, Problem> {
    let pool = connect::Connector::of(server)?.pool(1)?;
    let client = connect::first(&pool, &server.url).await?;
    connect::refuse_unwritable(&client, &server.url).await?;
    refuse_newer(&client, &server.url).await?;
    apply(&client, &server.url).await
}

async fn refuse_newer(client: &Client, url: &str) -> Result<(), Problem> {
    let found = found_in(client).await;
    let found = found.map_err(|failure| about(url, &failure))?;
    if judge(found) != Standing::Newer {
        return Ok(());
    }
    let version = found.version;
    Err(Problem::new(&NEWER_SCHEMA).at(url.to_owned()).with(format!(
        "it has schema {version}, this program knows up to {NEWEST}"
    )))
}

/// All in one transaction, under a lock: a second process finds nothing left to do. The
/// lock is taken before the transaction begins, for a session looks up the names of
/// tables that others made only when it begins one.
async fn apply(client: &Client, url: &str) -> Result<u32, Problem> {
    let lock = format!("SELECT pg_advisory_lock({TURN})");
    let unlock = format!("SELECT pg_advisory_unlock({TURN})");
    let applied = async {
        client.batch_execute(&lock).await?;
        client.batch_execute("BEGIN").await?;
        let found = found_in(client).await?;
        for migration in missing(found) {
            client.batch_execute(&statements(migration)).await?;
        }
        client.batch_execute("COMMIT").await?;
        client.batch_execute(&unlock).await?;
        Ok::<u32, Failure>(found.version)
    };
    match applied.await {
        Ok(version) => Ok(version),
        Err(failure) => {
            // The server undoes both also when this is not heard any more.
            let _ = client.batch_execute(&format!("ROLLBACK; {unlock}")).await;
            Err(about(url, &failure))
        }
    }
}

fn statements(migration: &Migration) -> String {
    let (version, oldest) = (migration.version, migration.oldest);
    let first = if version == 1 {
        "CREATE TABLE schema (version BIGINT PRIMARY KEY, oldest BIGINT NOT NULL);"
    } else {
        ""
    };
    let done = format!("INSERT INTO schema (version, oldest) VALUES ({version}, {oldest})");
    format!("{first}\n{}\n{done}", migration.postgres)
}

async fn found_in(client: &Client) -> Result<Found, Failure> {
    let there = "SELECT to_regclass('schema') IS NOT NULL";
    if !client.query_one(there, &[]).await?.get::<_, bool>(0) {
        return Ok(Found {
            version: 0,
            oldest: 0,
        });
    }
    let sql = "SELECT coalesce(max(version), 0), coalesce(max(oldest), 0) FROM schema";
    let row = client.query_one(sql, &[]).await?;
    let number = |column| u32::try_from(row.get::<_, i64>(column)).unwrap_or(u32::MAX);
    Ok(Found {
        version: number(0),
        oldest: number(1),
    })
}

/// Whether the store was made with this master key; the first to open it leaves the mark.
pub(super) async fn has_key(
    client: &Client,
    key_check: &[u8; 32],
) -> Result<bool, tokio_postgres::Error> {
    let mark = key_check.as_slice();
    let sql = "INSERT INTO setting (name, value) VALUES ('key-check', $1) ON CONFLICT DO NOTHING";
    client.execute(sql, &[&mark]).await?;
    let sql = "SELECT value = $1 FROM setting WHERE name = 'key-check'";
    Ok(client.query_one(sql, &[&mark]).await?.get(0))
}

fn about(url: &str, failure: &Failure) -> Problem {
    Problem::new(&UNREACHABLE)
        .at(url.to_owned())
        .with(failure.to_string())
}
