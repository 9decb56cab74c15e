//! `store backup` and `store restore`.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::{Answered, Format, exit, now};
use crate::config::Settings;
use crate::gateway::upkeep::{self, Backup, Restored};
use crate::surfaces::cli::progress::Shown;
use crate::surfaces::cli::wrap;

pub(super) fn backup(
    settings: &Settings,
    file: &Path,
    format: Format,
    out: &mut dyn Write,
) -> Answered {
    let shown = Shown::new();
    let tell = |what: &str, done, whole| shown.tell(what, done, whole);
    let made = upkeep::backup(settings, file, &tell)?;
    drop(shown);
    let written = match format {
        Format::Json => writeln!(out, "{:#}", of(&made)),
        Format::Text => {
            let words = format!(
                "{} holds the store {}. It was checked and is whole; only its owner can read it.",
                file.display(),
                until(&made)
            );
            writeln!(out, "{}", wrap("", &words)).and_then(|()| figures(&made, out))
        }
    };
    Ok((written, exit::OK))
}

pub(super) async fn restore(
    settings: &Settings,
    file: &Path,
    format: Format,
    out: &mut dyn Write,
) -> Answered {
    let shown = Shown::new();
    let tell = |what: &str, done, whole| shown.tell(what, done, whole);
    let done = upkeep::restore(settings, file, now(), &tell).await?;
    drop(shown);
    let written = match format {
        Format::Json => {
            let mut answer = of(&done.backup);
            answer["epoch"] = json!(done.epoch);
            answer["kept"] = json!(done.kept.as_ref().map(|kept| kept.display().to_string()));
            writeln!(out, "{answer:#}")
        }
        Format::Text => restored(&done, out),
    };
    Ok((written, exit::OK))
}

fn restored(done: &Restored, out: &mut dyn Write) -> io::Result<()> {
    let words = format!("The store is now as it was {}.", until(&done.backup));
    writeln!(out, "{}", wrap("", &words))?;
    figures(&done.backup, out)?;
    if let Some(kept) = &done.kept {
        let words = format!("The store that was there is kept as {}.", kept.display());
        writeln!(out, "{}", wrap("", &words))?;
    }
    let words = format!(
        "Epoch {} has begun and nobody has confirmed it: nothing is sent and no new referral is \
         taken. Next: `store lost` lists what to tell the referrers; start the gateway; `store \
         confirm` lets it send.",
        done.epoch
    );
    writeln!(out, "{}", wrap("", &words))
}

fn until(backup: &Backup) -> String {
    let Some(at) = backup.at else {
        return "before anything was written".to_owned();
    };
    let mut words = String::new();
    // Writing to a string does not fail.
    let _ = write!(words, "at audit row {}, written at {at:.0}", backup.audit);
    words
}

fn figures(backup: &Backup, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "bytes   {}", backup.bytes)?;
    writeln!(out, "sha256  {}", hex(&backup.digest))
}

fn of(backup: &Backup) -> Value {
    json!({
        "bytes": backup.bytes,
        "sha256": hex(&backup.digest),
        "auditRow": backup.audit,
        "writtenAt": backup.at.map(|at| at.to_string()),
    })
}

pub(super) fn hex(digest: &[u8; 32]) -> String {
    digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
