//! Private networks: made, joined, filtered, reached from outside, left.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{
    expect::{Violation, holds, must},
    reshape,
};
use crate::{Capabilities, Card, Driver, DriverError, Feature, GuestSpec, InForce, Network, NetworkSpec, Reference};

/// The address that the guest gets.
const OWN: Ipv4Addr = Ipv4Addr::new(10, 213, 7, 10);
/// An address from the block for documentation (RFC 5737), which nobody has.
const PUBLIC: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 77));
/// The first address of the guest's IPv6 network, from the block for documentation (RFC 3849). A host has one way to it, so suites that
/// run at the same time have different ones.
fn block() -> Ipv6Addr {
    Ipv6Addr::from_bits(0x2001_0db8_0006_0000 << 64 | u128::from(std::process::id() & 0xffff) << 64)
}

fn network(spec: &GuestSpec) -> Result<NetworkSpec, Violation> {
    let reference = holds("a reference is accepted", Reference::parse(&format!("net_conformance-{}", spec.template)))?;
    Ok(NetworkSpec { reference, subnet: Network { address: [10, 213, 7, 0].into(), prefix: 24 }, gateway: [10, 213, 7, 1].into(), egress: false, ipv6: None })
}

/// A network is made and a guest without power joins it.
pub(super) async fn join(driver: &dyn Driver, spec: &mut GuestSpec, can: &Capabilities) -> Result<(), Violation> {
    let network = network(spec)?;
    let card = Card { network: network.reference.clone(), ipv4: OWN, ipv6: can.has(Feature::Ipv6).then(|| Ipv6Addr::from_bits(block().to_bits() | 0xa)) };
    if !can.has(Feature::PrivateNetworks) {
        let answer = driver.ensure_network(&network).await;
        must("what a driver cannot do is Unsupported", matches!(answer, Err(DriverError::Unsupported { .. })), &answer)?;
        let answer = driver.connect(&spec.reference, Some(&card)).await;
        return must("what a driver cannot do is Unsupported", matches!(answer, Err(DriverError::Unsupported { .. })), &answer);
    }
    holds("removing a network that is not there succeeds", driver.remove_network(&network.reference).await)?;
    let answer = driver.connect(&spec.reference, Some(&card)).await;
    must("joining a network that is not there is a conflict", matches!(answer, Err(DriverError::Conflict { .. })), &answer)?;
    let wrong = NetworkSpec { gateway: [10, 9, 9, 9].into(), ..network.clone() };
    let answer = driver.ensure_network(&wrong).await;
    must("an impossible network is refused", matches!(answer, Err(DriverError::Refused { .. })), &answer)?;
    for _ in 0..2 {
        holds("a network is made, twice alike", driver.ensure_network(&network).await)?;
    }
    let dual = NetworkSpec { ipv6: Some(block()), ..network.clone() };
    if !can.has(Feature::Ipv6) {
        let answer = driver.ensure_network(&dual).await;
        must("what a driver cannot do is Unsupported", matches!(answer, Err(DriverError::Unsupported { .. })), &answer)?;
    }
    let open = NetworkSpec { egress: true, ipv6: card.ipv6.map(|_| block()), ..network };
    holds("a network takes what may change about it", driver.ensure_network(&open).await)?;
    let told = holds("networks are listed", driver.networks().await)?;
    must("the list tells what is there", told.iter().filter(|one| **one == open).count() == 1, &told)?;

    let other = NetworkSpec { gateway: [10, 213, 7, 2].into(), ..open };
    let answer = driver.ensure_network(&other).await;
    must("another gateway under the same reference is a conflict", matches!(answer, Err(DriverError::Conflict { .. })), &answer)?;
    let outside = Card { ipv4: [10, 9, 9, 9].into(), ..card.clone() };
    let answer = driver.connect(&spec.reference, Some(&outside)).await;
    must("an address outside the network is refused", matches!(answer, Err(DriverError::Refused { .. })), &answer)?;
    let outside = Card { ipv6: Some(Ipv6Addr::new(0x2001, 0xdb8, 0x7, 0x7, 0, 0, 0, 0xa)), ..card.clone() };
    let answer = driver.connect(&spec.reference, Some(&outside)).await;
    must("an IPv6 address outside the network is refused", matches!(answer, Err(DriverError::Refused { .. })), &answer)?;
    let before = holds("the guest is found", driver.find(&spec.reference).await)?;
    for connected in [Some(&card), Some(&card), None, Some(&card)] {
        let force = holds("a stopped guest joins and leaves, twice alike", driver.connect(&spec.reference, connected).await)?;
        must("for a stopped guest it holds at once", force == InForce::Now, force)?;
    }
    spec.card = Some(card);
    let found = holds("the guest is found", driver.ensure(spec).await)?;
    if can.has(Feature::OwnCard) {
        let as_before = before.is_some_and(|before| (before.ipv4, before.ipv6) == (found.ipv4.clone(), found.ipv6.clone()));
        return must("it has the addresses of its own card", as_before, &found);
    }
    must("it has its address", found.ipv4 == Some(OWN.to_string()), &found)?;
    let ipv6 = spec.card.as_ref().and_then(|card| card.ipv6).map(|address| address.to_string());
    must("and its IPv6 address where it has one", found.ipv6 == ipv6, &found)
}

/// A running guest in a network is filtered and reached from outside. Left running.
pub(super) async fn live(driver: &dyn Driver, spec: &GuestSpec, can: &Capabilities) -> Result<(), Violation> {
    let Some(card) = &spec.card else { return Ok(()) };
    let answer = driver.remove_network(&card.network).await;
    must("a network with a guest in it stays", matches!(answer, Err(DriverError::Conflict { .. })), &answer)?;
    reshape::filters(driver, spec, can).await?;
    if !can.has(Feature::PublicAddresses) {
        let answer = driver.set_addresses(&spec.reference, &[PUBLIC]).await;
        return must("what a driver cannot do is Unsupported", matches!(answer, Err(DriverError::Unsupported { .. })), &answer);
    }
    for addresses in [&[PUBLIC][..], &[PUBLIC], &[], &[PUBLIC]] {
        holds("public addresses are set, twice alike, and taken away", driver.set_addresses(&spec.reference, addresses).await)?;
    }
    Ok(())
}

/// A network that nobody is in any more goes.
pub(super) async fn leave(driver: &dyn Driver, spec: &GuestSpec) -> Result<(), Violation> {
    let Some(card) = &spec.card else { return Ok(()) };
    for _ in 0..2 {
        holds("an empty network is removed, twice alike", driver.remove_network(&card.network).await)?;
    }
    let told = holds("networks are listed", driver.networks().await)?;
    must("a removed network is gone", told.iter().all(|one| one.reference != card.network), &told)
}
