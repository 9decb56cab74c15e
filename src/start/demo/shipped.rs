//! The tables and places that the stories are told over, as they were shipped: what somebody
//! has added or changed in `./mappings` since changes no story.

use std::io;
use std::path::Path;

macro_rules! shipped {
    ($path:literal) => {
        ($path, include_str!(concat!("../../../", $path)))
    };
}

const FILES: &[(&str, &str)] = &[
    shipped!("mappings/exampleshire/area.toml"),
    shipped!("mappings/exampleshire/borough-works/catchment.csv"),
    shipped!("mappings/exampleshire/borough-works/codes/absence.csv"),
    shipped!("mappings/exampleshire/borough-works/codes/condition_group.csv"),
    shipped!("mappings/exampleshire/borough-works/codes/employment_status.csv"),
    shipped!("mappings/exampleshire/borough-works/codes/route.csv"),
    shipped!("mappings/exampleshire/borough-works/eligibility.csv"),
    shipped!("mappings/exampleshire/borough-works/fields.csv"),
    shipped!("mappings/exampleshire/borough-works/provider.toml"),
    shipped!("mappings/exampleshire/borough-works/status.csv"),
    shipped!("mappings/exampleshire/lantern/catchment.csv"),
    shipped!("mappings/exampleshire/lantern/codes/barriers.csv"),
    shipped!("mappings/exampleshire/lantern/codes/employment.csv"),
    shipped!("mappings/exampleshire/lantern/codes/gender.csv"),
    shipped!("mappings/exampleshire/lantern/eligibility.csv"),
    shipped!("mappings/exampleshire/lantern/fields.csv"),
    shipped!("mappings/exampleshire/lantern/provider.toml"),
    shipped!("mappings/exampleshire/lantern/status.csv"),
    shipped!("mappings/exampleshire/partners.csv"),
    shipped!("mappings/exampleshire/routing.csv"),
    shipped!("mappings/exampleshire/stillwater/catchment.csv"),
    shipped!("mappings/exampleshire/stillwater/eligibility.csv"),
    shipped!("mappings/exampleshire/stillwater/fields.csv"),
    shipped!("mappings/exampleshire/stillwater/provider.toml"),
    shipped!("mappings/exampleshire/stillwater/status.csv"),
    shipped!("mappings/exampleshire/vale-nhs-trust/catchment.csv"),
    shipped!("mappings/exampleshire/vale-nhs-trust/codes/condition_text.csv"),
    shipped!("mappings/exampleshire/vale-nhs-trust/codes/employment.csv"),
    shipped!("mappings/exampleshire/vale-nhs-trust/eligibility.csv"),
    shipped!("mappings/exampleshire/vale-nhs-trust/fields.csv"),
    shipped!("mappings/exampleshire/vale-nhs-trust/provider.toml"),
    shipped!("mappings/exampleshire/vale-nhs-trust/status.csv"),
    shipped!("mappings/condition-groups.csv"),
    shipped!("conformance/fixtures/places/organisations.csv"),
    shipped!("conformance/fixtures/places/postcodes.csv"),
    shipped!("conformance/fixtures/places/practices.csv"),
];

/// Writes them below a folder, each at its own path.
pub(super) fn write(folder: &Path) -> io::Result<()> {
    for (name, text) in FILES {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, text)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::testing::package;

    fn found(folder: &str, into: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(package(folder)).expect("a committed folder") {
            let entry = entry.expect("an entry");
            let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
            match entry.path().is_dir() {
                true if name.ends_with("/tests") => {}
                true => found(&name, into),
                false => drop(into.insert(name)),
            }
        }
    }

    #[test]
    fn every_table_of_the_area_and_every_place_is_among_them() {
        let mut committed = BTreeSet::from(["mappings/condition-groups.csv".to_owned()]);
        found("mappings/exampleshire", &mut committed);
        found("conformance/fixtures/places", &mut committed);
        // It says what the places are, and is none.
        committed.remove("conformance/fixtures/places/README.md");
        let listed: BTreeSet<String> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(listed, committed);
    }
}
