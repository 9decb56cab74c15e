//! Loads the tables anew while the gateway runs.
//!
//! Each provider's folder is loaded for itself. One with faults keeps the version that was
//! in use and is reported; the others go live together, by one exchange of a pointer.
//! Whoever is at work on a referral keeps the tables with which they began. A case keeps
//! the digest of the tables under which it was sent; its provider's words and its stop are
//! read with the tables in force, since a provider has one vocabulary and one address at a
//! time, and a mended table has to help the cases that wait for it.

use std::path::Path;
use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;

use super::Tables;
use super::approve::admit;
use super::groups_now::GroupsNow;
use super::places::{of_places, with_closings};
use super::providers_now::Now;
use super::standing::Standing;
use crate::adapters::places::Places;
use crate::adapters::tables::{Loaded, load};
use crate::config::Settings;
use crate::domain::caller::Caller;
use crate::domain::fact::{Fact, FactKind};
use crate::domain::provider::Provider;
use crate::gateway::Gateway;
use crate::gateway::places::stale;
use crate::problem::Problem;
use crate::problem::area::{header as header_problems, tables_in_use as entry};

/// What loading anew did.
#[derive(Clone, Debug)]
pub struct Reloaded {
    /// Every provider, by slug.
    pub providers: Vec<Now>,
    /// The slugs whose tables in use are others than before, or that are new or gone.
    pub changed: Vec<String>,
    /// Areas whose own files have faults, so that the version that was stays in use.
    pub kept_areas: Vec<String>,
    /// Areas whose own files have faults and of which there is no earlier version: nobody is
    /// routed to their providers.
    pub areas_not_used: Vec<String>,
    /// The table of condition groups, which all areas share.
    pub condition_groups: GroupsNow,
    /// Whether that is another one than before.
    pub groups_changed: bool,
    /// Faults outside any provider's folder, and warnings.
    pub problems: Vec<Problem>,
}

impl Reloaded {
    /// `whole` where everything is in use as it lies there, else `partly`.
    pub fn outcome(&self) -> &'static str {
        let live = |now: &Now| now.standing == Standing::Live;
        let whole = self.kept_areas.is_empty()
            && self.providers.iter().all(live)
            && self.problems.iter().all(|problem| problem.warning);
        if whole { "whole" } else { "partly" }
    }
}

impl Tables {
    /// Loads the tables that the settings name.
    pub fn load(settings: &Settings, places: &Places, today: Date) -> Self {
        Self::new(read(settings, places, today), settings)
    }

    /// The tables that take the place of these.
    fn again(
        &self,
        settings: &Settings,
        places: &Places,
        today: Date,
    ) -> Result<(Self, Reloaded), Problem> {
        let loaded = read(settings, places, today);
        let is_empty = loaded.areas.is_empty()
            && loaded.providers.is_empty()
            && loaded.disabled.is_empty()
            && loaded.damaged_areas.is_empty();
        if is_empty && !self.providers.is_empty() {
            let first = loaded.problems.first();
            let detail = first.and_then(|problem| problem.detail.clone());
            let problem = Problem::new(&entry::NOTHING_TO_LOAD);
            return Err(match detail {
                Some(detail) => problem.with(detail),
                None => problem,
            });
        }
        let before = Loaded {
            areas: self.areas.clone(),
            providers: self.providers.clone(),
            condition_groups: Arc::clone(&self.condition_groups),
            ..Loaded::default()
        };
        let mut tables = Self::new(loaded.keeping(&before), settings);
        tables.retire(self, today);
        let reloaded = Reloaded {
            providers: tables.standings(),
            changed: self.changed(&tables),
            kept_areas: tables.kept_areas.clone(),
            areas_not_used: tables
                .damaged_areas
                .iter()
                .map(|a| a.slug.clone())
                .collect(),
            condition_groups: tables.groups_now(),
            groups_changed: self.condition_groups.digest() != tables.condition_groups.digest(),
            problems: tables.problems.clone(),
        };
        Ok((tables, reloaded))
    }

