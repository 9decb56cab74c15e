//! Exchanges one list of codes of a provider as a FHIR ConceptMap.

use std::fs;
use std::path::Path;

use super::Trial;
use crate::adapters::tables::CODES_HEADER;
use crate::domain::mapping::Relation;
use crate::problem::Problem;
use crate::problem::area::{tables as table_entry, tables_in_use as entry};
use crate::standards::bars::outcome;
use crate::standards::concept_map::{self, Fault, List, Row};
use crate::standards::fhir::{Document, Limits};
use crate::standards::profile::{self, Finding, Severity};

/// A list that was written from a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// `area/provider/codes/list.csv`.
    pub place: String,
    /// How many rows.
    pub rows: usize,
    /// Whether there was such a list before.
    pub replaced: bool,
}

/// The ConceptMap of a provider's list, checked by our own rules.
///
/// # Errors
///
/// Faults of the provider's tables; `WW-TBL-010` where there is no such list or FHIR cannot
/// hold a row of it.
pub fn export(root: &Path, trial: &Trial, slug: &str, list: &str) -> Result<Vec<u8>, Vec<Problem>> {
    let Some(provider) = trial.provider(slug) else {
        return Err(trial.faults_of(slug).to_vec());
    };
    let place = format!("{}/{slug}/codes/{list}.csv", provider.area);
    let not_exportable = |detail: String| Problem::new(&entry::NOT_EXPORTABLE).with(detail);
    if !provider.codes.iter().any(|known| known.name == list) {
        let names: Vec<&str> = provider
            .codes
            .iter()
            .map(|known| known.name.as_str())
            .collect();
        let detail = format!("there is no such list; there is: {}", names.join(", "));
        return Err(vec![not_exportable(detail).at(place)]);
    }
    let rows = rows(&root.join(&place)).ok_or_else(|| {
        vec![not_exportable("the list cannot be read".to_owned()).at(place.clone())]
    })?;
    let whole = List {
        provider: slug.to_owned(),
        provider_name: provider.name.clone(),
        version: provider.version.clone(),
        name: list.to_owned(),
        rows,
    };
    let bytes = concept_map::write(&whole).map_err(|faults| {
        let faults = faults.into_iter();
        let placed = faults.map(|Fault { place: line, what }| {
            not_exportable(what).at(format!("{place}:{line}:1"))
        });
        placed.collect::<Vec<Problem>>()
    })?;
    let errors = errors(&bytes);
    if errors.is_empty() {
        return Ok(bytes);
    }
    // Our own bytes that our own rules refuse: told rather than given away.
    let told = errors.into_iter();
    let told = told.map(|found| {
        not_exportable(format!("{}: expected {}", found.path, found.expected)).at(place.clone())
    });
    Err(told.collect())
}

/// Writes a provider's list from a ConceptMap. The folder is checked by whoever calls.
///
/// # Errors
///
/// What keeps the bytes from being FHIR, `WW-TBL-009` for what a list cannot hold; a list
/// that is there already and is not to be replaced.
pub fn import(
    root: &Path,
    folder: &str,
    list: &str,
    bytes: Vec<u8>,
    may_replace: bool,
) -> Result<Written, Vec<Problem>> {
    let place = format!("{folder}/codes/{list}.csv");
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
    let refused = |detail: &str| {
        let problem = Problem::new(&entry::NO_CONCEPT_MAP).at(place.clone());
        vec![problem.with(detail)]
    };
    if list.is_empty() || !list.bytes().all(plain) {
        return Err(refused("a list's name is small letters, digits, _ and -"));
    }
    let document = Document::parse(bytes, &Limits::default());
    let document = document.map_err(|faults| outcome::of_faults(&faults))?;
    let rows = concept_map::read(&document).map_err(|faults| {
        let faults = faults.into_iter();
        let placed = faults
            .map(|Fault { place, what }| Problem::new(&entry::NO_CONCEPT_MAP).at(place).with(what));
        placed.collect::<Vec<Problem>>()
    })?;
    let path = root.join(&place);
    let replaced = path.exists();
    if replaced && !may_replace {
        return Err(refused(
            "the list is there already; --replace writes it anew",
        ));
    }
    let written = csv_of(&rows).and_then(|text| {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, text)
    });
    match written {
        Ok(()) => Ok(Written {
            place,
            rows: rows.len(),
            replaced,
        }),
        Err(error) => {
            let detail = format!("the file cannot be written ({})", error.kind());
            let problem = Problem::new(&table_entry::FILE_MISSING).at(place);
            Err(vec![problem.with(detail)])
        }
    }
}

