//! How every provider stands: which of its tables are in use, and what is wrong with its folder.

use super::Tables;
use super::approve::short;
use super::standing::{Standing, faults};
use crate::domain::provider::Provider;
use crate::problem::Problem;

/// One provider as it stands now.
#[derive(Clone, Debug)]
pub struct Now {
    /// Its area.
    pub area: String,
    /// Its slug.
    pub slug: String,
    /// How it stands.
    pub standing: Standing,
    /// Version and digest of the tables in use; none of a disabled one.
    pub tables: Option<(String, String)>,
    /// What must be put right in its folder.
    pub problems: Vec<Problem>,
}

impl Now {
    /// Why it is not live, in a line; empty where it is.
    pub fn why(&self) -> String {
        let kept = match (&self.standing, &self.tables) {
            (Standing::Live, _) => return String::new(),
            (Standing::Kept, Some((version, digest))) => {
                format!("version {version} ({}) stays in use", short(digest))
            }
            (Standing::Gone, _) => {
                return "its folder is gone: nobody is referred, and what it has goes on"
                    .to_owned();
            }
            _ => "nobody is referred to it".to_owned(),
        };
        format!("{} in its tables; {kept}", faults(&self.problems))
    }
}

impl Tables {
    /// How every provider stands, by slug.
    pub fn standings(&self) -> Vec<Now> {
        let faults_of = |slug: &str| {
            let mut disabled = self.disabled.iter();
            disabled
                .find(|one| one.slug == slug)
                .map(|one| &one.problems)
        };
        let in_use = self.providers.iter().map(|provider| {
            let faults = faults_of(&provider.slug);
            let standing = if faults.is_some() {
                Standing::Kept
            } else {
                Standing::Live
            };
            now(provider, standing, faults.cloned().unwrap_or_default())
        });
        let gone = self.retired.iter().map(|provider| {
            let faults = faults_of(&provider.slug);
            now(
                provider,
                Standing::Gone,
                faults.cloned().unwrap_or_default(),
            )
        });
        let mut all: Vec<Now> = in_use.chain(gone).collect();
        for disabled in &self.disabled {
            if all.iter().all(|one| one.slug != disabled.slug) {
                all.push(Now {
                    area: disabled.area.clone(),
                    slug: disabled.slug.clone(),
                    standing: Standing::Disabled,
                    tables: None,
                    problems: disabled.problems.clone(),
                });
            }
        }
        all.sort_by(|a, b| a.slug.cmp(&b.slug));
        all
    }
}

fn now(provider: &Provider, standing: Standing, problems: Vec<Problem>) -> Now {
    Now {
        area: provider.area.clone(),
        slug: provider.slug.clone(),
        standing,
        tables: Some((provider.version.clone(), provider.digest.clone())),
        problems,
    }
}
