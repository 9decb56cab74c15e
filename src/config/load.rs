//! From files and environment to items, and on to [`Settings`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Settings;
use super::build::build;
use super::layers::{self, Item};
use super::manual::DEFAULT;
use super::reader::Reader;
use crate::problem::{Problem, area::config as entries};

/// Settings, with every value as it was written and where it came from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What the gateway works with.
    pub settings: Settings,
    /// Every value by its key.
    pub items: BTreeMap<String, Item>,
    /// The file that was read, if there was one.
    pub file: Option<PathBuf>,
}

/// Reads the settings as [`Settings::load`] does and keeps where each came from.
///
/// # Errors
/// Every fault at once.
pub fn load(
    path: Option<&Path>,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Loaded, Vec<Problem>> {
    let here = Path::new("gateway.toml");
    let file = path.or_else(|| here.exists().then_some(here));
    let text = match file {
        Some(file) => Some(read_file(file).map_err(|problem| vec![problem])?),
        None => None,
    };
    load_text(file.zip(text.as_deref()), env)
}

fn read_file(file: &Path) -> Result<String, Problem> {
    std::fs::read_to_string(file).map_err(|error| {
        Problem::new(&entries::FILE_UNREADABLE)
            .at(file.display().to_string())
            .with(error.kind().to_string())
    })
}

/// Reads a file's text, given with its name.
pub(super) fn load_text(
    own: Option<(&Path, &str)>,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Loaded, Vec<Problem>> {
    let mut faults = Vec::new();
    let mut items = layers::scan(DEFAULT, None, &mut faults);
    if let Some((file, text)) = own {
        let own = layers::scan(text, Some(&file.display().to_string()), &mut faults);
        items = layers::lay_over(&items, own, &mut faults);
    }
    layers::lay_environment(&mut items, env, &mut faults);

    let folder = own.and_then(|(file, _)| file.parent());
    let mut reader = Reader::new(&items, folder.unwrap_or(Path::new("")), faults);
    let settings = build(&mut reader);
    if !reader.faults.is_empty() {
        let mut faults = reader.faults;
        faults.sort_by_key(line_of);
        return Err(faults);
    }
    let file = own.map(|(file, _)| file.to_path_buf());
    Ok(Loaded {
        settings,
        items,
        file,
    })
}

/// The line that a fault names; 0 without one.
fn line_of(fault: &Problem) -> usize {
    let path = fault.path.as_deref().unwrap_or_default();
    let place = path.rsplit_once(' ').map_or(path, |(place, _)| place);
    let line = place.rsplit_once(':').map(|(_, line)| line.parse());
    line.and_then(Result::ok).unwrap_or(0)
}

/// The built-in defaults alone.
pub(super) fn built_in() -> Result<Settings, Vec<Problem>> {
    load_text(None, &|_| None).map(|loaded| loaded.settings)
}

/// Every key of the defaults that nothing reads; a test expects none.
#[cfg(test)]
pub(super) fn unread_defaults() -> (layers::Items, Vec<String>) {
    let items = layers::scan(DEFAULT, None, &mut Vec::new());
    let mut reader = Reader::new(&items, Path::new(""), Vec::new());
    build(&mut reader);
    let used = reader.used;
    let unread = items
        .iter()
        .filter(|(key, item)| item.value.kind().is_some() && !used.contains(*key))
        .map(|(key, _)| key.clone())
        .collect();
    (items, unread)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    use crate::config::{NON_LOOPBACK, Policy};
    use crate::domain::identifiers::ServiceAddress;

    fn with(text: &str) -> Result<Loaded, Vec<Problem>> {
        load_text(Some((Path::new("conf/gateway.toml"), text)), &|_| None)
    }

    fn refused(text: &str) -> String {
        let faults = with(text).expect_err("the text has faults");
        faults
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn the_defaults_are_those_of_the_design() {
        let settings = built_in().expect("the defaults can be read");
        assert_eq!(settings.listen.bars.to_string(), "127.0.0.1:8080");
        assert_eq!(settings.listen.provider.to_string(), "127.0.0.1:8081");
        assert_eq!(settings.listen.admin.to_string(), "127.0.0.1:8082");
        assert_eq!(settings.bars.core_version, "1.5.0");
        assert_eq!(settings.bars.limits.body_bytes, 1_048_576);
        assert_eq!(settings.bars.limits.depth, 64);
        assert_eq!(settings.bars.limits.time_limit, Duration::from_secs(5));
        assert_eq!(settings.bars.policies.workwell_consent, Policy::Hold);
        assert_eq!(settings.bars.outbound.base_url, None);
        assert_eq!(settings.tables.mappings, Path::new("mappings"));
        assert_eq!(
            settings.delivery.pause_after(1),
            Some(Duration::from_secs(5))
        );
        assert_eq!(
            settings.delivery.pause_after(6),
            Some(Duration::from_hours(24))
        );
        assert_eq!(settings.delivery.pause_after(7), None);
        assert!(!settings.delivery.private_addresses);
        assert_eq!(settings.clearance.pds_off, None);
    }

    #[test]
    fn a_file_that_repeats_the_manual_says_the_same_as_no_file() {
        let own = load_text(Some((Path::new("gateway.toml"), DEFAULT)), &|_| None);
        assert_eq!(own.map(|loaded| loaded.settings), built_in());
    }

    #[test]
    fn rows_of_the_file_replace_the_default_rows() {
        let text = "[[bars.services]]\nsystem = \"s\"\nvalue = \"1\"\nuse_cases = [\"A6T1\"]\napplication_versions = []\n";
        let services = with(text).expect("sound").settings.bars.services;
        assert_eq!(services.len(), 1);
        assert_eq!(services[0].address.to_string(), "s|1");
        assert_eq!(services[0].use_cases, ["a6t1"]);
        assert_eq!(
            with("bars.services = []")
                .expect("sound")
                .settings
                .bars
                .services,
            []
        );
    }

    #[test]
    fn paths_of_the_file_are_taken_from_its_folder() {
        let text = "[store]\nurl = \"sqlite:data/w.db\"\nmaster_key_file = \"/run/key\"\n";
        let settings = with(text).expect("sound").settings;
        assert_eq!(settings.store.url.to_string(), "sqlite:conf/data/w.db");
        assert_eq!(settings.store.master_key_file, Path::new("/run/key"));
        assert_eq!(settings.tables.mappings, Path::new("mappings"));
    }

    #[test]
    fn the_environment_goes_before_the_file() {
        let env = |name: &str| match name {
            "WORKWELL_LISTEN__BARS" => Some("127.0.0.1:9080".to_owned()),
            "WORKWELL_DELIVERY__RETRY_AFTER" => Some("1s, 2m".to_owned()),
            "WORKWELL_PROVIDERS__HOPE_WORKS__URL" => Some("https://b.example".to_owned()),
            _ => None,
        };
        let text =
            "listen.bars = \"127.0.0.1:1\"\n[providers.hope-works]\nurl = \"https://a.example\"\n";
        let loaded = load_text(Some((Path::new("g.toml"), text)), &env).expect("sound");
        let settings = loaded.settings;
        assert_eq!(settings.listen.bars.port(), 9080);
        assert_eq!(settings.delivery.retry_after.len(), 2);
        let url = settings.providers["hope-works"].url.as_deref();
        assert_eq!(url, Some("https://b.example"));
        let origin = loaded.items["listen.bars"].origin.to_string();
        assert_eq!(origin, "WORKWELL_LISTEN__BARS");
    }

    #[test]
    fn a_target_of_its_own_goes_before_the_base_address() {
        let text = "[bars.outbound]\nbase_url = \"https://proxy.example/\"\n[bars.outbound.targets]\n\"https://s.example|7\" = \"http://127.0.0.1:9000\"\n";
        let outbound = with(text).expect("sound").settings.bars.outbound;
        let target = |text| ServiceAddress::parse(text).expect("a service address");
        assert_eq!(
            outbound.address_for(&target("https://s.example|7")),
            Some("http://127.0.0.1:9000")
        );
        assert_eq!(
            outbound.address_for(&target("https://s.example|8")),
            Some("https://proxy.example")
        );
    }

    #[test]
    fn every_fault_is_found_at_once_with_its_line() {
        insta::assert_snapshot!(refused(include_str!("faulty.toml")));
    }

    #[test]
    fn every_fault_of_the_syntax_is_found_with_its_line() {
        let text = refused("version = 1\n[log]\nlevel = \n[store]\npath = \"unfinished\n");
        assert!(
            text.contains("gateway.toml:3") && text.contains("gateway.toml:5"),
            "{text}"
        );
        assert!(!text.contains("unfinished"), "{text}");
    }

    #[test]
    fn a_bracket_that_is_not_closed_is_not_told_for_every_line_below_it() {
        let below = "[log]\nlevel = \"info\"\nformat = \"text\"\n".repeat(5);
        let text = refused(&format!("[delivery]\nretry_after = [\"5s\"\n{below}"));
        assert!(text.contains("gateway.toml:3"), "{text}");
        assert_eq!(text.matches("WW-CFG-003").count(), 3, "{text}");
    }

    #[test]
    fn a_secret_is_never_repeated() {
        let text = refused(
            "[[provider_api.tokens]]\nprovider = \"hope-works\"\nsha256 = \"hush1\"\ntoken = \"hush2\"\n\
             [providers.hope-works]\nsecret = \"hush3\"\nurl = \"https://me:hush4@a.example\"\n\
             [bars.outbound]\nbase_url = [\"https://me:hush5@a.example\"]\n",
        );
        assert!(!text.contains("hush"), "{text}");
        assert_eq!(text.lines().count(), 5, "{text}");
    }

    #[test]
    fn other_machines_need_the_sentence() {
        let open = "[listen]\nbars = \"0.0.0.0:8080\"\n";
        assert!(refused(open).starts_with("WW-CFG-005"));
        let told = format!("{open}non_loopback = \"{NON_LOOPBACK}\"\n");
        assert!(with(&told).is_ok());
        assert!(refused("[listen]\nnon_loopback = \"yes\"\n").contains("expected the sentence"));
    }

    #[test]
    fn serving_without_pds_needs_a_reason_an_owner_and_a_day_that_has_not_passed() {
        let today = jiff::civil::date(2026, 12, 1);
        let faults = |settings: Settings| settings.faults_for_serve(today).len();
        assert_eq!(faults(built_in().expect("sound")), 1);
        let dated = |day: &str| {
            let text = format!(
                "[clearance]\npds_off_reason = \"pilot\"\npds_off_owner = \"A. Example\"\npds_off_until = \"{day}\"\n"
            );
            with(&text).expect("sound").settings
        };
        assert_eq!(faults(dated("2026-12-01")), 0);
        assert_eq!(faults(dated("2026-11-30")), 1);
        assert!(refused("[clearance]\npds_off_reason = \"pilot\"\n").contains("all three"));
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let faults = load(Some(Path::new("no/such/gateway.toml")), &|_| None);
        let faults = faults.expect_err("there is no such file");
        assert_eq!(faults[0].entry.code, "WW-CFG-004");
        assert_eq!(faults[0].path.as_deref(), Some("no/such/gateway.toml"));
    }
}
