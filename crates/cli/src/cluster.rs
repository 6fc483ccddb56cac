//! Clusters and drivers, for the operator. Enrolling goes by the API; what only a driver can do is asked at the machine.

use std::path::PathBuf;

use clap::Subcommand;
use server::{App, clusters};

use crate::client::api::Api;
use crate::client::{cluster, show};
use crate::outcome::{Outcome, fail};

/// `fairhold cluster …`
#[derive(Debug, Subcommand)]
pub enum Cluster {
    #[command(flatten)]
    Remote(cluster::Cluster),
    /// At the machine: print the fingerprint of the certificate that a node presents
    Fingerprint {
        /// Host name or address of the node
        host: String,
        /// Port of its API
        #[arg(long, default_value_t = 8006)]
        port: u16,
        /// Configuration file
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// At the machine: print what a cluster consists of, what of its mapping is not there, and which privileges the token lacks
    Report {
        /// The cluster's name, in the configuration or as it was enrolled
        name: String,
        /// Configuration file
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// At the machine: make the resource pool of the mapping unless it is there
    MakePool {
        /// The cluster's name, in the configuration or as it was enrolled
        name: String,
        /// Configuration file
        #[arg(long)]
        config: Option<PathBuf>,
    },
}

/// `fairhold driver …`
#[derive(Debug, Subcommand)]
pub enum Driver {
    /// Make a guest, take it through its whole life, and tell the first promise that is not kept
    Check {
        /// The node's name in the configuration; this host is node-1
        #[arg(long)]
        node: String,
        /// A template whose serial line comes to a root shell
        #[arg(long)]
        template: String,
        /// Configuration file
        #[arg(long)]
        config: Option<PathBuf>,
    },
}

async fn open(config: Option<PathBuf>) -> Outcome<App> {
    super::admin::open(config).await
}

/// Runs one of them.
pub async fn run(command: Cluster, url: Option<String>, json: bool) -> Outcome {
    match command {
        Cluster::Remote(command) => {
            let mut api = Api::load(url, json)?;
            api.enter_as_staff().await?;
            let done = command.run(&api).await;
            api.leaving(done).await
        }
        Cluster::Fingerprint { host, port, config } => {
            show::say(clusters::fingerprint(&open(config).await?, &host, port).await?.to_string());
            Ok(())
        }
        Cluster::Report { name, config } => report(&open(config).await?, &name, json).await,
        Cluster::MakePool { name, config } => {
            clusters::make_pool(&open(config).await?, &name).await?;
            show::say("The pool is there.");
            Ok(())
        }
    }
}

async fn report(app: &App, name: &str, json: bool) -> Outcome {
    let report = clusters::report(app, name).await?;
    if json {
        show::json(&serde_json::to_value(&report)?)?;
    } else {
        show::say(format!("Proxmox VE {}", report.version));
        let parts = [
            ("Nodes", &report.nodes),
            ("Storages", &report.storages),
            ("Networks", &report.networks),
            ("Templates", &report.templates),
            ("Pools", &report.pools),
        ];
        for (title, found) in parts {
            show::say(format!("\n{title}"));
            for one in found {
                show::say(format!("  {}  {}", one.name, one.about));
            }
        }
        for one in &report.missing {
            let word = if one.optional { "OPTIONAL" } else { "MISSING" };
            show::say(format!("{word}  {} on {}: {}", one.privilege, one.path, one.purpose));
        }
        for problem in &report.problems {
            show::say(format!("PROBLEM  {problem}"));
        }
    }
    if report.missing.iter().all(|one| one.optional) && report.problems.is_empty() { Ok(()) } else { fail("The cluster is not ready for this mapping.") }
}

/// Runs one of them.
pub async fn run_driver(command: Driver) -> Outcome {
    let Driver::Check { node, template, config } = command;
    clusters::check(&open(config).await?, &node, &template).await?;
    show::say(format!("{node} keeps every promise of a driver."));
    Ok(())
}
