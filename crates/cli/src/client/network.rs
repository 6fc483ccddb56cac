//! Who reaches whom: private networks, security groups, public addresses and their pools.

use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::{Value, json};

use super::api::Api;
use super::machine::finish;
use super::name::{self, named, pick};
use super::{show, terminal};
use crate::outcome::{Outcome, fail};

const NETWORKS: &str = "/v1/networks";
const ADDRESSES: &str = "/v1/addresses";
const GROUPS: &str = "/v1/security-groups";
const POOLS: &str = "/v1/address-pools";

/// `fairhold network …`; networks, machines and groups are called by id or name.
#[derive(Debug, Subcommand)]
pub enum Network {
    /// List the project's private networks
    List,
    /// Make one
    Create {
        /// What you call it
        #[arg(long)]
        name: String,
        /// Where its machines are; the only region if there is one
        #[arg(long)]
        region: Option<String>,
        /// The addresses of its machines, 10.0.0.0/24 for example; chosen if not given
        #[arg(long)]
        subnet: Option<String>,
        /// Machines without a public address do not reach the outside
        #[arg(long)]
        no_egress: bool,
        /// Its machines have public IPv6 addresses too
        #[arg(long)]
        ipv6: bool,
    },
    /// Rename one
    Rename { id: String, name: String },
    /// Move a machine into it
    Connect {
        id: String,
        machine: String,
        /// What says which traffic passes; the one that it has, if not given
        #[arg(long)]
        security_group: Option<String>,
    },
    /// Move a machine out of the network that it is in
    Disconnect { machine: String },
    /// Delete it; no machine may be in it
    Delete { id: String },
}

impl Network {
    pub async fn run(self, api: &Api) -> Outcome {
        match self {
            Self::List => api.list(NETWORKS, show::NETWORK).await,
            Self::Create { name, region, subnet, no_egress, ipv6 } => {
                let region = pick(api, "/v1/regions", region.as_deref(), "region").await?;
                let new = json!({ "name": name, "region_id": region, "subnet": subnet, "egress": !no_egress, "ipv6": ipv6 });
                api.show(api.create(NETWORKS, &new).await?, show::NETWORK)
            }
            Self::Rename { id, name } => {
                let id = named(api, NETWORKS, &id, "network").await?;
                api.show(api.change(Method::PATCH, &format!("{NETWORKS}/{id}"), Some(&json!({ "name": name }))).await?, show::NETWORK)
            }
            Self::Connect { id, machine, security_group } => {
                let id = named(api, NETWORKS, &id, "network").await?;
                let group = match security_group {
                    Some(group) => Some(named(api, GROUPS, &group, "security group").await?.into()),
                    None => None,
                };
                connect(api, &machine, |place| Place { network: id.into(), group: group.unwrap_or(place.group), ..place }).await
            }
            // Out of its network only a machine with a card of its own can keep its group.
            Self::Disconnect { machine } => {
                let out = |place: Place| Place { network: Value::Null, group: if place.own_card { place.group } else { Value::Null }, ..place };
                connect(api, &machine, out).await
            }
            Self::Delete { id } => {
                let id = named(api, NETWORKS, &id, "network").await?;
                finish(api, &api.change(Method::DELETE, &format!("{NETWORKS}/{id}"), None).await?).await
            }
        }
    }
}

/// Where a machine is and under which security group.
struct Place {
    network: Value,
    group: Value,
    /// Whether it has a card of its own, beside one in a network.
    own_card: bool,
}

/// Puts a machine where `wanted` says, which is told where it is.
async fn connect(api: &Api, machine: &str, wanted: impl FnOnce(Place) -> Place) -> Outcome {
    let path = format!("/v1/instances/{}", name::machine(api, machine).await?);
    let said = api.read(&path).await?;
    let at = |pointer: &str| said.pointer(pointer).cloned().unwrap_or_default();
    let own_card = items(&said, "features").contains(&"own_card".into());
    let Place { network, group, .. } = wanted(Place { network: at("/network/network_id"), group: at("/security_group_id"), own_card });
    let body = json!({ "network_id": network, "security_group_id": group });
    finish(api, &api.change(Method::PUT, &format!("{path}/network"), Some(&body)).await?).await
}

