//! The journal: what was acknowledged, written outside the store.
//!
//! A store that is put back has lost what came after its backup. The journal says what
//! that was, so that the referrers can be told. One line for each new referral and each
//! cancellation that was acknowledged, after the commit and before the answer: instant,
//! kind, case reference, case id, the referrer's ODS code, request id. No datum of a
//! person. A line is one `write` (it survives the process); the keeper syncs every few
//! seconds (then it survives the machine too). A file holds one day (UTC) of one process.

mod read;

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use uuid::Uuid;

pub use read::{Read, read};

use crate::domain::identifiers::{CaseId, CaseReference, RequestId};
use crate::problem::Problem;
use crate::problem::area::store::JOURNAL;

/// How a file of the journal ends.
const ENDING: &str = ".journal";

/// What was acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A new referral.
    New,
    /// The end of one: cancelled, or entered in error.
    Cancelled,
}

impl Kind {
    /// The word in the journal.
    pub const fn code(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Cancelled => "cancelled",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        [Self::New, Self::Cancelled]
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When it was acknowledged.
    pub at: Timestamp,
    /// What.
    pub kind: Kind,
    /// The case reference that the referrer was given.
    pub reference: CaseReference,
    /// The case.
    pub case_id: CaseId,
    /// The referrer's ODS code.
    pub referrer: String,
    /// `X-Request-Id`.
    pub request_id: RequestId,
}

/// The journal of one process; writing is shared.
pub struct Journal {
    folder: PathBuf,
    process: String,
    open: Mutex<Option<Open>>,
    failing: AtomicBool,
    unsynced: AtomicBool,
}

struct Open {
    day: i64,
    file: Arc<File>,
}

const SECONDS_OF_A_DAY: i64 = 86_400;

impl Journal {
    /// Makes the folder, readable by its owner only, and sees that a file can be written
    /// in it. Errors: WW-STO-016.
    pub fn open(folder: &Path, now: Timestamp) -> Result<Self, Problem> {
        make_folder(folder).map_err(|error| fault(folder, &error))?;
        let journal = Self {
            folder: folder.to_owned(),
            process: Uuid::new_v4().simple().to_string()[..12].to_owned(),
            open: Mutex::new(None),
            failing: AtomicBool::new(false),
            unsynced: AtomicBool::new(false),
        };
        let file = journal
            .file_of(now)
            .map_err(|error| fault(folder, &error))?;
        drop(file);
        Ok(journal)
    }

    /// Writes a line. What cannot be written is said in the log and in
    /// [`is_well`](Self::is_well): the referral is in the store, and that is what counts.
    pub fn note(&self, line: &Line) {
        let mut text = String::with_capacity(160);
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{} {} {} {} {} {}",
            line.at,
            line.kind.code(),
            line.reference,
            line.case_id,
            line.referrer,
            line.request_id
        );
        let written = self
            .file_of(line.at)
            .and_then(|file| (&*file).write_all(text.as_bytes()));
        self.unsynced.store(true, Ordering::Relaxed);
        let failed = written.is_err();
        if self.failing.swap(failed, Ordering::Relaxed) != failed
            && let Err(error) = written
        {
            tracing::error!(error.code = JOURNAL.code, error = %error.kind(),
                "the journal of acknowledged referrals cannot be written");
        }
    }

    /// Whether the last line was written.
    pub fn is_well(&self) -> bool {
        !self.failing.load(Ordering::Relaxed)
    }

    /// Brings what was written to the disk; blocks.
    pub fn sync(&self) {
        if !self.unsynced.swap(false, Ordering::Relaxed) {
            return;
        }
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let file = open.as_ref().map(|open| Arc::clone(&open.file));
        drop(open);
        if let Some(Err(error)) = file.map(|file| file.sync_data()) {
            self.unsynced.store(true, Ordering::Relaxed);
            tracing::error!(error.code = JOURNAL.code, error = %error.kind(),
                "the journal of acknowledged referrals cannot be brought to the disk");
        }
    }

