//! The mapping tables in force, ready for use; and the analyst's bench beside them, which
//! needs no store: what is wrong with tables, and what they do with a file.

pub mod approve;
mod areas_now;
mod check;
mod compare;
mod concept_map;
mod conflicts;
mod destinations;
mod groups_now;
mod origins;
mod places;
mod prove;
mod providers_now;
mod referral;
mod reload;
mod routed;
mod scaffold;
mod standing;
mod trial;
mod unmapped;

pub use crate::adapters::tables::{
    CONDITION_GROUPS, Column, EXPECTED_ROUTE, Section, expected_route, vocabulary,
};
pub use areas_now::AreaNow;
pub use check::{Checked, Report, UnknownName, check, check_with, require_approval};
pub use compare::{Changed, Compared, Comparison, FieldChange};
pub use concept_map::{Written, export, import};
pub use conflicts::{Conflicts, conflicts};
pub use destinations::{judge_destinations, policy as destination_policy};
pub use groups_now::GroupsNow;
pub use origins::{Origin, Origins, Place};
pub use places::{of_places, subject_of, with_closings};
pub use prove::{Difference, Proof, prove};
pub use providers_now::Now;
pub use referral::{Days, Sample, read_sample};
pub use reload::Reloaded;
pub use scaffold::{Made, scaffold};
pub use standing::Standing;
pub use trial::{KeptBack, Trial, kept_back, payload_of, trace_csv};
pub(in crate::gateway) use unmapped::lists_without_row;
pub use unmapped::{InNoGroup, Unmapped};

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::adapters::tables::{Disabled, GroupsFound, Loaded};
use crate::config::Settings;
use crate::domain::case::ConditionGroups;
use crate::domain::provider::Provider;
use crate::domain::routing::{Area, DamagedArea, Offers, Shortlist};
use crate::problem::Problem;

/// Areas and providers.
#[derive(Debug, Default)]
pub struct Tables {
    areas: Vec<Area>,
    damaged_areas: Vec<DamagedArea>,
    kept_areas: Vec<String>,
    /// By slug, sorted.
    providers: Vec<Arc<Provider>>,
    /// The same, those that areas list first and in their order: a decision, which asks for
    /// them in that order, finds each at once.
    in_order: Vec<Arc<Provider>>,
    shortlist: Shortlist,
    /// Providers whose folder is gone since the gateway started: nobody is referred to them,
    /// and the words and stops of the cases that they have are still read.
    retired: Vec<Arc<Provider>>,
    condition_groups: Arc<ConditionGroups>,
    groups_found: GroupsFound,
    /// Providers whose folder could not be loaded. After a reload those among them that have
    /// an earlier version are in use with that.
    pub disabled: Vec<Disabled>,
    /// Faults outside any provider's folder.
    pub problems: Vec<Problem>,
}

impl Tables {
    /// Takes loaded tables, with this installation's addresses in place of the tables' own.
    pub fn new(loaded: Loaded, settings: &Settings) -> Self {
        let mut providers: Vec<Arc<Provider>> = loaded
            .providers
            .into_iter()
            .map(|provider| match settings.providers.get(&provider.slug) {
                Some(own) => {
                    let secret = own
                        .secret_file
                        .as_ref()
                        .map(|path| path.display().to_string());
                    Arc::new(Provider::clone(&provider).with_address(own.url.clone(), secret))
                }
                None => provider,
            })
            .collect();
        providers.sort_by(|a, b| a.slug.cmp(&b.slug));
        let mut areas = loaded.areas;
        areas.sort_by(|a, b| a.slug.cmp(&b.slug));
        let mut tables = Self {
            areas,
            damaged_areas: loaded.damaged_areas,
            kept_areas: loaded.kept_areas,
            providers,
            in_order: Vec::new(),
            shortlist: Shortlist::default(),
            retired: Vec::new(),
            condition_groups: loaded.condition_groups,
            groups_found: loaded.groups_found,
            disabled: loaded.disabled,
            problems: loaded.problems,
        };
        tables.in_order = tables.by_listing();
        tables.shortlist = Shortlist::of(&tables.areas, &tables.in_order);
        tables
    }

    fn by_listing(&self) -> Vec<Arc<Provider>> {
        let listed = self.areas.iter().flat_map(|area| &area.providers);
        let listed = listed.filter_map(|row| self.provider(&row.provider));
        let mut seen = BTreeSet::new();
        let every = listed.chain(&self.providers);
        every
            .filter(|provider| seen.insert(provider.slug.as_str()))
            .cloned()
            .collect()
    }

    /// What a referral is decided over.
    pub fn offers(&self) -> Offers<'_> {
        Offers {
            damaged: &self.damaged_areas,
            shortlist: Some(&self.shortlist),
            ..self.offers_of(&self.areas)
        }
    }

    /// What is on offer if only these areas were.
    pub fn offers_of<'a>(&'a self, areas: &'a [Area]) -> Offers<'a> {
        Offers {
            areas,
            damaged: &[],
            providers: &self.in_order,
            shortlist: None,
        }
    }

    /// One provider; also one whose folder is gone while the gateway ran.
    pub fn provider(&self, slug: &str) -> Option<&Arc<Provider>> {
        let found = self
            .providers
            .binary_search_by(|provider| provider.slug.as_str().cmp(slug));
        match found {
            Ok(index) => Some(&self.providers[index]),
            Err(_) => self.retired.iter().find(|provider| provider.slug == slug),
        }
    }

    /// Writes every fault into the log.
    pub fn tell(&self) {
        let disabled = self.disabled.iter().flat_map(|one| &one.problems);
        for problem in self.problems.iter().chain(disabled) {
            let place = problem.path.as_deref().unwrap_or("");
            let words = problem.detail.as_deref().unwrap_or(problem.entry.title);
            let code = problem.entry.code;
            if problem.warning {
                tracing::warn!(error.code = code, place, "a remark on a table: {words}");
            } else {
                tracing::error!(error.code = code, place, "a table is not usable: {words}");
            }
        }
    }

    /// Every provider that takes referrals, by slug.
    pub fn providers(&self) -> &[Arc<Provider>] {
        &self.providers
    }

    /// Which codes stand for which group of conditions.
    pub fn condition_groups(&self) -> &ConditionGroups {
        &self.condition_groups
    }

    /// Every area.
    pub fn areas(&self) -> &[Area] {
        &self.areas
    }
}
