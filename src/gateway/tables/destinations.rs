//! Where tables may have people's data sent: judged here before anybody waits, by the rule
//! of the sender.

use std::path::Path;

use super::Report;
use super::check::place;
use crate::adapters::channels::{Policy, check_address, host_of};
use crate::adapters::tables::load;
use crate::config::Settings;
use crate::domain::provider::{Channel, Provider};
use crate::problem::Problem;

/// What the sender allows beside public https addresses.
pub fn policy(settings: &Settings, allow_loopback: bool) -> Policy {
    Policy {
        allow_private: settings.delivery.private_addresses,
        allow_loopback,
        trusted_hosts: operators_hosts(settings),
    }
}

/// The hosts that the operator's own settings name, in lower case and without a port.
fn operators_hosts(settings: &Settings) -> Vec<String> {
    let outbound = &settings.bars.outbound;
    let providers = settings
        .providers
        .values()
        .filter_map(|provider| provider.url.as_deref());
    let addresses = outbound.base_url.as_deref().into_iter();
    let addresses = addresses
        .chain(outbound.targets.values().map(String::as_str))
        .chain(settings.alerts.iter().map(|alerts| alerts.url.as_str()))
        .chain(providers);
    let mut hosts: Vec<String> = addresses.filter_map(host_of).collect();
    hosts.sort();
    hosts.dedup();
    hosts
}

/// Adds a fault for each provider of the report whose address the sender would refuse. An
/// address in the settings takes the place of the table's.
pub fn judge_destinations(report: &mut Report, root: &Path, settings: &Settings) {
    let policy = policy(settings, false);
    let providers = load(root).providers;
    let is_wanted = |provider: &Provider| {
        let mut wanted = report.providers.iter();
        wanted.any(|one| one.slug == provider.slug && one.area == provider.area)
    };
    let wanted = providers.iter().filter(|provider| is_wanted(provider));
    let faults: Vec<Problem> = wanted
        .filter(|provider| {
            let own = settings.providers.get(&provider.slug);
            own.is_none_or(|own| own.url.is_none())
        })
        .filter_map(|provider| refused(provider, &policy))
        .collect();
    report.findings.extend(faults);
    report.findings.sort_by_cached_key(place);
}

fn refused(provider: &Provider, policy: &Policy) -> Option<Problem> {
    let (key, address) = match &provider.channel {
        Channel::Webhook { url, .. } => ("channel.url", url),
        Channel::FhirRest { base_url, .. } => ("channel.base_url", base_url),
        Channel::Collect | Channel::CsvBatch { .. } => return None,
    };
    let problem = check_address(address, policy).err()?;
    // The address itself is not repeated: it may hold a credential.
    let why = problem.detail.clone().unwrap_or_default();
    let file = format!("{}/{}/provider.toml:1:1", provider.area, provider.slug);
    Some(problem.at(file).with(format!("{key}: {why}")))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use jiff::civil::date;

    use super::*;
    use crate::gateway::tables::check;
    use crate::testing::{copy, package};

    #[test]
    fn an_address_that_the_sender_would_refuse_is_told_before_anybody_waits() {
        let root = tempfile::tempdir().expect("a temporary folder");
        copy(&package("mappings"), root.path());
        let toml = root.path().join("exampleshire/lantern/provider.toml");
        let text = fs::read_to_string(&toml).expect("a committed table");
        let mut settings = Settings::built_in();
        let told = |settings: &Settings| {
            let mut report =
                check(root.path(), &["lantern".to_owned()], date(2026, 11, 20)).expect("known");
            let before = report.faults();
            judge_destinations(&mut report, root.path(), settings);
            let codes = report.findings.iter().filter(|found| !found.warning);
            (
                report.faults() - before,
                codes.map(|found| found.entry.code).collect::<Vec<_>>(),
            )
        };
        assert_eq!(told(&settings), (0, vec![]));
        let own = "https://lantern.example/hooks/workwell";
        for (address, code) in [
            ("http://lantern.example/hook", "WW-DLV-009"),
            ("http://10.0.0.5/hook", "WW-DLV-009"),
            ("https://10.0.0.5/hook", "WW-DLV-010"),
            ("https://127.0.0.1/hook", "WW-DLV-010"),
        ] {
            fs::write(&toml, text.replace(own, address)).expect("a writable copy");
            assert_eq!(told(&settings), (1, vec![code]), "{address}");
        }
        // What the operator's settings say goes before the table, and is the operator's to say.
        let of_operator = crate::config::Provider {
            url: Some("http://127.0.0.1:9000/hook".to_owned()),
            secret_file: None,
        };
        settings.providers.insert("lantern".to_owned(), of_operator);
        assert_eq!(told(&settings), (0, vec![]));
    }
}
