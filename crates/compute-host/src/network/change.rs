//! What drivers ask for: networks that come, change and go, and guests that come and go in them. Each call takes the network's lock, and
//! brings the host in line with the records before it lets go.

use std::net::IpAddr;

use compute_driver::{Card, DriverError, InForce, NetworkSpec, Reference};

use super::{
    home::Home,
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
pub async fn ensure(home: &Home, wanted: &NetworkSpec) -> Result<(), DriverError> {
    must_be_able()?;
    wanted.check()?;
    let names = Names::of(home, &wanted.reference);
    let _lock = Lock::network(home.folder(), &wanted.reference).await?;
    if let Some(block) = wanted.ipv6 {
        must_have_ipv6()?;
        ipv6::must_be_free(&names, block).await?;
    }
    let network = match record::find(home, &wanted.reference) {
        Some(known) if !known.spec.same_shape(wanted) => {
            return Err(DriverError::conflict("a network with this reference has another subnet or gateway"));
        }
        Some(known) => Network { spec: wanted.clone(), ..known },
        None => Network { spec: wanted.clone(), link: wire::free_link(&names).await? },
    };
    record::keep(home, &network)?;
    wire::realise(home, &wanted.reference).await
}

/// Removes the network, and whatever an interrupted call left of it.
///
/// # Errors
/// `Conflict` while a guest is in it, `Unsupported` where this host has no networks.
pub async fn remove(home: &Home, reference: &Reference) -> Result<(), DriverError> {
    must_be_able()?;
    let _lock = Lock::network(home.folder(), reference).await?;
    if !record::members(home, reference)?.is_empty() {
        return Err(DriverError::conflict("a guest is in this network"));
    }
    wire::remove(home, reference).await
}

/// Every network of this home.
///
/// # Errors
/// `Unsupported` where this host has no networks.
pub fn list(home: &Home) -> Result<Vec<NetworkSpec>, DriverError> {
    must_be_able()?;
    record::all(home)
}

/// What a guest must know of the network that it is in.
///
/// # Errors
/// `Conflict` when the network is not there, `Refused` when it has no place for such a card.
pub fn lan_of(home: &Home, card: Option<&Card>) -> Result<Option<Lan>, DriverError> {
    let Some(card) = card else { return Ok(None) };
    let network = record::known(home, &card.network)?.spec;
    network.fits(card)?;
    Ok(Some(Lan { prefix: network.subnet.prefix, gateway: network.gateway }))
}

/// Takes a guest from its place `before` to `card`, by `note`, which writes the guest's record. The caller holds the guest's lock.
///
/// # Errors
/// As [`lan_of`], and what `note` says.
pub async fn connect(
    home: &Home,
    before: Option<&Card>,
    card: Option<&Card>,
    note: impl AsyncFnOnce(Option<Lan>) -> Result<InForce, DriverError>,
) -> Result<InForce, DriverError> {
    // Held until the guest's record names the network, so that nobody removes it in between.
    let network_lock = match card {
        Some(card) => Some(Lock::network(home.folder(), &card.network).await?),
        None => None,
    };
    let lan = lan_of(home, card)?;
    if before == card {
        return Ok(InForce::Now);
    }
    let force = note(lan).await?;
    if let Some(card) = card {
        wire::realise(home, &card.network).await?;
    }
    drop(network_lock);
    if let Some(left) = before.filter(|left| card.is_none_or(|card| card.network != left.network)) {
        // The port of a running guest stays until it ends; the next look at the network clears it away.
        if force == InForce::Now {
            refresh(home, &left.network).await?;
        }
    }
    Ok(force)
}

/// Brings the network in line with its guests' records. One that is not there has nothing to bring in line.
///
/// # Errors
/// `Failed` with what a program printed.
pub async fn refresh(home: &Home, network: &Reference) -> Result<(), DriverError> {
    let _lock = Lock::network(home.folder(), network).await?;
    if record::find(home, network).is_some() { wire::realise(home, network).await } else { Ok(()) }
}

/// Makes sure that the network is there before a guest in it starts.
///
/// # Errors
/// `Conflict` when nobody knows the network, `Unsupported` where this host has none.
pub async fn ready(home: &Home, network: &Reference) -> Result<(), DriverError> {
    must_be_able()?;
    let _lock = Lock::network(home.folder(), network).await?;
    wire::realise(home, network).await
}

/// Whether public `addresses` can lead to the guest.
///
/// # Errors
/// `Unsupported` for those that are not translated, `Conflict` for those that lead to another guest.
pub fn may_lead_to(home: &Home, guest: &Reference, addresses: &[IpAddr]) -> Result<(), DriverError> {
    if addresses.iter().any(IpAddr::is_ipv6) {
        return Err(DriverError::unsupported("lead IPv6 addresses to guests"));
    }
    let others = record::guest_records(home)?;
    let others = others.iter().filter(|other| other.spec.reference != *guest);
    match others.flat_map(|other| &other.seat.addresses).find(|taken| addresses.contains(taken)) {
        Some(taken) => Err(DriverError::conflict(format!("{taken} leads to another guest"))),
        None => Ok(()),
    }
}
