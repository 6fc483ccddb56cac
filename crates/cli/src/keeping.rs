//! `fairhold admin …`: what keeps an installation: backups, keys, moving to another engine.

use std::path::PathBuf;

use clap::Subcommand;
use server::app::Stand;
use server::backup::{self, Check};
use server::{App, Config};

use crate::client::show;
use crate::outcome::{Outcome, fail};

/// Commands for whoever runs the installation.
#[derive(Debug, Subcommand)]
pub enum Admin {
    /// Save everything, in two encrypted parts; Fairhold may be serving
    Backup {
        /// Folder for the data
        #[arg(long)]
        to: PathBuf,
        /// Another folder for the keys of the data, best on another machine
        #[arg(long)]
        keys_to: PathBuf,
        /// How many files of keys to keep; whoever is erased is readable in none of them then
        #[arg(long, default_value_t = 2)]
        keep_keys: usize,
        /// Configuration file
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Put a backup back into an empty database; erasures since then are carried out again
    Restore {
        /// The data
        #[arg(long)]
        data: PathBuf,
        /// The newest keys, also for older data
        #[arg(long)]
        keys: PathBuf,
        /// Configuration file
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Check database, rows, keys, books, log and files; or both parts of a backup
    Verify {
        /// The data of a backup
        #[arg(long, requires = "keys")]
        data: Option<PathBuf>,
        /// The keys of a backup
        #[arg(long, requires = "data")]
        keys: Option<PathBuf>,
        /// Configuration file
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Wrap every key anew and destroy the old wrapping key; Fairhold may be serving
    RotateKeys {
        /// Configuration file
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Copy the embedded database to PostgreSQL, and compare both
    MigrateToPostgres {
        /// An empty database: postgres://user@host/name
        #[arg(long)]
        to: String,
        /// Configuration file
        #[arg(long)]
        config: Option<PathBuf>,
    },
}

fn say(line: &str) {
    show::say(line);
}

/// Runs one of them.
pub async fn run(command: Admin, json: bool) -> Outcome {
    match command {
        Admin::Backup { to, keys_to, keep_keys, config } => {
            let made = backup::make(&Config::load(config.as_deref())?, &to, &keys_to, keep_keys, &say).await?;
            show::say(format!("Saved {} rows, {:.1} MB:\n  data  {}\n  keys  {}", made.rows, made.size as f64 / 1e6, made.data.display(), made.keys.display()));
            for old in made.removed {
                show::say(format!("Removed older keys: {}", old.display()));
            }
            show::say("Neither can be read without keys/root.key: keep a copy of that file in a third place.");
            Ok(())
        }
        Admin::Restore { data, keys, config } => {
            let restored = backup::restore(&Config::load(config.as_deref())?, Stand::default(), &data, &keys, &say).await?;
            show::say(format!("Restored {} rows as they were at {}.", restored.rows, restored.at));
            show::say(format!("{} erasures are on the ledger; whoever they name is not in the database.", restored.erasures));
            show::say("Everybody signs in again. API tokens and passwords are those of the backup: revoke again what was revoked since.");
            show::say("Check it with: fairhold admin verify. Then start Fairhold.");
            Ok(())
        }
        Admin::Verify { data: Some(data), keys: Some(keys), config } => said(&backup::verify_files(&Config::load(config.as_deref())?, &data, &keys)?, json),
        Admin::Verify { config, .. } => {
            let config = Config::load(config.as_deref())?;
            let app = App::open(config.clone(), Stand::default()).await?;
            said(&backup::verify(&app.cx, &config).await?, json)
        }
        Admin::RotateKeys { config } => {
            let app = App::open(Config::load(config.as_deref())?, Stand::default()).await?;
            let (epoch, keys) = backup::rotate_keys(&app.cx, &|done| say(&format!("  {done} keys"))).await?;
            show::say(format!("{keys} keys are wrapped under the key of epoch {epoch}; the keys of earlier epochs are destroyed."));
            show::say("Make a backup now: older files of keys open older data only.");
            Ok(())
        }
        Admin::MigrateToPostgres { to, config } => {
            let moved = backup::move_to_postgres(&Config::load(config.as_deref())?, &to, &say).await?;
            show::say(format!("{} rows of {} tables are in PostgreSQL, the same as before.", moved.rows, moved.tables));
            show::say("Write the address into your configuration as `database`, then start Fairhold. Keep the old file until you are content.");
            Ok(())
        }
    }
}

fn said(checks: &[Check], json: bool) -> Outcome {
    if json {
        show::json(&serde_json::to_value(checks)?)?;
    } else {
        for check in checks {
            show::say(format!("{} {:<15} {}", if check.holds { "✓" } else { "✗" }, check.name, check.evidence));
        }
    }
    match checks.iter().filter(|check| !check.holds).count() {
        0 => Ok(()),
        broken => fail(format!("{broken} of {} checks failed. Do not write to this installation; restore the newest backup that verifies.", checks.len())),
    }
}
