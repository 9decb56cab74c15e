//! `serve`: runs until told to end.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use super::{Tools, faults, start};
use crate::adapters::channels::{Secret, SigningKeys};
use crate::config::{self, Mode, Settings};
use crate::domain::provider::{Channel, Provider};
use crate::gateway::Tables;
use crate::problem::Problem;
use crate::surfaces::cli::wrap;
use crate::surfaces::workers::reload;

/// Serves until SIGTERM or Ctrl-C, then drains. `addresses` is a file to which the
/// bound addresses are written once everything listens, for whoever started us with
/// port 0.
pub async fn run(
    settings: Settings,
    addresses: Option<&Path>,
    loopback_destinations: bool,
    out: &mut dyn Write,
) -> Result<(), Vec<Problem>> {
    let tools = Tools {
        loopback_destinations,
        ..Tools::default()
    };
    let faults = faults::of_serve(&settings, tools.clock.today());
    if !faults.is_empty() {
        return Err(faults);
    }
    // Before anybody knows where we listen: a signal nobody takes ends the process.
    let hangups = reload::listen();
    let running = start(settings, tools).await?;
    // A reader that has gone is no reason to stop serving.
    let _ = announce(&running, out);
    if let Some(path) = addresses {
        write_addresses(&running, path);
    }
    tokio::select! {
        () = end_signal() => {}
        () = reload::run(Arc::clone(&running.gateway), hangups) => {}
    }
    tracing::info!("ending: no new requests are taken, what was begun is finished");
    running.end().await;
    Ok(())
}

fn announce(running: &super::Running, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "workwell-gateway {}", env!("CARGO_PKG_VERSION"))?;
    writeln!(out, "  BaRS          http://{}", running.bars)?;
    writeln!(
        out,
        "  provider API  http://{}/provider/v1",
        running.provider
    )?;
    writeln!(out, "  admin         http://{}/_status", running.admin)?;
    let mode = running.gateway.settings().gateway.mode;
    writeln!(out, "{}", wrap("  mode          ", words_of(mode)))?;
    announce_tables(&running.gateway.tables(), out)?;
    let gateway = &running.gateway;
    let tables = gateway.tables();
    let open = open_secrets(gateway.settings(), &tables);
    let open = open.iter().map(in_words);
    for warning in warnings(gateway.settings(), &tables)
        .into_iter()
        .chain(open)
    {
        writeln!(out, "{}", wrap("  warning       ", &warning))?;
    }
    out.flush()
}

/// Whom referrals can reach, and what of the tables is not in use as it lies there.
fn announce_tables(tables: &Tables, out: &mut dyn Write) -> std::io::Result<()> {
    let providers = tables.providers().iter();
    let providers = providers.filter(|provider| tables.uses_area(&provider.area));
    let providers: Vec<&str> = providers.map(|provider| provider.slug.as_str()).collect();
    let providers = match providers.as_slice() {
        [] => "none; nobody can be referred to anybody".to_owned(),
        some => some.join(", "),
    };
    writeln!(out, "{}", wrap("  providers     ", &providers))?;
    let areas = tables.areas_now();
    for area in areas.iter().filter(|area| !area.is_well()) {
        let text = format!("{}: {}", area.slug, area.why());
        writeln!(out, "{}", wrap("  area          ", &text))?;
    }
    for disabled in &tables.disabled {
        writeln!(
            out,
            "  disabled      {} ({} faults in its tables)",
            disabled.slug,
            disabled.problems.len()
        )?;
    }
    Ok(())
}

/// What the mode means for whoever sends something.
const fn words_of(mode: Mode) -> &'static str {
    match mode {
        Mode::Production => {
            "production: a referral with an NHS number of the test range (999...) is held and \
             never delivered"
        }
        Mode::Test => {
            "test: for made-up people only; nobody's real referral belongs here, so one with an \
             NHS number outside the test range (999...) is refused"
        }
    }
}