/// What our own engine has against a document.
fn errors(bytes: &[u8]) -> Vec<Finding> {
    let Ok(document) = Document::parse(bytes.to_vec(), &Limits::default()) else {
        return Vec::new();
    };
    let found = profile::faults(&document).into_iter();
    found
        .filter(|one| one.severity <= Severity::Error)
        .collect()
}

/// The rows as the file has them; the loader has found them right already.
fn rows(path: &Path) -> Option<Vec<Row>> {
    let text = fs::read_to_string(path).ok()?;
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let records = reader.records();
    records
        .map(|record| {
            let record = record.ok()?;
            let [
                source,
                source_display,
                target,
                target_display,
                relation,
                comment,
            ] = [0, 1, 2, 3, 4, 5].map(|at| record.get(at).unwrap_or_default().to_owned());
            Some(Row {
                relation: Relation::from_code(&relation)?,
                source,
                source_display,
                target,
                target_display,
                comment,
            })
        })
        .collect()
}

fn csv_of(rows: &[Row]) -> std::io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(CODES_HEADER)?;
    for row in rows {
        let word = Relation::ALL
            .iter()
            .find(|(known, _)| *known == row.relation);
        let word = word.map_or("equivalent", |(_, word)| word);
        writer.write_record([
            row.source.as_str(),
            &row.source_display,
            &row.target,
            &row.target_display,
            word,
            &row.comment,
        ])?;
    }
    let bytes = writer.into_inner();
    bytes.map_err(|error| std::io::Error::other(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::package;

    #[test]
    fn every_committed_list_goes_out_as_a_valid_map_and_comes_back_the_same() {
        let root = package("mappings");
        let places = package("conformance/fixtures/places");
        let trial = Trial::open(&root, &places).expect("places");
        let mut lists = 0;
        for slug in trial.slugs() {
            let provider = trial.provider(&slug).expect("a provider");
            for list in &provider.codes {
                let bytes = export(&root, &trial, &slug, &list.name);
                let bytes =
                    bytes.unwrap_or_else(|faults| panic!("{slug}/{}: {faults:?}", list.name));
                let target = tempfile::tempdir().expect("a temporary folder");
                let folder = format!("{}/{slug}", provider.area);
                let written = import(target.path(), &folder, &list.name, bytes, false);
                let written = written.expect("a list");
                let was = rows(&root.join(&written.place)).expect("rows");
                assert_eq!(rows(&target.path().join(&written.place)), Some(was));
                lists += 1;
            }
        }
        assert!(lists >= 9, "{lists}");
    }

    #[test]
    fn a_list_that_is_there_is_not_replaced_unasked() {
        let target = tempfile::tempdir().expect("a temporary folder");
        let map = r#"{"resourceType":"ConceptMap","status":"active","group":[{
            "source":"http://snomed.info/sct",
            "element":[{"code":"928000","target":[{"code":"MSK","equivalence":"equal"}]}]}]}"#;
        let write = |replace| import(target.path(), "a/b", "diagnosis", map.into(), replace);
        assert_eq!(write(false).map(|written| written.replaced), Ok(false));
        let refused = write(false).expect_err("it is there");
        assert_eq!(refused[0].entry.code, "WW-TBL-009");
        assert_eq!(write(true).map(|written| written.replaced), Ok(true));
        let bad = import(target.path(), "a/b", "../x", map.into(), true);
        assert!(bad.is_err());
    }
}
