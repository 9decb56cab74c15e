//! Figures, the audit log and the check of the whole.

use rusqlite::{Connection, Row, params};

use super::{Read, all, one};
use crate::adapters::store::leaf::{LeafColumns, leaf_hash};
use crate::adapters::store::records::{Counts, FactRow, Integrity, LegState};
use crate::adapters::store::sqlite::rows;
use crate::adapters::store::sqlite::scope::Scope;
use crate::domain::status::Status;

pub(in super::super::super) fn counts(connection: &Connection, scope: &Scope) -> Read<Counts> {
    let cases = format!(
        "SELECT c.status, count(*) FROM cases c WHERE {} GROUP BY c.status",
        scope.cases
    );
    let legs = format!(
        "SELECT l.state, count(*) FROM legs l WHERE {} GROUP BY l.state",
        scope.legs
    );
    let oldest = format!(
        "SELECT min(l.created_at) FROM legs l
         WHERE {} AND l.state IN ('released', 'waiting', 'parked')",
        scope.legs
    );
    let count = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?));
    let cases = all(connection, &cases, params![scope.value], count)?;
    let legs = all(connection, &legs, params![scope.value], count)?;
    let oldest = one(connection, &oldest, params![scope.value], |row| {
        rows::time_or_none(row, 0)
    })?;
    let number = i64::cast_unsigned;
    Ok(Counts {
        cases: cases
            .iter()
            .filter_map(|(word, count)| Some((Status::from_code(word)?, number(*count))))
            .collect(),
        legs: legs
            .iter()
            .filter_map(|(word, count)| Some((LegState::from_code(word)?, number(*count))))
            .collect(),
        oldest_undelivered: oldest.flatten(),
    })
}

pub(in super::super::super) fn facts(
    connection: &Connection,
    scope: &Scope,
    from_seq: i64,
    limit: u32,
) -> Read<Vec<FactRow>> {
    let sql = format!(
        "SELECT {} FROM audit WHERE ?1 IS NULL AND seq >= ?2 ORDER BY seq LIMIT ?3",
        rows::FACT
    );
    let params = params![scope.value, from_seq, limit];
    all(connection, &sql, params, rows::fact)
}

/// SQLite's own check, the foreign keys, and every audit hash computed again.
pub(in super::super::super) fn integrity(connection: &Connection) -> Read<Integrity> {
    let mut found = Integrity::default();
    let lines: Vec<String> = all(connection, "PRAGMA integrity_check", [], |row| row.get(0))?;
    found
        .faults
        .extend(lines.into_iter().filter(|line| line != "ok"));
    let orphans: Vec<String> = all(connection, "PRAGMA foreign_key_check", [], |row| {
        Ok(format!(
            "a row of {} names a row of {} that is not there",
            row.get::<_, String>(0)?,
            row.get::<_, String>(2)?
        ))
    })?;
    found.faults.extend(orphans);
    check_leaves(connection, &mut found)?;
    Ok(found)
}

fn check_leaves(connection: &Connection, found: &mut Integrity) -> Read<()> {
    let sql = format!("SELECT {} FROM audit ORDER BY seq", rows::FACT);
    let mut statement = connection.prepare(&sql)?;
    let mut facts = statement.query_map([], rows::fact)?;
    let mut expected = 1;
    while let Some(fact) = facts.next().transpose()? {
        if fact.seq != expected {
            let what = format!("audit row {expected} is missing before row {}", fact.seq);
            found.faults.push(what);
        }
        if !is_whole(&fact) {
            let what = format!("audit row {} does not have the hash it was given", fact.seq);
            found.faults.push(what);
        }
        expected = fact.seq + 1;
        found.facts_checked += 1;
    }
    Ok(())
}

fn is_whole(fact: &FactRow) -> bool {
    let case_id = fact.case_id.map(|id| id.uuid().into_bytes());
    let evidence = fact.evidence.map(|id| id.uuid().into_bytes());
    let columns = LeafColumns {
        at: fact.at.as_microsecond(),
        kind: &fact.kind,
        actor: &fact.actor,
        case_id: case_id.as_ref(),
        evidence: evidence.as_ref(),
        details: &fact.details,
    };
    leaf_hash(&columns) == fact.leaf_hash
}
