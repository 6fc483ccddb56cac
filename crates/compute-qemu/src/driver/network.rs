//! Private networks, and a guest's place in one: the card, what it may send and receive, the public addresses that lead to it.

use std::{net::IpAddr, path::Path};

use compute_driver::{Card, DriverError, Filter, InForce, NetworkSpec, Reference};

use super::{Qemu, reshape};
use crate::{
    guest::{
        lock::Lock,
        place::Place,
        record::{Lan, Record},
    },
    network::{
        host::must_be_able,
        names::Names,
        record::{self, Network},
        wire,
    },
};

/// Finds the network or makes it, and brings back whatever of it is missing on the host.
pub(super) async fn ensure(qemu: &Qemu, wanted: &NetworkSpec) -> Result<(), DriverError> {
    must_be_able()?;
    wanted.check()?;
    if wanted.ipv6.is_some() {
        return Err(DriverError::unsupported("give guests IPv6 addresses"));
    }
    let data_dir = &qemu.settings.data_dir;
    let _lock = Lock::network(data_dir, &wanted.reference).await?;
    let network = match record::find(data_dir, &wanted.reference) {
        Some(known) if !known.spec.same_shape(wanted) => {
            return Err(DriverError::conflict("a network with this reference has another subnet or gateway"));
        }
        Some(known) => Network { spec: wanted.clone(), ..known },
        None => Network { spec: wanted.clone(), link: wire::free_link(&Names::of(data_dir, &wanted.reference)).await? },
    };
    record::keep(data_dir, &network)?;
    wire::realise(data_dir, &wanted.reference).await
}

/// Removes the network, and whatever an interrupted call left of it.
pub(super) async fn remove(qemu: &Qemu, reference: &Reference) -> Result<(), DriverError> {
    must_be_able()?;
    let data_dir = &qemu.settings.data_dir;
    let _lock = Lock::network(data_dir, reference).await?;
    if !record::members(data_dir, reference)?.is_empty() {
        return Err(DriverError::conflict("a guest is in this network"));
    }
    wire::remove(data_dir, reference).await
}

/// Every network of this data folder.
pub(super) fn list(qemu: &Qemu) -> Result<Vec<NetworkSpec>, DriverError> {
    must_be_able()?;
    Ok(record::all(&qemu.settings.data_dir)?.into_iter().map(|network| network.spec).collect())
}

/// Gives the guest its place, or takes it back to QEMU's own network. A running QEMU keeps the card that it has.
pub(super) async fn connect(qemu: &Qemu, reference: &Reference, card: Option<&Card>) -> Result<InForce, DriverError> {
    must_be_able()?;
    let data_dir = &qemu.settings.data_dir;
    qemu.known(reference)?;
    let _guest_lock = Lock::guest(data_dir, reference).await?;
    let before = qemu.known(reference)?.1.spec.card;
    // Held until the guest's record names the network, so that nobody removes it in between.
    let network_lock = match card {
        Some(card) => Some(Lock::network(data_dir, &card.network).await?),
        None => None,
    };
    let lan = lan_of(data_dir, card)?;
    if before.as_ref() == card {
        return Ok(InForce::Now);
    }
    let force = reshape::reseed_locked(qemu, reference, |record| {
        record.spec.card = card.cloned();
        record.lan = lan;
        if card.is_none() {
            record.addresses.clear();
        }
    })
    .await?;
    if let Some(card) = card {
        wire::realise(data_dir, &card.network).await?;
    }
    drop(network_lock);
    if let Some(left) = before.filter(|left| card.is_none_or(|card| card.network != left.network)) {
        // The card that a running QEMU has open stays until it ends; the next look at the network clears it away.
        if force == InForce::Now {
            refresh(data_dir, &left.network).await?;
        }
    }
    Ok(force)
}

/// What a guest must know of the network that it is in.
pub(super) fn lan_of(data_dir: &Path, card: Option<&Card>) -> Result<Option<Lan>, DriverError> {
    let Some(card) = card else { return Ok(None) };
    let network = record::known(data_dir, &card.network)?.spec;
    network.fits(card)?;
    Ok(Some(Lan { prefix: network.subnet.prefix, gateway: network.gateway }))
}

/// Brings the network in line with its guests' records. One that is not there has nothing to bring in line.
pub(super) async fn refresh(data_dir: &Path, network: &Reference) -> Result<(), DriverError> {
    let _lock = Lock::network(data_dir, network).await?;
    if record::find(data_dir, network).is_some() { wire::realise(data_dir, network).await } else { Ok(()) }
}

/// Filters the guest's traffic from now on.
pub(super) async fn set_filter(qemu: &Qemu, reference: &Reference, filter: &Filter) -> Result<(), DriverError> {
    must_be_able()?;
    filter.check()?;
    change(qemu, reference, |record| record.filter = Some(filter.clone())).await
}

/// Leads public addresses to the guest from now on.
pub(super) async fn set_addresses(qemu: &Qemu, reference: &Reference, addresses: &[IpAddr]) -> Result<(), DriverError> {
    must_be_able()?;
    if addresses.iter().any(IpAddr::is_ipv6) {
        return Err(DriverError::unsupported("lead IPv6 addresses to guests"));
    }
    let others = record::guest_records(&qemu.settings.data_dir)?;
    let taken = others.iter().filter(|other| other.spec.reference != *reference).flat_map(|other| &other.addresses).find(|taken| addresses.contains(taken));
    if let Some(taken) = taken {
        return Err(DriverError::conflict(format!("{taken} leads to another guest")));
    }
    let (_, record) = qemu.known(reference)?;
    if record.spec.card.is_none() && addresses.is_empty() {
        return Ok(());
    }
    change(qemu, reference, |record| record.addresses = addresses.to_vec()).await
}

async fn change(qemu: &Qemu, reference: &Reference, change: impl FnOnce(&mut Record)) -> Result<(), DriverError> {
    qemu.known(reference)?;
    let _lock = Lock::guest(&qemu.settings.data_dir, reference).await?;
    let (place, mut record): (Place, Record) = qemu.known(reference)?;
    let Some(card) = record.spec.card.clone() else {
        return Err(DriverError::conflict("the guest is in no private network, and in QEMU's own nothing is filtered or led to it"));
    };
    change(&mut record);
    reshape::note(&place, &record)?;
    refresh(&qemu.settings.data_dir, &card.network).await
}

/// Makes sure that the network is there before the guest starts.
pub(super) async fn ready(qemu: &Qemu, record: &Record) -> Result<(), DriverError> {
    let Some(card) = &record.spec.card else { return Ok(()) };
    must_be_able()?;
    let data_dir = &qemu.settings.data_dir;
    let _lock = Lock::network(data_dir, &card.network).await?;
    wire::realise(data_dir, &card.network).await
}

/// Takes what a destroyed guest had in its network away.
pub(super) async fn gone(qemu: &Qemu, record: Option<&Record>) -> Result<(), DriverError> {
    match record.and_then(|record| record.spec.card.as_ref()) {
        Some(card) => refresh(&qemu.settings.data_dir, &card.network).await,
        None => Ok(()),
    }
}
