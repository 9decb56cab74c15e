//! From items to [`Settings`].

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::layers::{self, Item};
use super::manual::DEFAULT;
use super::reader::Reader;
use super::values;
use super::{
    Bars, Clearance, Delivery, Gateway, Limits, Listen, Log, LogFormat, LogLevel, NON_LOOPBACK,
    Outbound, PdsOff, Policies, Policy, Provider, ProviderApi, Service, Settings, Store, Tables,
    Token, TokenSource,
};
use crate::domain::identifiers::{OdsCode, ServiceAddress};
use crate::problem::{Problem, area::config as entries};

const ADDRESS: (&str, &str) = (
    "expected https, or http to this machine itself, without user, password or query",
    "\"https://proxy.example/bars\"",
);
const DATES: (&str, &str) = ("expected a date, YYYY-MM-DD", "\"2026-12-25\"");

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
        return Err(reader.faults);
    }
    let file = own.map(|(file, _)| file.to_path_buf());
    Ok(Loaded {
        settings,
        items,
        file,
    })
}

/// The built-in defaults alone.
pub(super) fn built_in() -> Result<Settings, Vec<Problem>> {
    load_text(None, &|_| None).map(|loaded| loaded.settings)
}

fn build(reader: &mut Reader<'_>) -> Settings {
    if reader.number("version", 0..=u32::MAX) != 1 {
        reader.fault(
            "version",
            "this gateway knows version 1 only",
            "version = 1",
        );
    }
    Settings {
        gateway: gateway(reader),
        listen: listen(reader),
        bars: Bars {
            core_version: reader.read(
                "bars.core_version",
                ("expected three numbers", "\"1.5.0\""),
                String::new(),
                values::core_version,
            ),
            services: services(reader),
            limits: limits(reader),
            policies: policies(reader),
            outbound: outbound(reader),
        },
        provider_api: ProviderApi {
            page_size: reader.count("provider_api.page_size", 1..=500),
            tokens: tokens(reader),
        },
        providers: providers(reader),
        store: Store {
            path: reader.path("store.path"),
            master_key_file: reader.path("store.master_key_file"),
        },
        tables: Tables {
            mappings: reader.path("tables.mappings"),
            places: reader.path("tables.places"),
        },
        delivery: delivery(reader),
        clearance: clearance(reader),
        log: log(reader),
        holidays: holidays(reader),
    }
}

fn gateway(reader: &mut Reader<'_>) -> Gateway {
    let synthetic = OdsCode::parse("ZZ999").expect("letters and digits");
    Gateway {
        name: reader.filled("gateway.name", "\"WorkWell gateway\""),
        organisation_ods: reader.read(
            "gateway.organisation_ods",
            (
                "expected an ODS code, 2 to 12 letters and digits",
                "\"ZZ999\"",
            ),
            synthetic,
            OdsCode::parse,
        ),
        operator: reader.filled("gateway.operator", "\"Referral hub, Anytown ICB\""),
        software: reader.filled("gateway.software", "\"workwell-gateway\""),
    }
}

fn listen(reader: &mut Reader<'_>) -> Listen {
    let non_loopback = match reader.optional("listen.non_loopback").as_deref() {
        None => false,
        Some(NON_LOOPBACK) => true,
        Some(_) => {
            let example = format!("\"{NON_LOOPBACK}\"");
            reader.fault("listen.non_loopback", "expected the sentence", &example);
            false
        }
    };
    Listen {
        bars: address(reader, "listen.bars", non_loopback),
        provider: address(reader, "listen.provider", non_loopback),
        admin: address(reader, "listen.admin", non_loopback),
        non_loopback,
    }
}

fn address(reader: &mut Reader<'_>, key: &str, non_loopback: bool) -> SocketAddr {
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    let example = "\"127.0.0.1:8080\"";
    let expected = ("expected an IP address and a port", example);
    let address = reader.read(key, expected, loopback, |text| text.parse().ok());
    if !address.ip().is_loopback() && !non_loopback {
        let reason = format!(
            "other machines could reach it; use a loopback address, or write \
             listen.non_loopback = \"{NON_LOOPBACK}\""
        );
        reader.fault_as(&entries::NOT_LOOPBACK, key, &reason, example);
    }
    address
}

