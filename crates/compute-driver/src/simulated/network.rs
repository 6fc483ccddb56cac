//! Private networks of the simulated hypervisor. No packet moves; what was asked for is kept and told.

use std::net::IpAddr;

use super::{Simulated, fault::Operation};
use crate::{Card, DriverError, Feature, InForce, NetworkSpec, Reference, Status};

const NETWORKS: &str = "make private networks";

pub(super) async fn ensure(sim: &Simulated, network: &NetworkSpec) -> Result<(), DriverError> {
    let made = sim.perform(Operation::EnsureNetwork, Some(&network.reference), |state| {
        state.can(Feature::PrivateNetworks, NETWORKS)?;
        network.check()?;
        if network.ipv6.is_some() {
            state.can(Feature::Ipv6, "give guests IPv6 addresses")?;
        }
        if state.networks.get(&network.reference).is_some_and(|known| !known.same_shape(network)) {
            return Err(DriverError::conflict("a network with this reference has another subnet or gateway"));
        }
        state.networks.insert(network.reference.clone(), network.clone());
        Ok(())
    });
    made.await
}

pub(super) async fn remove(sim: &Simulated, reference: &Reference) -> Result<(), DriverError> {
    let removed = sim.perform(Operation::RemoveNetwork, Some(reference), |state| {
        state.can(Feature::PrivateNetworks, NETWORKS)?;
        if state.guests.values().any(|machine| machine.spec.card.as_ref().is_some_and(|card| card.network == *reference)) {
            return Err(DriverError::conflict("a guest is in this network"));
        }
        state.networks.remove(reference);
        Ok(())
    });
    removed.await
}

pub(super) async fn list(sim: &Simulated) -> Result<Vec<NetworkSpec>, DriverError> {
    let listed = sim.perform(Operation::Networks, None, |state| {
        state.can(Feature::PrivateNetworks, NETWORKS)?;
        Ok(state.networks.values().cloned().collect())
    });
    listed.await
}

pub(super) async fn connect(sim: &Simulated, reference: &Reference, card: Option<&Card>) -> Result<InForce, DriverError> {
    let connected = sim.perform(Operation::Connect, Some(reference), |state| {
        state.can(Feature::PrivateNetworks, NETWORKS)?;
        if let Some(card) = card {
            let network = state.networks.get(&card.network).ok_or_else(|| DriverError::conflict("there is no such network"))?;
            network.fits(card)?;
        }
        let machine = state.machine(reference)?;
        let same = machine.spec.card.as_ref() == card;
        machine.spec.card = card.cloned();
        Ok(Some(if same || machine.status == Status::Stopped { InForce::Now } else { InForce::AfterRestart }))
    });
    Ok(connected.await?.unwrap_or(InForce::Now))
}

pub(super) async fn set_addresses(sim: &Simulated, reference: &Reference, addresses: &[IpAddr]) -> Result<(), DriverError> {
    let set = sim.perform(Operation::SetAddresses, Some(reference), |state| {
        state.can(Feature::PublicAddresses, "lead public addresses to guests")?;
        let machine = state.machine(reference)?;
        if machine.spec.card.is_none() && !machine.own_card && !addresses.is_empty() {
            return Err(DriverError::conflict("the guest is in no private network"));
        }
        machine.addresses = addresses.to_vec();
        Ok(())
    });
    set.await
}
