//! The demonstration: a whole gateway with stand-in parties around it, on loopback and
//! over a temporary store; nothing of it outlives the process.

mod shipped;

use std::io::{self, IsTerminal, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use super::{Tools, start};
use crate::config::{Clock, Mode, Provider, Service, Settings, StoreUrl, Token, TokenSource};
use crate::conformance::parties::Parties;
use crate::domain::identifiers::ServiceAddress;
use crate::gateway::sha256;
use crate::problem::Problem;
use crate::surfaces::cli::demo::{Addresses, End, Options, Tally, play};
use crate::telemetry::colour;

/// The service that the stand-in practice addresses, and what it sends there.
const SERVICE: &str = "https://fhir.nhs.uk/Id/dos-service-id|2000099901";
const USE_CASES: [&str; 2] = ["workwell-local-1", "a5t1"];
const APPLICATION_VERSIONS: [&str; 4] = ["1.0.0-beta", "1.0.0", "1.1.0", "1.2.0"];

/// Why the demonstration could not be played to its end.
#[derive(Debug)]
pub enum Failure {
    /// The gateway did not start.
    Start(Vec<Problem>),
    /// A party, a file or the output failed.
    Io(io::Error),
    /// It was told to end before anything was sent.
    Ended,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Plays the demonstration.
pub async fn run(once: bool, json: bool, out: &mut (dyn Write + Send)) -> Result<Tally, Failure> {
    // From here on a signal ends it in order: nothing stays in the temporary folder.
    let mut end = End::listen();
    let folder = tempfile::tempdir()?;
    let parties = Parties::start().await?;
    let mut settings = settings(folder.path(), &parties)?;
    shipped::write(folder.path())?;
    settings.tables.mappings = folder.path().join("mappings");
    settings.tables.places = folder.path().join("conformance/fixtures/places");
    let tools = Tools {
        // A story needs days to pass.
        clock: Clock::movable(),
        loopback_destinations: true,
        make_key: true,
        ..Tools::default()
    };
    let running = start(settings, tools).await.map_err(Failure::Start)?;
    // A start is not broken off: its store would still be written while its folder goes.
    tokio::select! {
        biased;
        () = end.come() => {
            running.end().await;
            return Err(Failure::Ended);
        }
        () = std::future::ready(()) => {}
    }
    let addresses = Addresses {
        bars_base: format!("http://{}", running.bars),
        provider_base: format!("http://{}/provider/v1", running.provider),
    };
    let colour = !json && colour::is_wanted(io::stdout().is_terminal());
    let options = Options {
        once,
        json,
        colour,
        ..Options::default()
    };
    let tally = play(&running.gateway, &addresses, parties, out, options).await;
    running.end().await;
    Ok(tally?)
}

/// Everything on free loopback ports, pointed at the parties.
pub fn settings(folder: &Path, parties: &Parties) -> io::Result<Settings> {
    let mut settings = Settings::built_in();
    let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    settings.listen.bars = free;
    settings.listen.provider = free;
    settings.listen.admin = free;
    settings.store.url = StoreUrl::Sqlite(folder.join("demo.db"));
    settings.store.master_key_file = folder.join("demo.key");
    settings.store.epoch_file = folder.join("demo.epoch");
    settings.store.journal_folder = folder.join("journal");
    settings.gateway.mode = Mode::Test;
    "Demo operator".clone_into(&mut settings.gateway.operator);
    settings.bars.services = ServiceAddress::parse(SERVICE)
        .map(|address| Service {
            address,
            use_cases: USE_CASES.map(str::to_owned).to_vec(),
            application_versions: APPLICATION_VERSIONS.map(str::to_owned).to_vec(),
        })
        .into_iter()
        .collect();
    settings.bars.outbound.base_url = Some(parties.gp.url());
    settings.tables.mappings = beside("mappings");
    settings.tables.places = beside("conformance/fixtures/places");
    settings.provider_api.tokens = parties
        .all_desks()
        .into_iter()
        .map(|(slug, desk)| Token {
            provider: slug.to_owned(),
            source: TokenSource::Sha256(sha256(desk.api().token().as_bytes())),
        })
        .collect();
    let hook = write_secret(folder, "lantern.hook", parties.lantern.secret())?;
    let bearer = write_secret(folder, "vale.token", parties.vale_nhs_trust.bearer())?;
    for (slug, url, secret) in [
        ("lantern", parties.lantern.url(), hook),
        ("vale-nhs-trust", parties.vale_nhs_trust.url(), bearer),
    ] {
        let own = Provider {
            url: Some(url),
            secret_file: Some(secret),
        };
        settings.providers.insert(slug.to_owned(), own);
    }
    Ok(settings)
}

/// The shipped folder beside the program's start, else beside its source.
fn beside(name: &str) -> PathBuf {
    let here = PathBuf::from(name);
    if here.is_dir() {
        here
    } else {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
    }
}

fn write_secret(folder: &Path, name: &str, secret: &str) -> io::Result<PathBuf> {
    let path = folder.join(name);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(&path)?.write_all(secret.as_bytes())?;
    Ok(path)
}