    /// Who was here and is not any more still has cases: their words and stops are read with
    /// its last tables, whose time is over.
    fn retire(&mut self, before: &Self, today: Date) {
        let yesterday = today.saturating_sub(1.day());
        for provider in before.providers.iter().chain(&before.retired) {
            if self.provider(&provider.slug).is_some() {
                continue;
            }
            let mut last = Provider::clone(provider);
            let ends = last.validity.to.map_or(yesterday, |to| to.min(yesterday));
            last.validity.to = Some(ends);
            self.retired.push(Arc::new(last));
        }
    }

    fn changed(&self, after: &Self) -> Vec<String> {
        let digest = |tables: &Self, slug: &str| {
            let found = tables.providers.iter().find(|one| one.slug == slug);
            found.map(|provider| provider.digest.clone())
        };
        let slugs = self.providers.iter().chain(&after.providers);
        let mut slugs: Vec<&str> = slugs.map(|provider| provider.slug.as_str()).collect();
        slugs.sort_unstable();
        slugs.dedup();
        slugs.retain(|slug| digest(self, slug) != digest(after, slug));
        slugs.into_iter().map(str::to_owned).collect()
    }
}

/// The tables as they lie there, with what the places say of them.
fn read(settings: &Settings, places: &Places, today: Date) -> Loaded {
    let root: &Path = &settings.tables.mappings;
    let loaded = admit(load(root), root, settings.tables.approval);
    let mut loaded = with_closings(loaded, places);
    // A rule that cannot be judged is told, never skipped in silence (DESIGN section 5).
    let lacks = of_places(&loaded.providers, places, today);
    loaded.problems.extend(lacks);
    loaded.problems.extend(stale(&places.status(), today));
    loaded
}

impl Gateway {
    /// Loads the tables anew. One at a time: a second waits, so that the last to ask gets
    /// what lay there when they asked.
    ///
    /// # Errors
    ///
    /// `WW-TBL-001`: there is nothing to load; what was in use stays in use. The store
    /// could not record it; likewise.
    pub async fn reload_tables(&self, caller: &Caller) -> Result<Reloaded, Problem> {
        let _alone = self.reloading.lock().await;
        let (before, settings) = (self.tables(), Arc::clone(&self.settings));
        let places = self.places.clone();
        let today = self.clock.today();
        let again = tokio::task::spawn_blocking(move || before.again(&settings, &places, today));
        let again = again.await.unwrap_or_else(|_| {
            // A reader that panics has changed nothing.
            Err(Problem::new(&header_problems::INTERNAL))
        });
        let (tables, reloaded) = match again {
            Ok(done) => done,
            Err(problem) => {
                self.telemetry.tables_not_reloaded(problem.entry.code);
                return Err(problem);
            }
        };
        self.record(vec![fact(caller, &tables, &reloaded)]).await?;
        tables.tell();
        self.telemetry
            .tables_reloaded(reloaded.outcome(), reloaded.changed.len());
        self.exchange_tables(tables);
        Ok(reloaded)
    }
}

/// Which tables are in use from now on: ids and counts only.
fn fact(caller: &Caller, tables: &Tables, reloaded: &Reloaded) -> Fact {
    let mut fact = Fact::new(FactKind::TablesReloaded, caller).with("outcome", reloaded.outcome());
    if reloaded.groups_changed {
        let digest = match tables.condition_groups().digest() {
            "" => "gone",
            digest => digest,
        };
        fact = fact.with("condition-groups", digest);
    }
    reloaded.changed.iter().fold(fact, |fact, slug| {
        let digest = tables.providers.iter().find(|one| one.slug == *slug);
        let digest = digest.map_or("gone", |provider| provider.digest.as_str());
        fact.with("tables", format!("{slug} {digest}"))
    })
}

#[cfg(test)]
mod tests;
