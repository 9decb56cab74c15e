//! Everything that is wrong with the tables under a folder, at once: what the loader finds,
//! and what only the day or the folder beside the tables can tell.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;

use super::approve::Approvals;
use super::places::of_places;
use super::prove::{REFERRAL, tests_of};
use crate::adapters::places::Places;
use crate::adapters::tables::{
    CONDITION_GROUPS, EXPECTED_ROUTE, Loaded, PROVIDER_FILES, expected_route, load,
};
use crate::config::nearest;
use crate::domain::provider::Provider;
use crate::domain::routing::{Area, DamagedArea};
use crate::domain::status::Status;
use crate::problem::Problem;
use crate::problem::area::{tables as entry, tables_in_use as in_use};

/// What was looked at and what was found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The providers, by area and slug.
    pub providers: Vec<Checked>,
    /// The areas whose own files have faults, so that nobody is routed to their providers.
    pub areas_not_used: Vec<String>,
    /// Faults and warnings in the order of files and lines.
    pub findings: Vec<Problem>,
}

/// One provider.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Its area.
    pub area: String,
    /// Its slug.
    pub slug: String,
    /// Its version and the digest of its tables; none when they cannot be used.
    pub tables: Option<(String, String)>,
    /// Whether its area is used; where it is not, nobody is routed to the provider.
    pub area_used: bool,
}

/// A name on the command line that is no area and no provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    /// What was given.
    pub given: String,
    /// What may have been meant.
    pub like: Vec<String>,
}

/// Days before the end of an agreement from which it is told (DESIGN section 5).
const NOTICE: i32 = 60;

/// Checks the tables under `root`, or only the areas and providers that are named.
///
/// # Errors
///
/// Names that are neither.
pub fn check(root: &Path, names: &[String], today: Date) -> Result<Report, Vec<UnknownName>> {
    check_with(root, None, names, today)
}

/// The same, and against the places of a folder.
///
/// # Errors
///
/// Names that are neither.
pub fn check_with(
    root: &Path,
    places: Option<&Path>,
    names: &[String],
    today: Date,
) -> Result<Report, Vec<UnknownName>> {
    let loaded = load(root);
    let mut report = Report {
        areas_not_used: slugs_of(&loaded.damaged_areas),
        ..Report::default()
    };
    report.findings.extend(no_area(&loaded, root));
    for provider in &loaded.providers {
        let tables = Some((provider.version.clone(), provider.digest.clone()));
        report.add(&provider.area, &provider.slug, tables);
        of_day(provider, today, &mut report.findings);
        status_words(provider, &mut report.findings);
    }
    for disabled in &loaded.disabled {
        report.add(&disabled.area, &disabled.slug, None);
        report.findings.extend(disabled.problems.iter().cloned());
    }
    for checked in &report.providers {
        let folder = format!("{}/{}", checked.area, checked.slug);
        unread_files(root, &folder, &mut report.findings);
    }
    unread_tables(root, &mut report.findings);
    let slugs: Vec<&str> = report
        .providers
        .iter()
        .map(|one| one.slug.as_str())
        .collect();
    let routes: Vec<Problem> = report
        .providers
        .iter()
        .flat_map(|one| routes_of_tests(root, one, &slugs))
        .collect();
    report.findings.extend(routes);
    approvals(root, &loaded.providers, &mut report.findings);
    report.findings.extend(match places.map(Places::open) {
        None => Vec::new(),
        Some(Ok(places)) => of_places(&loaded.providers, &places, today),
        Some(Err(problems)) => problems,
    });
    for area in &loaded.areas {
        overflows(area, &loaded.providers, &mut report.findings);
    }
    report.findings.extend(loaded.problems);
    report
        .providers
        .sort_by(|a, b| (&a.area, &a.slug).cmp(&(&b.area, &b.slug)));
    report.findings.sort_by_cached_key(place);
    only(report, names)
}

