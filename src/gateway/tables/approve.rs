//! Approvals: two persons, one digest, in a file beside the providers' folders.
//!
//! `approvals.csv` of an area is committed with the tables. It is no part of the digest, so
//! that writing an approval does not undo it; rows are added and never changed.

use std::fs;
use std::path::Path;

use jiff::civil::Date;

use crate::adapters::tables::{Disabled, Loaded};
use crate::config::Approval;
use crate::domain::provider::Provider;
use crate::problem::Problem;
use crate::problem::area::tables_in_use as entry;

/// The file, in the folder of an area.
pub const APPROVALS: &str = "approvals.csv";

const HEADER: [&str; 5] = ["provider", "version", "digest", "by", "on"];

/// How many different persons it takes.
const PERSONS: usize = 2;

/// Longest name, in characters.
const LONGEST_NAME: usize = 80;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approved {
    /// The provider's slug.
    pub provider: String,
    /// The version that its tables gave themselves.
    pub version: String,
    /// The digest of its tables, 64 hexadecimal digits.
    pub digest: String,
    /// Who has read and approved them.
    pub by: String,
    /// On which day.
    pub on: Date,
}

/// The approvals of one area.
#[derive(Clone, Debug, Default)]
pub struct Approvals {
    rows: Vec<Approved>,
}

impl Approvals {
    /// Reads the approvals of an area; none where there is no such file.
    ///
    /// # Errors
    ///
    /// Every row that cannot be read, beside those that can.
    pub fn of_area(mappings: &Path, area: &str) -> (Self, Vec<Problem>) {
        let place = format!("{area}/{APPROVALS}");
        let text = match fs::read_to_string(mappings.join(&place)) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return (Self::default(), Vec::new());
            }
            Err(error) => {
                let detail = format!("the file cannot be read ({})", error.kind());
                return (Self::default(), vec![unreadable(&place, 1, detail)]);
            }
        };
        read(&text, &place)
    }

    /// Who has approved this state of a provider's tables, each once.
    pub fn persons(&self, provider: &Provider) -> Vec<&str> {
        let mut persons: Vec<&str> = Vec::new();
        for row in &self.rows {
            let same = row.provider == provider.slug && row.digest == provider.digest;
            if same && !persons.iter().any(|known| is_same(known, &row.by)) {
                persons.push(&row.by);
            }
        }
        persons
    }

    /// Whether two persons have approved this state.
    pub fn approve(&self, provider: &Provider) -> bool {
        self.persons(provider).len() >= PERSONS
    }

    /// The last state of a provider's tables that two persons have approved.
    fn last(&self, slug: &str) -> Option<&Approved> {
        let whole = |row: &&Approved| {
            let same = |other: &&Approved| {
                other.provider == slug && other.digest == row.digest && !is_same(&other.by, &row.by)
            };
            row.provider == slug && self.rows.iter().any(|other| same(&other))
        };
        self.rows.iter().rev().find(whole)
    }

    /// What is to be said where a provider's tables are not approved.
    pub fn lacking(&self, provider: &Provider) -> Option<Problem> {
        let persons = self.persons(provider);
        if persons.len() >= PERSONS {
            return None;
        }
        let now = short(&provider.digest);
        let by = match persons.first() {
            Some(one) => format!("{now} is approved by {one} alone"),
            None => format!("nobody has approved {now}"),
        };
        let before = match self.last(&provider.slug) {
            Some(row) => format!(
                "; version {} ({}) was approved last",
                row.version,
                short(&row.digest)
            ),
            None => String::new(),
        };
        let place = format!("{}/{}/provider.toml:1:1", provider.area, provider.slug);
        let detail = format!("version {}: {by}{before}", provider.version);
        Some(Problem::new(&entry::NOT_APPROVED).at(place).with(detail))
    }

    /// Whether anything was ever approved of a provider.
    pub fn know(&self, slug: &str) -> bool {
        self.rows.iter().any(|row| row.provider == slug)
    }
}

/// Disables what is not approved, where approval is required.
pub(in crate::gateway) fn admit(mut loaded: Loaded, root: &Path, approval: Approval) -> Loaded {
    if approval == Approval::NotRequired {
        return loaded;
    }
    let mut admitted = Vec::with_capacity(loaded.providers.len());
    let mut read: Option<(String, Approvals)> = None;
    for provider in std::mem::take(&mut loaded.providers) {
        // Providers come by area: each file is read once.
        if read.as_ref().is_none_or(|(area, _)| *area != provider.area) {
            let (approvals, faults) = Approvals::of_area(root, &provider.area);
            loaded.problems.extend(faults);
            read = Some((provider.area.clone(), approvals));
        }
        let lacking = read
            .as_ref()
            .and_then(|(_, approvals)| approvals.lacking(&provider));
        match lacking {
            None => admitted.push(provider),
            Some(problem) => loaded.disabled.push(Disabled {
                slug: provider.slug.clone(),
                area: provider.area.clone(),
                problems: vec![problem],
            }),
        }
    }
    loaded.providers = admitted;
    loaded
}