    /// Removes the files of days that are longer ago; blocks. Only files that are named
    /// as the journal names its own are touched.
    pub fn forget(&self, days: u32, now: Timestamp) {
        let oldest = day_of(now).checked_sub(jiff::Span::new().days(i64::from(days)));
        let (Ok(oldest), Ok(entries)) = (oldest, std::fs::read_dir(&self.folder)) else {
            return;
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        for name in names.filter(|name| day_in(name).is_some_and(|day| day < oldest)) {
            if let Err(error) = std::fs::remove_file(self.folder.join(&name)) {
                tracing::warn!(error = %error.kind(), name, "an old file of the journal stays");
            }
        }
    }

    /// The file of this instant's day.
    fn file_of(&self, at: Timestamp) -> std::io::Result<Arc<File>> {
        let day = at.as_second().div_euclid(SECONDS_OF_A_DAY);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = open.as_ref().filter(|open| open.day == day) {
            return Ok(Arc::clone(&found.file));
        }
        let name = format!("{}.{}{ENDING}", day_of(at), self.process);
        let file = Arc::new(append_to(&self.folder.join(name))?);
        *open = Some(Open {
            day,
            file: Arc::clone(&file),
        });
        Ok(file)
    }
}

fn day_of(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// The day in the name of a file of the journal.
fn day_in(name: &str) -> Option<Date> {
    let (day, process) = name.strip_suffix(ENDING)?.split_once('.')?;
    let ours = process.len() == 12 && process.bytes().all(|byte| byte.is_ascii_hexdigit());
    day.parse().ok().filter(|_| ours)
}

fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}

fn append_to(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

fn fault(folder: &Path, error: &std::io::Error) -> Problem {
    Problem::new(&JOURNAL)
        .at(folder.display().to_string())
        .with(error.kind().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(at: &str, number: u128) -> Line {
        Line {
            at: at.parse().expect("a time"),
            kind: Kind::New,
            reference: CaseReference::of(Uuid::from_u128(number)),
            case_id: CaseId::new(Uuid::from_u128(number)),
            referrer: "Y99001".to_owned(),
            request_id: RequestId::new(Uuid::from_u128(number + 1)),
        }
    }

    #[test]
    fn lines_are_read_again_in_their_order_over_days_and_processes() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |text: &str| text.parse().expect("a time");
        let first = Journal::open(folder.path(), at("2026-11-22T23:59:00Z")).expect("open");
        let second = Journal::open(folder.path(), at("2026-11-23T00:00:00Z")).expect("open");
        let lines = [
            line("2026-11-22T23:59:59.5Z", 1),
            line("2026-11-23T00:00:01Z", 2),
            Line {
                kind: Kind::Cancelled,
                ..line("2026-11-23T00:00:02Z", 1)
            },
        ];
        first.note(&lines[0]);
        second.note(&lines[1]);
        first.note(&lines[2]);
        first.sync();
        let found = read(&[folder.path().to_owned()]).expect("read");
        assert_eq!(found.lines, lines);
        assert_eq!(found.unreadable, 0);
        let files = std::fs::read_dir(folder.path()).expect("read").count();
        assert_eq!(files, 3, "one a day and process");
    }

    #[test]
    fn a_torn_line_is_counted_and_takes_nothing_with_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let whole = line("2026-11-22T10:00:00Z", 1);
        let journal = Journal::open(folder.path(), whole.at).expect("open");
        journal.note(&whole);
        let file = std::fs::read_dir(folder.path()).expect("read").next();
        let path = file.expect("a file").expect("an entry").path();
        let mut text = std::fs::read_to_string(&path).expect("read");
        text.push_str("2026-11-22T10:00:01Z new WW-");
        std::fs::write(&path, text).expect("written");
        let found = read(&[folder.path().to_owned()]).expect("read");
        assert_eq!((found.lines.len(), found.unreadable), (1, 1));
    }

    #[test]
    fn only_old_files_of_the_journal_are_forgotten() {
        let folder = tempfile::tempdir().expect("a folder");
        let now: Timestamp = "2026-11-22T10:00:00Z".parse().expect("a time");
        let journal = Journal::open(folder.path(), now).expect("open");
        let old = [
            "2026-08-01.0123456789ab.journal",
            "2026-11-21.0123456789ab.journal",
        ];
        let others = ["2026-08-01.notes.journal", "notes.txt"];
        for name in old.iter().chain(&others) {
            std::fs::write(folder.path().join(name), "").expect("written");
        }
        journal.forget(92, now);
        let left = |name: &str| folder.path().join(name).exists();
        assert!(!left(old[0]) && left(old[1]) && left(others[0]) && left(others[1]));
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("journal");
        let line = line("2026-11-22T10:00:00Z", 1);
        Journal::open(&place, line.at).expect("open").note(&line);
        let mode = |path: &Path| {
            let found = std::fs::metadata(path).expect("there");
            found.permissions().mode() & 0o777
        };
        assert_eq!(mode(&place), 0o700);
        for entry in std::fs::read_dir(&place).expect("read") {
            assert_eq!(mode(&entry.expect("an entry").path()), 0o600);
        }
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_a_coded_fault() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        std::fs::write(&file, "").expect("written");
        let now = Timestamp::UNIX_EPOCH;
        let problem = Journal::open(&file, now).err().expect("a fault");
        assert_eq!(problem.entry.code, JOURNAL.code);
    }
}