/// Where there is neither an area nor anything that could be one: nothing is in order there.
pub(super) fn no_area(loaded: &Loaded, root: &Path) -> Option<Problem> {
    let is_empty = loaded.areas.is_empty() && loaded.damaged_areas.is_empty();
    // A folder that cannot be read is told already.
    if !is_empty || loaded.has_faults() {
        return None;
    }
    let problem = Problem::new(&in_use::NO_AREA).at(root.display().to_string());
    Some(problem.with("no folder here holds an area.toml"))
}

fn slugs_of(areas: &[DamagedArea]) -> Vec<String> {
    areas.iter().map(|area| area.slug.clone()).collect()
}

/// Where approval is required: tables that are not approved are faults, since no gateway
/// with these settings uses them.
pub fn require_approval(report: &mut Report, root: &Path) {
    let whole = |one: &&Checked| one.tables.is_some();
    let slugs: Vec<String> = report
        .providers
        .iter()
        .filter(whole)
        .map(|one| one.slug.clone())
        .collect();
    let providers = load(root).providers;
    let wanted = providers.iter().filter(|one| slugs.contains(&one.slug));
    let faults: Vec<Problem> = wanted
        .filter_map(|one| Approvals::of_area(root, &one.area).0.lacking(one))
        .collect();
    report
        .findings
        .retain(|found| found.entry != &in_use::NOT_APPROVED);
    report.findings.extend(faults);
    report.findings.sort_by_cached_key(place);
}

impl Report {
    /// Findings that keep something from being used.
    pub fn faults(&self) -> usize {
        self.findings.iter().filter(|found| !found.warning).count()
    }

    /// Findings that keep nothing from being used.
    pub fn warnings(&self) -> usize {
        self.findings.len() - self.faults()
    }

    fn add(&mut self, area: &str, slug: &str, tables: Option<(String, String)>) {
        self.providers.push(Checked {
            area: area.to_owned(),
            slug: slug.to_owned(),
            tables,
            area_used: !self.areas_not_used.iter().any(|one| one == area),
        });
    }
}

fn only(mut report: Report, names: &[String]) -> Result<Report, Vec<UnknownName>> {
    // Where there is no provider at all, the faults of the folder say why.
    if names.is_empty() || report.providers.is_empty() {
        return Ok(report);
    }
    let is_known = |name: &&String| {
        let known = |one: &Checked| {
            let whole = format!("{}/{}", one.area, one.slug);
            one.area == **name || one.slug == **name || whole == **name
        };
        report.providers.iter().any(known)
    };
    let unknown: Vec<UnknownName> = names
        .iter()
        .filter(|name| !is_known(name))
        .map(|name| UnknownName {
            given: name.clone(),
            like: names_like(name, &report.providers),
        })
        .collect();
    if !unknown.is_empty() {
        return Err(unknown);
    }
    report.providers.retain(|one| {
        names.contains(&one.area)
            || names.contains(&one.slug)
            || names.contains(&format!("{}/{}", one.area, one.slug))
    });
    let providers = report.providers.iter();
    let folders: Vec<String> = providers
        .map(|p| format!("{}/{}/", p.area, p.slug))
        .collect();
    let kept = |area: &String| report.providers.iter().any(|one| one.area == *area);
    report.areas_not_used.retain(kept);
    let areas: Vec<String> = report.providers.iter().map(|p| p.area.clone()).collect();
    report.findings.retain(|found| {
        let path = found.path.as_deref().unwrap_or_default();
        // The condition groups are those of every provider.
        if path.starts_with(CONDITION_GROUPS) {
            return true;
        }
        // A fault of the area's own files is a fault of every provider in it.
        if let Some((area, file)) = path.split_once('/')
            && !found.warning
            && !file.contains('/')
            && areas.iter().any(|one| one == area)
        {
            return true;
        }
        let of_area = names
            .iter()
            .any(|name| path.starts_with(&format!("{name}/")));
        of_area || folders.iter().any(|folder| path.starts_with(folder))
    });
    Ok(report)
}

