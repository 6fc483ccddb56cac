//! Copies of machines apart from them: backups, and the plans by which they are made.

use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use super::api::Api;
use super::machine::finish;
use super::name::{self, named};
use super::{show, terminal};
use crate::outcome::{Outcome, fail};

/// `fairhold backup …`; backups and machines are called by id or name.
#[derive(Debug, Subcommand)]
pub enum Backup {
    /// List the project's backups
    List,
    /// Make one of a machine
    Create {
        machine: String,
        /// What you call it
        #[arg(long)]
        name: String,
    },
    /// Bring its machine back to it; what was written since is lost
    Restore {
        id: String,
        #[arg(long)]
        yes: bool,
    },
    /// See whether it works: it becomes a machine of its own for some minutes, cut off from every network
    Test { id: String },
    /// Save its archive on this computer
    Download {
        id: String,
        /// File to write; named after the machine if not given
        #[arg(long)]
        output: Option<PathBuf>,
    },
    /// Delete it
    Delete {
        id: String,
        #[arg(long)]
        yes: bool,
    },
    /// Show how a machine is backed up by itself, or change that
    Plan {
        machine: String,
        /// How often
        #[arg(long)]
        frequency: Option<Frequency>,
        /// On which day, where it is weekly
        #[arg(long)]
        weekday: Option<String>,
        /// In which hour, 0 to 23, UTC
        #[arg(long)]
        hour: Option<u8>,
        /// How many are kept, 1 to 30
        #[arg(long)]
        keep: Option<u8>,
        /// How often the newest is tested by restoring it
        #[arg(long)]
        restore_tests: Option<RestoreTests>,
    },
}

/// How often a machine is backed up.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Frequency {
    Off,
    Daily,
    Weekly,
}

/// How often a plan's newest backup is tested.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum RestoreTests {
    Never,
    Weekly,
    Monthly,
}

/// A choice as the API writes it.
fn word(choice: Option<impl ValueEnum>) -> Option<Value> {
    Some(choice?.to_possible_value()?.get_name().into())
}

impl Backup {
    pub async fn run(self, api: &Api) -> Outcome {
        match self {
            Self::List => api.list("/v1/backups", show::BACKUP).await,
            Self::Create { machine, name } => {
                let machine = name::machine(api, &machine).await?;
                let asked = api.create(&format!("/v1/instances/{machine}/backups"), &json!({ "name": name })).await?;
                finish(api, &asked).await
            }
            Self::Restore { id, yes } => {
                let path = path(api, &id).await?;
                if !yes {
                    terminal::confirm("What was written since the backup is lost, with the machine's snapshots. Type restore to go on: ", "restore")?;
                }
                finish(api, &api.create(&format!("{path}/restore"), &json!({})).await?).await
            }
            Self::Test { id } => {
                let path = path(api, &id).await?;
                finish(api, &api.create(&format!("{path}/test"), &json!({})).await?).await?;
                api.show(api.read(&path).await?, show::BACKUP)
            }
            Self::Download { id, output } => save(api, &format!("{}/archive", path(api, &id).await?), &id, output).await,
            Self::Delete { id, yes } => {
                let path = path(api, &id).await?;
                if !yes {
                    terminal::confirm("A deleted backup does not come back. Type delete to go on: ", "delete")?;
                }
                finish(api, &api.change(Method::DELETE, &path, None).await?).await
            }
            Self::Plan { machine, frequency, weekday, hour, keep, restore_tests } => {
                let path = format!("/v1/instances/{}/backup-plan", name::machine(api, &machine).await?);
                let mut plan = api.read(&path).await?;
                let asked = [
                    ("frequency", word(frequency)),
                    ("weekday", weekday.map(Value::from)),
                    ("hour", hour.map(Value::from)),
                    ("keep", keep.map(Value::from)),
                    ("restore_tests", word(restore_tests)),
                ];
                if let (true, Value::Object(fields)) = (asked.iter().any(|(_, value)| value.is_some()), &mut plan) {
                    fields.retain(|name, _| !matches!(name.as_str(), "next_at" | "next_test_at"));
                    fields.extend(asked.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
                    plan = api.change(Method::PUT, &path, Some(&plan)).await?;
                }
                api.show(plan, show::BACKUP_PLAN)
            }
        }
    }
}

async fn path(api: &Api, backup: &str) -> Outcome<String> {
    Ok(format!("/v1/backups/{}", named(api, "/v1/backups", backup, "backup").await?))
}

/// Saves what is at `path`. It is written beside its name first, so that half of a file is never taken for a whole.
pub async fn save(api: &Api, path: &str, id: &str, output: Option<PathBuf>) -> Outcome {
    let mut answer = api.open(path).await?;
    let told = answer.headers().get("content-disposition").and_then(|value| value.to_str().ok()).and_then(|value| value.split('"').nth(1));
    // Only the last part of what the server says: a file goes where the person stands.
    let told = told.and_then(|name| Path::new(name).file_name()).map(PathBuf::from);
    let output = output.or(told).unwrap_or_else(|| PathBuf::from(id));
    if output.exists() {
        return fail(format!("{} is there already. Name another file with --output.", output.display()));
    }
    let mut part = output.clone().into_os_string();
    part.push(".part");
    // Asked later it would be what is left.
    let promised = answer.content_length();
    let mut file = tokio::fs::File::create(&part).await?;
    let mut bytes: u64 = 0;
    while let Some(piece) = answer.chunk().await? {
        bytes += piece.len() as u64;
        file.write_all(&piece).await?;
    }
    file.sync_all().await?;
    if promised.is_some_and(|length| length != bytes) {
        return fail("The download ended too early. Try again.");
    }
    tokio::fs::rename(&part, &output).await?;
    if api.json {
        return show::json(&json!({ "file": output, "bytes": bytes }));
    }
    show::say(format!("Saved {} ({bytes} bytes).", output.display()));
    Ok(())
}
