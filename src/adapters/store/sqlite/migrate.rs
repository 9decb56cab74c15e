//! Brings the schema up to date.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior, params};

use super::super::sql::schema::{Found, NEWEST, Standing, judge, missing};
use super::about;
use crate::problem::Problem;
use crate::problem::area::store::{NEWER_SCHEMA, NOT_A_STORE, OLDER_SCHEMA};

/// "WWGW" in the file's header marks it as a gateway's store.
const APPLICATION_ID: i32 = 0x5757_4757;

/// Refuses a file of something else, of a later program, or one that has to be migrated
/// first, before anything is written to it: even setting the journal mode would change it.
pub(super) fn refuse_unusable(
    connection: &Connection,
    path: &Path,
    may_migrate: bool,
) -> Result<(), Problem> {
    let found = found_in(connection, path)?;
    let (entry, what) = match judge(found) {
        Standing::Newer => (&NEWER_SCHEMA, "this program knows up to"),
        Standing::Older if !may_migrate => (&OLDER_SCHEMA, "this program needs"),
        _ => return Ok(()),
    };
    let version = found.version;
    Err(Problem::new(entry)
        .at(path.display().to_string())
        .with(format!("it has schema {version}, {what} {NEWEST}")))
}

/// Applies what is missing in one transaction; gives the version that was found.
pub(super) fn migrate(
    connection: &mut Connection,
    path: &Path,
    may_migrate: bool,
) -> Result<u32, Problem> {
    let failed = |error: rusqlite::Error| about(path, &error);
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(failed)?;
    // Another process may have migrated since the file was judged.
    refuse_unusable(&transaction, path, may_migrate)?;
    let found = found_in(&transaction, path)?;
    apply(&transaction, found)
        .and_then(|()| transaction.commit())
        .map_err(failed)?;
    Ok(found.version)
}

fn found_in(connection: &Connection, path: &Path) -> Result<Found, Problem> {
    version_of(connection)
        .map_err(|error| about(path, &error))?
        .ok_or_else(|| Problem::new(&NOT_A_STORE).at(path.display().to_string()))
}

/// The version of the schema; 0 for an empty file, `None` for a file of something else.
fn version_of(connection: &Connection) -> rusqlite::Result<Option<Found>> {
    let application: i32 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    if application == APPLICATION_ID {
        let sql = "SELECT max(version), max(oldest) FROM schema";
        let found = connection.query_row(sql, [], |row| {
            Ok(Found {
                version: row.get(0)?,
                oldest: row.get(1)?,
            })
        });
        return found.map(Some);
    }
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let empty = Found {
        version: 0,
        oldest: 0,
    };
    Ok((application == 0 && tables == 0).then_some(empty))
}

