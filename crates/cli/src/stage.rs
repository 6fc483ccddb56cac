//! Starting an installation: for production, for the demo, and the small process beside each machine.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kernel::cx::Parts;
use server::app::Stand;
use server::config::{Compute, Mail, MailTransport, Payments};
use server::log::Destination;
use server::{App, Config};

use crate::client::show;
use crate::outcome::Outcome;

fn begin_log(default: &str, config: &Config) {
    server::log::begin(default, Destination { folder: config.log_folder(), clock: Parts::system_clock() });
}

/// Resolves on Ctrl-C or SIGTERM.
async fn told_to_stop() -> Outcome {
    let mut term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        outcome = tokio::signal::ctrl_c() => outcome?,
        _ = term.recv() => {}
    }
    Ok(())
}

/// `fairhold serve`
pub async fn serve(config: Option<PathBuf>) -> Outcome {
    let config = Config::load(config.as_deref())?;
    begin_log("info", &config);
    let app = App::open(config, Stand::default()).await?;
    let link = server::setup_link(&app).await?;
    let url = app.config.base_url.clone();
    let running = app.start().await?;
    show::say(format!("Fairhold answers at {url}"));
    if let Some(link) = link {
        show::say(format!("Set it up with this link; it works once:\n  {link}"));
    }
    told_to_stop().await?;
    show::say("Stopping; machines keep running.");
    running.stop().await;
    Ok(())
}

/// `fairhold demo`
pub async fn demo(data: PathBuf, listen: SocketAddr) -> Outcome {
    let data = std::path::absolute(data)?;
    let containers = compute_oci::host::check();
    let config = Config {
        listen,
        base_url: format!("http://{listen}"),
        data_dir: data.clone(),
        mail: Mail { transport: MailTransport::Mailbox, ..Config::default().mail },
        payments: Payments { test_provider: true },
        compute: Compute { oci: containers.is_ok(), ..Config::default().compute },
        demo: true,
        ..Config::default()
    };
    begin_log("warn", &config);
    show::say(format!("Data lives in {}", data.display()));
    match containers {
        Ok(()) => show::say("Containers run beside virtual machines: order one on “Tiny Linux container”."),
        Err(error) => show::say(format!("There are virtual machines only; {error}")),
    }
    server::build_images(&config, &|line| show::say(line)).await?;
    let app = App::open(config, Stand::default()).await?;
    let link = server::setup_link(&app).await?;
    let running = app.start().await?;
    show::say(format!("\nFairhold answers at http://{}", running.address));
    match link {
        Some(link) => show::say(format!("You are the owner. Set it up with this link; it works once:\n\n  {link}\n")),
        None => show::say(format!("Sign in at http://{}/app/sign-in; mails are at http://{}/demo/mailbox", running.address, running.address)),
    }
    show::say("Stop with Ctrl-C. Machines keep running; the next start finds them again.");
    told_to_stop().await?;
    running.stop().await;
    Ok(())
}

/// `fairhold guest-supervisor`
pub fn supervise(orders: &Path) -> ExitCode {
    compute_qemu::supervisor::supervise(orders)
}

/// `fairhold container-supervisor`
pub fn supervise_container(orders: &Path) -> ExitCode {
    compute_oci::supervisor::supervise(orders)
}