fn names_like(given: &str, providers: &[Checked]) -> Vec<String> {
    let mut known: Vec<&str> = providers
        .iter()
        .flat_map(|one| [one.area.as_str(), one.slug.as_str()])
        .collect();
    known.sort_unstable();
    known.dedup();
    let near = nearest(given, known.iter().copied(), 3);
    let told = if near.is_empty() { known } else { near };
    told.into_iter().map(str::to_owned).collect()
}

/// File, line and column, so that findings stand in the order in which a person mends them.
pub(super) fn place(found: &Problem) -> (String, u32, u32) {
    let path = found.path.as_deref().unwrap_or_default();
    let mut parts = path.rsplitn(3, ':');
    let mut number = || parts.next().and_then(|text| text.parse().ok());
    match (number(), number()) {
        (Some(column), Some(line)) => {
            let file = parts.next().unwrap_or_default().to_owned();
            (file, line, column)
        }
        _ => (path.to_owned(), 0, 0),
    }
}

/// What the day tells: agreements and rows whose time is over.
fn of_day(provider: &Provider, today: Date, findings: &mut Vec<Problem>) {
    let head = format!("{}/{}/provider.toml:1:1", provider.area, provider.slug);
    let mut warn = |entry, place: String, detail: String| {
        findings.push(Problem::new(entry).at(place).with(detail).as_warning());
    };
    let left = provider.agreement.days_left(today);
    if left <= NOTICE {
        let expires = provider.agreement.expires;
        let detail = if left < 0 {
            format!("agreement.expires: the agreement ended on {expires}; nobody is referred")
        } else {
            format!("agreement.expires: the agreement ends on {expires}, in {left} days")
        };
        warn(&entry::AGREEMENT_ENDS, head.clone(), detail);
    }
    if let Some(to) = provider.validity.to.filter(|to| *to < today) {
        let detail = format!("valid_to: the tables ended on {to}; nobody is referred");
        warn(&entry::AGREEMENT_ENDS, head, detail);
    }
    for row in provider.catchment.rows() {
        if let Some(to) = row.validity.to.filter(|to| *to < today) {
            let place = format!("{}/{}/{}:5", provider.area, provider.slug, row.position);
            let detail = format!("to: the row's time ended on {to}");
            warn(&entry::ROW_UNUSED, place, detail);
        }
    }
}

/// Tables that were approved once and are not as they are now.
fn approvals(root: &Path, providers: &[Arc<Provider>], findings: &mut Vec<Problem>) {
    let mut areas: Vec<&str> = providers.iter().map(|one| one.area.as_str()).collect();
    areas.sort_unstable();
    areas.dedup();
    for area in areas {
        let (approvals, faults) = Approvals::of_area(root, area);
        findings.extend(faults.into_iter().map(Problem::as_warning));
        let known = providers.iter().filter(|one| one.area == area);
        let known = known.filter(|one| approvals.know(&one.slug));
        let lacking = known.filter_map(|one| approvals.lacking(one));
        findings.extend(lacking.map(Problem::as_warning));
    }
}

/// Lines of `[overflow]` of providers that are never full.
fn overflows(area: &Area, providers: &[Arc<Provider>], findings: &mut Vec<Problem>) {
    for row in &area.overflow {
        let provider = providers.iter().find(|p| p.slug == row.provider);
        if provider.is_none_or(|provider| provider.capacity.is_limited()) {
            continue;
        }
        let detail = format!(
            "overflow.{}: the provider has no [capacity], so that it is never full",
            row.provider
        );
        let place = format!("{}/{}:1", area.slug, row.position);
        let problem = Problem::new(&entry::ROW_UNUSED).at(place).with(detail);
        findings.push(problem.as_warning());
    }
}

