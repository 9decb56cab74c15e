//! Reads the folders of mapping tables: every fault at once, each with its file, line
//! and column. One provider folder is the unit of loading: a bad one disables that
//! provider only (DESIGN section 5).

mod area;
mod compile;
mod damage;
mod expected_route;
mod faults;
mod folder;
mod groups;
mod head;
mod leftover;
mod nearest;
mod quotes;
mod records;
mod sheet;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

use crate::domain::case::ConditionGroups;
use crate::domain::provider::Provider;
use crate::domain::routing::{Area, DamagedArea, Offers};
use crate::problem::Problem;
use crate::problem::area::tables as entry;
pub use compile::FILES as PROVIDER_FILES;
pub use compile::codes::HEADER as CODES_HEADER;
pub use compile::vocabulary::{Column, File, Section, Word, vocabulary};
pub use expected_route::{FILE as EXPECTED_ROUTE, expected_route, route_csv};
use faults::Faults;
use folder::Folder;
pub use groups::{FILE as CONDITION_GROUPS, Found as GroupsFound};

/// Everything that a root folder holds.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The areas, by slug.
    pub areas: Vec<Area>,
    /// The providers whose tables are whole, by area and slug.
    pub providers: Vec<Arc<Provider>>,
    /// The providers whose tables are not.
    pub disabled: Vec<Disabled>,
    /// Faults of the root and of the areas, and every warning.
    pub problems: Vec<Problem>,
    /// Areas whose `area.toml`, `routing.csv` or `split.csv` has faults: they are not used.
    pub damaged_areas: Vec<DamagedArea>,
    /// Areas that are in use as they were before, because their own files have faults now.
    pub kept_areas: Vec<String>,
    /// Areas whose `partners.csv` has faults: they are used without the rows that have them,
    /// so that what such a row would allow is refused.
    pub narrowed_areas: Vec<String>,
    /// Which codes stand for which group of conditions, in all areas.
    pub condition_groups: Arc<ConditionGroups>,
    /// How the table of these was found.
    pub groups_found: GroupsFound,
}

impl Loaded {
    /// Finds a provider that is not disabled.
    pub fn provider(&self, slug: &str) -> Option<&Arc<Provider>> {
        self.providers.iter().find(|p| p.slug == slug)
    }

    /// What is on offer, for a decision about one person.
    pub fn offers(&self) -> Offers<'_> {
        Offers {
            areas: &self.areas,
            damaged: &self.damaged_areas,
            providers: &self.providers,
            shortlist: None,
        }
    }

    /// After a reload: a folder or an area that has faults, and a table of condition groups that
    /// is gone or of which nothing can be used, keep their last good version; the faults are
    /// told all the same.
    #[must_use]
    pub fn keeping(mut self, before: &Self) -> Self {
        for disabled in &self.disabled {
            let last = before.provider(&disabled.slug);
            if let Some(last) = last.filter(|last| last.area == disabled.area) {
                self.providers.push(Arc::clone(last));
            }
        }
        let last_of = |slug: &str| before.areas.iter().find(|area| area.slug == slug);
        let kept = self.damaged_areas.iter();
        let kept: Vec<&Area> = kept.filter_map(|area| last_of(&area.slug)).collect();
        self.areas.extend(kept.iter().copied().cloned());
        self.kept_areas = kept.iter().map(|area| area.slug.clone()).collect();
        self.damaged_areas
            .retain(|area| last_of(&area.slug).is_none());
        for slug in &self.narrowed_areas {
            let now = self.areas.iter_mut().find(|area| area.slug == *slug);
            if let (Some(last), Some(now)) = (last_of(slug), now) {
                now.clone_from(last);
                self.kept_areas.push(slug.clone());
            }
        }
        // Of one that is damaged and narrowed the whole was kept.
        self.kept_areas.dedup();
        let was_there = !before.condition_groups.digest().is_empty();
        if self.groups_found == GroupsFound::Missing && was_there {
            groups::tell_gone(&mut self.problems);
        }
        if self.groups_found != GroupsFound::Read {
            self.condition_groups = Arc::clone(&before.condition_groups);
        }
        self
    }

    /// Whether there is anything to put right, warnings aside.
    pub fn has_faults(&self) -> bool {
        !self.disabled.is_empty() || self.problems.iter().any(|problem| !problem.warning)
    }

    /// All that is to put right, warnings aside.
    pub fn faults(&self) -> Vec<Problem> {
        let shared = self.problems.iter().filter(|problem| !problem.warning);
        let disabled = self.disabled.iter().flat_map(|one| &one.problems);
        shared.chain(disabled).cloned().collect()
    }
}