/// `fairhold address …`
#[derive(Debug, Subcommand)]
pub enum Address {
    /// List the project's public addresses
    List,
    /// Reserve one; it is yours until you give it back
    Reserve {
        /// For machines of which region; the only one if there is one
        #[arg(long)]
        region: Option<String>,
    },
    /// Lead it to a machine, from wherever it led
    Assign { id: String, machine: String },
    /// Lead it nowhere
    Unassign { id: String },
    /// Say which name it shall resolve to; none takes the name away
    ReverseName { id: String, name: Option<String> },
    /// Give it back
    Release {
        id: String,
        #[arg(long)]
        yes: bool,
    },
}

impl Address {
    pub async fn run(self, api: &Api) -> Outcome {
        match self {
            Self::List => api.list(ADDRESSES, show::ADDRESS).await,
            Self::Reserve { region } => {
                let region = pick(api, "/v1/regions", region.as_deref(), "region").await?;
                api.show(api.create(ADDRESSES, &json!({ "region_id": region })).await?, show::ADDRESS)
            }
            Self::Assign { id, machine } => lead(api, &id, &json!({ "instance_id": name::machine(api, &machine).await? })).await,
            Self::Unassign { id } => lead(api, &id, &json!({})).await,
            Self::ReverseName { id, name } => {
                let id = named(api, ADDRESSES, &id, "address").await?;
                api.show(api.change(Method::PATCH, &format!("{ADDRESSES}/{id}"), Some(&json!({ "reverse_name": name }))).await?, show::ADDRESS)
            }
            Self::Release { id, yes } => {
                let id = named(api, ADDRESSES, &id, "address").await?;
                if !yes {
                    terminal::confirm("An address that is given back goes to somebody else in time. Type release to go on: ", "release")?;
                }
                api.change(Method::DELETE, &format!("{ADDRESSES}/{id}"), None).await.map(drop)
            }
        }
    }
}

async fn lead(api: &Api, address: &str, wanted: &Value) -> Outcome {
    let id = named(api, ADDRESSES, address, "address").await?;
    finish(api, &api.create(&format!("{ADDRESSES}/{id}/assign"), wanted).await?).await
}

/// `fairhold security-group …`
#[derive(Debug, Subcommand)]
pub enum SecurityGroup {
    /// List the project's security groups
    List,
    /// Show one with its rules
    Show { id: String },
    /// Make one
    Create {
        /// What you call it
        #[arg(long)]
        name: String,
        #[command(flatten)]
        rules: Rules,
    },
    /// Show what other rules would do; nothing is changed
    Preview {
        id: String,
        #[command(flatten)]
        rules: Rules,
    },
    /// Put other rules in the place of its rules, after showing what that does
    Set {
        id: String,
        #[command(flatten)]
        rules: Rules,
        /// Change without asking
        #[arg(long)]
        yes: bool,
    },
    /// Let it say what passes to and from a machine, in place of the group that the machine has
    Assign { id: String, machine: String },
    /// Let no group say what passes to and from a machine
    Unassign { machine: String },
    /// Delete it; no machine may be in it
    Delete { id: String },
}

/// What passes; nothing else comes in.
#[derive(Debug, Args)]
pub struct Rules {
    /// What may come in: tcp:22, udp:5000-5010, icmp or any, with @203.0.113.0/24 or @2001:db8::/32 for senders; may be given again
    #[arg(long = "in", value_name = "RULE")]
    inbound: Vec<String>,
    /// What may go out, and nothing else then; without one everything may
    #[arg(long = "out", value_name = "RULE")]
    outbound: Vec<String>,
}

impl Rules {
    fn read(&self) -> Outcome<Vec<Value>> {
        let inbound = self.inbound.iter().map(|text| rule("inbound", text));
        inbound.chain(self.outbound.iter().map(|text| rule("outbound", text))).collect()
    }
}

/// `tcp:80-90@203.0.113.0/24`
fn rule(direction: &str, text: &str) -> Outcome<Value> {
    let (what, peer) = text.split_once('@').map_or((text, None), |(what, peer)| (what, Some(peer)));
    let (protocol, ports) = what.split_once(':').map_or((what, None), |(protocol, ports)| (protocol, Some(ports)));
    let port = |text: &str| text.parse::<u16>().ok();
    let range = match ports.map(|ports| ports.split_once('-').unwrap_or((ports, ports))) {
        None => Value::Null,
        Some((from, to)) => match (port(from), port(to)) {
            (Some(from), Some(to)) => json!({ "from": from, "to": to }),
            _ => return fail(format!("{text:?} is no rule. Write tcp:22, udp:5000-5010, icmp or any, with @203.0.113.0/24 for the other end.")),
        },
    };
    Ok(json!({ "direction": direction, "protocol": protocol, "ports": range, "peer": peer }))
}

