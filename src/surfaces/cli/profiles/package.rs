//! Reads a FHIR package: a folder, or a `.tgz` as registries publish it.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;

use crate::standards::fhir::xml;
use crate::standards::profile::compile::{CompileError, Lean, lean};

/// Largest XML definition that is read, in bytes.
const XML_CAP: usize = 16 * 1024 * 1024;
/// Largest package that is unpacked, in bytes: R4's own has 90 MB.
const PACKAGE_CAP: u64 = 512 * 1024 * 1024;

/// One file of a package.
pub(super) struct Source {
    /// Its path in the package, with `/`.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Every JSON and XML file of a package in the order of their paths.
pub(super) fn read(path: &Path) -> Result<Vec<Source>, String> {
    if path.is_dir() {
        return read_folder(path);
    }
    let bytes = fs::read(path).map_err(|error| cannot("read", path, &error))?;
    let mut tar = Vec::new();
    GzDecoder::new(&bytes[..])
        .take(PACKAGE_CAP)
        .read_to_end(&mut tar)
        .map_err(|error| cannot("unpack", path, &error))?;
    let mut sources = untar(&tar);
    sources.sort_by(|one, other| one.name.cmp(&other.name));
    if sources.is_empty() {
        return Err(format!("{} holds no JSON or XML file", path.display()));
    }
    Ok(sources)
}

fn read_folder(dir: &Path) -> Result<Vec<Source>, String> {
    let mut sources = Vec::new();
    for path in files_below(dir)? {
        let name = path.strip_prefix(dir).unwrap_or(&path);
        let name = name.to_string_lossy().replace('\\', "/");
        let bytes = fs::read(&path).map_err(|error| cannot("read", &path, &error))?;
        sources.push(Source { name, bytes });
    }
    Ok(sources)
}

/// The regular JSON and XML files of a tar archive (POSIX ustar; nothing is written to
/// disk, so a name cannot lead out of a folder).
fn untar(tar: &[u8]) -> Vec<Source> {
    let mut sources = Vec::new();
    let mut at = 0;
    while let Some(head) = tar.get(at..at + 512) {
        let text = |range: std::ops::Range<usize>| {
            let field = head[range].split(|byte| *byte == 0).next();
            String::from_utf8_lossy(field.unwrap_or_default()).into_owned()
        };
        let Ok(size) = usize::from_str_radix(text(124..136).trim(), 8) else {
            break;
        };
        let (kind, prefix) = (head[156], text(345..500));
        let name = match prefix.as_str() {
            "" => text(0..100),
            prefix => format!("{prefix}/{}", text(0..100)),
        };
        let begin = at + 512;
        let Some(content) = tar.get(begin..begin.saturating_add(size)) else {
            break;
        };
        if matches!(kind, b'0' | 0) && is_definition(Path::new(&name)) {
            sources.push(Source {
                name,
                bytes: content.to_vec(),
            });
        }
        at = begin + size.div_ceil(512) * 512;
    }
    sources
}

fn is_definition(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("json" | "xml"))
}

/// JSON and XML files of a folder and its sub-folders, in order of their paths.
fn files_below(dir: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| cannot("read", &folder, &error))?;
        for entry in entries {
            let path = entry
                .map_err(|error| cannot("read", &folder, &error))?
                .path();
            // Examples are no definitions.
            if path.is_dir() && !path.ends_with("examples") {
                folders.push(path);
            } else if is_definition(&path) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The lean definitions of one file. R4's own base types only when they are asked for.
pub(super) fn lean(source: &Source, with_base: bool) -> Result<Lean, String> {
    let extension = Path::new(&source.name).extension();
    let is_xml = extension.is_some_and(|extension| extension == "xml");
    let converted;
    let json = if is_xml {
        converted = xml::to_json(&source.bytes, XML_CAP).map_err(|faults| {
            let first = faults.first().map(ToString::to_string);
            first.unwrap_or_default()
        })?;
        &converted
    } else {
        &source.bytes
    };
    let told = |error: CompileError| error.to_string();
    let mut found = lean::lean_profiles(json).map_err(told)?;
    if with_base {
        found.extend(lean::lean_structures(json).map_err(told)?);
    }
    found.extend(lean::lean_messages(json).map_err(told)?);
    found.extend(lean::lean_terms(json).map_err(told)?);
    Ok(found)
}

/// The packages of a folder: each sub-folder and each `.tgz` is one, by its own name.
///
/// # Errors
/// A folder, package or file that cannot be read, in words.
pub fn packages(folder: &Path) -> Result<Vec<(String, Lean)>, String> {
    let entries = fs::read_dir(folder).map_err(|error| cannot("read", folder, &error))?;
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_dir() || path.extension().is_some_and(|e| e == "tgz"))
        .collect();
    paths.sort();
    let mut packages = Vec::new();
    for path in paths {
        let mut all = Lean::new();
        for source in read(&path)? {
            // What is no definition is in packages too: manifests, indexes, examples.
            if let Ok(found) = lean(&source, false) {
                all.extend(found);
            }
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        packages.push((name.into_owned(), all));
    }
    Ok(packages)
}

pub(super) fn cannot(what: &str, path: &Path, error: &std::io::Error) -> String {
    format!("cannot {what} {}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// A tar archive of one file, gzipped.
    fn tgz(name: &str, content: &[u8]) -> Vec<u8> {
        let mut head = vec![0_u8; 512];
        head[..name.len()].copy_from_slice(name.as_bytes());
        head[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        head[156] = b'0';
        let mut tar = head;
        tar.extend(content);
        tar.resize(tar.len().div_ceil(512) * 512 + 1024, 0);
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(&tar).expect("memory");
        out.finish().expect("memory")
    }

    #[test]
    fn a_published_archive_is_read_without_unpacking_it_to_disk() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("one.tgz");
        let set = br#"{"resourceType":"ValueSet","url":"urn:x/v","compose":{"include":[]}}"#;
        fs::write(&path, tgz("package/ValueSet-v.json", set)).expect("write");
        let sources = read(&path).expect("a package");
        assert_eq!(sources[0].name, "package/ValueSet-v.json");
        let packages = packages(folder.path()).expect("one package");
        assert_eq!(packages[0].0, "one");
        assert!(packages[0].1.contains_key("ValueSet-v.json"));
    }

    #[test]
    fn an_archive_cut_short_gives_what_is_whole() {
        let mut tar = vec![0_u8; 512];
        tar[..6].copy_from_slice(b"a.json");
        tar[124..135].copy_from_slice(b"00000077777");
        tar[156] = b'0';
        assert!(untar(&tar).is_empty());
    }
}
