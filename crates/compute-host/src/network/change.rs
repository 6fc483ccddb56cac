//! What drivers ask for: networks that come, change and go, and guests that come and go in them. Each call takes the network's lock, and
//! brings the host in line with the records before it lets go.

use std::{net::IpAddr, path::Path};

use compute_driver::{Card, DriverError, InForce, NetworkSpec, Reference};

use super::{
    host::{must_be_able, must_have_ipv6},
    ipv6,
    names::Names,
    record::{self, Lan, Network},
    wire,
};
use crate::lock::Lock;

/// Finds the network or makes it, and brings back whatever of it is missing on the host.
///
/// # Errors
/// `Refused` when no hypervisor could make it, `Conflict` when another one has its reference, `Unsupported` where this host cannot.
pub async fn ensure(data_dir: &Path, wanted: &NetworkSpec) -> Result<(), DriverError> {
    must_be_able()?;
    wanted.check()?;
    let names = Names::of(data_dir, &wanted.reference);
    let _lock = Lock::network(data_dir, &wanted.reference).await?;
    if let Some(block) = wanted.ipv6 {
        must_have_ipv6()?;
        ipv6::must_be_free(&names, block).await?;
    }
    let network = match record::find(data_dir, &wanted.reference) {
        Some(known) if !known.spec.same_shape(wanted) => {
            return Err(DriverError::conflict("a network with this reference has another subnet or gateway"));
        }
        Some(known) => Network { spec: wanted.clone(), ..known },
        None => Network { spec: wanted.clone(), link: wire::free_link(&names).await? },
    };
    record::keep(data_dir, &network)?;
    wire::realise(data_dir, &wanted.reference).await
}

/// Removes the network, and whatever an interrupted call left of it.
///
/// # Errors
/// `Conflict` while a guest is in it, `Unsupported` where this host has no networks.
pub async fn remove(data_dir: &Path, reference: &Reference) -> Result<(), DriverError> {
    must_be_able()?;
    let _lock = Lock::network(data_dir, reference).await?;
    if !record::members(data_dir, reference)?.is_empty() {
        return Err(DriverError::conflict("a guest is in this network"));
    }
    wire::remove(data_dir, reference).await
}

/// Every network of this data folder.
///
/// # Errors
/// `Unsupported` where this host has no networks.
pub fn list(data_dir: &Path) -> Result<Vec<NetworkSpec>, DriverError> {
    must_be_able()?;
    record::all(data_dir)
}

/// What a guest must know of the network that it is in.
///
/// # Errors
/// `Conflict` when the network is not there, `Refused` when it has no place for such a card.
pub fn lan_of(data_dir: &Path, card: Option<&Card>) -> Result<Option<Lan>, DriverError> {
    let Some(card) = card else { return Ok(None) };
    let network = record::known(data_dir, &card.network)?.spec;
    network.fits(card)?;
    Ok(Some(Lan { prefix: network.subnet.prefix, gateway: network.gateway }))
}

/// Takes a guest from its place `before` to `card`, by `note`, which writes the guest's record. The caller holds the guest's lock.
///
/// # Errors
/// As [`lan_of`], and what `note` says.
pub async fn connect(
    data_dir: &Path,
    before: Option<&Card>,
    card: Option<&Card>,
    note: impl AsyncFnOnce(Option<Lan>) -> Result<InForce, DriverError>,
) -> Result<InForce, DriverError> {
    // Held until the guest's record names the network, so that nobody removes it in between.
    let network_lock = match card {
        Some(card) => Some(Lock::network(data_dir, &card.network).await?),
        None => None,
    };
    let lan = lan_of(data_dir, card)?;
    if before == card {
        return Ok(InForce::Now);
    }
    let force = note(lan).await?;
    if let Some(card) = card {
        wire::realise(data_dir, &card.network).await?;
    }
    drop(network_lock);
    if let Some(left) = before.filter(|left| card.is_none_or(|card| card.network != left.network)) {
        // The port of a running guest stays until it ends; the next look at the network clears it away.
        if force == InForce::Now {
            refresh(data_dir, &left.network).await?;
        }
    }
    Ok(force)
}

/// Brings the network in line with its guests' records. One that is not there has nothing to bring in line.
///
/// # Errors
/// `Failed` with what a program printed.
pub async fn refresh(data_dir: &Path, network: &Reference) -> Result<(), DriverError> {
    let _lock = Lock::network(data_dir, network).await?;
    if record::find(data_dir, network).is_some() { wire::realise(data_dir, network).await } else { Ok(()) }
}

/// Makes sure that the network is there before a guest in it starts.
///
/// # Errors
/// `Conflict` when nobody knows the network, `Unsupported` where this host has none.
pub async fn ready(data_dir: &Path, network: &Reference) -> Result<(), DriverError> {
    must_be_able()?;
    let _lock = Lock::network(data_dir, network).await?;
    wire::realise(data_dir, network).await
}

/// Whether public `addresses` can lead to the guest.
///
/// # Errors
/// `Unsupported` for those that are not translated, `Conflict` for those that lead to another guest.
pub fn may_lead_to(data_dir: &Path, guest: &Reference, addresses: &[IpAddr]) -> Result<(), DriverError> {
    if addresses.iter().any(IpAddr::is_ipv6) {
        return Err(DriverError::unsupported("lead IPv6 addresses to guests"));
    }
    let others = record::guest_records(data_dir)?;
    let others = others.iter().filter(|other| other.spec.reference != *guest);
    match others.flat_map(|other| &other.seat.addresses).find(|taken| addresses.contains(taken)) {
        Some(taken) => Err(DriverError::conflict(format!("{taken} leads to another guest"))),
        None => Ok(()),
    }
}
