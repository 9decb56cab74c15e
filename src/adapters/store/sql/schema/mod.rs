//! The schema: numbered migrations, each once for either engine, and what a program may
//! do with the schema it meets.
//!
//! A migration first only expands: new tables, new columns that may be empty. A program
//! of the schema before goes on working beside it. A later one contracts, and names the
//! oldest program that can still work with what it leaves.

pub(in super::super) mod tables;

/// One step of the schema.
pub(in super::super) struct Migration {
    /// Counted from 1.
    pub(in super::super) version: u32,
    /// The oldest program, by the schema it knows, that can work with the store after it.
    pub(in super::super) oldest: u32,
    /// The statements for SQLite.
    pub(in super::super) sqlite: &'static str,
    /// The statements for PostgreSQL.
    #[cfg(feature = "postgres")]
    pub(in super::super) postgres: &'static str,
}

/// All of them, in their order.
pub(in super::super) const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        oldest: 1,
        sqlite: include_str!("0001_first.sqlite.sql"),
        #[cfg(feature = "postgres")]
        postgres: include_str!("0001_first.postgres.sql"),
    },
    Migration {
        version: 2,
        oldest: 1,
        sqlite: include_str!("0002_identifiers.sqlite.sql"),
        #[cfg(feature = "postgres")]
        postgres: include_str!("0002_identifiers.postgres.sql"),
    },
    Migration {
        version: 3,
        oldest: 1,
        sqlite: include_str!("0003_lookups.sqlite.sql"),
        #[cfg(feature = "postgres")]
        postgres: include_str!("0003_lookups.postgres.sql"),
    },
];

/// What PostgreSQL is told, for tests of a build without it.
#[cfg(test)]
const OF_POSTGRES: &[&str] = &[
    include_str!("0001_first.postgres.sql"),
    include_str!("0002_identifiers.postgres.sql"),
    include_str!("0003_lookups.postgres.sql"),
];

/// The number of the last migration that this program knows.
pub const NEWEST: u32 = 3;

/// What the store says of its own schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Found {
    /// Its last migration; 0 where nothing is there yet.
    pub(in super::super) version: u32,
    /// The oldest program that can work with it.
    pub(in super::super) oldest: u32,
}

/// How this program stands to the store it met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Standing {
    /// Nothing is there yet.
    Empty,
    /// It is of this program's schema, or of a later one that only expanded it.
    Usable,
    /// It has to be migrated first.
    Older,
    /// This program would not understand it.
    Newer,
}

/// Judges the schema that was found.
pub(in super::super) const fn judge(found: Found) -> Standing {
    match found {
        Found { version: 0, .. } => Standing::Empty,
        Found { version, .. } if version < NEWEST => Standing::Older,
        Found { oldest, .. } if oldest > NEWEST => Standing::Newer,
        _ => Standing::Usable,
    }
}

/// What has still to be applied.
pub(in super::super) fn missing(found: Found) -> impl Iterator<Item = &'static Migration> {
    MIGRATIONS
        .iter()
        .filter(move |migration| migration.version > found.version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_migrations_are_numbered_without_a_gap_up_to_the_newest() {
        let numbers: Vec<u32> = MIGRATIONS.iter().map(|found| found.version).collect();
        assert_eq!(numbers, (1..=NEWEST).collect::<Vec<_>>());
    }

    #[test]
    fn a_later_schema_is_usable_while_it_only_expanded() {
        let of = |version, oldest| judge(Found { version, oldest });
        assert_eq!(of(0, 0), Standing::Empty);
        assert_eq!(of(NEWEST, 1), Standing::Usable);
        assert_eq!(of(NEWEST + 1, NEWEST), Standing::Usable);
        assert_eq!(of(NEWEST + 2, NEWEST + 1), Standing::Newer);
    }

    #[test]
    fn both_engines_have_the_same_tables_and_columns() {
        let columns = |sql: &str| {
            let mut found = Vec::new();
            let mut table = String::new();
            for line in sql.lines() {
                let mut words = line.split_whitespace();
                match (words.next(), words.next(), words.next()) {
                    (Some("CREATE"), Some("TABLE"), Some(name)) => name.clone_into(&mut table),
                    (Some(word), Some(_), _)
                        if line.starts_with("    ")
                            && !line.starts_with("     ")
                            && word.chars().all(|c| c.is_ascii_lowercase() || c == '_') =>
                    {
                        found.push(format!("{table}.{word}"));
                    }
                    _ => {}
                }
            }
            found
        };
        assert_eq!(MIGRATIONS.len(), OF_POSTGRES.len());
        let pairs = MIGRATIONS.iter().zip(OF_POSTGRES);
        for (migration, postgres) in pairs {
            let sqlite = columns(migration.sqlite);
            let makes_tables = migration.sqlite.contains("CREATE TABLE");
            assert_eq!(makes_tables, !sqlite.is_empty(), "{}", migration.version);
            assert_eq!(sqlite, columns(postgres), "{}", migration.version);
        }
    }
}
