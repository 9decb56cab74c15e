//! What is asked of a store that has grown is looked up by an index; SQLite tells its plan.

use rusqlite::Connection;
use uuid::Uuid;

use crate::adapters::store::sql::{Query, Scope, read};
use crate::adapters::store::{Cursor, Store};
use crate::domain::caller::Caller;
use crate::domain::identifiers::CaseId;

/// The steps of a plan in their order.
fn plan<T>(connection: &Connection, query: &Query<T>) -> Vec<String> {
    let explained = format!("EXPLAIN QUERY PLAN {}", query.sql);
    let mut statement = connection.prepare(&explained).expect("a statement");
    let values = vec![None::<i64>; statement.parameter_count()];
    let steps = statement.query_map(rusqlite::params_from_iter(values), |row| row.get(3));
    steps
        .expect("a plan")
        .map(|step| step.expect("a step"))
        .collect()
}

#[tokio::test]
async fn what_somebody_waits_for_reads_neither_all_cases_nor_the_whole_log() {
    let (_store, folder) = Store::in_temp_dir().await.expect("a store");
    let path = folder.path().join("gateway.sqlite");
    let connection = Connection::open(path).expect("opened");
    let (system, provider) = (Caller::System, Caller::Provider("lantern".to_owned()));
    let (all, its) = (Scope::of(&system), Scope::of(&provider));
    let case = CaseId::new(Uuid::from_u128(7));
    for (plan, first) in [
        (
            plan(
                &connection,
                &read::case_by_reference(&all, "WW-4K7M-9QXD-T2P"),
            ),
            "SEARCH c USING INDEX cases_reference",
        ),
        (
            plan(&connection, &read::facts_of_case(&all, case, 1, 100)),
            "SEARCH audit USING INDEX audit_case",
        ),
        (
            plan(
                &connection,
                &read::provider_cases(&its, "lantern", Some(Cursor::start(0)), 100, None),
            ),
            "SEARCH l USING INDEX legs_of_destination (destination=? AND number>?)",
        ),
        (
            plan(&connection, &read::oldest_undelivered(&all)),
            "SEARCH f USING INTEGER PRIMARY KEY",
        ),
    ] {
        assert!(plan[0].starts_with(first), "{plan:?}");
        assert!(
            !plan.iter().any(|step| step.starts_with("SCAN")),
            "{plan:?}"
        );
        let sorts = plan.iter().any(|step| step.contains("TEMP B-TREE"));
        assert!(!sorts, "it is read in its order: {plan:?}");
    }
}
