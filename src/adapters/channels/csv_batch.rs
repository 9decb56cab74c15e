//! Rows of CSV into a folder that a provider's own job empties: one file a window.
//!
//! A file's name holds the instant at which its window ends; until then rows are added, each
//! time by a new file in place of the old one, so that whoever looks sees whole rows only. A
//! row that is there already, or that an earlier window has had, is not written again.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;

use super::{Attempt, Parcel};
use crate::problem::{Entry, Problem, area::channel};

/// Names of what was written, by effect key: ids, and no datum of a person.
const LEDGER: &str = ".delivered";
/// Held while a file is replaced, also against other gateways on the same folder.
const LOCK: &str = ".lock";

/// How many of the first columns tell a row from all others: event, case, reference and
/// version.
const KEY_COLUMNS: usize = 4;

/// Adds the parcel's row to the file of the window in which `now` lies. `window` is in
/// minutes.
pub(super) async fn send(
    folder: &Path,
    provider: &str,
    window: u32,
    parcel: &Parcel,
    now: Timestamp,
) -> Result<Attempt, Attempt> {
    if !is_plain(&parcel.effect_key) {
        return Err(park("the message's key is no file name"));
    }
    let row = Row::of(&parcel.body).ok_or_else(|| park("the message is no row of CSV"))?;
    let put = Put {
        path: folder.join(row.file(provider, window, now)),
        folder: folder.to_owned(),
        ledger: folder.join(LEDGER).join(&parcel.effect_key),
        row,
    };
    let written = tokio::task::spawn_blocking(move || put.write()).await;
    match written {
        Ok(Ok(())) => Ok(Attempt::Delivered { reply: None }),
        // The folder's path is the operator's; the kind of the failure is enough to act on.
        Ok(Err(error)) => Err(again(&channel::UNREACHABLE, error.kind())),
        Err(_) => Err(again(&channel::UNREACHABLE, io::ErrorKind::Other)),
    }
}

fn again(entry: &'static Entry, kind: io::ErrorKind) -> Attempt {
    let detail = format!("the drop folder cannot be written ({kind})");
    Attempt::Again {
        problem: Problem::new(entry).with(detail),
        retry_after: None,
    }
}

fn park(detail: &str) -> Attempt {
    Attempt::Park {
        problem: Problem::new(&channel::PARCEL).with(detail),
    }
}

/// Letters, digits and hyphens: nothing that leads out of the folder.
fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// Header and row of a payload, each with its line end.
struct Row {
    header: String,
    row: String,
}

impl Row {
    fn of(body: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        // Names of columns hold no line end, so that the first one ends the header.
        let (header, row) = text.split_once("\r\n")?;
        (!row.is_empty()).then(|| Self {
            header: format!("{header}\r\n"),
            row: row.to_owned(),
        })
    }

    /// `lantern-20261122T1400Z-1a2b3c4d.csv`: the provider, the end of the window in UTC, and
    /// a mark of the header, since rows under another header need a file of their own.
    fn file(&self, provider: &str, window: u32, now: Timestamp) -> String {
        let seconds = i64::from(window.max(1)) * 60;
        let end = (now.as_second().div_euclid(seconds) + 1) * seconds;
        let end = Timestamp::from_second(end).unwrap_or(now);
        let mark = digest(&SHA256, self.header.as_bytes());
        let mark = mark.as_ref().first_chunk().copied().unwrap_or_default();
        let mark = u32::from_be_bytes(mark);
        format!("{provider}-{}-{mark:08x}.csv", end.strftime("%Y%m%dT%H%MZ"))
    }
}

/// One row on its way into one file.
struct Put {
    folder: PathBuf,
    path: PathBuf,
    ledger: PathBuf,
    row: Row,
}

impl Put {
    fn write(&self) -> io::Result<()> {
        // The folder itself is the operator's to make: a missing mount is not a new folder.
        fs::read_dir(&self.folder)?;
        fs::create_dir_all(self.folder.join(LEDGER))?;
        let lock = File::create(self.folder.join(LOCK))?;
        lock.lock()?;
        if self.ledger.exists() {
            return Ok(());
        }
        let before = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.row.header.clone(),
            Err(error) => return Err(error),
        };
        if !holds(&before, &self.row.row) {
            self.replace(&format!("{before}{}", self.row.row))?;
        }
        File::create(&self.ledger)?.sync_all()?;
        File::open(self.folder.join(LEDGER))?.sync_all()
    }

    /// Durable before the attempt counts as delivered.
    fn replace(&self, text: &str) -> io::Result<()> {
        let mut file = tempfile::Builder::new()
            .prefix(".row-")
            .tempfile_in(&self.folder)?;
        file.write_all(text.as_bytes())?;
        readable_by_group(file.as_file())?;
        file.as_file().sync_all()?;
        file.persist(&self.path).map_err(|error| error.error)?;
        File::open(&self.folder)?.sync_all()
    }
}

/// The provider's job runs as another user of the folder's group.
#[cfg(unix)]
fn readable_by_group(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o640))
}

#[cfg(not(unix))]
fn readable_by_group(_: &File) -> io::Result<()> {
    Ok(())
}

/// Whether a row with the same key stands there.
fn holds(text: &str, row: &str) -> bool {
    let wanted = keys(row);
    let Some(wanted) = wanted.first() else {
        return false;
    };
    keys(text).contains(wanted)
}

