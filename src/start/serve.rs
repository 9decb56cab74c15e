//! `serve`: runs until told to end.

use std::io::Write;
use std::path::Path;

use super::{Tools, start};
use crate::config::Settings;
use crate::problem::Problem;

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
    let faults = settings.faults_for_serve(tools.clock.today());
    if !faults.is_empty() {
        return Err(faults);
    }
    let running = start(settings, tools).await?;
    // A reader that has gone is no reason to stop serving.
    let _ = announce(&running, out);
    if let Some(path) = addresses {
        write_addresses(&running, path);
    }
    end_signal().await;
    tracing::info!("ending: no new requests are taken, what was begun is finished");
    running.end().await;
    Ok(())
}

fn announce(running: &super::Running, out: &mut dyn Write) -> std::io::Result<()> {
    let tables = running.gateway.tables();
    let providers: Vec<&str> = tables.providers().iter().map(|p| p.slug.as_str()).collect();
    writeln!(out, "workwell-gateway {}", env!("CARGO_PKG_VERSION"))?;
    writeln!(out, "  BaRS          http://{}", running.bars)?;
    writeln!(
        out,
        "  provider API  http://{}/provider/v1",
        running.provider
    )?;
    writeln!(out, "  admin         http://{}/_status", running.admin)?;
    writeln!(out, "  providers     {}", providers.join(", "))?;
    for disabled in &tables.disabled {
        writeln!(
            out,
            "  disabled      {} ({} faults in its tables)",
            disabled.slug,
            disabled.problems.len()
        )?;
    }
    out.flush()
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
