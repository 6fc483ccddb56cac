//! Enrolling hypervisor clusters and looking at nodes, for the operator. A thin client of the public API.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::api::Api;
use super::{show, terminal};
use crate::outcome::{Outcome, fail};

/// Where the secret of an API token is read from, so that it stands in no shell history.
const SECRET: &str = "FAIRHOLD_CLUSTER_SECRET";

/// `fairhold cluster …`
#[derive(Debug, Subcommand)]
pub enum Cluster {
    /// Print the certificate that an address presents, to compare with what the node itself shows
    Probe {
        /// Host name or address, with its port unless that is 8006
        address: String,
    },
    /// Look at a cluster before it is enrolled: what there is, and which privileges the token lacks
    Check(Access),
    /// Enrol a cluster; certificates that are not given are shown, and each is to be confirmed
    Add {
        /// What it is called here
        name: String,
        /// In which region it stands; one that is not there yet is made
        #[arg(long)]
        region: String,
        #[command(flatten)]
        access: Access,
        /// Enrol it even though something is missing
        #[arg(long)]
        even_so: bool,
    },
    /// List the clusters
    List,
    /// Show one, and what it is found to be now
    Show {
        /// Its name
        name: String,
    },
    /// Change a cluster's addresses, token or mapping; machines go on
    Update {
        /// Its name
        name: String,
        /// All of its addresses, each as HOST[:PORT][=FINGERPRINT]
        #[arg(long = "address")]
        addresses: Vec<String>,
        /// Another token, USER@REALM!NAME
        #[arg(long)]
        token: Option<String>,
        /// The same token with a new secret
        #[arg(long)]
        new_secret: bool,
        /// File with another mapping, TOML or JSON
        #[arg(long)]
        mapping: Option<PathBuf>,
    },
    /// Remove a cluster on which nothing of ours is any more
    Remove {
        /// Its name
        name: String,
        #[arg(long)]
        yes: bool,
    },
}

/// Where a cluster is, who we are to it, and what of it is ours.
#[derive(Debug, Args)]
pub struct Access {
    /// A node's address, HOST[:PORT][=FINGERPRINT]; several for failover
    #[arg(long = "address", required = true)]
    addresses: Vec<String>,
    /// The API token, USER@REALM!NAME; its secret is asked for, or read from FAIRHOLD_CLUSTER_SECRET
    #[arg(long)]
    token: String,
    /// File with what of it is ours, TOML or JSON: what stands under `mapping` in the configuration
    #[arg(long)]
    mapping: Option<PathBuf>,
}

/// HOST[:PORT][=FINGERPRINT], an IPv6 address in brackets.
fn address(text: &str) -> Outcome<Value> {
    let (place, print) = text.split_once('=').map_or((text, None), |(place, print)| (place, Some(print)));
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse::<u16>().map_err(|_| crate::outcome::Failure(format!("{port} is no port")))?),
        _ => (place, 8006),
    };
    let mut address = Map::from_iter([("host".to_owned(), json!(host)), ("port".to_owned(), json!(port))]);
    if let Some(print) = print {
        address.insert("fingerprint".to_owned(), json!(print));
    }
    Ok(Value::Object(address))
}

/// Says one thing more in a body.
fn put(body: &mut Value, key: &str, value: Value) {
    if let Value::Object(body) = body {
        body.insert(key.to_owned(), value);
    }
}

fn document(file: &PathBuf) -> Outcome<Value> {
    let text = std::fs::read_to_string(file)?;
    Ok(if text.trim_start().starts_with('{') { serde_json::from_str(&text)? } else { toml::from_str(&text)? })
}

/// Has each certificate that was not given compared by a person.
async fn compared(api: &Api, addresses: &[String]) -> Outcome<Vec<Value>> {
    let mut all = Vec::new();
    for text in addresses {
        let mut one = address(text)?;
        if one.get("fingerprint").is_none() {
            let seen = api.create("/v1/operator/cluster-probes", &one).await?;
            let print = seen.get("fingerprint").and_then(Value::as_str).unwrap_or_default();
            show::say(format!("{text} presents\n  {print}\nRead it at the node itself, on its own screen or over SSH: pvenode cert info"));
            terminal::confirm("Type or paste what the node shows: ", print)?;
            put(&mut one, "fingerprint", json!(print));
        }
        all.push(one);
    }
    Ok(all)
}

impl Access {
    async fn question(&self, api: &Api) -> Outcome<Value> {
        let addresses = compared(api, &self.addresses).await?;
        let mut question = json!({ "addresses": addresses, "token_id": self.token, "token_secret": terminal::secret("Secret of the token: ", SECRET)? });
        if let Some(file) = &self.mapping {
            put(&mut question, "mapping", document(file)?);
        }
        Ok(question)
    }
}

