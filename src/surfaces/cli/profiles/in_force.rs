//! The rules that messages are checked against, as the settings say.

use super::package;
use crate::config::Settings;
use crate::gateway::validation::Validation;
use crate::problem::{Problem, area::config as problems};
use crate::standards::profile::{self, Rules};

/// Rules and policies, decoded here and not in the first referral.
///
/// # Errors
///
/// `WW-CFG-009`: packages that cannot be read, a required profile that none of them has,
/// and rules that the settings name and no check has, all at once.
pub fn validation(settings: &Settings) -> Result<Validation, Vec<Problem>> {
    let fault = |detail: String| Problem::new(&problems::PROFILES).with(detail);
    let rules = match &settings.profiles.packages {
        None => profile::rules::embedded(),
        Some(folder) => {
            let packages = package::packages(folder);
            let packages =
                packages.map_err(|reason| vec![fault(reason).at("profiles.packages")])?;
            let packages: Vec<_> = packages
                .iter()
                .map(|(name, lean)| (name.as_str(), lean))
                .collect();
            let extended = Rules::with(&packages)
                .map_err(|error| vec![fault(error.to_string()).at("profiles.packages")])?;
            for warning in &extended.warnings {
                tracing::warn!("a profile says what cannot be done as it is said: {warning}");
            }
            // Made once at the start: they live as long as the gateway.
            Box::leak(Box::new(extended.rules))
        }
    };
    let validation = Validation::of(settings, rules);
    let missing = validation.missing(&settings.profiles.required);
    let unknown = validation.unknown_rules();
    let mut faults: Vec<Problem> = missing
        .into_iter()
        .map(|url| fault(format!("no package has {url}")).at("profiles.required"))
        .collect();
    faults.extend(unknown.into_iter().map(|rule| {
        fault(format!("no check is named {rule}")).at(format!("validation.rules.{rule}"))
    }));
    if faults.is_empty() {
        Ok(validation)
    } else {
        Err(faults)
    }
}
