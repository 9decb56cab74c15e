//! Builds the adapters, starts the listeners and the workers, and ends them in order.

pub mod demo;
pub mod faults;
pub mod serve;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::adapters::channels::{self, Channels, Schedule};
use crate::adapters::places::Places;
use crate::adapters::seal::Seal;
use crate::adapters::store::{self, InUse, Store};
use crate::config::{self, Clock, Ids, Settings, StoreUrl};
use crate::gateway::tables::{Standing, destination_policy};
use crate::gateway::{Gateway, Parts, Tables, sha256};
use crate::problem::Problem;
use crate::problem::area::{config as problems, store::NO_STORE};
use crate::surfaces::cli::profiles::in_force;
use crate::surfaces::http::listener::{self, Limits};
use crate::surfaces::http::{admin, bars, provider};
use crate::surfaces::workers::{clocks, delivery, keeper};
use crate::telemetry::Telemetry;

/// How long the end of the program waits for work that was begun.
const DRAIN: Duration = Duration::from_secs(25);

/// How long it then waits for what operators have begun.
const DRAIN_ADMIN: Duration = Duration::from_secs(3);

/// What differs between the program, the demonstration and a test.
#[derive(Clone, Debug, Default)]
pub struct Tools {
    /// What time it is.
    pub clock: Clock,
    /// New ids.
    pub ids: Ids,
    /// Whether destinations may lie on this very machine.
    pub loopback_destinations: bool,
    /// Makes the master key file when it is missing: only where the store is temporary.
    pub make_key: bool,
}

/// A gateway that is serving.
pub struct Running {
    /// The use cases, for what runs in the same process.
    pub gateway: Arc<Gateway>,
    /// Where the BaRS listener is.
    pub bars: SocketAddr,
    /// Where the provider listener is.
    pub provider: SocketAddr,
    /// Where the admin listener is.
    pub admin: SocketAddr,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    /// The admin listener, which is the last to end, and what ends it.
    admin_listener: (watch::Sender<bool>, JoinHandle<()>),
    /// The store is this process's, where only one can have it.
    _in_use: Option<InUse>,
}

impl Running {
    /// Stops taking requests, finishes what was begun, and closes the store. Operators are
    /// answered as long as there is something to finish, with a `/readyz` that says no.
    pub async fn end(self) {
        // Nobody listening any more is as good as told.
        let _ = self.stop.send(true);
        let all = async {
            for task in self.tasks {
                let _ = task.await;
            }
        };
        if tokio::time::timeout(DRAIN, all).await.is_err() {
            tracing::warn!(
                "some work did not end in time; it is in the store and goes on at the next start"
            );
        }
        let (close, admin_listener) = self.admin_listener;
        let _ = close.send(true);
        let _ = tokio::time::timeout(DRAIN_ADMIN, admin_listener).await;
        // How far the store has come, for the next start.
        self.gateway.keep().await;
        if let Err(problem) = self.gateway.close().await {
            tracing::error!(
                error.code = problem.entry.code,
                "the store was not closed in order"
            );
        }
    }
}

/// The last migration of the store that this program knows.
pub const fn store_schema() -> u32 {
    crate::adapters::store::SCHEMA
}

/// Makes the master key file that the settings name; an existing one is never touched.
pub fn create_key(settings: &Settings) -> Result<(), Vec<Problem>> {
    Seal::create_dev(&settings.store.master_key_file)
        .map(|_| ())
        .map_err(|problem| vec![problem])
}

/// The same over a store that is there: a verb that looks at one makes none.
pub async fn build_over_store(settings: Settings) -> Result<Gateway, Vec<Problem>> {
    if let StoreUrl::Sqlite(path) = &settings.store.url
        && !path.exists()
    {
        let place = path.display().to_string();
        return Err(vec![Problem::new(&NO_STORE).at(place)]);
    }
    build(settings, &Tools::default()).await
}

/// Builds the gateway over its adapters; nothing listens yet.
pub async fn build(settings: Settings, tools: &Tools) -> Result<Gateway, Vec<Problem>> {
    let one = |problem| vec![problem];
    let validation = in_force::validation(&settings)?;
    let key_file = &settings.store.master_key_file;
    let seal = if tools.make_key && !key_file.exists() {
        Seal::create_dev(key_file).map_err(one)?
    } else {
        Seal::open(key_file).map_err(one)?
    };
    let store = Store::open(&settings.store.url, seal).await.map_err(one)?;
    let places = Places::open(&settings.tables.places)?;
    let tables = Tables::load(&settings, &places, tools.clock.today());
    tables.tell();
    let channels = Channels::new(channels::Settings {
        connect_timeout: settings.bars.outbound.connect_timeout,
        attempt_timeout: settings.delivery.attempt_timeout,
        bars_timeout: settings.bars.outbound.attempt_timeout,
        policy: destination_policy(&settings, tools.loopback_destinations),
    })
    .map_err(one)?;
    let schedule = Schedule::new(
        settings.delivery.retry_after.clone(),
        settings.delivery.retry_after_cap,
    );
    Ok(Gateway::new(Parts {
        validation,
        store,
        channels,
        schedule,
        places,
        tables,
        settings: Arc::new(settings),
        clock: tools.clock.clone(),
        ids: tools.ids.clone(),
        telemetry: Telemetry::default(),
    }))
}

