//! `profiles check`: locks, definitions and the tables in this program agree.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::Report;
use super::package::cannot;
use super::sets::{self, Lock, Set, hex};

pub(super) fn run(profiles: &Path) -> Result<Report, String> {
    let sets = Set::all(profiles)?;
    let mut lines = Vec::new();
    let mut ok = true;
    for set in &sets {
        let faults = check_set(set, profiles)?;
        if faults.is_empty() {
            let folder = profiles.join(&set.name);
            lines.push(format!(
                "{}: lock and {} definitions agree",
                folder.display(),
                set.files.len()
            ));
        }
        ok &= faults.is_empty();
        lines.extend(faults);
    }
    let faults = check_tables(&sets, profiles)?;
    if faults.is_empty() {
        lines.push(format!(
            "{}: lock, definitions and the tables in this program agree",
            profiles.display()
        ));
    }
    ok &= faults.is_empty();
    lines.extend(faults);
    Ok(Report { ok, lines })
}

/// All disagreements of one set with its lock.
fn check_set(set: &Set, profiles: &Path) -> Result<Vec<String>, String> {
    let path = profiles.join(&set.name).join("lock.json");
    let text = fs::read_to_string(&path).map_err(|error| cannot("read", &path, &error))?;
    let lock: Lock = serde_json::from_str(&text)
        .map_err(|error| format!("{} is no lock file: {error}", path.display()))?;
    let claims = [
        (
            set.files.len() == lock.definitions,
            "the number of definitions differs from the lock",
        ),
        (
            set.digest() == lock.lean,
            "the definitions differ from the lock",
        ),
    ];
    let folder = profiles.join(&set.name);
    Ok(broken(&claims, &folder.display().to_string()))
}

/// All disagreements of the tables with their lock, the definitions and this program.
fn check_tables(sets: &[Set], profiles: &Path) -> Result<Vec<String>, String> {
    let path = profiles.join("lock.json");
    let text = fs::read_to_string(&path).map_err(|error| cannot("read", &path, &error))?;
    let lock: BTreeMap<String, BTreeMap<String, String>> = serde_json::from_str(&text)
        .map_err(|error| format!("{} is no lock file: {error}", path.display()))?;
    let locked = lock.get("tables");
    let mut faults = Vec::new();
    for table in sets::compile(sets)?.0 {
        let path = profiles.join(table.file);
        let on_disk = fs::read_to_string(&path).map_err(|e| cannot("read", &path, &e))?;
        let digest = locked.and_then(|tables| tables.get(table.file));
        let claims = [
            (
                digest == Some(&hex(on_disk.as_bytes())),
                "the table differs from the lock",
            ),
            (
                table.text == on_disk,
                "the table is not the one compiled from the definitions",
            ),
            (
                table.embedded == on_disk,
                "the table embedded in this program is another one: build again",
            ),
        ];
        faults.extend(broken(&claims, &path.display().to_string()));
    }
    Ok(faults)
}

fn broken(claims: &[(bool, &str)], place: &str) -> Vec<String> {
    let broken = claims.iter().filter(|(holds, _)| !holds);
    broken.map(|(_, what)| format!("{place}: {what}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::copy;

    #[test]
    fn a_changed_definition_is_noticed() {
        let folder = tempfile::tempdir().expect("temporary folder");
        copy(Path::new("profiles"), folder.path());
        let patient = folder.path().join("r4/StructureDefinition-Patient.json");
        let text = fs::read_to_string(&patient).expect("patient");
        fs::write(&patient, text.replacen("\"max\":\"1\"", "\"max\":\"*\"", 1)).expect("write");
        let report = run(folder.path()).expect("readable");
        assert!(!report.ok);
        let told = report.lines.join("\n");
        assert!(
            told.contains("the definitions differ from the lock"),
            "{told}"
        );
        assert!(told.contains("not the one compiled"), "{told}");
    }
}