/// Prints what a cluster is found to be; whether it can be used as it is.
fn told(api: &Api, survey: &Value) -> Outcome<bool> {
    if api.json {
        show::json(survey)?;
    } else {
        let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let each = |key: &str| survey.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        if let Some(version) = survey.get("version").and_then(Value::as_str) {
            show::say(format!("Proxmox VE {version}"));
        }
        let parts =
            [("Nodes", "nodes"), ("Storages", "storages"), ("Networks", "networks"), ("Templates", "templates"), ("Images", "images"), ("Pools", "pools")];
        for (title, key) in parts.into_iter().filter(|(_, key)| !each(key).is_empty()) {
            show::say(format!("\n{title}"));
            each(key).iter().for_each(|one| show::say(format!("  {}  {}", text(one, "name"), text(one, "about"))));
        }
        for one in each("addresses").iter().filter(|one| one.get("problem").is_some_and(Value::is_string)) {
            show::say(format!("PROBLEM  {}: {}", text(one, "host"), text(one, "problem")));
        }
        each("missing").iter().for_each(|one| show::say(format!("MISSING  {} on {}: {}", text(one, "privilege"), text(one, "path"), text(one, "purpose"))));
        each("problems").iter().filter_map(Value::as_str).for_each(|one| show::say(format!("PROBLEM  {one}")));
    }
    Ok(survey.get("ready").and_then(Value::as_bool).unwrap_or(false))
}

/// The path of the enrolled cluster that is called `name`.
async fn path(api: &Api, name: &str) -> Outcome<(String, Value)> {
    let list = api.read("/v1/operator/clusters").await?;
    let found = list.get("items").and_then(Value::as_array).and_then(|all| all.iter().find(|one| one.get("name").and_then(Value::as_str) == Some(name)));
    let Some(found) = found else { return fail(format!("There is no cluster {name}.")) };
    match found.get("id").and_then(Value::as_str) {
        Some(id) => Ok((format!("/v1/operator/clusters/{id}"), found.clone())),
        None => fail(format!("{name} is named by the configuration file, and is changed there.")),
    }
}

impl Cluster {
    /// Carries it out.
    pub async fn run(self, api: &Api) -> Outcome {
        match self {
            Self::Probe { address: text } => {
                let seen = api.create("/v1/operator/cluster-probes", &address(&text)?).await?;
                api.show(seen, &[("Fingerprint", "/fingerprint")])
            }
            Self::Check(access) => {
                let ready = told(api, &api.create("/v1/operator/cluster-checks", &access.question(api).await?).await?)?;
                if ready || access.mapping.is_none() { Ok(()) } else { fail("The cluster is not ready for this mapping.") }
            }
            Self::Add { name, region, access, even_so } => {
                if access.mapping.is_none() {
                    return fail("Say with --mapping what of the cluster is ours; `fairhold cluster check` shows what there is.");
                }
                let mut new = access.question(api).await?;
                if !told(api, &api.create("/v1/operator/cluster-checks", &new).await?)? && !even_so {
                    return fail("The cluster is not ready for this mapping, and is not enrolled. With --even-so it is.");
                }
                put(&mut new, "name", json!(name));
                put(&mut new, "region", json!(region));
                api.show(api.create("/v1/operator/clusters", &new).await?, show::CLUSTER)
            }
            Self::List => api.list("/v1/operator/clusters", show::CLUSTER).await,
            Self::Show { name } => {
                let (path, cluster) = path(api, &name).await?;
                if !api.json {
                    show::one(&cluster, show::CLUSTER)?;
                }
                told(api, &api.create(&format!("{path}/check"), &json!({})).await?).map(drop)
            }
            Self::Update { name, addresses, token, new_secret, mapping } => {
                let (path, cluster) = path(api, &name).await?;
                let mut patch = json!({ "version": cluster.get("version") });
                if !addresses.is_empty() {
                    put(&mut patch, "addresses", json!(compared(api, &addresses).await?));
                }
                if token.is_some() || new_secret {
                    put(&mut patch, "token_secret", json!(terminal::secret("Secret of the token: ", SECRET)?));
                }
                if let Some(token) = token {
                    put(&mut patch, "token_id", json!(token));
                }
                if let Some(file) = mapping {
                    put(&mut patch, "mapping", document(&file)?);
                }
                api.show(api.change(Method::PATCH, &path, Some(&patch)).await?, show::CLUSTER)
            }
            Self::Remove { name, yes } => {
                let (path, _) = path(api, &name).await?;
                if !yes {
                    terminal::confirm(&format!("The cluster and its token are forgotten here; what runs on it is not touched. Type {name}: "), &name)?;
                }
                api.change(Method::DELETE, &path, None).await?;
                show::say(format!("{name} is removed."));
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_with_and_without_its_parts() {
        let read = |text: &str| address(text).unwrap();
        assert_eq!(read("pve1"), json!({ "host": "pve1", "port": 8006 }));
        assert_eq!(read("pve1:443"), json!({ "host": "pve1", "port": 443 }));
        assert_eq!(read("pve1:443=AB:CD"), json!({ "host": "pve1", "port": 443, "fingerprint": "AB:CD" }));
        assert_eq!(read("pve1=AB:CD"), json!({ "host": "pve1", "port": 8006, "fingerprint": "AB:CD" }));
        assert_eq!(read("[fd00::1]"), json!({ "host": "[fd00::1]", "port": 8006 }));
        assert_eq!(read("[fd00::1]:443"), json!({ "host": "[fd00::1]", "port": 443 }));
        assert!(address("pve1:x").is_err());
    }
}
