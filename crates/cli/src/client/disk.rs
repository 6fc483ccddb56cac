//! Disks that machines have beside their own.

use clap::Subcommand;
use reqwest::Method;
use serde_json::{Value, json};

use super::api::Api;
use super::machine::finish;
use super::name::{machine as machine_id, named, pick};
use super::{show, terminal};
use crate::outcome::Outcome;

/// `fairhold disk …`; disks and machines are called by id or name.
#[derive(Debug, Subcommand)]
pub enum Disk {
    /// List the project's extra disks
    List {
        /// Those of this machine
        #[arg(long)]
        machine: Option<String>,
    },
    /// Show one, with where its machine finds it
    Show { id: String },
    /// Show what one costs in a month, and make none
    Price {
        /// How large it is, in GiB
        #[arg(long, value_name = "GIB")]
        size: u32,
    },
    /// Make one, after showing what it costs
    Create {
        /// What you call it
        #[arg(long)]
        name: String,
        /// How large it is, in GiB
        #[arg(long, value_name = "GIB")]
        size: u32,
        /// The machine that gets it at once
        #[arg(long)]
        machine: Option<String>,
        /// Where it is, without a machine; the only region if there is one
        #[arg(long, conflicts_with = "machine")]
        region: Option<String>,
        /// Make it without asking
        #[arg(long)]
        yes: bool,
    },
    /// Rename one
    Rename { id: String, name: String },
    /// Attach it to a machine on its node
    Attach { id: String, machine: String },
    /// Take it from its machine; unmount it there first
    Detach { id: String },
    /// Make it larger, after showing what it costs; it never shrinks
    Grow {
        id: String,
        /// How large it becomes, in GiB
        #[arg(long, value_name = "GIB")]
        size: u32,
        /// Grow without asking
        #[arg(long)]
        yes: bool,
    },
    /// Delete it with what is on it; no machine may have it
    Delete {
        id: String,
        #[arg(long)]
        yes: bool,
    },
}

impl Disk {
    pub async fn run(self, api: &Api) -> Outcome {
        match self {
            Self::List { machine } => {
                let of = match machine {
                    Some(machine) => format!("?instance={}", machine_id(api, &machine).await?),
                    None => String::new(),
                };
                api.list(&format!("/v1/disks{of}"), show::DISK).await
            }
            Self::Show { id } => api.show(api.read(&path(api, &id).await?).await?, show::DISK),
            Self::Price { size } => price(api, size).await,
            Self::Create { name, size, machine, region, yes } => {
                agree_to_price(api, size, yes).await?;
                let (machine, region) = match machine {
                    Some(machine) => (Some(machine_id(api, &machine).await?), None),
                    None => (None, Some(pick(api, "/v1/regions", region.as_deref(), "region").await?)),
                };
                let new = json!({ "name": name, "size_gib": size, "region_id": region, "instance_id": machine });
                let made = api.create("/v1/disks", &new).await?;
                finish(api, &made).await?;
                let id = made.get("id").and_then(Value::as_str).unwrap_or_default();
                if api.json { Ok(()) } else { api.show(api.read(&format!("/v1/disks/{id}")).await?, show::DISK) }
            }
            Self::Rename { id, name } => {
                let renamed = api.change(Method::PATCH, &path(api, &id).await?, Some(&json!({ "name": name }))).await?;
                api.show(renamed, show::DISK)
            }
            Self::Attach { id, machine } => {
                let to = json!({ "instance_id": machine_id(api, &machine).await? });
                finish(api, &api.create(&format!("{}/attach", path(api, &id).await?), &to).await?).await
            }
            Self::Detach { id } => finish(api, &api.create(&format!("{}/detach", path(api, &id).await?), &Value::Null).await?).await,
            Self::Grow { id, size, yes } => {
                agree_to_price(api, size, yes).await?;
                finish(api, &api.create(&format!("{}/grow", path(api, &id).await?), &json!({ "size_gib": size })).await?).await
            }
            Self::Delete { id, yes } => {
                if !yes {
                    terminal::confirm("What is on the disk is gone for ever. Type delete to go on: ", "delete")?;
                }
                finish(api, &api.change(Method::DELETE, &path(api, &id).await?, None).await?).await
            }
        }
    }
}

async fn path(api: &Api, disk: &str) -> Outcome<String> {
    Ok(format!("/v1/disks/{}", named(api, "/v1/disks", disk, "disk").await?))
}

/// What a disk of this size costs in a month.
async fn price(api: &Api, size: u32) -> Outcome {
    let quote = api.create("/v1/disk-quotes", &json!({ "size_gib": size })).await?;
    api.show(quote, &[("Net per month", "/net"), ("Tax", "/tax"), ("Total per month", "/gross")])?;
    if !api.json {
        show::say("Billed by the hour, from when it is there until you delete it, whether a machine has it or not.");
    }
    Ok(())
}

async fn agree_to_price(api: &Api, size: u32, yes: bool) -> Outcome {
    if yes {
        return Ok(());
    }
    if !api.json {
        price(api, size).await?;
    }
    terminal::confirm("Type yes to go on: ", "yes")
}