/// A status for which a provider has no word is one that it cannot report: its word for it
/// would be unknown, and the case would wait for a person.
fn status_words(provider: &Provider, findings: &mut Vec<Problem>) {
    let lacking: Vec<&str> = Status::ALL
        .iter()
        .filter(|status| is_a_providers_news(**status))
        .filter(|status| provider.status_words.word_for(**status).is_none())
        .map(|status| status.code())
        .collect();
    if lacking.is_empty() {
        return;
    }
    let detail = format!(
        "no word for {}; add the word that the provider uses for each",
        lacking.join(", ")
    );
    let place = format!("{}/{}/status.csv:1:1", provider.area, provider.slug);
    let problem = Problem::new(&entry::STATUS_NOT_TOTAL)
        .at(place)
        .with(detail);
    findings.push(problem.as_warning());
}

/// What a provider comes to know first. A cancellation and a slip are the referrer's news.
fn is_a_providers_news(status: Status) -> bool {
    status.is_providers_to_report() && !matches!(status, Status::Cancelled | Status::EnteredInError)
}

/// What is wrong with the routes that a provider's tests expect. A test that says nothing of
/// the route goes on as before: that is a remark.
fn routes_of_tests(root: &Path, one: &Checked, slugs: &[&str]) -> Vec<Problem> {
    let tests = tests_of(root, &one.area, &one.slug).into_iter();
    let tests = tests.filter(|test| root.join(test).join(REFERRAL).exists());
    let found = tests.map(|test| match expected_route(root, &test, slugs) {
        Some((_, problems)) => problems,
        None => vec![unsaid(&test, &one.slug)],
    });
    found.flatten().collect()
}

fn unsaid(test: &str, slug: &str) -> Problem {
    let detail = format!(
        "the test has no {EXPECTED_ROUTE}; `mappings test {slug} --update` writes it: read it"
    );
    Problem::new(&entry::ROUTE_UNSAID)
        .at(format!("{test}/{EXPECTED_ROUTE}:1:1"))
        .with(detail)
        .as_warning()
}

/// The files of a provider's folder that nothing reads: a table under another name.
fn unread_files(root: &Path, folder: &str, findings: &mut Vec<Problem>) {
    let read = [PROVIDER_FILES, &["codes", "tests"]].concat();
    let own = root.join(folder);
    for name in names_in(&own) {
        let note = Path::new(&name)
            .extension()
            .is_some_and(|ending| ending == "md");
        if read.contains(&name.as_str()) || note || name.starts_with('.') {
            continue;
        }
        findings.push(unread(folder, &name, &read));
    }
    for name in names_in(&own.join("codes")) {
        let is_csv = Path::new(&name)
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        if !is_csv && !name.starts_with('.') {
            findings.push(unread(folder, &format!("codes/{name}"), &[]));
        }
    }
}

/// Tables beside the areas that nothing reads.
fn unread_tables(root: &Path, findings: &mut Vec<Problem>) {
    for name in names_in(root) {
        let is_csv = Path::new(&name)
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        if is_csv && name != CONDITION_GROUPS && !name.starts_with('.') {
            findings.push(unread("", &name, &[CONDITION_GROUPS]));
        }
    }
}

fn unread(folder: &str, name: &str, known: &[&str]) -> Problem {
    let like = nearest(name, known.iter().copied(), 1);
    let detail = match like.first() {
        Some(like) => format!("nothing reads this file; did you mean \"{like}\"?"),
        None => "nothing reads this file; a table is saved as CSV under its own name".to_owned(),
    };
    let place = match folder {
        "" => format!("{name}:1:1"),
        folder => format!("{folder}/{name}:1:1"),
    };
    Problem::new(&entry::ROW_UNUSED)
        .at(place)
        .with(detail)
        .as_warning()
}

fn names_in(folder: &Path) -> Vec<String> {
    let Ok(found) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let names = found.flatten();
    let mut names: Vec<String> = names
        .map(|found| found.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort_unstable();
    names
}