impl SecurityGroup {
    pub async fn run(self, api: &Api) -> Outcome {
        match self {
            Self::List => api.list(GROUPS, show::SECURITY_GROUP).await,
            Self::Show { id } => shown(api, &api.read(&group_path(api, &id).await?).await?),
            Self::Create { name, rules } => shown(api, &api.create(GROUPS, &json!({ "name": name, "rules": rules.read()? })).await?),
            Self::Preview { id, rules } => preview(api, &group_path(api, &id).await?, &rules.read()?).await,
            Self::Set { id, rules, yes } => {
                let (rules, path) = (rules.read()?, group_path(api, &id).await?);
                if !yes {
                    preview(api, &path, &rules).await?;
                    terminal::confirm("Type apply to go on: ", "apply")?;
                }
                let answer = api.change(Method::PATCH, &path, Some(&json!({ "rules": rules }))).await?;
                finish(api, &answer).await
            }
            Self::Assign { id, machine } => {
                let group = named(api, GROUPS, &id, "security group").await?.into();
                connect(api, &machine, |place| Place { group, ..place }).await
            }
            Self::Unassign { machine } => connect(api, &machine, |place| Place { group: Value::Null, ..place }).await,
            Self::Delete { id } => api.change(Method::DELETE, &group_path(api, &id).await?, None).await.map(drop),
        }
    }
}

async fn group_path(api: &Api, group: &str) -> Outcome<String> {
    Ok(format!("{GROUPS}/{}", named(api, GROUPS, group, "security group").await?))
}

fn shown(api: &Api, group: &Value) -> Outcome {
    if api.json {
        return show::json(group);
    }
    api.show(group.clone(), show::SECURITY_GROUP)?;
    show::table(items(group, "rules"), show::RULE)
}

fn items<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

async fn preview(api: &Api, path: &str, rules: &[Value]) -> Outcome {
    let shown = api.create(&format!("{path}/preview"), &json!({ "rules": rules })).await?;
    if api.json {
        return show::json(&shown);
    }
    for (title, field, columns) in [("Machines:", "machines", show::PREVIEWED), ("Opens:", "opens", show::RULE), ("Shuts:", "shuts", show::RULE)] {
        show::say(title);
        show::table(items(&shown, field), columns)?;
    }
    Ok(())
}

/// `fairhold address-pool …`
#[derive(Debug, Subcommand)]
pub enum AddressPool {
    /// List the pools with how much of them is used
    List,
    /// Add a block of addresses that is routed to the region's node
    Create {
        /// What you call it
        #[arg(long)]
        name: String,
        /// For machines of which region; the only one if there is one
        #[arg(long)]
        region: Option<String>,
        /// The block, 203.0.113.0/24 or 2001:db8:100::/48 for example
        #[arg(long)]
        subnet: String,
        /// An address of the block that nobody gets (of an IPv6 block, its whole /64); may be given again
        #[arg(long)]
        exclude: Vec<String>,
    },
    /// Remove a pool of which nobody holds an address
    Delete { id: String },
}

impl AddressPool {
    pub async fn run(self, api: &Api) -> Outcome {
        match self {
            Self::List => api.list(POOLS, show::ADDRESS_POOL).await,
            Self::Create { name, region, subnet, exclude } => {
                let region = pick(api, "/v1/regions", region.as_deref(), "region").await?;
                let new = json!({ "name": name, "region_id": region, "subnet": subnet, "excluded": exclude });
                api.show(api.create(POOLS, &new).await?, show::ADDRESS_POOL)
            }
            Self::Delete { id } => {
                let id = named(api, POOLS, &id, "address pool").await?;
                api.change(Method::DELETE, &format!("{POOLS}/{id}"), None).await.map(drop)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_as_people_write_them() {
        let read = |text| rule("inbound", text).ok();
        assert_eq!(read("tcp:22"), Some(json!({ "direction": "inbound", "protocol": "tcp", "ports": { "from": 22, "to": 22 }, "peer": null })));
        let ranged = json!({ "direction": "inbound", "protocol": "udp", "ports": { "from": 50, "to": 60 }, "peer": "203.0.113.0/24" });
        assert_eq!(read("udp:50-60@203.0.113.0/24"), Some(ranged));
        assert_eq!(read("icmp"), Some(json!({ "direction": "inbound", "protocol": "icmp", "ports": null, "peer": null })));
        assert_eq!(read("tcp:ssh"), None);
    }
}
