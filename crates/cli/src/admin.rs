//! The operator's side at the machine itself: the data map, the policy, the log, the certificate.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use server::app::Stand;
use server::{App, Config};

use crate::client::show;
use crate::cluster::Driver;
use crate::keeping::Admin;
use crate::operator::Operator;
use crate::outcome::{Outcome, fail};

/// Commands that open the installation or check a file.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print the OpenAPI document
    Openapi,
    /// Look at the data map
    #[command(subcommand)]
    Map(Map),
    /// Render or verify the published policies
    #[command(subcommand)]
    Policy(Policy),
    /// Look at the tamper-evident log
    #[command(subcommand)]
    Log(Log),
    /// Keep an installation: backups, keys, another engine
    #[command(subcommand)]
    Admin(Admin),
    /// Look at the configuration
    #[command(subcommand)]
    Config(Configuration),
    /// Check an erasure certificate, offline
    VerifyCertificate {
        /// The certificate
        file: PathBuf,
    },
    /// Ask a node's driver for what it promises
    #[command(subcommand)]
    Driver(Driver),
    /// See what differs between the hypervisors and us, and repair it
    #[command(subcommand)]
    Operator(Operator),
    /// Build the templates of the local node that are missing
    BuildImages {
        /// Configuration file
        #[arg(long)]
        config: Option<PathBuf>,
    },
}

/// `fairhold config …`
#[derive(Debug, Subcommand)]
pub enum Configuration {
    /// Print every key with its default
    Defaults,
    /// Say what is wrong with a configuration, without starting anything
    Check {
        /// Configuration file
        #[arg(long)]
        config: Option<PathBuf>,
    },
}

/// `fairhold map …`
#[derive(Debug, Subcommand)]
pub enum Map {
    /// Compare it with the database, log fields, cookies, browser storage and configured hosts, both directions
    Lint {
        /// Configuration file
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Print it as JSON
    Show,
}

/// `fairhold policy …`
#[derive(Debug, Subcommand)]
pub enum Policy {
    /// Print the policy as generated from the map
    Render {
        /// Configuration file
        #[arg(long)]
        config: Option<PathBuf>,
        /// How to print it
        #[arg(long, value_enum, default_value = "md")]
        format: Format,
    },
    /// Publish what this release does, before it is started: the text takes effect by itself
    Announce {
        /// Configuration file
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Check every promise against the live system
    Verify {
        /// Configuration file
        #[arg(long)]
        config: Option<PathBuf>,
    },
}

/// Forms of the policy.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Format {
    Html,
    Md,
    Json,
    Fideslang,
    Dpv,
}

/// `fairhold log …`
#[derive(Debug, Subcommand)]
pub enum Log {
    /// Write tiles, checkpoint and key for any C2SP tlog-tiles verifier
    Export {
        /// Folder to write to
        folder: PathBuf,
        /// Configuration file
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Recompute the tree and compare
    Verify {
        /// Configuration file
        #[arg(long)]
        config: Option<PathBuf>,
    },
}

/// Opens the installation that `config` describes, without serving.
pub(crate) async fn open(config: Option<PathBuf>) -> Outcome<App> {
    Ok(App::open(Config::load(config.as_deref())?, Stand::default()).await?)
}

/// One line for each fault, and failure if there is one.
async fn lint(config: &Config, json: bool) -> Outcome {
    let (faults, map) = (App::lint(config).await?, server::modules::data_map());
    if json {
        show::json(&serde_json::json!({ "faults": faults, "tables": map.tables.len(), "entries": map.entries().count() }))?;
    } else {
        faults.iter().for_each(show::say);
    }
    match faults.len() {
        0 if json => Ok(()),
        0 => {
            show::say(format!("The data map and what is really there agree: {} tables, {} entries.", map.tables.len(), map.entries().count()));
            Ok(())
        }
        count => fail(format!("{count} faults in the data map; Fairhold does not start with them.")),
    }
}

/// Runs one of them.
pub async fn run(command: Command, json: bool) -> Outcome {
    match command {
        Command::Openapi => {
            show::say(server::app::api().1.to_pretty_json()?);
            Ok(())
        }
        Command::Map(Map::Show) => show::json(&serde_json::to_value(server::modules::data_map())?),
        Command::Map(Map::Lint { config }) => lint(&Config::load(config.as_deref())?, json).await,
        Command::Policy(Policy::Render { config, format }) => crate::policy::render(&open(config).await?, format).await,
        Command::Policy(Policy::Announce { config }) => crate::policy::announce(&Config::load(config.as_deref())?, json).await,
        Command::Policy(Policy::Verify { config }) => crate::policy::verify(&open(config).await?, json).await,
        Command::Log(Log::Export { folder, config }) => {
            audit::log::export(&open(config).await?.cx, &folder).await?;
            show::say(format!("Wrote tiles, checkpoint and key to {}.", folder.display()));
            Ok(())
        }
        Command::Log(Log::Verify { config }) => {
            let report = audit::log::verify(&open(config).await?.cx).await?;
            show::json(&serde_json::to_value(&report)?)?;
            if report.is_intact() { Ok(()) } else { fail("The log is not intact.") }
        }
        Command::Driver(command) => crate::cluster::run_driver(command).await,
        Command::Operator(command) => crate::operator::run(command, json).await,
        Command::VerifyCertificate { file } => crate::policy::verify_certificate(&file, json),
        Command::BuildImages { config } => Ok(server::build_images(&Config::load(config.as_deref())?, &|line| show::say(line)).await?),
        Command::Admin(command) => crate::keeping::run(command, json).await,
        Command::Config(Configuration::Defaults) => {
            show::say(toml::to_string_pretty(&Config::default())?);
            Ok(())
        }
        Command::Config(Configuration::Check { config }) => {
            let config = Config::load(config.as_deref())?;
            let notes = config
                .check()
                .or_else(|error| fail(error.fields().iter().map(|wrong| format!("{}: {}", wrong.field, wrong.message)).collect::<Vec<_>>().join("\n  ")))?;
            for note in &notes {
                show::say(format!("note: {note}"));
            }
            show::say("The configuration can be used.");
            Ok(())
        }
    }
}
