//! Whether a name that somebody typed is one that anything here has.

use crate::adapters::store::{CaseFilter, LegFilter};
use crate::config::nearest;
use crate::domain::caller::Caller;
use crate::gateway::Gateway;
use crate::problem::{Problem, area::operator as problems};

/// The longest name that is repeated.
const LONGEST: usize = 64;

impl Gateway {
    /// Whether a table folder, a case or a row of the outbox has this name: an empty list
    /// under a mistyped one would reassure (DESIGN I9).
    ///
    /// # Errors
    ///
    /// `WW-OPR-017` none has, with the nearest one.
    pub async fn known_provider(&self, caller: &Caller, name: &str) -> Result<(), Problem> {
        let tables = self.tables();
        let loaded = tables.providers().iter().map(|found| found.slug.as_str());
        let disabled = tables.disabled.iter().map(|found| found.slug.as_str());
        let known: Vec<&str> = loaded.chain(disabled).collect();
        if known.contains(&name) || self.is_in_use(caller, name).await? {
            return Ok(());
        }
        let found = if is_plain(name) {
            format!("found `{name}`; ")
        } else {
            String::new()
        };
        let told = match nearest(name, known.iter().copied(), 1).first() {
            Some(near) => format!("{found}did you mean `{near}`?"),
            None => format!("{found}the providers are {}", known.join(", ")),
        };
        Err(Problem::new(&problems::NO_SUCH_PROVIDER).with(told))
    }

    async fn is_in_use(&self, caller: &Caller, name: &str) -> Result<bool, Problem> {
        let cases = CaseFilter {
            provider: Some(name.to_owned()),
            closed_too: true,
            limit: 1,
            ..CaseFilter::default()
        };
        if !self.store.cases(caller, &cases).await?.is_empty() {
            return Ok(true);
        }
        let legs = LegFilter {
            destination: Some(name.to_owned()),
            limit: 1,
            ..LegFilter::default()
        };
        Ok(!self.store.legs(caller, &legs).await?.is_empty())
    }
}

/// Whether it has the form of a folder's name, so that it can be repeated: what was pasted
/// by mistake is not (DESIGN I4).
fn is_plain(name: &str) -> bool {
    let digits = name.chars().filter(char::is_ascii_digit).count();
    let shaped = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    name.len() <= LONGEST && digits < 10 && name.chars().all(shaped)
}
