//! Nodes, for the operator: what they have, what was promised on them, and whether they take new machines.

use clap::Subcommand;
use reqwest::Method;
use serde_json::{Value, json};

use super::api::Api;
use super::machine::pick;
use super::show;
use crate::outcome::Outcome;

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
}

impl Node {
    /// Carries it out.
    pub async fn run(self, api: &Api) -> Outcome {
        match self {
            Self::List => api.list("/v1/nodes", show::NODE).await,
            Self::Show { node } => {
                let id = pick(api, "/v1/nodes", Some(&node), "node").await?;
                let list = api.read("/v1/nodes").await?;
                let found = list.get("items").and_then(Value::as_array).and_then(|all| all.iter().find(|one| one.get("id") == Some(&json!(id))));
                shown(api, found.cloned().unwrap_or_default())
            }
            Self::Close { node, reason } => change(api, &node, &json!({ "schedulable": false, "reason": reason })).await,
            Self::Open { node } => change(api, &node, &json!({ "schedulable": true })).await,
        }
    }
}

async fn change(api: &Api, node: &str, patch: &Value) -> Outcome {
    let id = pick(api, "/v1/nodes", Some(node), "node").await?;
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
