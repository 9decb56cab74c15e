//! Reaching the server: address, password, TLS, pools.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::run::Failure;
use crate::config::PostgresServer;
use crate::problem::Problem;
use crate::problem::area::store::{READ_ONLY, UNREACHABLE};

/// The longest wait for a connection, be it new or one that comes free: an answer to the
/// sender is due in less (BaRS: all within 5 s).
const PATIENCE: Duration = Duration::from_secs(3);

/// How a session is set up. A server that was told to lose commits for speed is told
/// otherwise here; one that promises more than its own disk keeps its promise. The limits
/// let go of what a lost process held.
const SESSION: &str = "
    SELECT set_config('synchronous_commit',
        CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on'
        ELSE current_setting('synchronous_commit') END, false);
    SET statement_timeout = '30s';
    SET lock_timeout = '3s';
    SET idle_in_transaction_session_timeout = '30s';
    SET default_transaction_isolation = 'read committed'";

/// Makes connections to one server.
pub(super) struct Connector {
    config: Config,
    tls: MakeRustlsConnect,
}

impl Connector {
    /// From the settings. Errors: WW-STO-012 with what is wrong with them.
    pub(super) fn of(server: &PostgresServer) -> Result<Self, Problem> {
        let fault = |what: String| Problem::new(&UNREACHABLE).at("store.url").with(what);
        let mut config: Config = server
            .url
            .parse()
            .map_err(|_| fault("the address cannot be read".to_owned()))?;
        if let Some(file) = &server.password_file {
            let password = std::fs::read_to_string(file).map_err(|error| {
                Problem::new(&UNREACHABLE)
                    .at("store.password_file")
                    .with(format!("{}: {}", file.display(), error.kind()))
            })?;
            config.password(password.trim_end_matches(['\r', '\n']));
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(PATIENCE);
        }
        config.application_name("workwell-gateway");
        let mode = ssl_mode(&config).map_err(|what| fault(what.to_owned()))?;
        config.ssl_mode(mode);
        let tls = MakeRustlsConnect::new(tls(server)?);
        Ok(Self { config, tls })
    }

    /// A pool of at most so many connections; each is made when it is first needed.
    pub(super) fn pool(&self, most: usize) -> Result<Pool, Problem> {
        let manager = Manager::from_config(
            self.config.clone(),
            self.tls.clone(),
            ManagerConfig {
                recycling_method: RecyclingMethod::Fast,
            },
        );
        let session = Hook::async_fn(|client: &mut deadpool_postgres::ClientWrapper, _| {
            Box::pin(async move {
                let set = client.batch_execute(SESSION).await;
                set.map_err(HookError::Backend)
            })
        });
        Pool::builder(manager)
            .max_size(most)
            .wait_timeout(Some(PATIENCE))
            .create_timeout(Some(PATIENCE))
            .recycle_timeout(Some(PATIENCE))
            .post_create(session)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| Problem::new(&UNREACHABLE).with(error.to_string()))
    }
}

/// In the clear only where nothing crosses a network; there TLS only if it is asked for,
/// since a server's certificate made by its installer cannot be checked.
fn ssl_mode(config: &Config) -> Result<SslMode, &'static str> {
    let is_here = config.get_hosts().iter().all(is_this_machine);
    match config.get_ssl_mode() {
        SslMode::Prefer | SslMode::Disable if is_here => Ok(SslMode::Disable),
        SslMode::Disable => Err("sslmode=disable is for a server on this machine only"),
        _ => Ok(SslMode::Require),
    }
}

fn is_this_machine(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost"
                || name
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

fn tls(server: &PostgresServer) -> Result<ClientConfig, Problem> {
    let fault = |what: String| {
        Problem::new(&UNREACHABLE)
            .at("store.root_certificates")
            .with(what)
    };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| fault(error.to_string()))?;
    let Some(file) = &server.root_certificates else {
        let builder = builder
            .with_platform_verifier()
            .map_err(|error| fault(error.to_string()))?;
        return Ok(builder.with_no_client_auth());
    };
    let mut roots = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|_| fault(format!("{} holds no certificates in PEM", file.display())))?;
    let (added, _) = roots.add_parsable_certificates(certificates);
    if added == 0 {
        return Err(fault(format!("{} holds no certificate", file.display())));
    }
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// The first connection, which shows whether the server is there and lets us in.
pub(super) async fn first(pool: &Pool, url: &str) -> Result<Object, Problem> {
    pool.get().await.map_err(|error| {
        Problem::new(&UNREACHABLE)
            .at(url.to_owned())
            .with(Failure::from(error).to_string())
    })
}

/// A standby, or a database that was set to read-only.
pub(super) async fn refuse_unwritable(client: &Client, url: &str) -> Result<(), Problem> {
    let sql = "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on',
        current_setting('fsync') = 'on'";
    let row = client.query_one(sql, &[]).await.map_err(|error| {
        Problem::new(&UNREACHABLE)
            .at(url.to_owned())
            .with(Failure::from(error).to_string())
    })?;
    if row.get::<_, bool>(0) {
        return Err(Problem::new(&READ_ONLY).at(url.to_owned()));
    }
    if !row.get::<_, bool>(1) {
        tracing::warn!("the database server runs with fsync off: a crash may lose referrals");
    }
    Ok(())
}

/// Closes a connection whose state is not known.
pub(super) fn discard(client: Object) {
    drop(Object::take(client));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_another_machine_is_never_spoken_to_in_the_clear() {
        for (url, expected) in [
            ("postgres://gw@127.0.0.1/ww", Ok(SslMode::Disable)),
            ("postgres://gw@localhost/ww", Ok(SslMode::Disable)),
            ("postgres://gw@%2Frun%2Fpostgresql/ww", Ok(SslMode::Disable)),
            (
                "postgres://gw@localhost/ww?sslmode=require",
                Ok(SslMode::Require),
            ),
            ("postgres://gw@db.example/ww", Ok(SslMode::Require)),
            (
                "postgres://gw@db.example/ww?sslmode=prefer",
                Ok(SslMode::Require),
            ),
            (
                "postgres://gw@localhost,db.example/ww",
                Ok(SslMode::Require),
            ),
            (
                "postgres://gw@db.example/ww?sslmode=disable",
                Err("sslmode=disable is for a server on this machine only"),
            ),
        ] {
            let config: Config = url.parse().expect("an address");
            assert_eq!(ssl_mode(&config), expected, "{url}");
        }
    }
}
