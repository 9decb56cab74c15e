//! Reads the command line and starts what was asked.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use workwell_gateway::config::{Settings, StoreUrl};
use workwell_gateway::problem::Problem;
use workwell_gateway::start::{self, demo, serve};
use workwell_gateway::surfaces::cli::{
    Format, cases, config, exit, explain, geo, mappings, ods, outbox, places, profiles, store,
    told, validate, version,
};
use workwell_gateway::telemetry;

/// A seventh of a referral's time went to the system's allocator: a message makes some
/// thousand small values on one thread and frees them on another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// WorkWell referrals: BaRS in, local provider out, status back
#[derive(Parser)]
#[command(name = "workwell-gateway", version, after_help = AFTER_HELP)]
struct CommandLine {
    /// Settings; else ./gateway.toml, else defaults
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    verb: Verb,
}

/// What stands under the help of the program.
const AFTER_HELP: &str = "\
New here? `workwell-gateway demo` shows the whole road with made-up people.

Exit codes: 0 done, 1 something found, 2 wrong command line, 3 not reachable,
70 a fault of ours, 78 settings that cannot be used.";

#[derive(Subcommand)]
enum Verb {
    /// Watch a gateway at work with stand-in parties, on this machine only
    Demo {
        /// Play the stories once and end
        #[arg(long)]
        once: bool,
        /// How the result is written
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Take referrals, deliver them, return statuses
    Serve {
        /// Write the bound addresses here, as JSON
        #[arg(long, value_name = "FILE")]
        addresses: Option<PathBuf>,
        /// Allow receivers on this machine, for trials
        #[arg(long)]
        loopback_destinations: bool,
    },
    /// Make the master key file that the settings name, if there is none
    Key,
    /// See where cases stand, and put that right
    #[command(subcommand)]
    Cases(cases::Cases),
    /// See and move what is on its way
    #[command(subcommand)]
    Outbox(outbox::Outbox),
    /// Check, try and begin mapping tables
    #[command(subcommand)]
    Mappings(mappings::Mappings),
    Map(mappings::map::Map),
    Route(mappings::route::Route),
    /// Install postcodes
    #[command(subcommand)]
    Geo(geo::Geo),
    /// Install organisations, and look one up
    #[command(subcommand)]
    Ods(ods::Ods),
    /// See and check which places are installed
    #[command(subcommand)]
    Places(places::Places),
    /// Look after the store
    #[command(subcommand)]
    Store(store::Store),
    /// Print, check or show the settings
    #[command(subcommand)]
    Config(config::Config),
    /// Say what an error code means and what to do
    Explain(explain::Explain),
    /// Import, check, list and show the FHIR definitions
    Profiles(profiles::ProfilesArgs),
    /// Check a FHIR document as the gateway would
    Validate(validate::Validate),
    /// Print the versions of the program, the store and the case model
    Version(version::Version),
}

fn main() -> ExitCode {
    let line = CommandLine::parse();
    let mut out = io::stdout();
    let code = match line.verb {
        Verb::Config(args) => config::run(&args, &start::faults::findings, &mut out),
        Verb::Explain(args) => explain::run(&args, &mut out),
        Verb::Profiles(args) => profiles::run(args, &mut out),
        Verb::Validate(args) => validate::run(&args, &mut out),
        Verb::Version(args) => version::run(&args, start::store_schema(), &mut out),
        Verb::Demo { once, format } => play(once, format, &mut out),
        verb => with_settings(line.config.as_deref(), &verb, &mut out),
    };
    ExitCode::from(u8::try_from(code).unwrap_or(70))
}

fn with_settings(path: Option<&Path>, verb: &Verb, out: &mut io::Stdout) -> i32 {
    let settings = match Settings::load(path, &|name| std::env::var(name).ok()) {
        Ok(settings) => settings,
        Err(faults) => return complain(&faults, exit::CONFIG),
    };
    telemetry::start(settings.log);
    let result = match verb {
        Verb::Key => {
            let is_new = !settings.store.master_key_file.exists();
            start::create_key(&settings).map(|()| told_key(&settings, is_new, out))
        }
        Verb::Serve {
            addresses,
            loopback_destinations,
        } => on_runtime(serve::run(
            settings,
            addresses.as_deref(),
            *loopback_destinations,
            out,
        ))
        .map(|()| exit::OK),
        Verb::Cases(args) => on_runtime(async {
            let gateway = start::build_over_store(settings).await?;
            Ok(cases::run(args, &gateway, out).await)
        }),
        Verb::Outbox(args) => on_runtime(async {
            let gateway = start::build_over_store(settings).await?;
            Ok(outbox::run(args, &gateway, out).await)
        }),
        Verb::Mappings(args) if args.needs_store() => on_runtime(async {
            let gateway = start::build_over_store(settings).await?;
            Ok(mappings::run_with_store(args, &gateway, out).await)
        }),
        Verb::Mappings(args) => Ok(mappings::run(args, &settings, out)),
        Verb::Map(args) => Ok(mappings::map::run(args, &settings, out)),
        Verb::Route(args) => Ok(mappings::route::run(args, &settings, out)),
        Verb::Geo(args) => Ok(geo::run(args, &settings, out)),
        Verb::Ods(args) => Ok(ods::run(args, &settings, out)),
        Verb::Places(args) => Ok(places::run(args, &settings, out)),
        Verb::Store(args) => Ok(on_runtime(store::run(args, &settings, out))),
        _ => Ok(exit::BUG),
    };
    result.unwrap_or_else(|faults| complain(&faults, exit::CONFIG))
}

fn play(once: bool, format: Format, out: &mut io::Stdout) -> i32 {
    match on_runtime(demo::run(once, format == Format::Json, out)) {
        Ok(tally) if tally.is_complete() => exit::OK,
        Ok(_) | Err(demo::Failure::Ended) => exit::FINDING,
        Err(demo::Failure::Start(faults)) => complain(&faults, exit::CONFIG),
        Err(demo::Failure::Io(error)) => {
            let _ = writeln!(
                io::stderr(),
                "the demonstration could not be played: {error}"
            );
            exit::BUG
        }
    }
}

fn on_runtime<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("the machine gives a runtime its threads")
        .block_on(work)
}

fn complain(faults: &[Problem], code: i32) -> i32 {
    let mut err = io::stderr();
    for fault in faults {
        // Standard error that is closed leaves nobody to tell.
        let _ = writeln!(err, "{}", told(fault));
    }
    code
}

fn told_key(settings: &Settings, is_new: bool, out: &mut io::Stdout) -> i32 {
    let key = settings.store.master_key_file.display();
    let store = &settings.store.url;
    let mut lines = vec![if is_new {
        format!("The master key was made in {key}, readable by you alone.")
    } else {
        format!("The master key is in {key} already; it was not touched.")
    }];
    lines.push("Keep a copy apart from the database: without it nothing there can be read.".into());
    let exists = matches!(store, StoreUrl::Sqlite(path) if path.exists());
    if is_new && exists {
        lines.push(format!(
            "The store {store} is older and belongs to another key."
        ));
    }
    match writeln!(out, "{}", lines.join("\n")) {
        Ok(()) => exit::OK,
        Err(_) => exit::BUG,
    }
}