/// What lets the gateway start and would only be noticed when a person waits.
pub(super) fn warnings(settings: &Settings, tables: &Tables) -> Vec<String> {
    let loaded = tables.providers().iter().map(|found| found.slug.as_str());
    let disabled = tables.disabled.iter().map(|found| found.slug.as_str());
    let known: Vec<&str> = loaded.chain(disabled).collect();
    let tokens = settings.provider_api.tokens.iter();
    let named = tokens
        .map(|token| ("provider_api.tokens", token.provider.as_str()))
        .chain(
            settings
                .providers
                .keys()
                .map(|slug| ("providers", slug.as_str())),
        );
    let unknown = named
        .filter(|(_, slug)| !known.contains(slug))
        .map(|(key, slug)| format!("`{key}` names `{slug}`, which no table folder is called"));
    let providers = tables.providers();
    let parked = listed(providers, unusable_secret);
    let parked = parked.map(|list| {
        format!(
            "what goes to these providers will be parked, since their secret files cannot be used: \
             {list}; `providers.NAME.secret_file` names another file"
        )
    });
    let waiting = listed(providers, missing_folder);
    let waiting = waiting.map(|list| {
        format!(
            "rows for these providers will wait, since their drop folders are not there: {list}"
        )
    });
    let told = tokens_of(settings);
    let unable = collectors_without_token(providers, &told);
    let groups = tables.groups_now();
    let groups = (!groups.is_well()).then(|| groups.why());
    let of_channels = parked.into_iter().chain(waiting).chain(unable);
    let of_channels = uncalled(settings).into_iter().chain(of_channels);
    unknown.chain(of_channels).chain(groups).collect()
}

fn tokens_of(settings: &Settings) -> Vec<&str> {
    let tokens = settings.provider_api.tokens.iter();
    tokens.map(|token| token.provider.as_str()).collect()
}

/// Providers that come and collect, and have no token to come with.
fn collectors_without_token(providers: &[Arc<Provider>], with_token: &[&str]) -> Option<String> {
    let found = providers.iter().filter(|provider| {
        matches!(provider.channel, Channel::Collect)
            && !with_token.contains(&provider.slug.as_str())
    });
    let found: Vec<&str> = found.map(|provider| provider.slug.as_str()).collect();
    (!found.is_empty()).then(|| {
        format!(
            "nobody can collect what goes to these providers, since no row of \
             `provider_api.tokens` names them: {}",
            found.join(", ")
        )
    })
}

/// Files with secrets that everybody may read, of the settings and of the tables, each once.
pub(super) fn open_secrets(settings: &Settings, tables: &Tables) -> Vec<Problem> {
    let of_tables = tables.providers().iter().filter_map(|provider| {
        // The settings' own file takes the place of the tables'.
        let own = settings.providers.get(&provider.slug);
        if own.is_some_and(|own| own.secret_file.is_some()) {
            return None;
        }
        let setting = format!("channel.secret_file of {}", provider.slug);
        config::open_secret(&setting, Path::new(secret_file(&provider.channel)?))
    });
    let of_settings = config::open_secrets(settings).into_iter();
    of_settings.chain(of_tables).collect()
}

fn in_words(open: &Problem) -> String {
    let place = open.path.as_deref().unwrap_or_default();
    let what = open.detail.as_deref().unwrap_or_default();
    format!("others can read the file of `{place}`: {what}")
}

/// Why nobody would be called about what waits for a person.
fn uncalled(settings: &Settings) -> Option<String> {
    let Some(alerts) = &settings.alerts else {
        return Some(
            "nobody is called about what waits for a person, since `alerts.url` is not set: \
             somebody has to look at the queue"
                .to_owned(),
        );
    };
    let problem = SigningKeys::read(&alerts.secret_file).err()?;
    Some(format!(
        "nobody is called about what waits for a person, since the secret of the alerts cannot \
         be used ({} {}); `alerts.secret_file` names it",
        problem.entry.code,
        alerts.secret_file.display()
    ))
}

/// Each provider of which something is to be told, in one line.
fn listed(
    providers: &[Arc<Provider>],
    told: impl Fn(&Channel) -> Option<String>,
) -> Option<String> {
    let found = providers.iter();
    let found = found.filter_map(|provider| {
        let what = told(&provider.channel)?;
        Some(format!("{} ({what})", provider.slug))
    });
    let found: Vec<String> = found.collect();
    (!found.is_empty()).then(|| found.join(", "))
}

/// Judged as the sender judges it, before a person waits for it.
fn unusable_secret(channel: &Channel) -> Option<String> {
    let (file, judged) = match channel {
        Channel::Webhook { secret_file, .. } => {
            let file = secret_file.as_deref()?;
            (file, SigningKeys::read(Path::new(file)).err()?)
        }
        Channel::FhirRest { secret_file, .. } => {
            let file = secret_file.as_deref()?;
            (file, Secret::read(Path::new(file)).err()?)
        }
        _ => return None,
    };
    if !Path::new(file).exists() {
        return Some(format!("{file} is not there"));
    }
    Some(format!("{file}: {}", judged.detail.unwrap_or_default()))
}

