//! What the gateway emits, as files that the independent oracle has judged; for tests only.

use std::fs;

use serde_json::Value;

use crate::testing::package;

/// Where the files are.
const FOLDER: &str = "conformance/fixtures/emitted";

/// Compares a FHIR document that the gateway emits, its ids and instants fixed by the test,
/// with its file; with `UPDATE` in the environment writes that anew.
pub(crate) fn kept(name: &str, document: &Value) {
    let path = package(FOLDER).join(format!("{name}.json"));
    let wanted = format!("{document:#}\n");
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(package(FOLDER)).expect("a writable folder");
        fs::write(&path, &wanted).expect("a writable file");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == wanted,
        "{FOLDER}/{name}.json is not what is emitted; write it anew with UPDATE=1, then have it \
         judged: conformance/oracle/record.sh emitted"
    );
}
