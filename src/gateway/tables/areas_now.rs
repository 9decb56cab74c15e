//! How each area's own files stand: an area that is not used is a whole board's outage, and
//! is told as loudly as a provider's folder.

use super::Tables;
use super::standing::{Standing, faults};
use crate::problem::Problem;
use crate::problem::area::routing::PROVIDER_UNAVAILABLE;

/// One area as it stands now.
#[derive(Clone, Debug)]
pub struct AreaNow {
    /// Its slug.
    pub slug: String,
    /// How it stands: live, kept or disabled.
    pub standing: Standing,
    /// What must be put right in its own files.
    pub problems: Vec<Problem>,
}

impl AreaNow {
    /// Whether its own files are in use as they lie there.
    pub fn is_well(&self) -> bool {
        self.standing == Standing::Live && self.problems.is_empty()
    }

    /// Why it is not well, in a line; empty where it is.
    pub fn why(&self) -> String {
        if self.is_well() {
            return String::new();
        }
        let says = match self.standing {
            Standing::Live => "the rows that have them are not used".to_owned(),
            Standing::Kept => "the version that was stays in use".to_owned(),
            Standing::Disabled | Standing::Gone => format!(
                "the area is not used: nobody is routed to its providers, and its people are \
                 refused ({})",
                PROVIDER_UNAVAILABLE.code
            ),
        };
        format!("{} in its own files; {says}", faults(&self.problems))
    }
}

impl Tables {
    /// How every area stands, by slug.
    pub fn areas_now(&self) -> Vec<AreaNow> {
        let in_use = self.areas.iter().map(|area| {
            if self.kept_areas.contains(&area.slug) {
                (&area.slug, Standing::Kept)
            } else {
                (&area.slug, Standing::Live)
            }
        });
        let damaged = self.damaged_areas.iter();
        let damaged = damaged.map(|area| (&area.slug, Standing::Disabled));
        let mut all: Vec<AreaNow> = in_use
            .chain(damaged)
            .map(|(slug, standing)| AreaNow {
                slug: slug.clone(),
                standing,
                problems: self.problems_of_area(slug),
            })
            .collect();
        all.sort_by(|a, b| a.slug.cmp(&b.slug));
        all
    }

    /// Whether referrals are routed by the area of this slug.
    pub fn uses_area(&self, slug: &str) -> bool {
        self.areas.iter().any(|area| area.slug == slug)
    }

    /// The faults of an area's own files, those of its providers' folders left out.
    fn problems_of_area(&self, slug: &str) -> Vec<Problem> {
        let is_its_own = |problem: &&Problem| {
            let path = problem.path.as_deref().unwrap_or_default();
            let file = path.split_once('/').filter(|(area, _)| *area == slug);
            !problem.warning && file.is_some_and(|(_, file)| !file.contains('/'))
        };
        self.problems.iter().filter(is_its_own).cloned().collect()
    }
}