fn apply(connection: &Connection, found: Found) -> rusqlite::Result<()> {
    if found.version == 0 {
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        connection.execute_batch(
            "CREATE TABLE schema (version INTEGER PRIMARY KEY, oldest INTEGER NOT NULL) STRICT",
        )?;
    }
    for migration in missing(found) {
        connection.execute_batch(migration.sqlite)?;
        connection.execute(
            "INSERT INTO schema (version, oldest) VALUES (?1, ?2)",
            params![migration.version, migration.oldest],
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::seal::Seal;
    use crate::adapters::store::Store;
    use crate::config::StoreUrl;
    use crate::problem::area::store::{CANNOT_OPEN, KEY_OF_ANOTHER_STORE};

    async fn refusal(path: &Path) -> Problem {
        let url = StoreUrl::Sqlite(path.to_owned());
        let seal = Seal::in_memory().expect("a random key");
        Store::open(&url, seal).await.expect_err("a refusal")
    }

    #[tokio::test]
    async fn a_newer_schema_is_refused_and_left_as_it_is() {
        let (store, folder) = Store::in_temp_dir().await.expect("a store");
        drop(store);
        let path = folder.path().join("gateway.sqlite");
        let connection = Connection::open(&path).expect("opened");
        connection
            .execute("INSERT INTO schema (version, oldest) VALUES (99, 98)", [])
            .expect("inserted");
        drop(connection);
        let bytes = std::fs::read(&path).expect("read");
        let problem = refusal(&path).await;
        assert_eq!(std::fs::read(&path).expect("read"), bytes);
        assert_eq!(problem.entry.code, NEWER_SCHEMA.code);
        assert_eq!(
            problem.detail.as_deref(),
            Some(format!("it has schema 99, this program knows up to {NEWEST}").as_str())
        );
    }

    #[tokio::test]
    async fn a_store_that_a_later_program_only_expanded_is_opened() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("gateway.sqlite");
        let url = StoreUrl::Sqlite(path.clone());
        let key = folder.path().join("master.key");
        let seal = || Seal::create_dev(&key).expect("a key");
        drop(Store::open(&url, seal()).await.expect("a store"));
        Connection::open(&path)
            .and_then(|connection| {
                let later = "INSERT INTO schema (version, oldest) VALUES (?1, 1)";
                connection.execute(later, [NEWEST + 1])
            })
            .expect("inserted");
        assert!(Store::open(&url, seal()).await.is_ok());
    }

    #[tokio::test]
    async fn a_case_of_the_first_schema_is_found_by_its_identifier_after_the_migration() {
        use super::super::super::tests::given;
        use crate::adapters::store::sql::schema::MIGRATIONS;

        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("gateway.sqlite");
        let url = StoreUrl::Sqlite(path.clone());
        let key = folder.path().join("master.key");
        let seal = || Seal::create_dev(&key).expect("a key");
        let store = Store::open(&url, seal()).await.expect("a store");
        let receipt = store.commit(given::receipt(1), given::at(0)).await;
        assert!(receipt.is_ok());
        drop(store);
        // As the program before left it.
        Connection::open(&path)
            .and_then(|connection| {
                connection.execute_batch(
                    "DROP TABLE identifiers; DROP INDEX cases_reference; DROP INDEX audit_case;
                     DROP INDEX legs_of_destination;
                     CREATE INDEX legs_list ON legs (destination, number) WHERE kind = 'deliver';
                     DELETE FROM schema WHERE version > 1",
                )
            })
            .expect("as it was");
        let refused = Store::open(&url, seal()).await.expect_err("it is older");
        assert_eq!(refused.entry.code, OLDER_SCHEMA.code);

        let from = super::super::bring_up_to_date(&path).expect("migrated");
        assert_eq!((from, MIGRATIONS.len()), (1, NEWEST as usize));
        let store = Store::open(&url, seal()).await.expect("a store");
        let named = ["https://gp.example/sr|1".to_owned()];
        let caller = given::practice();
        let found = store.cases_by_service_request_identifiers(&caller, &named);
        assert_eq!(found.await.expect("read").len(), 1);
    }

    #[tokio::test]
    async fn a_file_of_something_else_is_refused_and_not_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = folder.path().join("notes.txt");
        let words = "words and words, longer than any header of a database ".repeat(20);
        std::fs::write(&text, &words).expect("written");
        assert_eq!(refusal(&text).await.entry.code, NOT_A_STORE.code);
        assert_eq!(std::fs::read_to_string(&text).expect("read"), words);

        let other = folder.path().join("other.sqlite");
        Connection::open(&other)
            .and_then(|connection| connection.execute_batch("CREATE TABLE t (x)"))
            .expect("made");
        let bytes = std::fs::read(&other).expect("read");
        assert_eq!(refusal(&other).await.entry.code, NOT_A_STORE.code);
        assert_eq!(std::fs::read(&other).expect("read"), bytes);
    }

    #[tokio::test]
    async fn a_path_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("no-such-folder").join("gateway.sqlite");
        let problem = refusal(&path).await;
        assert_eq!(problem.entry.code, CANNOT_OPEN.code);
        assert_eq!(problem.path, Some(path.display().to_string()));
    }

    #[tokio::test]
    async fn another_master_key_is_refused() {
        let (store, folder) = Store::in_temp_dir().await.expect("a store");
        drop(store);
        let problem = refusal(&folder.path().join("gateway.sqlite")).await;
        assert_eq!(problem.entry.code, KEY_OF_ANOTHER_STORE.code);
    }
}
