//! Every table and column once, for what goes through whole stores: a copy, and the
//! digests by which a copy is compared. A test holds it against the schema.

use super::super::Dialect;
use super::super::marks::{COPYING, GAPLESS_FROM, VOUCHED};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super::super) enum Holds {
    /// A whole number.
    Int,
    /// A yes or a no; a number on SQLite.
    Bool,
    /// Text.
    Text,
    /// Bytes.
    Blob,
}

use Holds::{Blob, Bool, Int, Text};

/// A table.
#[derive(Debug)]
pub(in super::super::super) struct Table {
    pub(in super::super::super) name: &'static str,
    /// What a row is known by: copies and digests go in this order.
    pub(in super::super::super) key: &'static [&'static str],
    pub(in super::super::super) columns: &'static [(&'static str, Holds)],
    /// The column whose numbers the engine gives, where there is one.
    pub(in super::super::super) numbered: Option<&'static str>,
}

/// All of them; a table comes after those that it refers to.
pub(in super::super::super) const TABLES: &[Table] = &[
    Table {
        name: "setting",
        key: &["name"],
        columns: &[("name", Text), ("value", Blob)],
        numbered: None,
    },
    Table {
        name: "answers",
        key: &["organisation", "correlation_id", "request_id"],
        columns: &[
            ("organisation", Text),
            ("request_id", Blob),
            ("correlation_id", Blob),
            ("body_hash", Blob),
            ("http", Int),
            ("case_id", Blob),
            ("problems_json", Blob),
            ("at", Int),
        ],
        numbered: None,
    },
    Table {
        name: "cases",
        key: &["number"],
        columns: &[
            ("number", Int),
            ("id", Blob),
            ("reference", Text),
            ("revision", Int),
            ("status", Text),
            ("is_open", Bool),
            ("hold_reason", Text),
            ("hold_since", Int),
            ("referrer", Text),
            ("service_request_id", Blob),
            ("correlation_id", Blob),
            ("journey_id", Blob),
            ("bundle_id", Blob),
            ("return_address", Text),
            ("use_case", Text),
            ("provider", Text),
            ("provider_digest", Text),
            ("restricted", Bool),
            ("test_person", Bool),
            ("responsible_kind", Text),
            ("responsible_name", Text),
            ("last_update_at", Int),
            ("last_update_sequence", Int),
            ("closure_reason", Text),
            ("part_of", Blob),
            ("referred_on_by", Text),
            ("milestone", Text),
            ("milestone_due", Int),
            ("received_at", Int),
            ("updated_at", Int),
            ("identifier_hash", Blob),
            ("nhs_number_hash", Blob),
            ("demographics_hash", Blob),
            ("wrapped_key", Blob),
            ("sealed_case", Blob),
        ],
        numbered: Some("number"),
    },
    Table {
        name: "identifiers",
        key: &["identifier_hash", "case_id"],
        columns: &[("identifier_hash", Blob), ("case_id", Blob)],
        numbered: None,
    },
    Table {
        name: "messages",
        key: &["case_id", "direction", "version"],
        columns: &[
            ("id", Blob),
            ("case_id", Blob),
            ("direction", Text),
            ("version", Int),
            ("bundle_id", Blob),
            ("request_id", Blob),
            ("correlation_id", Blob),
            ("event", Text),
            ("reason", Text),
            ("body_hash", Blob),
            ("at", Int),
            ("sealed_body", Blob),
        ],
        numbered: None,
    },
    Table {
        name: "events",
        key: &["case_id", "seq"],
        columns: &[
            ("case_id", Blob),
            ("seq", Int),
            ("at", Int),
            ("occurred_at", Int),
            ("actor", Text),
            ("kind", Text),
            ("status", Text),
            ("provider_word", Text),
            ("note", Text),
            ("evidence", Blob),
            ("visible_to_referrer", Bool),
            ("holder_kind", Text),
            ("holder_name", Text),
        ],
        numbered: None,
    },
    Table {
        name: "legs",
        key: &["number"],
        columns: &[
            ("number", Int),
            ("id", Blob),
            ("case_id", Blob),
            ("kind", Text),
            ("destination", Text),
            ("channel", Text),
            ("content_type", Text),
            ("effect_key", Text),
            ("says", Text),
            ("version", Int),
            ("state", Text),
            ("attempts", Int),
            ("due_at", Int),
            ("claimed_until", Int),
            ("last_error", Text),
            ("created_at", Int),
            ("sealed_payload", Blob),
            ("sealed_trace", Blob),
        ],
        numbered: Some("number"),
    },
    Table {
        name: "update_keys",
        key: &["case_id", "provider", "client_key"],
        columns: &[
            ("case_id", Blob),
            ("provider", Text),
            ("client_key", Text),
            ("body_hash", Blob),
            ("http", Int),
            ("sealed_response", Blob),
        ],
        numbered: None,
    },
    Table {
        name: "queue",
        key: &["number"],
        columns: &[
            ("number", Int),
            ("id", Blob),
            ("case_id", Blob),
            ("kind", Text),
            ("subject", Text),
            ("reason", Text),
            ("owner", Text),
            ("raised_at", Int),
            ("due_at", Int),
            ("alerted_at", Int),
            ("told_at", Int),
            ("closed_at", Int),
            ("closed_by", Text),
            ("closing", Text),
        ],
        numbered: Some("number"),
    },
    Table {
        name: "leases",
        key: &["name"],
        columns: &[
            ("name", Text),
            ("holder", Blob),
            ("epoch", Int),
            ("expires", Int),
        ],
        numbered: None,
    },
    Table {
        name: "audit",
        key: &["seq"],
        columns: &[
            ("seq", Int),
            ("at", Int),
            ("kind", Text),
            ("actor", Text),
            ("case_id", Blob),
            ("evidence", Blob),
            ("details", Text),
            ("leaf_hash", Blob),
        ],
        numbered: Some("seq"),
    },
];

