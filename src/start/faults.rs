//! What `serve` would end with, and what it would warn of, short of opening sockets and the
//! store: `serve` asks before it begins, `config check` without beginning.

use jiff::civil::Date;

use super::{admin_token, serve};
use crate::adapters::places::Places;
use crate::adapters::seal::Seal;
use crate::config::{self, Settings};
use crate::gateway::Tables;
use crate::problem::{Problem, area::config as problems};
use crate::surfaces::cli::profiles::in_force;

/// Everything for which `serve` would not start, all at once.
pub fn of_serve(settings: &Settings, today: Date) -> Vec<Problem> {
    let mut faults = settings.faults_for_serve(today);
    let several = [
        config::token_digests(&settings.provider_api).err(),
        admin_token(settings).err(),
        in_force::validation(settings).err(),
        Places::open(&settings.tables.places).err(),
    ];
    faults.extend(several.into_iter().flatten().flatten());
    // Only the demonstration makes its own key.
    faults.extend(Seal::open(&settings.store.master_key_file).err());
    faults
}

/// The same, and what `serve` would start with and warn of.
pub fn findings(settings: &Settings, today: Date) -> Vec<Problem> {
    let mut found = of_serve(settings, today);
    let Ok(places) = Places::open(&settings.tables.places) else {
        return found;
    };
    let tables = Tables::load(settings, &places, today);
    found.extend(serve::open_secrets(settings, &tables));
    let warnings = serve::warnings(settings, &tables).into_iter();
    found.extend(warnings.map(|text| {
        let warning = Problem::new(&problems::WOULD_WAIT).with(text);
        warning.as_warning()
    }));
    found
}
