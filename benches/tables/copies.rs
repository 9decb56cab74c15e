//! Hundreds of provider folders made from the committed ones. Each copy serves places of
//! its own, so that a referral has one provider as before, and as many rows as its pattern.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// Copies the areas of `from` and adds copies of their providers until there are `count`.
/// Returns how many there are.
pub fn make(from: &Path, to: &Path, count: usize) -> usize {
    copy(from, to);
    let mut made = 0;
    let mut patterns = Vec::new();
    for area in folders(to) {
        for provider in folders(&area) {
            if provider.join("provider.toml").exists() {
                made += 1;
                patterns.push((area.clone(), provider));
            }
        }
    }
    assert!(!patterns.is_empty(), "there are committed providers");
    let mut number = 0;
    while made < count {
        for (area, provider) in &patterns {
            if made == count {
                break;
            }
            one_more(area, provider, number);
            number += 1;
            made += 1;
        }
    }
    made
}

fn one_more(area: &Path, provider: &Path, number: usize) {
    let name = provider.file_name().expect("a name").to_string_lossy();
    let slug = format!("{name}-{number:03}");
    let copied = area.join(&slug);
    copy(provider, &copied);
    let catchment = copied.join("catchment.csv");
    let rows = fs::read_to_string(&catchment).expect("a table");
    fs::write(&catchment, elsewhere(&rows, number)).expect("a table");
    let routing = area.join("routing.csv");
    let mut rows = fs::read_to_string(&routing).expect("a table");
    if !rows.ends_with('\n') {
        rows.push('\n');
    }
    let columns = rows.lines().next().unwrap_or_default().split(',').count();
    let blanks = ",".repeat(columns.saturating_sub(2));
    let priority = 1_000 + number;
    // Writing to a string cannot fail.
    let _ = writeln!(rows, "{slug},{priority}{blanks}");
    fs::write(&routing, rows).expect("a table");
}

/// The same rows about places where nobody of the samples lives.
fn elsewhere(rows: &str, number: usize) -> String {
    let mut text = String::new();
    for (line, row) in rows.lines().enumerate() {
        let mut cells: Vec<String> = row.split(',').map(str::to_owned).collect();
        if line > 0 && cells.len() > 2 {
            let n = number * 8 + line;
            (cells[0], cells[1]) = match cells[0].as_str() {
                "practice" | "any" => ("practice".to_owned(), format!("Y8{n:04}")),
                "pcn" => ("pcn".to_owned(), format!("U8{n:04}")),
                "icb" => ("icb".to_owned(), format!("Q{n:04}")),
                "lsoa" => ("lsoa".to_owned(), format!("E97{n:06}")),
                "postcode" => ("postcode".to_owned(), district(n)),
                other => (other.to_owned(), format!("E98{n:06}")),
            };
        }
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text
}

/// A district of its own, `XA0` to `XZ99` and on.
fn district(n: usize) -> String {
    let letter = |n: usize| char::from(b'A' + u8::try_from(n % 26).unwrap_or(0));
    format!("{}{}{}", letter(n / 2_600), letter(n / 100), n % 100)
}

/// Every file of this name under a folder.
pub fn files_named(folder: &Path, name: &str, found: &mut Vec<PathBuf>) {
    for path in entries(folder) {
        if path.is_dir() {
            files_named(&path, name, found);
        } else if path.file_name().is_some_and(|own| own == name) {
            found.push(path);
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for path in entries(from) {
        let to = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).expect("a file");
        }
    }
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    entries(folder)
        .into_iter()
        .filter(|path| path.is_dir())
        .collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let found = fs::read_dir(folder).expect("a folder");
    let mut paths: Vec<PathBuf> = found.map(|found| found.expect("an entry").path()).collect();
    paths.sort();
    paths
}