fn keys(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let rows = reader.records().filter_map(Result::ok);
    let key = |row: csv::StringRecord| row.iter().take(KEY_COLUMNS).map(str::to_owned).collect();
    rows.map(key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "workwell_event,workwell_case,workwell_reference,workwell_version,Name";

    fn parcel(case: u32, name: &str) -> Parcel {
        let row = format!("referral.created,case-{case},WW-{case},1,\"{name}\"");
        Parcel {
            effect_key: format!("case-{case}-1"),
            content_type: "text/csv".to_owned(),
            body: format!("{HEADER}\r\n{row}\r\n").into_bytes(),
            headers: Vec::new(),
            attempt: 1,
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    /// Every file that a provider's job would take, with its lines.
    fn files(folder: &Path) -> Vec<(String, Vec<String>)> {
        let mut files: Vec<(String, Vec<String>)> = fs::read_dir(folder)
            .expect("the folder")
            .map(|found| found.expect("a file").path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "csv"))
            .map(|path| {
                let text = fs::read_to_string(&path).expect("a text");
                let name = path.file_name().expect("a name").to_string_lossy();
                (name.into_owned(), text.lines().map(str::to_owned).collect())
            })
            .collect();
        files.sort();
        files
    }

    async fn put(folder: &Path, parcel: &Parcel, now: &str) -> Result<Attempt, Attempt> {
        send(folder, "lantern", 60, parcel, at(now)).await
    }

    #[tokio::test]
    async fn rows_of_one_window_are_in_one_file_and_a_repeat_is_no_second_row() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path();
        for (case, now) in [
            (1, "13:05"),
            (2, "13:59"),
            (1, "13:59"),
            (3, "14:00"),
            (2, "15:30"),
        ] {
            let now = format!("2026-11-22T{now}:00Z");
            let attempt = put(path, &parcel(case, "Zebulon, \"\"Z\"\""), &now).await;
            assert_eq!(attempt, Ok(Attempt::Delivered { reply: None }), "{now}");
        }
        let found = files(path);
        let names: Vec<&str> = found.iter().map(|(name, _)| &name[..22]).collect();
        assert_eq!(names, ["lantern-20261122T1400Z", "lantern-20261122T1500Z"]);
        assert_eq!(found[0].1.len(), 3, "a header and two rows: {found:?}");
        assert_eq!(found[0].1[0], HEADER);
        assert!(found[0].1[2].starts_with("referral.created,case-2,"));
        assert_eq!(found[1].1.len(), 2);
    }

    #[tokio::test]
    async fn a_row_that_was_taken_away_does_not_come_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path();
        let now = "2026-11-22T13:05:00Z";
        put(path, &parcel(1, "Zebulon"), now)
            .await
            .expect("delivered");
        fs::remove_file(path.join(&files(path)[0].0)).expect("taken");
        put(path, &parcel(1, "Zebulon"), now)
            .await
            .expect("delivered");
        assert!(files(path).is_empty());
        put(path, &parcel(2, "Ada"), now).await.expect("delivered");
        assert_eq!(files(path)[0].1.len(), 2);
    }

    #[tokio::test]
    async fn a_crash_between_the_row_and_its_ledger_makes_no_second_row() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path();
        let now = "2026-11-22T13:05:00Z";
        put(path, &parcel(1, "Zebulon"), now)
            .await
            .expect("delivered");
        fs::remove_file(path.join(LEDGER).join("case-1-1")).expect("as if never written");
        put(path, &parcel(1, "Zebulon"), now)
            .await
            .expect("delivered");
        assert_eq!(files(path)[0].1.len(), 2);
    }

    #[tokio::test]
    async fn rows_under_another_header_have_a_file_of_their_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path();
        let now = "2026-11-22T13:05:00Z";
        put(path, &parcel(1, "Zebulon"), now)
            .await
            .expect("delivered");
        let mut stop = parcel(1, "cancelled");
        stop.effect_key = "case-1-1-stop-cancelled".to_owned();
        let text = String::from_utf8(stop.body).expect("text");
        stop.body = text.replace("Name", "workwell_reason").into_bytes();
        put(path, &stop, now).await.expect("delivered");
        assert_eq!(files(path).len(), 2);
    }

    #[tokio::test]
    async fn many_rows_at_once_are_all_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().to_owned();
        let mut tasks = tokio::task::JoinSet::new();
        for case in 0..24 {
            let path = path.clone();
            tasks.spawn(async move {
                put(&path, &parcel(case, "Zebulon"), "2026-11-22T13:05:00Z").await
            });
        }
        while let Some(done) = tasks.join_next().await {
            assert!(done.expect("no panic").is_ok());
        }
        let found = files(&path);
        assert_eq!((found.len(), found[0].1.len()), (1, 25));
    }

    #[tokio::test]
    async fn a_missing_folder_is_tried_again_and_a_strange_message_is_parked() {
        let folder = tempfile::tempdir().expect("a folder");
        let missing = folder.path().join("not-mounted");
        let attempt = put(&missing, &parcel(1, "Zebulon"), "2026-11-22T13:05:00Z").await;
        assert!(matches!(attempt, Err(Attempt::Again { .. })), "{attempt:?}");
        assert!(!missing.exists());
        for (key, body) in [
            ("../x", "a\r\nb\r\n"),
            ("", "a\r\nb\r\n"),
            ("x", "a"),
            ("x", "a\r\n"),
        ] {
            let mut strange = parcel(1, "Zebulon");
            strange.effect_key = key.to_owned();
            strange.body = body.as_bytes().to_vec();
            let attempt = put(folder.path(), &strange, "2026-11-22T13:05:00Z").await;
            assert!(matches!(attempt, Err(Attempt::Park { .. })), "{key} {body}");
        }
        assert!(files(folder.path()).is_empty());
    }
}
