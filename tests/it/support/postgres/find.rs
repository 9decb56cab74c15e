//! Where PostgreSQL's programs are on this machine, and who may run the server.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The programs that are used; all of them come from one folder.
const PROGRAMS: [&str; 4] = ["initdb", "postgres", "psql", "pg_dump"];

/// Folders in which PostgreSQL may be: Debian's by version, the newest first, then what
/// `pg_config` says. Debian's come first because `pg_config` may belong to the headers of
/// another version.
pub fn places() -> Vec<PathBuf> {
    let mut places = versions_in(Path::new("/usr/lib/postgresql"));
    let said = Command::new("pg_config").arg("--bindir").output();
    if let Ok(said) = said.map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        && !said.trim().is_empty()
    {
        places.push(PathBuf::from(said.trim()));
    }
    places
}

/// `<root>/<version>/bin` for every version, the newest first.
pub fn versions_in(root: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

/// The first folder that has every program.
pub fn first_complete(places: &[PathBuf]) -> Option<&Path> {
    let complete = |folder: &&PathBuf| PROGRAMS.iter().all(|name| folder.join(name).is_file());
    places.iter().find(complete).map(PathBuf::as_path)
}

/// The user and group that run the server when the test runs as root, for `initdb` and
/// `postgres` refuse to: `postgres`, else `nobody`. `users` is the text of `/etc/passwd`.
pub fn unprivileged(users: &str) -> Option<(u32, u32)> {
    let ids = |name: &str| {
        let line = users
            .lines()
            .find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        let user = fields.next()?.parse().ok()?;
        let group = fields.next()?.parse().ok()?;
        Some((user, group))
    };
    ids("postgres").or_else(|| ids("nobody"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_comes_first_by_number_and_not_by_letter() {
        let root = tempfile::tempdir().expect("a folder");
        for version in ["9", "15", "17", "common"] {
            std::fs::create_dir_all(root.path().join(version).join("bin")).expect("made");
        }
        let found = versions_in(root.path());
        let expected = ["17/bin", "15/bin", "9/bin"].map(|end| root.path().join(end));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_folder_without_one_of_the_programs_is_passed_over() {
        let root = tempfile::tempdir().expect("a folder");
        let (client, whole) = (root.path().join("client"), root.path().join("whole"));
        for (folder, programs) in [(&client, &PROGRAMS[2..]), (&whole, &PROGRAMS[..])] {
            std::fs::create_dir(folder).expect("made");
            for program in programs {
                std::fs::write(folder.join(program), "").expect("written");
            }
        }
        let places = [root.path().join("absent"), client.clone(), whole.clone()];
        assert_eq!(first_complete(&places), Some(whole.as_path()));
        assert_eq!(first_complete(&places[..2]), None);
    }

    #[test]
    fn the_server_runs_as_its_own_user_else_as_nobody() {
        let nobody = "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65533:nobody:/:/bin/false\n";
        let both = format!("{nobody}postgres:x:101:104:,,,:/var/lib/postgresql:/bin/bash\n");
        assert_eq!(unprivileged(nobody), Some((65534, 65533)));
        assert_eq!(unprivileged(&both), Some((101, 104)));
        assert_eq!(unprivileged("root:x:0:0::/root:/bin/sh\n"), None);
    }
}
