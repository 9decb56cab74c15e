//! From items to [`Settings`].

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use jiff::civil::Date;

use super::reader::Reader;
use super::{
    Alerts, Approval, Bars, Clearance, Clocks, Connections, Delivery, Gateway, Limits, Listen, Log,
    LogFormat, LogLevel, Mode, NON_LOOPBACK, Outbound, PdsOff, Policies, Policy, PostgresServer,
    Provider, ProviderApi, ReturnChannel, Returns, Service, Settings, Store, StoreUrl, Tables,
    Token, TokenSource,
};
use super::{validation, values};
use crate::domain::identifiers::{OdsCode, ServiceAddress};
use crate::problem::area::config as entries;

const ADDRESS: (&str, &str) = (
    "expected https, or http to this machine itself, without user, password or query",
    "\"https://proxy.example/bars\"",
);
const DATES: (&str, &str) = ("expected a date, YYYY-MM-DD", "\"2026-12-25\"");

/// Builds the settings; they are sound only when the reader has no faults after it.
pub(super) fn build(reader: &mut Reader<'_>) -> Settings {
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
            base_url: reader.read_optional("bars.base_url", ADDRESS, values::web_address),
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
        returns: Returns {
            channels: reader.list(
                "returns.channels",
                ("expected bars or human", "[\"bars\", \"human\"]"),
                ReturnChannel::from_code,
            ),
            telephone: reader.optional("returns.telephone"),
            heard_within: reader.number("returns.heard_within_working_days", 1..=20),
        },
        provider_api: ProviderApi {
            page_size: reader.count("provider_api.page_size", 1..=500),
            tokens: tokens(reader),
        },
        providers: providers(reader),
        store: Store {
            url: store_url(reader),
            master_key_file: reader.path("store.master_key_file"),
            epoch_file: reader.path("store.epoch_file"),
            journal_folder: reader.path("store.journal_folder"),
            journal_days: reader.number("store.journal_days", 1..=3650),
        },
        tables: Tables {
            mappings: reader.path("tables.mappings"),
            places: reader.path("tables.places"),
            approval: reader.choice(
                "tables.approval",
                &[
                    ("not-required", Approval::NotRequired),
                    ("required", Approval::Required),
                ],
            ),
        },
        validation: validation::general(reader),
        referrers: validation::referrers(reader),
        profiles: validation::profiles(reader),
        delivery: delivery(reader),
        clearance: clearance(reader),
        clocks: Clocks {
            every: reader.seconds("clocks.every", 1..=3_600),
            escalate_to: reader.optional("clocks.escalate_to"),
        },
        alerts: alerts(reader),
        log: log(reader),
        holidays: holidays(reader),
    }
}

fn store_url(reader: &mut Reader<'_>) -> StoreUrl {
    const EXPECTED: (&str, &str) = (
        "expected sqlite: and a path, or postgres://user@host/database without a password",
        "\"sqlite:workwell.db\"",
    );
    let server = PostgresServer {
        url: String::new(),
        password_file: reader.optional_path("store.password_file"),
        root_certificates: reader.optional_path("store.root_certificates"),
        connections: reader.count("store.connections", 4..=200),
    };
    let nowhere = StoreUrl::Sqlite(PathBuf::new());
    let url = reader.read("store.url", EXPECTED, nowhere, |text| {
        values::store_url(text, &server)
    });
    match url {
        StoreUrl::Sqlite(path) => StoreUrl::Sqlite(reader.in_folder("store.url", path)),
        postgres @ StoreUrl::Postgres(_) => postgres,
    }
}

fn gateway(reader: &mut Reader<'_>) -> Gateway {
    let synthetic = OdsCode::parse("Y99901").expect("letters and digits");
    Gateway {
        mode: reader.choice(
            "gateway.mode",
            &[("production", Mode::Production), ("test", Mode::Test)],
        ),
        name: reader.filled("gateway.name", "\"WorkWell gateway\""),
        organisation_ods: reader.read(
            "gateway.organisation_ods",
            (
                "expected an ODS code, 2 to 12 letters and digits",
                "\"Y99901\"",
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
        admin_token_file: reader.optional_path("listen.admin_token_file"),
        non_loopback,
        idle: reader.seconds("listen.idle_seconds", 1..=300),
        connections: Connections {
            bars: reader.count("listen.connections.bars", 1..=65_535),
            provider: reader.count("listen.connections.provider", 1..=65_535),
            admin: reader.count("listen.connections.admin", 1..=65_535),
        },
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
        number_outside_test_range: policy("number_outside_test_range", &[REFUSE, WARN]),
        referrer_sender_without_ods: policy("referrer_sender_without_ods", &[REFUSE, WARN]),
        receiver_not_ours: policy("receiver_not_ours", &[REFUSE, WARN]),
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

fn alerts(reader: &mut Reader<'_>) -> Option<Alerts> {
    let url = reader.read_optional("alerts.url", ADDRESS, values::web_address);
    let secret_file = reader.optional_path("alerts.secret_file");
    let written = reader.optional("alerts.url").is_some();
    match (url, secret_file) {
        (Some(url), Some(secret_file)) => Some(Alerts { url, secret_file }),
        (None, None) => None,
        (None, Some(_)) if written => None,
        _ => {
            let reason = "url and secret_file belong together; write both or none";
            reader.fault("alerts.secret_file", reason, "\"secrets/alerts.hook\"");
            None
        }
    }
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