fn secret_file(channel: &Channel) -> Option<&str> {
    match channel {
        Channel::Webhook { secret_file, .. } | Channel::FhirRest { secret_file, .. } => {
            secret_file.as_deref()
        }
        _ => None,
    }
}

fn missing_folder(channel: &Channel) -> Option<String> {
    match channel {
        Channel::CsvBatch { folder, .. } if !Path::new(folder).is_dir() => Some(folder.clone()),
        _ => None,
    }
}

fn write_addresses(running: &super::Running, path: &Path) {
    let text = serde_json::json!({
        "bars": format!("http://{}", running.bars),
        "provider": format!("http://{}", running.provider),
        "admin": format!("http://{}", running.admin),
    });
    // Written beside and moved: a reader never sees half a file.
    let beside = path.with_extension("part");
    let written =
        std::fs::write(&beside, text.to_string()).and_then(|()| std::fs::rename(&beside, path));
    if let Err(error) = written {
        tracing::error!(error = %error.kind(), "the addresses could not be written");
    }
}

async fn end_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::adapters::places::Places;
    use crate::testing::{copy, package};

    #[test]
    fn a_gateway_that_can_call_nobody_says_so_in_every_mode() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut settings = Settings::built_in();
        for mode in [Mode::Production, Mode::Test] {
            settings.gateway.mode = mode;
            settings.alerts = None;
            let said = uncalled(&settings).expect("a warning");
            assert!(said.contains("`alerts.url` is not set"), "{said}");
            let secret_file = folder.path().join("alerts.hook");
            settings.alerts = Some(crate::config::Alerts {
                url: "https://desk.example/hooks".to_owned(),
                secret_file: secret_file.clone(),
            });
            let said = uncalled(&settings).expect("a warning");
            assert!(said.contains("`alerts.secret_file`"), "{said}");
            std::fs::write(
                &secret_file,
                "whsec_c3ludGhldGljLXNlY3JldC1vZi1hLXRlc3Qtb25seQ==",
            )
            .expect("written");
            assert_eq!(uncalled(&settings), None);
            std::fs::remove_file(secret_file).expect("removed");
        }
    }

    #[test]
    fn an_area_that_is_not_used_is_announced_and_its_providers_are_not() {
        let root = tempfile::tempdir().expect("a temporary folder");
        copy(&package("mappings"), root.path());
        let mut settings = Settings::built_in();
        settings.tables.mappings = root.path().to_owned();
        let said = || {
            let today = date(2026, 11, 20);
            let tables = Tables::load(&settings, &Places::synthetic(), today);
            let mut out = Vec::new();
            announce_tables(&tables, &mut out).expect("a buffer takes all");
            let text = String::from_utf8(out).expect("text");
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        let well = said();
        assert!(
            well.contains("lantern") && !well.contains("area "),
            "{well}"
        );
        std::fs::write(root.path().join("exampleshire/routing.csv"), "provider\n")
            .expect("a writable copy");
        let now = said();
        assert!(now.contains("area exampleshire: 1 fault"), "{now}");
        assert!(now.contains("the area is not used"), "{now}");
        assert!(
            !now.contains("lantern") && now.contains("moor-hub"),
            "{now}"
        );
    }

    #[test]
    fn a_provider_that_collects_and_has_no_token_is_named() {
        let mut of_package = Settings::built_in();
        of_package.tables.mappings = package("mappings");
        let today = date(2026, 11, 20);
        let tables = Tables::load(&of_package, &Places::synthetic(), today);
        let unable = |with_token: &[&str]| {
            collectors_without_token(tables.providers(), with_token).unwrap_or_default()
        };
        let all = unable(&[]);
        assert!(all.contains("borough-works, "), "{all}");
        assert!(all.contains("provider_api.tokens"), "{all}");
        // It is sent what is for it, and needs no token for that.
        assert!(!all.contains("lantern"), "{all}");
        let but_one = unable(&["borough-works"]);
        assert!(!but_one.contains("borough-works"), "{but_one}");
    }
}
