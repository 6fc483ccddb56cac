//! What a machine can be brought back to, and who may sign in: snapshots and kept SSH keys.

use std::path::PathBuf;

use clap::Subcommand;
use reqwest::Method;
use serde_json::json;

use super::api::Api;
use super::machine::finish;
use super::{show, terminal};
use crate::outcome::Outcome;

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
        id: String,
        #[arg(long)]
        yes: bool,
    },
    /// Delete it
    Delete { id: String },
}

impl Snapshot {
    pub async fn run(self, api: &Api) -> Outcome {
        match self {
            Self::List { machine } => api.list(&format!("/v1/instances/{machine}/snapshots"), show::SNAPSHOT).await,
            Self::Create { machine, name, memory } => {
                let asked = api.create(&format!("/v1/instances/{machine}/snapshots"), &json!({ "name": name, "memory": memory })).await?;
                finish(api, &asked).await
            }
            Self::Restore { id, yes } => {
                if !yes {
                    terminal::confirm("What was written since the snapshot is lost. Type restore to go on: ", "restore")?;
                }
                finish(api, &api.create(&format!("/v1/snapshots/{id}/restore"), &json!({})).await?).await
            }
            Self::Delete { id } => finish(api, &api.change(Method::DELETE, &format!("/v1/snapshots/{id}"), None).await?).await,
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
                api.change(Method::DELETE, &format!("/v1/ssh-keys/{id}"), None).await?;
                show::say("The key is forgotten.");
                Ok(())
            }
        }
    }
}
