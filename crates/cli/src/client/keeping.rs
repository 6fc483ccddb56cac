//! What a machine can be brought back to, and who may sign in: snapshots and kept SSH keys.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::json;

use super::api::Api;
use super::machine::finish;
use super::name::{self, named};
use super::{show, terminal};
use crate::outcome::{Outcome, fail};

/// `fairhold vm snapshot …`
#[derive(Debug, Subcommand)]
pub enum Snapshot {
    /// List a machine's snapshots
    List { machine: String },
    /// Take one
    Create {
        machine: String,
        /// What you call it
        #[arg(long)]
        name: String,
        /// Keep the memory of a running machine too
        #[arg(long)]
        memory: bool,
    },
    /// Bring its machine back to it; what was written since is lost
    Restore {
        #[command(flatten)]
        which: Which,
        #[arg(long)]
        yes: bool,
    },
    /// Delete it
    Delete {
        #[command(flatten)]
        which: Which,
    },
}

/// A snapshot by its id, or by its name among those of a machine.
#[derive(Debug, Args)]
pub struct Which {
    id: String,
    /// The machine whose snapshot it is, by id or name; needed for a snapshot's name
    #[arg(long)]
    machine: Option<String>,
}

impl Which {
    async fn path(&self, api: &Api) -> Outcome<String> {
        let id = match &self.machine {
            Some(machine) => named(api, &snapshots(api, machine).await?, &self.id, "snapshot of this machine").await?,
            None if name::is_id(&self.id) => self.id.clone(),
            None => return fail("Name the machine too, with --machine: snapshots of several machines may be called alike."),
        };
        Ok(format!("/v1/snapshots/{id}"))
    }
}

async fn snapshots(api: &Api, machine: &str) -> Outcome<String> {
    Ok(format!("/v1/instances/{}/snapshots", name::machine(api, machine).await?))
}

impl Snapshot {
    pub async fn run(self, api: &Api) -> Outcome {
        match self {
            Self::List { machine } => api.list(&snapshots(api, &machine).await?, show::SNAPSHOT).await,
            Self::Create { machine, name, memory } => {
                let asked = api.create(&snapshots(api, &machine).await?, &json!({ "name": name, "memory": memory })).await?;
                finish(api, &asked).await
            }
            Self::Restore { which, yes } => {
                let path = which.path(api).await?;
                if !yes {
                    terminal::confirm("What was written since the snapshot is lost. Type restore to go on: ", "restore")?;
                }
                finish(api, &api.create(&format!("{path}/restore"), &json!({})).await?).await
            }
            Self::Delete { which } => finish(api, &api.change(Method::DELETE, &which.path(api).await?, None).await?).await,
        }
    }
}

/// `fairhold key …`
#[derive(Debug, Subcommand)]
pub enum Key {
    /// List the keys that the project keeps
    List,
    /// Keep a public key
    Add {
        /// What you call it
        #[arg(long)]
        name: String,
        /// File with the public key, ~/.ssh/id_ed25519.pub for example
        file: PathBuf,
    },
    /// Forget one; machines that were ordered with it keep it
    Remove { id: String },
}

impl Key {
    pub async fn run(self, api: &Api) -> Outcome {
        match self {
            Self::List => api.list("/v1/ssh-keys", show::SSH_KEY).await,
            Self::Add { name, file } => {
                let line = std::fs::read_to_string(file)?;
                let kept = api.create("/v1/ssh-keys", &json!({ "name": name, "ssh_public_key": line.trim() })).await?;
                api.show(kept, show::SSH_KEY)
            }
            Self::Remove { id } => {
                let id = named(api, "/v1/ssh-keys", &id, "kept key").await?;
                api.change(Method::DELETE, &format!("/v1/ssh-keys/{id}"), None).await?;
                show::say("The key is forgotten.");
                Ok(())
            }
        }
    }
}