/// What an approval did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The row that was added.
    pub row: Approved,
    /// Everybody who has approved this state by now.
    pub persons: Vec<String>,
}

impl Recorded {
    /// Whether it takes nobody more.
    pub fn is_whole(&self) -> bool {
        self.persons.len() >= PERSONS
    }
}

/// Adds an approval of a provider's tables as they are now. The caller has made sure that
/// they have no fault and that their tests hold.
///
/// # Errors
///
/// `WW-TBL-003`: the name is none, or this person has approved this state already;
/// `WW-TBL-004`: the file cannot be read or written.
pub fn record(
    mappings: &Path,
    provider: &Provider,
    by: &str,
    today: Date,
) -> Result<Recorded, Vec<Problem>> {
    let place = format!("{}/{APPROVALS}", provider.area);
    let by = name(by).ok_or_else(|| {
        let detail = format!(
            "--by: write the name of one person, 2 to {LONGEST_NAME} characters of letters, \
             spaces, points, hyphens and apostrophes, without a comma or a quotation mark; a \
             title or a post is left out"
        );
        vec![Problem::new(&entry::NOT_APPROVABLE).with(detail)]
    })?;
    let (mut approvals, faults) = Approvals::of_area(mappings, &provider.area);
    if !faults.is_empty() {
        return Err(faults);
    }
    let known = approvals.persons(provider);
    if known.iter().any(|person| is_same(person, &by)) {
        let detail = format!(
            "{by} has approved {} already; it takes another person",
            short(&provider.digest)
        );
        let problem = Problem::new(&entry::NOT_APPROVABLE).at(place).with(detail);
        return Err(vec![problem]);
    }
    let row = Approved {
        provider: provider.slug.clone(),
        version: provider.version.clone(),
        digest: provider.digest.clone(),
        by,
        on: today,
    };
    approvals.rows.push(row.clone());
    let path = mappings.join(&place);
    let written = written(&approvals.rows).and_then(|text| {
        // Written beside and moved: a gateway that loads never reads half a file.
        let beside = path.with_extension("part");
        fs::write(&beside, text).and_then(|()| fs::rename(&beside, &path))
    });
    if let Err(error) = written {
        let detail = format!("the file cannot be written ({})", error.kind());
        return Err(vec![unreadable(&place, 1, detail)]);
    }
    let persons = approvals.persons(provider);
    Ok(Recorded {
        persons: persons.into_iter().map(str::to_owned).collect(),
        row,
    })
}

/// The beginning of a digest, as people compare it.
pub fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}

/// A person's name: letters, and what stands in names; nothing that a spreadsheet would
/// take for a formula.
fn name(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let name = words.join(" ");
    let plain = |c: char| c.is_alphabetic() || " .'-".contains(c);
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    let starts = name.starts_with(char::is_alphabetic);
    let fits = letters >= 2 && name.chars().count() <= LONGEST_NAME;
    (starts && fits && name.chars().all(plain)).then_some(name)
}

/// Whether two names are the same person's, as far as spelling tells: case, points and
/// spaces do not make a second person.
fn is_same(one: &str, other: &str) -> bool {
    let folded = |text: &str| {
        let letters = text.chars().filter(|c| c.is_alphabetic());
        letters.flat_map(char::to_lowercase).collect::<String>()
    };
    folded(one) == folded(other)
}

fn written(rows: &[Approved]) -> std::io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADER)?;
    for row in rows {
        let on = row.on.to_string();
        writer.write_record([&row.provider, &row.version, &row.digest, &row.by, &on])?;
    }
    writer
        .into_inner()
        .map_err(|error| std::io::Error::other(error.to_string()))
}

fn read(text: &str, place: &str) -> (Approvals, Vec<Problem>) {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let (mut approvals, mut faults) = (Approvals::default(), Vec::new());
    for (index, record) in reader.records().enumerate() {
        let Ok(record) = record else {
            faults.push(unreadable(place, index + 1, "the row is no CSV".to_owned()));
            break;
        };
        let line = record.position().map_or(1, csv::Position::line);
        let line = usize::try_from(line).unwrap_or(usize::MAX);
        if index == 0 {
            if record != HEADER[..] {
                let detail = format!("the first line is {}", HEADER.join(","));
                faults.push(unreadable(place, line, detail));
                break;
            }
            continue;
        }
        match row(&record) {
            Some(row) => approvals.rows.push(row),
            None => faults.push(unreadable(
                place,
                line,
                "write a provider, its version, a digest of 64 hexadecimal digits, a name and a \
                 day such as 2026-11-20"
                    .to_owned(),
            )),
        }
    }
    (approvals, faults)
}

