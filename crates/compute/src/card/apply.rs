//! Tells a machine's hypervisor what the rows say: its network, its filter, its public addresses. Each call may be repeated.

use std::net::IpAddr;
use std::str::FromStr;

use compute_driver::{Card, Direction, DriverError, Feature, Filter, InForce, Network, NetworkSpec, Protocol, Rule, Verdict};
use ipnet::Ipv6Net;
use kernel::{Error, Result};
use workflow::StepCx;

use super::store::{self, Row};
use crate::block::ipv4_block;
use crate::instance::{guest, store as instances};
use crate::network::{reference, store as networks};
use crate::{address, drivers, node, security_group};

/// The card in the driver's words.
pub(crate) fn driver_card(row: &Row) -> Result<Card> {
    Ok(Card { network: reference(row.network_id)?, ipv4: row.ipv4.parse().map_err(|_| damaged())?, ipv6: parsed(row.ipv6.as_deref())? })
}

/// Makes sure that the machine's network is there on its node.
pub(crate) async fn network_ready(step: &StepCx, machine: &instances::Row) -> Result<()> {
    let Some(card) = store::of(step.cx().db(), machine.id).await? else { return Ok(()) };
    let network = networks::by_id(step.cx().db(), &step.scope(), card.network_id).await?;
    match guest::driver(step, machine)?.ensure_network(&spec(&network)?).await {
        Ok(()) => Ok(()),
        Err(error) => Err(drivers::told(step, error).await),
    }
}

/// Gives the machine its card, or takes it away. A hypervisor that knows no private networks hears of none.
pub(crate) async fn connect(step: &StepCx, machine: &instances::Row) -> Result<InForce> {
    let db = step.cx().db();
    if !node::has(db, machine.node_id, Feature::PrivateNetworks).await? {
        return Ok(InForce::Now);
    }
    let card = store::of(db, machine.id).await?.as_ref().map(driver_card).transpose()?;
    match guest::driver(step, machine)?.connect(&drivers::reference(machine.id)?, card.as_ref()).await {
        Ok(force) => Ok(force),
        Err(error) => Err(drivers::told(step, error).await),
    }
}

/// Says once more where the machine is, what passes and which addresses lead to it, after its disk was made anew or brought back. Where it
/// has a card of its own, all of that is among the settings that a snapshot or an archive brings back from its time; elsewhere it is kept apart,
/// but for the filter of a machine that is new.
pub(crate) async fn say_again(step: &StepCx, machine: &instances::Row) -> Result<()> {
    if !node::has(step.cx().db(), machine.node_id, Feature::OwnCard).await? {
        return set_filter(step, machine).await;
    }
    network_ready(step, machine).await?;
    connect(step, machine).await?;
    set_filter(step, machine).await?;
    if node::has(step.cx().db(), machine.node_id, Feature::PublicAddresses).await? { lead(step, machine).await } else { Ok(()) }
}

/// Filters the machine's traffic as its security group says, or its network, or not at all. A machine that has neither a card of its own
/// nor one in a network is where nothing is filtered.
pub(crate) async fn set_filter(step: &StepCx, machine: &instances::Row) -> Result<()> {
    let Some(filter) = filter_of(step, machine).await? else { return Ok(()) };
    match guest::driver(step, machine)?.set_filter(&drivers::reference(machine.id)?, &filter).await {
        Ok(()) => Ok(()),
        Err(error) => Err(drivers::told(step, error).await),
    }
}

/// Leads the public addresses to the machine that its rows name, and no others. One that is gone has none.
pub(crate) async fn lead(step: &StepCx, machine: &instances::Row) -> Result<()> {
    if machine.node_name.is_none() {
        return Ok(());
    }
    let rows = address::store::of_instance(step.cx().db(), machine.id).await?;
    let addresses: Vec<IpAddr> = rows.iter().filter_map(|row| row.ipv4.parse().ok()).collect();
    match guest::driver(step, machine)?.set_addresses(&drivers::reference(machine.id)?, &addresses).await {
        Ok(()) | Err(DriverError::NotFound { .. }) => Ok(()),
        Err(error) => Err(drivers::told(step, error).await),
    }
}

/// What passes to and from the machine.
async fn filter_of(step: &StepCx, machine: &instances::Row) -> Result<Option<Filter>> {
    let db = step.cx().db();
    let card = store::of(db, machine.id).await?;
    let has = |feature| node::has(db, machine.node_id, feature);
    let own_card = has(Feature::OwnCard).await? && has(Feature::Firewall).await?;
    // In a network the driver knows each address; a card of the guest's own may ask for one.
    let anti_spoofing = !own_card || has(Feature::AntiSpoofing).await?;
    let rules = match (machine.security_group_id, &card) {
        (Some(group), _) => {
            let group = security_group::store::by_id(db, &step.scope(), group).await?;
            security_group::driver_rules(&security_group::rules_of(&group)?)?
        }
        // It is reached by its own card as before it was in a network.
        (None, _) if own_card => return Ok(Some(Filter { anti_spoofing, ..Filter::open() })),
        (None, None) => return Ok(None),
        (None, Some(card)) => {
            let network = networks::by_id(db, &step.scope(), card.network_id).await?;
            let spec = spec(&network)?;
            let block = |address| Network { address: IpAddr::V6(address), prefix: 64 };
            let from = |peer| Rule { direction: Direction::Inbound, protocol: Protocol::Any, peer: Some(peer), verdict: Verdict::Accept };
            [spec.subnet].into_iter().chain(spec.ipv6.map(block)).map(from).collect()
        }
    };
    // Whoever names what may leave means that nothing else does.
    let shut = rules.iter().any(|rule| rule.direction == Direction::Outbound);
    Ok(Some(Filter { anti_spoofing, inbound: Verdict::Drop, outbound: if shut { Verdict::Drop } else { Verdict::Accept }, rules }))
}

fn spec(row: &networks::Row) -> Result<NetworkSpec> {
    let subnet = ipv4_block(&row.subnet).ok_or_else(damaged)?;
    let block: Option<Ipv6Net> = parsed(row.ipv6.as_deref())?;
    Ok(NetworkSpec {
        reference: reference(row.id)?,
        subnet: Network { address: subnet.network().into(), prefix: subnet.prefix_len() },
        gateway: row.gateway.parse().map_err(|_| damaged())?,
        egress: row.egress,
        ipv6: block.map(|block| block.network()),
    })
}

fn parsed<T: FromStr>(text: Option<&str>) -> Result<Option<T>> {
    text.map(|text| text.parse().map_err(|_| damaged())).transpose()
}

fn damaged() -> Error {
    Error::internal("an address in a row of ours is damaged")
}
