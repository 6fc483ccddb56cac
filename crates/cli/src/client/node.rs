//! Nodes, for the operator: what they have, what was promised on them, whether they take new machines, and work on their hosts.

use std::time::Duration;

use clap::Subcommand;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use reqwest::Method;
use serde_json::{Value, json};

use super::api::Api;
use super::name::named;
use super::show;
use crate::outcome::{Outcome, fail};

/// `fairhold node …`
#[derive(Debug, Subcommand)]
pub enum Node {
    /// List the nodes
    List,
    /// Show one with its hosts, its storages and the guests of others on it
    Show {
        /// Its name or id
        node: String,
    },
    /// Close a node to new machines; those on it stay
    Close {
        /// Its name or id
        node: String,
        /// Why, for other staff
        #[arg(long)]
        reason: String,
    },
    /// Open a node to new machines
    Open {
        /// Its name or id
        node: String,
    },
    /// Say which machines a node is for: those of sizes of a class, or without --class those of sizes without one
    Classify {
        /// Its name or id
        node: String,
        /// The class, as nvme or dedicated
        #[arg(long)]
        class: Option<String>,
    },
    /// Begin the maintenance of one of a node's hosts: nothing new is placed on it
    Maintain {
        /// The node's name or id
        node: String,
        /// The host's name
        host: String,
        /// What is done to it; customers whose machines are moved away read it
        #[arg(long, required_unless_present = "end")]
        reason: Option<String>,
        /// End it, and put the host back to use
        #[arg(long, conflicts_with = "reason")]
        end: bool,
    },
    /// Move every machine off a host, which is under maintenance from then on
    Drain {
        /// The node's name or id
        node: String,
        /// The host's name
        host: String,
        /// What is done to it, unless it is under maintenance already; customers whose machines are moved read it
        #[arg(long)]
        reason: Option<String>,
        /// Machines that are moved at once, 1 to 5
        #[arg(long)]
        at_once: Option<u8>,
        /// Show how far the last one has come, and what could not be moved; begin nothing
        #[arg(long, conflicts_with_all = ["reason", "at_once"])]
        report: bool,
    },
}

impl Node {
    /// Carries it out.
    pub async fn run(self, api: &Api) -> Outcome {
        match self {
            Self::List => api.list("/v1/nodes", show::NODE).await,
            Self::Show { node } => {
                let id = named(api, "/v1/nodes", &node, "node").await?;
                let list = api.read("/v1/nodes").await?;
                let found = list.get("items").and_then(Value::as_array).and_then(|all| all.iter().find(|one| one.get("id") == Some(&json!(id))));
                shown(api, found.cloned().unwrap_or_default())
            }
            Self::Classify { node, class } => change(api, &node, &json!({ "class": class.unwrap_or_default() })).await,
            Self::Close { node, reason } => change(api, &node, &json!({ "schedulable": false, "reason": reason })).await,
            Self::Open { node } => change(api, &node, &json!({ "schedulable": true })).await,
            Self::Maintain { node, host, reason, end } => {
                let path = host_path(api, &node, &host).await?;
                api.show(api.change(Method::PATCH, &path, Some(&json!({ "maintenance": !end, "reason": reason }))).await?, show::HOST)
            }
            Self::Drain { node, host, report: true, .. } => {
                let path = host_path(api, &node, &host).await?;
                report(api, &api.read(&format!("{path}/drain")).await?)
            }
            Self::Drain { node, host, reason, at_once, .. } => {
                let path = format!("{}/drain", host_path(api, &node, &host).await?);
                let begun = api.create(&path, &json!({ "reason": reason, "at_once": at_once })).await?;
                watch(api, &path, &begun).await
            }
        }
    }
}

/// A host's name may hold what a path cannot.
async fn host_path(api: &Api, node: &str, host: &str) -> Outcome<String> {
    let id = named(api, "/v1/nodes", node, "node").await?;
    let mut address = reqwest::Url::parse("http://localhost")?;
    if let Ok(mut segments) = address.path_segments_mut() {
        segments.extend(["v1", "nodes", id.as_str(), "hosts", host]);
    }
    Ok(address.path().to_owned())
}

fn figure(drain: &Value, key: &str) -> u64 {
    drain.get(key).and_then(Value::as_u64).unwrap_or(0)
}

/// Follows the operation with the count of machines beside it, and ends with the report.
async fn watch(api: &Api, path: &str, begun: &Value) -> Outcome {
    let bar = ProgressBar::hidden();
    if !api.json {
        bar.set_draw_target(ProgressDrawTarget::stderr());
    }
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos} of {len} moved  {msg}") {
        bar.set_style(style);
    }
    loop {
        let drain = api.read(path).await?;
        let ours = drain.get("operation_id") == begun.get("id");
        bar.set_length(figure(&drain, "total"));
        bar.set_position(figure(&drain, "moved"));
        bar.set_message(format!("{} on the way, {} could not be moved", figure(&drain, "moving"), figure(&drain, "failed")));
        if !ours || drain.get("state").and_then(Value::as_str) != Some("running") {
            bar.finish();
            return report(api, &drain);
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// What could not be moved, with the reasons. Fails while something is left.
fn report(api: &Api, drain: &Value) -> Outcome {
    if api.json {
        return show::json(drain);
    }
    let machines = drain.get("machines").and_then(Value::as_array).cloned().unwrap_or_default();
    let left: Vec<_> = machines.into_iter().filter(|one| one.get("state").and_then(Value::as_str) != Some("moved")).collect();
    show::say(format!("{} of {} moved.", figure(drain, "moved"), figure(drain, "total")));
    if !left.is_empty() {
        show::table(&left, show::DRAINED)?;
    }
    if figure(drain, "failed") == 0 {
        return Ok(());
    }
    fail("Some machines could not be moved. Once that is mended, drain the host again: what has left is left alone.")
}

async fn change(api: &Api, node: &str, patch: &Value) -> Outcome {
    let id = named(api, "/v1/nodes", node, "node").await?;
    api.show(api.change(Method::PATCH, &format!("/v1/nodes/{id}"), Some(patch)).await?, show::NODE)
}

fn shown(api: &Api, node: Value) -> Outcome {
    let parts = [("hosts", show::HOST), ("storages", show::STORAGE), ("strangers", show::STRANGER)];
    let lists: Vec<_> = parts.into_iter().map(|(key, columns)| (node.get(key).and_then(Value::as_array).cloned().unwrap_or_default(), columns)).collect();
    api.show(node, show::NODE)?;
    if !api.json {
        for (items, columns) in lists.into_iter().filter(|(items, _)| !items.is_empty()) {
            show::say("");
            show::table(&items, columns)?;
        }
    }
    Ok(())
}