impl Table {
    fn names(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        names.join(", ")
    }

    /// What a store says of itself at this instant is no part of a copy.
    fn but(&self) -> String {
        if self.name != "setting" {
            return String::new();
        }
        format!("WHERE name NOT IN ('{VOUCHED}', '{COPYING}', '{GAPLESS_FROM}')")
    }

    /// How many rows there are to copy.
    pub(in super::super::super) fn count(&self) -> String {
        format!("SELECT count(*) FROM {} {}", self.name, self.but())
    }

    /// Every row, in the order of the key, which is the same for both engines: text goes by
    /// its bytes.
    pub(in super::super::super) fn rows(&self, dialect: Dialect) -> String {
        let order: Vec<String> = self
            .key
            .iter()
            .map(|key| dialect.by_bytes(key, self.is_text(key)))
            .collect();
        format!(
            "SELECT {} FROM {} {} ORDER BY {}",
            self.names(),
            self.name,
            self.but(),
            order.join(", ")
        )
    }

    fn is_text(&self, key: &'static str) -> bool {
        self.columns.contains(&(key, Text))
    }

    /// Puts one row in.
    pub(in super::super::super) fn insert(&self) -> String {
        let places: Vec<String> = (1..=self.columns.len())
            .map(|place| format!("?{place}"))
            .collect();
        format!(
            "INSERT INTO {} ({}) VALUES ({})",
            self.name,
            self.names(),
            places.join(", ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::{MIGRATIONS, OF_POSTGRES};
    use super::*;
    use rusqlite::Connection;

    /// Table, column, kind and whether it is part of the primary key, as the schema that
    /// all migrations make has it. That both engines have the same tables and columns is
    /// shown beside the migrations.
    fn schema() -> Vec<(String, String, String)> {
        let connection = Connection::open_in_memory().expect("a database");
        for migration in MIGRATIONS {
            connection.execute_batch(migration.sqlite).expect("applied");
        }
        let sql = "SELECT t.name, c.name, c.type FROM pragma_table_list t
            JOIN pragma_table_info(t.name) c
            WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
            ORDER BY t.name, c.cid";
        let mut statement = connection.prepare(sql).expect("a statement");
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        let rows = rows.expect("rows");
        rows.collect::<Result<_, _>>().expect("texts")
    }

    #[test]
    fn every_table_and_every_column_of_the_schema_is_named_and_nothing_else() {
        let kind = |holds: Holds| match holds {
            Int | Bool => "INTEGER",
            Text => "TEXT",
            Blob => "BLOB",
        };
        let mut named: Vec<(String, String, String)> = TABLES
            .iter()
            .flat_map(|table| {
                let columns = table.columns.iter();
                columns.map(|(name, holds)| {
                    (
                        table.name.to_owned(),
                        (*name).to_owned(),
                        kind(*holds).to_owned(),
                    )
                })
            })
            .collect();
        let mut found = schema();
        named.sort();
        found.sort();
        assert_eq!(named, found);
    }

    #[test]
    fn a_yes_or_a_no_is_one_for_the_other_engine() {
        let postgres = OF_POSTGRES.concat();
        for (name, holds) in TABLES.iter().flat_map(|table| table.columns) {
            let is_boolean = postgres.lines().any(|line| {
                let mut words = line.split_whitespace();
                words.next() == Some(name) && words.next() == Some("BOOLEAN")
            });
            assert_eq!(is_boolean, *holds == Bool, "{name}");
        }
    }

    #[test]
    fn a_key_is_made_of_columns_and_tells_rows_apart() {
        for table in TABLES {
            for key in table.key {
                assert!(table.columns.iter().any(|(name, _)| name == key), "{key}");
            }
            let sql = MIGRATIONS.iter().map(|migration| migration.sqlite);
            let sql: String = sql.collect();
            let key = table.key.join(", ");
            let of_table = sql.split(&format!("CREATE TABLE {} (", table.name)).nth(1);
            let of_table = of_table.and_then(|rest| rest.split("STRICT").next());
            let of_table = of_table.expect("a table");
            let is_key = of_table.contains(&format!("PRIMARY KEY ({key})"))
                || of_table.contains(&format!("UNIQUE ({key})"))
                || of_table.lines().any(|line| {
                    line.trim_start().starts_with(&format!("{key} "))
                        && line.contains("PRIMARY KEY")
                });
            assert!(is_key, "{}", table.name);
        }
    }
}