/// Starts a gateway: three listeners, the delivery worker and the watch of the clocks.
pub async fn start(settings: Settings, tools: Tools) -> Result<Running, Vec<Problem>> {
    let tokens = config::token_digests(&settings.provider_api)?;
    let admin_token = admin_token(&settings)?;
    let listen = settings.listen.clone();
    let one = |problem| vec![problem];
    let in_use = store::take(&settings.store.url).map_err(one)?;
    let gateway = Arc::new(build(settings, &tools).await?);
    gateway.begin_keeping().await.map_err(one)?;
    let (bars, provider, admin) = (
        bind("listen.bars", listen.bars).await,
        bind("listen.provider", listen.provider).await,
        bind("listen.admin", listen.admin).await,
    );
    let (bars, provider, admin) = match (bars, provider, admin) {
        (Ok(bars), Ok(provider), Ok(admin)) => (bars, provider, admin),
        (bars, provider, admin) => {
            let all = [bars.err(), provider.err(), admin.err()];
            return Err(all.into_iter().flatten().collect());
        }
    };
    let (stop, stopped) = watch::channel(false);
    let mut tasks = Vec::new();
    let addresses = (bars.1, provider.1, admin.1);
    let limits = |connections| Limits {
        connections,
        idle: listen.idle,
        body: listener::BODY,
    };
    for (listener, router, connections) in [
        (
            bars.0,
            bars::router(Arc::clone(&gateway)),
            listen.connections.bars,
        ),
        (
            provider.0,
            provider::router(Arc::clone(&gateway), provider::Tokens::new(tokens)),
            listen.connections.provider,
        ),
    ] {
        let stopped = until_stopped(stopped.clone());
        let serving = listener::serve(listener, router, limits(connections), stopped);
        tasks.push(tokio::spawn(serving));
    }
    let of_admin = admin::router(admin_of(&gateway, stopped.clone()))
        .merge(admin::queue::router(Arc::clone(&gateway)))
        .merge(admin::orders::router(Arc::clone(&gateway), admin_token));
    let (close, closed) = watch::channel(false);
    let of_admin = listener::serve(
        admin.0,
        of_admin,
        limits(listen.connections.admin),
        until_stopped(closed),
    );
    let admin_listener = (close, tokio::spawn(of_admin));
    let worker = keeper::run(Arc::clone(&gateway), until_stopped(stopped.clone()));
    tasks.push(tokio::spawn(worker));
    let worker = delivery::run(Arc::clone(&gateway), until_stopped(stopped.clone()));
    tasks.push(tokio::spawn(worker));
    let watch = clocks::run(Arc::clone(&gateway), until_stopped(stopped));
    tasks.push(tokio::spawn(watch));
    let (bars, provider, admin) = addresses;
    Ok(Running {
        gateway,
        bars,
        provider,
        admin,
        stop,
        tasks,
        admin_listener,
        _in_use: in_use,
    })
}

/// The digest of the token with which operators act over the admin listener.
fn admin_token(settings: &Settings) -> Result<Option<[u8; 32]>, Vec<Problem>> {
    let Some(file) = &settings.listen.admin_token_file else {
        return Ok(None);
    };
    let token = config::secret(file).map_err(|problem| vec![problem])?;
    Ok(Some(sha256(token.expose().as_bytes())))
}

async fn bind(key: &str, address: SocketAddr) -> Result<(TcpListener, SocketAddr), Problem> {
    let fault = |error: std::io::Error| {
        Problem::new(&problems::CANNOT_LISTEN)
            .at(key.to_owned())
            .with(format!("{address}: {}", error.kind()))
    };
    let listener = TcpListener::bind(address).await.map_err(fault)?;
    let bound = listener.local_addr().map_err(fault)?;
    Ok((listener, bound))
}

async fn until_stopped(mut stopped: watch::Receiver<bool>) {
    // A dropped sender means the end as well.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

fn admin_of(gateway: &Arc<Gateway>, stopped: watch::Receiver<bool>) -> admin::Admin {
    let handle = tokio::runtime::Handle::current();
    let writable = Arc::clone(gateway);
    let of_tables = Arc::clone(gateway);
    let (holding, journalling) = (Arc::clone(gateway), Arc::clone(gateway));
    let (measured, on) = (Arc::clone(gateway), handle.clone());
    admin::Admin {
        measure: Arc::new(move || on.block_on(measured.measure())),
        checks: admin::Checks {
            store: Arc::new(move || handle.block_on(writable.can_write())),
            // The key opened the store at the start and is held in memory since.
            keys: Arc::new(|| true),
            ending: Arc::new(move || *stopped.borrow()),
            held: Arc::new(move || holding.held()),
            journal: Arc::new(move || journalling.journal_is_well()),
            tables: Arc::new(move || tables_health(&of_tables)),
        },
        metrics: gateway.telemetry().metrics.clone(),
        version: env!("CARGO_PKG_VERSION"),
    }
}

fn tables_health(gateway: &Gateway) -> Vec<admin::TablesHealth> {
    let tables = gateway.tables();
    let standings = tables.standings().into_iter();
    let health = standings.map(|now| admin::TablesHealth {
        // One whose folder was taken away on purpose is no fault of anybody's.
        well: matches!(now.standing, Standing::Live | Standing::Gone),
        why: now.why(),
        name: format!("provider:{}", now.slug),
    });
    let groups = tables.groups_now();
    let of_groups = admin::TablesHealth {
        name: "tables:condition-groups".to_owned(),
        well: groups.is_well(),
        why: groups.why(),
    };
    let areas = tables.areas_now().into_iter();
    let of_areas = areas.map(|now| admin::TablesHealth {
        name: format!("tables:area:{}", now.slug),
        well: now.is_well(),
        why: now.why(),
    });
    health.chain(of_areas).chain([of_groups]).collect()
}