fn services(reader: &mut Reader<'_>) -> Vec<Service> {
    let mut services: Vec<Service> = Vec::new();
    for row in reader.rows("bars.services") {
        let key = format!("{row}.value");
        let service = Service {
            address: ServiceAddress {
                system: reader.filled(
                    &format!("{row}.system"),
                    "\"https://fhir.nhs.uk/Id/dos-service-id\"",
                ),
                value: reader.filled(&key, "\"2000099999\""),
            },
            use_cases: reader.list(
                &format!("{row}.use_cases"),
                ("expected a code", "[\"a5t1\"]"),
                |text| filled(&text.to_ascii_lowercase()),
            ),
            application_versions: reader.list(
                &format!("{row}.application_versions"),
                ("expected a version", "[\"1.2.0\"]"),
                filled,
            ),
        };
        if services
            .iter()
            .any(|other| other.address == service.address)
        {
            reader.fault(
                &key,
                "this service stands here twice",
                "one row for each service",
            );
        }
        services.push(service);
    }
    services
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn limits(reader: &mut Reader<'_>) -> Limits {
    Limits {
        body_bytes: reader.count("bars.limits.body_bytes", 1_024..=16_777_216),
        depth: reader.count("bars.limits.depth", 8..=256),
        time_limit: reader.seconds("bars.limits.time_limit_seconds", 1..=30),
    }
}

fn policies(reader: &mut Reader<'_>) -> Policies {
    const REFUSE: (&str, Policy) = ("refuse", Policy::Refuse);
    const HOLD: (&str, Policy) = ("hold", Policy::Hold);
    const WARN: (&str, Policy) = ("warn", Policy::Warn);
    let mut policy = |key: &str, allowed: &[(&str, Policy)]| {
        reader.choice(&format!("bars.policies.{key}"), allowed)
    };
    Policies {
        nhs_number_check: policy("nhs_number_check", &[REFUSE, WARN]),
        workwell_consent: policy("workwell_consent", &[REFUSE, HOLD]),
        dangling_reference: policy("dangling_reference", &[REFUSE, WARN]),
        application_gaps: policy("application_gaps", &[REFUSE, WARN]),
        red_flag: policy("red_flag", &[HOLD, WARN]),
        referrer_sender_without_ods: policy("referrer_sender_without_ods", &[REFUSE, WARN]),
    }
}

fn outbound(reader: &mut Reader<'_>) -> Outbound {
    let mut targets = BTreeMap::new();
    for name in reader.names("bars.outbound.targets") {
        let key = format!("bars.outbound.targets.{name}");
        let Some(target) = ServiceAddress::parse(&name) else {
            let example = "\"https://fhir.nhs.uk/Id/dos-service-id|2000099901\"";
            reader.fault(&key, "the key is not of the form \"system|value\"", example);
            continue;
        };
        let url = reader.read(&key, ADDRESS, String::new(), values::web_address);
        targets.insert(target, url);
    }
    Outbound {
        base_url: reader.read_optional("bars.outbound.base_url", ADDRESS, values::web_address),
        targets,
        connect_timeout: reader.seconds("bars.outbound.connect_timeout_seconds", 1..=60),
        attempt_timeout: reader.seconds("bars.outbound.attempt_timeout_seconds", 1..=120),
    }
}

fn tokens(reader: &mut Reader<'_>) -> Vec<Token> {
    let rows = reader.rows("provider_api.tokens");
    rows.iter().filter_map(|row| token(reader, row)).collect()
}

fn token(reader: &mut Reader<'_>, row: &str) -> Option<Token> {
    let provider = reader.read(
        &format!("{row}.provider"),
        ("expected the provider's folder name", "\"hope-works\""),
        String::new(),
        values::slug,
    );
    let digest_key = format!("{row}.sha256");
    let file_key = format!("{row}.token_file");
    let file = reader.optional_path(&file_key);
    let written = reader.optional(&digest_key).is_some();
    let digest = reader.read_optional(
        &digest_key,
        (
            "expected 64 hexadecimal digits",
            "the output of `sha256sum`",
        ),
        values::sha256,
    );
    let source = match (file, digest) {
        (Some(file), None) if !written => TokenSource::File(file),
        (None, Some(digest)) => TokenSource::Sha256(digest),
        (None, None) if written => return None,
        _ => {
            let reason = "write either token_file or sha256";
            reader.fault(&file_key, reason, "\"secrets/hope-works.token\"");
            return None;
        }
    };
    Some(Token { provider, source })
}

fn providers(reader: &mut Reader<'_>) -> BTreeMap<String, Provider> {
    let mut providers = BTreeMap::new();
    for name in reader.names("providers") {
        let Some((folder, _)) = name.rsplit_once('.') else {
            continue;
        };
        let url_key = format!("providers.{folder}.url");
        if providers.contains_key(folder) {
            continue;
        }
        if values::slug(folder).is_none() {
            let reason = "the name is not a provider's folder name";
            reader.fault(
                &format!("providers.{name}"),
                reason,
                "[providers.hope-works]",
            );
        }
        let provider = Provider {
            url: reader.read_optional(&url_key, ADDRESS, values::web_address),
            secret_file: reader.optional_path(&format!("providers.{folder}.secret_file")),
        };
        providers.insert(folder.to_owned(), provider);
    }
    providers
}

fn delivery(reader: &mut Reader<'_>) -> Delivery {
    let times = (
        "expected times such as 5s, 10m, 6h or 2d",
        "[\"5s\", \"10m\"]",
    );
    let time = (times.0, "\"1h\"");
    Delivery {
        retry_after: reader.list("delivery.retry_after", times, values::time),
        retry_after_cap: reader.read(
            "delivery.retry_after_cap",
            time,
            std::time::Duration::ZERO,
            values::time,
        ),
        attempt_timeout: reader.seconds("delivery.attempt_timeout_seconds", 1..=300),
        concurrency_per_destination: reader.count("delivery.concurrency_per_destination", 1..=64),
        private_addresses: reader.flag("delivery.private_addresses"),
    }
}

fn clearance(reader: &mut Reader<'_>) -> Clearance {
    reader.choice("clearance.pds", &[("off", ())]);
    let reason = reader.optional("clearance.pds_off_reason");
    let owner = reader.optional("clearance.pds_off_owner");
    let until: Option<Date> =
        reader.read_optional("clearance.pds_off_until", DATES, |text| text.parse().ok());
    let written = reader.optional("clearance.pds_off_until").is_some();
    let pds_off = match (reason, owner, until) {
        (Some(reason), Some(owner), Some(until)) => Some(PdsOff {
            reason,
            owner,
            until,
        }),
        (None, None, None) => None,
        (Some(_), Some(_), None) if written => None,
        _ => {
            let reason = "reason, owner and date belong together; write all three or none";
            reader.fault(
                "clearance.pds_off_reason",
                reason,
                "\"pilot on synthetic data\"",
            );
            None
        }
    };
    Clearance { pds_off }
}

fn log(reader: &mut Reader<'_>) -> Log {
    let formats = [("text", LogFormat::Text), ("json", LogFormat::Json)];
    let levels = [
        ("error", LogLevel::Error),
        ("warn", LogLevel::Warn),
        ("info", LogLevel::Info),
        ("debug", LogLevel::Debug),
        ("trace", LogLevel::Trace),
    ];
    Log {
        format: reader.choice("log.format", &formats),
        level: reader.choice("log.level", &levels),
    }
}

fn holidays(reader: &mut Reader<'_>) -> Vec<Date> {
    let mut days: Vec<Date> =
        reader.list("calendar.bank_holidays", DATES, |text| text.parse().ok());
    days.extend(reader.list("calendar.additional_holidays", DATES, |text| {
        text.parse::<Date>().ok()
    }));
    days
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

    fn with(text: &str) -> Result<Loaded, Vec<Problem>> {
        load_text(Some((Path::new("conf/gateway.toml"), text)), &|_| None)
    }

    fn refused(text: &str) -> String {
        let faults = with(text).expect_err("the text has faults");
        faults.iter().map(|fault| format!("{fault}\n")).collect()
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
            Some(Duration::from_secs(86_400))
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
        let text = "[store]\npath = \"data/w.db\"\nmaster_key_file = \"/run/key\"\n";
        let settings = with(text).expect("sound").settings;
        assert_eq!(settings.store.path, Path::new("conf/data/w.db"));
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