/// A provider whose folder has faults.
#[derive(Clone, Debug)]
pub struct Disabled {
    /// Its slug.
    pub slug: String,
    /// The area it belongs to.
    pub area: String,
    /// Everything that must be put right.
    pub problems: Vec<Problem>,
}

/// Whether this is an identifier of a SNOMED CT concept by its own check digit and
/// partition.
pub fn is_snomed_concept(code: &str) -> bool {
    damage::of_snomed(code).is_none()
}

/// Whether this is written as a code of ICD-10.
pub fn is_icd10(code: &str) -> bool {
    damage::is_icd10(code)
}

/// Loads every area under a root, `mappings/<area>/<provider>/`, and the condition groups of
/// all. It never fails as a whole: what cannot be used is reported.
pub fn load(root: &Path) -> Loaded {
    let mut loaded = Loaded::default();
    let areas = match folder::subfolders(root) {
        Ok(areas) => areas,
        Err(error) => {
            let fault = Problem::new(&entry::FILE_MISSING)
                .at(root.display().to_string())
                .with(format!(
                    "the folder of mapping tables cannot be read ({})",
                    error.kind()
                ));
            loaded.problems.push(fault);
            return loaded;
        }
    };
    let (groups, found, problems) = groups::load(root);
    loaded.condition_groups = Arc::new(groups);
    loaded.groups_found = found;
    loaded.problems.extend(problems);
    for slug in areas {
        load_area(&root.join(&slug), &slug, &mut loaded);
    }
    loaded
}

fn load_area(path: &Path, slug: &str, loaded: &mut Loaded) {
    let mut faults = Faults::new(slug);
    let mut folder = Folder::read(path, &["area.toml", "routing.csv"], &mut faults);
    for name in [area::PARTNERS, area::SPLIT] {
        if path.join(name).exists() {
            folder.take(path, name.to_owned(), &mut faults);
        }
    }
    let area = area::compile(slug, &folder, &mut faults);
    let folders = folder::subfolders(path).unwrap_or_default();
    if faults.tell_of(area::PARTNERS) {
        loaded.narrowed_areas.push(slug.to_owned());
    }
    if let Some(area) = &area {
        area::compare(area, &folders, &mut faults);
    }
    // A row without a folder is reported, and the rest of the area is served; so is a row of
    // partners.csv, without which nobody is referred on by it.
    let is_usable = faults.only_of(&entry::NOT_LISTED, area::PARTNERS);
    match area {
        Some(area) if is_usable => loaded.areas.push(area),
        damaged => loaded.damaged_areas.push(DamagedArea {
            slug: slug.to_owned(),
            icb: damaged.and_then(|area| area.icb),
        }),
    }
    loaded.problems.extend(faults.into_all());
    for name in folders {
        load_provider(path, slug, &name, loaded);
    }
}

fn load_provider(area_path: &Path, area: &str, slug: &str, loaded: &mut Loaded) {
    let mut faults = Faults::new(format!("{area}/{slug}"));
    let folder = Folder::read(&area_path.join(slug), compile::FILES, &mut faults);
    let provider = compile::provider(area, slug, &folder, &mut faults);
    if loaded.provider(slug).is_some() {
        let detail = format!("the provider \"{slug}\" is there in two areas; a slug is unique");
        faults.add(&entry::SAID_TWICE, "provider.toml", (1, 1), detail);
    }
    let (errors, warnings) = faults.split();
    match provider.filter(|_| errors.is_empty()) {
        Some(provider) => loaded.providers.push(Arc::new(provider)),
        None => loaded.disabled.push(Disabled {
            slug: slug.to_owned(),
            area: area.to_owned(),
            problems: errors,
        }),
    }
    loaded.problems.extend(warnings);
}
