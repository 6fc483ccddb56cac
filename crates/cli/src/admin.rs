//! The operator's side at the machine itself: the data map, the policy, the log, the certificate.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use server::app::Stand;
use server::{App, Config};

use crate::client::show;
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
    /// Check an erasure certificate, offline
    VerifyCertificate {
        /// The certificate
        file: PathBuf,
    },
    /// Print every configuration key with its default
    Configuration,
    /// Build the templates of the local node that are missing
    BuildImages {
        /// Configuration file
        #[arg(long)]
        config: Option<PathBuf>,
    },
}

/// `fairhold map …`
#[derive(Debug, Subcommand)]
pub enum Map {
    /// Compare it with the live database, both directions
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
async fn open(config: Option<PathBuf>) -> Outcome<App> {
    Ok(App::open(Config::load(config.as_deref())?, Stand::default()).await?)
}

/// Runs one of them.
pub async fn run(command: Command, json: bool) -> Outcome {
    match command {
        Command::Openapi => {
            show::say(server::app::api().1.to_pretty_json()?);
            Ok(())
        }
        Command::Map(Map::Show) => show::json(&serde_json::to_value(server::modules::data_map())?),
        Command::Map(Map::Lint { config }) => {
            // Opening refuses to go on with a faulty map, and says which entries are at fault.
            let app = open(config).await?;
            show::say(format!("The data map and the database agree: {} tables, {} entries.", app.cx.map().tables.len(), app.cx.map().entries().count()));
            Ok(())
        }
        Command::Policy(Policy::Render { config, format }) => crate::policy::render(&open(config).await?, format).await,
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
        Command::VerifyCertificate { file } => crate::policy::verify_certificate(&file, json),
        Command::BuildImages { config } => Ok(server::build_images(&Config::load(config.as_deref())?, &|line| show::say(line)).await?),
        Command::Configuration => {
            show::say(toml::to_string_pretty(&Config::default())?);
            Ok(())
        }
    }
}
