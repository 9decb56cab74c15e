//! Brings the schema up to date: numbered files, each applied once, in order.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior, params};

use super::about;
use crate::problem::Problem;
use crate::problem::area::store::{NEWER_SCHEMA, NOT_A_STORE};

/// "WWGW" in the file's header marks it as a gateway's store.
const APPLICATION_ID: i32 = 0x5757_4757;

const MIGRATIONS: &[(i64, &str)] = &[(1, include_str!("0001_first.sql"))];

/// The number of the last migration.
pub(in super::super) const NEWEST: u32 = 1;

/// Refuses a file of something else or of a later program, before anything is written to
/// it: even setting the journal mode would change it.
pub(super) fn judge(connection: &Connection, path: &Path) -> Result<(), Problem> {
    let version = version_of(connection)
        .map_err(|error| about(path, &error))?
        .ok_or_else(|| Problem::new(&NOT_A_STORE).at(path.display().to_string()))?;
    let newest = MIGRATIONS.last().map_or(0, |(number, _)| *number);
    if version <= newest {
        return Ok(());
    }
    let found = format!("it has schema {version}, this program knows up to {newest}");
    Err(Problem::new(&NEWER_SCHEMA)
        .at(path.display().to_string())
        .with(found))
}

/// Applies what is missing in one transaction.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), Problem> {
    let failed = |error: rusqlite::Error| about(path, &error);
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(failed)?;
    // Another process may have migrated since the file was judged.
    judge(&transaction, path)?;
    let version = version_of(&transaction).map_err(failed)?.unwrap_or(0);
    apply(&transaction, version)
        .and_then(|()| transaction.commit())
        .map_err(failed)
}

/// The version of the schema; 0 for an empty file, `None` for a file of something else.
fn version_of(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    let application: i32 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    if application == APPLICATION_ID {
        let sql = "SELECT max(version) FROM schema";
        return connection.query_row(sql, [], |row| row.get(0)).map(Some);
    }
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok((application == 0 && tables == 0).then_some(0))
}

fn apply(connection: &Connection, version: i64) -> rusqlite::Result<()> {
    if version == 0 {
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        connection.execute_batch("CREATE TABLE schema (version INTEGER PRIMARY KEY) STRICT")?;
    }
    for (number, migration) in MIGRATIONS.iter().filter(|(number, _)| *number > version) {
        connection.execute_batch(migration)?;
        connection.execute("INSERT INTO schema (version) VALUES (?1)", params![number])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::seal::Seal;
    use crate::adapters::store::Store;
    use crate::problem::area::store::{CANNOT_OPEN, KEY_OF_ANOTHER_STORE};

    fn refusal(path: &Path) -> Problem {
        Store::open(path, Seal::in_memory().expect("a random key")).expect_err("a refusal")
    }

    #[test]
    fn a_newer_schema_is_refused_and_left_as_it_is() {
        let (store, folder) = Store::in_temp_dir().expect("a store");
        drop(store);
        let path = folder.path().join("gateway.sqlite");
        let connection = Connection::open(&path).expect("opened");
        connection
            .execute("INSERT INTO schema (version) VALUES (99)", [])
            .expect("inserted");
        drop(connection);
        let bytes = std::fs::read(&path).expect("read");
        let problem = refusal(&path);
        assert_eq!(std::fs::read(&path).expect("read"), bytes);
        assert_eq!(problem.entry.code, NEWER_SCHEMA.code);
        assert_eq!(
            problem.detail.as_deref(),
            Some("it has schema 99, this program knows up to 1")
        );
    }

    #[test]
    fn a_file_of_something_else_is_refused_and_not_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = folder.path().join("notes.txt");
        let words = "words and words, longer than any header of a database ".repeat(20);
        std::fs::write(&text, &words).expect("written");
        assert_eq!(refusal(&text).entry.code, NOT_A_STORE.code);
        assert_eq!(std::fs::read_to_string(&text).expect("read"), words);

        let other = folder.path().join("other.sqlite");
        Connection::open(&other)
            .and_then(|connection| connection.execute_batch("CREATE TABLE t (x)"))
            .expect("made");
        let bytes = std::fs::read(&other).expect("read");
        assert_eq!(refusal(&other).entry.code, NOT_A_STORE.code);
        assert_eq!(std::fs::read(&other).expect("read"), bytes);
    }

    #[test]
    fn a_path_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("no-such-folder").join("gateway.sqlite");
        let problem = refusal(&path);
        assert_eq!(problem.entry.code, CANNOT_OPEN.code);
        assert_eq!(problem.path, Some(path.display().to_string()));
    }

    #[test]
    fn another_master_key_is_refused() {
        let (store, folder) = Store::in_temp_dir().expect("a store");
        drop(store);
        let problem = refusal(&folder.path().join("gateway.sqlite"));
        assert_eq!(problem.entry.code, KEY_OF_ANOTHER_STORE.code);
    }
}