fn row(record: &csv::StringRecord) -> Option<Approved> {
    let [provider, version, digest, by, on] = [0, 1, 2, 3, 4].map(|at| record.get(at));
    let digest = digest.filter(|digest| {
        digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
    })?;
    Some(Approved {
        provider: provider.filter(|text| !text.is_empty())?.to_owned(),
        version: version?.to_owned(),
        digest: digest.to_ascii_lowercase(),
        by: name(by?)?,
        on: on?.parse().ok().filter(|_| record.len() == HEADER.len())?,
    })
}

fn unreadable(place: &str, line: usize, detail: String) -> Problem {
    Problem::new(&entry::APPROVALS_UNREADABLE)
        .at(format!("{place}:{line}:1"))
        .with(detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mapping::sample;
    use jiff::civil::date;

    const TODAY: Date = date(2026, 11, 20);

    fn provider() -> Provider {
        let mut provider = sample::provider("lantern");
        provider.area = "exampleshire".to_owned();
        provider.digest = "0a".repeat(32);
        provider
    }

    fn root() -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(root.path().join("exampleshire")).expect("a writable folder");
        root
    }

    #[test]
    fn two_different_persons_approve_one_state_and_one_twice_does_not() {
        let (root, provider) = (root(), provider());
        let first = record(root.path(), &provider, "A. Analyst", TODAY).expect("recorded");
        assert!(!first.is_whole());
        for same in ["a analyst", "A.  ANALYST"] {
            let refused = record(root.path(), &provider, same, TODAY).expect_err("the same");
            assert_eq!(refused[0].entry.code, "WW-TBL-003");
        }
        let second = record(root.path(), &provider, "B. Reader", TODAY).expect("recorded");
        assert!(second.is_whole());
        let (approvals, faults) = Approvals::of_area(root.path(), "exampleshire");
        assert!(approvals.approve(&provider) && faults.is_empty());
        assert_eq!(approvals.lacking(&provider), None);
    }

    #[test]
    fn a_change_of_the_tables_needs_both_persons_again() {
        let (root, mut provider) = (root(), provider());
        for by in ["A. Analyst", "B. Reader"] {
            record(root.path(), &provider, by, TODAY).expect("recorded");
        }
        provider.digest = "0b".repeat(32);
        provider.version = "1.1.0".to_owned();
        let (approvals, _) = Approvals::of_area(root.path(), "exampleshire");
        let lacking = approvals.lacking(&provider).expect("not approved");
        let detail = lacking.detail.expect("words");
        assert!(
            detail.contains("nobody has approved 0b0b0b0b0b0b"),
            "{detail}"
        );
        assert!(
            detail.contains("(0a0a0a0a0a0a) was approved last"),
            "{detail}"
        );
    }

    #[test]
    fn a_row_that_cannot_be_read_approves_nothing_and_is_named() {
        let root = root();
        let digest = "0a".repeat(32);
        let text = format!(
            "provider,version,digest,by,on\nlantern,1.0.0,{digest},A. Analyst,2026-11-20\n\
             lantern,1.0.0,{digest},=B Reader,2026-11-20\n\
             lantern,1.0.0,short,C. Third,2026-11-20\n\
             lantern,1.0.0,{digest},D. Fourth,20/11/2026\n"
        );
        fs::write(root.path().join("exampleshire/approvals.csv"), text).expect("written");
        let (approvals, faults) = Approvals::of_area(root.path(), "exampleshire");
        assert!(!approvals.approve(&provider()));
        let places: Vec<&str> = faults.iter().filter_map(|f| f.path.as_deref()).collect();
        assert_eq!(
            places,
            [
                "exampleshire/approvals.csv:3:1",
                "exampleshire/approvals.csv:4:1",
                "exampleshire/approvals.csv:5:1"
            ]
        );
    }

    #[test]
    fn a_name_is_no_formula_and_no_number() {
        for text in ["=HYPERLINK", "+44", "x", "", "9990000018", "a,b"] {
            assert_eq!(name(text), None, "{text}");
        }
        assert_eq!(name(" Zoë  O'Neill-Hart "), Some("Zoë O'Neill-Hart".into()));
    }
}
