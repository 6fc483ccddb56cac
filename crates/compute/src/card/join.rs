//! Gives a machine its place and its address in a private network, in the caller's transaction.

use std::collections::BTreeSet;

use compute_driver::Feature;
use kernel::permission::AtProject;
use kernel::{ByWorkflow, Error, Kind, Result, Scope, Tx};

use super::model::{Connection, Place, Was, free_address, ipv6_of};
use super::store::{self, Row};
use crate::address;
use crate::block::ipv4_block;
use crate::instance::InstanceId;
use crate::instance::store::{self as instances, Column};
use crate::network::{NetworkState, store as networks};
use crate::node::{self, Node};
use crate::security_group;

/// Puts the machine where `wanted` says, under the security group that it names. The hypervisor hears of it from a workflow.
///
/// # Errors
/// `NotFound` for an unknown machine; `Invalid` at `network_id` or `security_group_id` for one of another project or region; `Conflict`
/// when a network stands on another node than the machine, or, without a card of its own, public addresses still lead to it where it was; `Exhausted` when a network is full.
pub async fn join<P: AtProject>(tx: &Tx, at: &Scope<P>, id: InstanceId, wanted: &Connection) -> Result<()> {
    let machine = instances::locked(tx, at, id).await?;
    let before = store::of(tx.db(), id).await?;
    if let Some(group) = wanted.security_group_id {
        security_group::store::by_id(tx.db(), at, group).await.map_err(foreign("security_group_id", "choose one of the project's security groups"))?;
    }
    let own_card = node::has(tx.db(), machine.node_id, Feature::OwnCard).await?;
    let moves = before.as_ref().is_some_and(|before| Some(before.network_id) != wanted.network_id);
    if moves && !own_card && !address::store::of_instance(tx.db(), id).await?.is_empty() {
        return Err(Error::conflict("Public addresses lead to this machine in its network. Take them away first."));
    }
    if wanted.network_id.is_none() && wanted.security_group_id.is_some() && !filters_alone(tx, &machine).await? {
        return Err(Error::invalid("network_id", "a security group needs a private network here; choose one"));
    }
    instances::set(tx, id, &[(Column::SecurityGroupId, wanted.security_group_id.into())]).await?;
    let Some(network_id) = wanted.network_id else { return store::remove(tx, id).await };
    // Locked, so that two machines are not given one address, and the network is not removed meanwhile.
    let network = networks::locked(tx, at, network_id).await.map_err(foreign("network_id", "choose one of the project's networks"))?;
    if network.state != NetworkState::Ready || network.region_id != machine.region_id {
        return Err(Error::invalid("network_id", format!("choose a network in {}, where the machine is", machine.region_title)));
    }
    match (&network.node_name, &machine.node_name) {
        (Some(one), Some(other)) if !node::place::share_networks(tx.db(), one, other).await? => {
            return Err(Error::conflict("The machines of this network are on another node than this one. Order a machine into the network instead."));
        }
        (None, Some(node)) => networks::set(tx, network.id, &[(networks::Column::NodeName, Some(node.clone()).into())]).await?,
        _ => {}
    }
    let (ipv4, ipv6) = match before.filter(|before| before.network_id == network_id) {
        Some(before) => (before.ipv4, before.ipv6),
        None => free(tx, &network).await?,
    };
    let row = Row { instance_id: id, organisation_id: machine.organisation_id, project_id: machine.project_id, network_id, ipv4, ipv6 };
    store::replace(tx, row).await
}

/// Whether traffic of the machine can be filtered where it is in no private network: by its node, or by one where it may be placed.
async fn filters_alone(tx: &Tx, machine: &instances::Row) -> Result<bool> {
    let may = |node: &Node| machine.node_id.is_none_or(|placed| placed == node.id);
    node::place::offers(tx.db(), machine.region_id, &node::place::FILTERED_ALONE, may).await
}

fn foreign(field: &'static str, message: &'static str) -> impl Fn(Error) -> Error {
    move |error| if error.kind() == Kind::NotFound { Error::invalid(field, message) } else { error }
}

async fn free(tx: &Tx, network: &networks::Row) -> Result<(String, Option<String>)> {
    let damaged = || Error::internal("a network's block is damaged");
    let subnet = ipv4_block(&network.subnet).ok_or_else(damaged)?;
    let taken: BTreeSet<_> = store::taken(tx, network.id).await?.iter().filter_map(|text| text.parse().ok()).collect();
    let free = free_address(subnet, &taken).ok_or_else(|| Error::exhausted("Every address of this network is taken. Choose another network."))?;
    let block = network.ipv6.as_deref().map(|text| text.parse().map_err(|_| damaged())).transpose()?;
    Ok((free.to_string(), block.map(|block| ipv6_of(block, free).to_string())))
}

/// Puts card and security group back as they were, after a change that did not work.
pub(crate) async fn put_back(tx: &Tx, at: &Scope<ByWorkflow>, id: InstanceId, was: &Was) -> Result<()> {
    let machine = instances::locked(tx, at, id).await?;
    instances::set(tx, id, &[(Column::SecurityGroupId, was.security_group_id.into())]).await?;
    let Some(was) = &was.card else { return store::remove(tx, id).await };
    let (instance_id, organisation_id, project_id) = (id, machine.organisation_id, machine.project_id);
    let Place { network_id, ipv4, ipv6 } = was.clone();
    store::replace(tx, Row { instance_id, organisation_id, project_id, network_id, ipv4, ipv6 }).await
}

/// The machine's network, which stands on the node that it names, or nowhere yet.
pub(crate) async fn network(tx: &Tx, at: &Scope<ByWorkflow>, id: InstanceId) -> Result<Option<networks::Row>> {
    let Some(card) = store::of(tx.db(), id).await? else { return Ok(None) };
    networks::locked(tx, at, card.network_id).await.map(Some)
}

/// Notes that the network of a machine stands on the node where the machine goes: a network does not reach from node to node.
pub(crate) async fn pin(tx: &Tx, at: &Scope<ByWorkflow>, id: InstanceId, node: &str) -> Result<()> {
    match network(tx, at, id).await? {
        Some(network) if network.node_name.is_none() => networks::set(tx, network.id, &[(networks::Column::NodeName, Some(node.to_owned()).into())]).await,
        _ => Ok(()),
    }
}
