//! The gateway in a process of its own, and the few words both sides exchange: a line
//! asks, a line answers.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};
use std::time::Duration;

use workwell_gateway::adapters::seal::hex;
use workwell_gateway::config::Settings;
use workwell_gateway::conformance::parties::event::Feed;
use workwell_gateway::conformance::parties::gp::{Gp, Practice};
use workwell_gateway::conformance::parties::providers::webhook::WebhookProvider;
use workwell_gateway::gateway::sha256;
use workwell_gateway::start::{Tools, start};
use workwell_gateway::telemetry;

use super::engine::Kept;
use super::{Fault, cpu};

/// The first argument of the child.
pub const ROLE: &str = "--gateway";

/// Who is around the gateway.
pub struct Around {
    /// The practice.
    pub gp: Gp,
    /// The provider with a webhook.
    pub lantern: WebhookProvider,
}

impl Around {
    /// Starts both; nobody listens to what they tell.
    pub async fn start() -> Result<Self, Fault> {
        Ok(Self {
            gp: Gp::start(Practice::default(), Feed::silent()).await?,
            lantern: WebhookProvider::start(Feed::silent()).await?,
        })
    }
}

/// The child, seen from outside. It ends when this is dropped.
pub struct Gateway {
    process: Child,
    asking: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    /// Where the BaRS listener is.
    pub bars: SocketAddr,
    /// `http://.../provider/v1`.
    pub provider_api: String,
}

impl Gateway {
    /// Starts it over a new store in this folder, its log in a file there.
    pub fn start(folder: &Path, around: &Around, store: &Kept) -> Result<Self, Fault> {
        let program = Command::new(std::env::current_exe()?);
        Self::start_as(program, folder, around, store)
    }

    /// Starts it as this command does, which is given the role and the settings.
    pub fn start_as(
        mut program: Command,
        folder: &Path,
        around: &Around,
        store: &Kept,
    ) -> Result<Self, Fault> {
        let settings = folder.join("journey.toml");
        std::fs::write(&settings, toml_of(folder, around, store)?)?;
        let mut process = program
            .arg(ROLE)
            .arg(&settings)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(folder.join("journey.log"))?)
            .spawn()?;
        let asking = process.stdin.take();
        let answers = process.stdout.take().ok_or("the gateway has no output")?;
        let mut answers = BufReader::new(answers);
        let (bars, provider) = (line(&mut answers)?, line(&mut answers)?);
        Ok(Self {
            process,
            asking,
            answers,
            bars: bars.parse()?,
            provider_api: format!("http://{provider}/provider/v1"),
        })
    }

    /// The gateway's process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// CPU time of the gateway's process so far.
    pub fn cpu(&mut self) -> Result<Duration, Fault> {
        let asking = self.asking.as_mut().ok_or("the gateway has ended")?;
        asking.write_all(b"cpu\n")?;
        Ok(Duration::from_nanos(line(&mut self.answers)?.parse()?))
    }

    /// Units and transactions that the store has made durable so far.
    pub fn written(&mut self) -> Result<(u64, u64), Fault> {
        let asking = self.asking.as_mut().ok_or("the gateway has ended")?;
        asking.write_all(b"written\n")?;
        Ok((
            line(&mut self.answers)?.parse()?,
            line(&mut self.answers)?.parse()?,
        ))
    }

    /// Ends it in order.
    pub fn end(mut self) -> Result<(), Fault> {
        self.asking = None;
        self.process.wait()?;
        Ok(())
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.asking = None;
        let _ = self.process.wait();
    }
}

fn line(answers: &mut BufReader<ChildStdout>) -> Result<String, Fault> {
    let mut line = String::new();
    answers.read_line(&mut line)?;
    if line.is_empty() {
        return Err("the gateway did not start; its log says why".into());
    }
    Ok(line.trim().to_owned())
}

/// The demonstration's settings with our own two parties.
fn toml_of(folder: &Path, around: &Around, store: &Kept) -> io::Result<String> {
    let secret = folder.join("lantern.hook");
    std::fs::write(&secret, around.lantern.secret())?;
    let (package, folder) = (env!("CARGO_MANIFEST_DIR"), folder.display());
    let digest = hex(&sha256(around.lantern.desk.api().token().as_bytes()));
    Ok(format!(
        r#"version = 1
[gateway]
mode = "test"
[listen]
bars = "127.0.0.1:0"
provider = "127.0.0.1:0"
admin = "127.0.0.1:0"
[[bars.services]]
system = "https://fhir.nhs.uk/Id/dos-service-id"
value = "2000099901"
use_cases = ["workwell-local-1"]
application_versions = ["1.0.0-beta", "1.0.0", "1.1.0", "1.2.0"]
[bars.outbound]
base_url = "{}"
[[provider_api.tokens]]
provider = "lantern"
sha256 = "{digest}"
[providers.lantern]
url = "{}"
secret_file = "{}"
[clearance]
pds_off_reason = "measured on synthetic people"
pds_off_owner = "whoever measures"
pds_off_until = "2099-12-31"
[store]
{store}
master_key_file = "{folder}/journey.key"
epoch_file = "{folder}/journey.epoch"
journal_folder = "{folder}/journal"
[tables]
mappings = "{package}/mappings"
places = "{package}/conformance/fixtures/places"
"#,
        around.gp.url(),
        around.lantern.url(),
        secret.display(),
        store = store.toml(),
    ))
}

/// The child's own life: what `serve` does, and answers on the side.
pub fn serve(settings: &Path) -> ExitCode {
    let settings = match Settings::load(Some(settings), &|_| None) {
        Ok(settings) => settings,
        Err(faults) => return complain(&faults),
    };
    telemetry::start(settings.log);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("the machine gives a runtime its threads");
    let tools = Tools {
        loopback_destinations: true,
        make_key: true,
        ..Tools::default()
    };
    let running = match runtime.block_on(start(settings, tools)) {
        Ok(running) => running,
        Err(faults) => return complain(&faults),
    };
    println!("{}\n{}", running.bars, running.provider);
    for asked in io::stdin().lines().map_while(Result::ok) {
        if asked == "cpu" {
            println!("{}", cpu::process().as_nanos());
            continue;
        }
        runtime.block_on(running.gateway.measure());
        let metrics = running.gateway.telemetry().metrics.text();
        for name in ["store_grouped_writes_total", "store_commits_total"] {
            println!("{}", count_of(&metrics, name));
        }
    }
    runtime.block_on(running.end());
    ExitCode::SUCCESS
}

/// One counter of the metrics.
fn count_of<'a>(metrics: &'a str, name: &str) -> &'a str {
    let name = format!("workwell_{name} ");
    let found = metrics.lines().find_map(|line| line.strip_prefix(&name));
    found.unwrap_or("0")
}

fn complain(faults: &[workwell_gateway::problem::Problem]) -> ExitCode {
    for fault in faults {
        eprintln!("{fault}");
    }
    ExitCode::FAILURE
}
