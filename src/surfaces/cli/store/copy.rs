//! `store copy`: a whole store into another, empty one.

use std::io::{self, Write};
use std::path::PathBuf;

use serde_json::{Value, json};

use super::files::hex;
use super::{Answered, Format, exit};
use crate::config::{PostgresServer, Settings, StoreUrl};
use crate::gateway::upkeep::{self, Fingerprint};
use crate::problem::Problem;
use crate::problem::area::config::BAD_SETTING;
use crate::surfaces::cli::progress::Shown;

/// From where to where.
#[derive(Clone, Debug, clap::Args)]
pub struct Copy {
    /// The store to copy, as in `store.url`; no gateway may use it
    from: String,
    /// The empty store that is filled
    to: String,
    /// The file of the password of FROM, where it is PostgreSQL
    #[arg(long, value_name = "FILE")]
    from_password_file: Option<PathBuf>,
    /// The file of the password of TO, where it is PostgreSQL
    #[arg(long, value_name = "FILE")]
    to_password_file: Option<PathBuf>,
    /// The certificates (PEM) that both servers are checked by
    #[arg(long, value_name = "FILE")]
    root_certificates: Option<PathBuf>,
    /// How the answer is written
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(super) async fn run(args: &Copy, settings: &Settings, out: &mut dyn Write) -> Answered {
    let from = address(
        "FROM",
        &args.from,
        args.from_password_file.as_ref(),
        args,
        settings,
    )?;
    let to = address(
        "TO",
        &args.to,
        args.to_password_file.as_ref(),
        args,
        settings,
    )?;
    let shown = Shown::new();
    let tell = |what: &str, done, whole| shown.tell(what, done, whole);
    let tables = upkeep::copy(settings, &from, &to, &tell).await?;
    drop(shown);
    let written = match args.format {
        Format::Json => writeln!(out, "{:#}", json!({ "tables": as_json(&tables) })),
        Format::Text => text(&tables, out).and_then(|()| {
            writeln!(
                out,
                "The copy is whole: rows and digests of every table are those of the original."
            )
        }),
    };
    Ok((written, exit::OK))
}

/// What is not said is as in the settings, where they name a server.
fn address(
    name: &str,
    text: &str,
    password_file: Option<&PathBuf>,
    args: &Copy,
    settings: &Settings,
) -> Result<StoreUrl, Problem> {
    let of_settings = match &settings.store.url {
        StoreUrl::Postgres(server) => Some(server),
        StoreUrl::Sqlite(_) => None,
    };
    let mut server = of_settings.cloned().unwrap_or(PostgresServer {
        url: String::new(),
        password_file: None,
        root_certificates: None,
        connections: 4,
    });
    if let Some(file) = password_file {
        server.password_file = Some(file.clone());
    }
    if let Some(file) = &args.root_certificates {
        server.root_certificates = Some(file.clone());
    }
    StoreUrl::parse(text, &server).ok_or_else(|| {
        // Not the text: it may hold a password.
        Problem::new(&BAD_SETTING).at(name).with(
            "expected sqlite: and a path, or postgres://user@host/database without a password",
        )
    })
}

pub(super) fn as_json(tables: &[Fingerprint]) -> Value {
    let rows = tables.iter().map(
        |table| json!({ "table": table.table, "rows": table.rows, "sha256": hex(&table.digest) }),
    );
    rows.collect()
}

/// Table, rows and the first half of the digest: what fits beside each other.
pub(super) fn text(tables: &[Fingerprint], out: &mut dyn Write) -> io::Result<()> {
    for table in tables {
        let digest = hex(&table.digest);
        writeln!(
            out,
            "table {:<12} {:>10} rows  sha256 {}...",
            table.table,
            table.rows,
            &digest[..32]
        )?;
    }
    Ok(())
}
