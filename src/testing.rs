//! What the tests of several floors need; it is compiled for tests only.

use std::fs;
use std::path::{Path, PathBuf};

/// A path within the package.
pub fn package(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Copies a folder with all that is in it; the folder it goes to is made.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a writable folder");
    for found in fs::read_dir(from).expect("a committed folder") {
        let found = found.expect("a committed file").path();
        let target = to.join(found.file_name().expect("a name"));
        if found.is_dir() {
            copy(&found, &target);
        } else {
            fs::copy(&found, &target).expect("a writable copy");
        }
    }
}
