//! Whether the store is whole: its pages, its references and every audit hash.

use super::Read;
use crate::adapters::store::Store;
use crate::adapters::store::leaf::{LeafColumns, leaf_hash};
use crate::adapters::store::records::{FactRow, Integrity};
use crate::adapters::store::sql::marks::{self, GAPLESS_FROM};
use crate::domain::caller::Caller;

/// Audit rows held in memory at a time while they are checked.
const CHECKED_AT_ONCE: u32 = 2_000;

impl Store {
    /// Checks the store, its references and every audit hash. It names no row of a case, so
    /// it takes no caller. On a large store it takes minutes.
    pub async fn integrity(&self) -> Read<Integrity> {
        let mut found = Integrity {
            faults: self.inner.engine.check().await?,
            facts_checked: 0,
        };
        let gapless_from = self.inner.engine.one(marks::mark(GAPLESS_FROM)).await?;
        let gapless_from = gapless_from.map_or(1, u64::cast_signed);
        let mut next = 1;
        loop {
            let facts = self.facts(&Caller::System, next, CHECKED_AT_ONCE).await?;
            let Some(last) = facts.last() else {
                return Ok(found);
            };
            let after = last.seq + 1;
            for fact in &facts {
                self.check_fact(fact, next.max(gapless_from), &mut found);
                next = fact.seq + 1;
            }
            next = after;
        }
    }

    fn check_fact(&self, fact: &FactRow, expected: i64, found: &mut Integrity) {
        // PostgreSQL gives a number away when a transaction fails: a gap says nothing.
        if fact.seq > expected && self.inner.engine.numbers_without_gaps() {
            let what = format!("audit row {expected} is missing before row {}", fact.seq);
            found.faults.push(what);
        }
        if !is_whole(fact) {
            let what = format!("audit row {} does not have the hash it was given", fact.seq);
            found.faults.push(what);
        }
        found.facts_checked += 1;
    }
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
