//! SQLite's own check of its file and of the references in it.

use rusqlite::Connection;

use super::run::Failure;

/// What is wrong, one line each.
pub(in super::super) fn check(connection: &Connection) -> Result<Vec<String>, Failure> {
    let mut faults = lines(connection, "PRAGMA integrity_check", |row| row.get(0))?;
    faults.retain(|line| line != "ok");
    faults.extend(lines(connection, "PRAGMA foreign_key_check", |row| {
        Ok(format!(
            "a row of {} names a row of {} that is not there",
            row.get::<_, String>(0)?,
            row.get::<_, String>(2)?
        ))
    })?);
    Ok(faults)
}

fn lines(
    connection: &Connection,
    sql: &str,
    line: fn(&rusqlite::Row<'_>) -> rusqlite::Result<String>,
) -> Result<Vec<String>, Failure> {
    let mut statement = connection.prepare(sql)?;
    let found = statement.query_map([], line)?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}
