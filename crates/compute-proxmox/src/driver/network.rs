//! Private networks: a virtual network (VNet) of the mapping's zone for each. Its alias says whose it is and what it is like, because
//! nothing else at the cluster could.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::time::Duration;

use compute_driver::{DriverError, Network, NetworkSpec, Reference};

use super::locate::seed;
use super::{Proxmox, card, mark};
use crate::call::sdn;
use crate::client::{Fields, Params, Trouble};
use crate::settings::Private;

/// Before our words in an alias.
const ALIAS: &str = "fairhold";
/// How the names of our VNets begin; the rest are digits of a hash.
const PREFIX: &str = "fh";
/// Names that are tried for one reference, and turns that a changing cluster is looked at.
const TRIES: u64 = 16;
/// Applying reloads the network of every node.
const APPLIED_IN: Duration = Duration::from_secs(180);

/// A VNet of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Vnet {
    /// Its name, which is also that of the bridge on each node.
    pub(super) name: String,
    pub(super) spec: NetworkSpec,
}

/// What the cluster says of a VNet or a zone, with what is going to be.
struct Entry {
    name: String,
    zone: String,
    tag: Option<u64>,
    alias: String,
    /// `new`, `changed` or `deleted`, where it waits to be applied.
    state: Option<String>,
}

impl Entry {
    fn of(said: &Fields, key: &str) -> Option<Self> {
        let pending = said.inside("pending");
        let word = |name: &str| pending.text(name).or_else(|| said.text(name));
        let tag = pending.count("tag").or_else(|| said.count("tag"));
        Some(Self { name: said.text(key)?, zone: word("zone").unwrap_or_default(), tag, alias: word("alias").unwrap_or_default(), state: said.text("state") })
    }

    fn is_going(&self) -> bool {
        self.state.as_deref() == Some("deleted")
    }
}

/// What an alias says. The words are those that the cluster allows in one.
fn alias(spec: &NetworkSpec) -> String {
    let way_out = if spec.egress { "open" } else { "shut" };
    format!("{ALIAS} {} {}/{} {} {way_out}", spec.reference, spec.subnet.address, spec.subnet.prefix, spec.gateway)
}

fn read_alias(text: &str) -> Option<NetworkSpec> {
    let words: Vec<_> = text.split_whitespace().collect();
    let [ALIAS, reference, subnet, gateway, way_out @ ("open" | "shut")] = words.as_slice() else { return None };
    let (address, prefix) = subnet.split_once('/')?;
    Some(NetworkSpec {
        reference: Reference::parse(reference).ok()?,
        subnet: Network { address: address.parse::<Ipv4Addr>().ok()?.into(), prefix: prefix.parse().ok()? },
        gateway: gateway.parse().ok()?,
        egress: *way_out == "open",
        ipv6: None,
    })
}

/// Whether a bridge has a name that we give to VNets.
pub(super) fn is_ours(bridge: &str) -> bool {
    bridge.strip_prefix(PREFIX).is_some_and(|rest| rest.len() == 6 && rest.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase()))
}

/// The names that a network's VNet may have, at most 8 characters of which the first is a letter, in the order in which they are tried.
fn names(reference: &Reference) -> impl Iterator<Item = String> {
    let seed = seed(reference);
    (0..TRIES).map(move |attempt| {
        let mut rest = seed.wrapping_add(attempt);
        let digits = (0..6).filter_map(|_| {
            let digit = char::from_digit(u32::try_from(rest % 36).ok()?, 36);
            rest /= 36;
            digit
        });
        PREFIX.chars().chain(digits).collect()
    })
}

fn private(proxmox: &Proxmox) -> Result<&Private, DriverError> {
    proxmox.mapping().private.as_ref().ok_or_else(|| DriverError::unsupported("make private networks: no zone is named for them"))
}

async fn entries(proxmox: &Proxmox) -> Result<Vec<Entry>, Trouble> {
    let said = Fields::each(proxmox.client().ask(&sdn::networks()).await?);
    Ok(said.iter().filter_map(|one| Entry::of(one, "vnet")).collect())
}

/// The VNet of a network, among those that stay.
fn of<'a>(entries: &'a [Entry], zone: &str, reference: &Reference) -> Option<(&'a Entry, NetworkSpec)> {
    let ours = entries.iter().filter(|entry| entry.zone == zone && !entry.is_going());
    ours.filter_map(|entry| Some((entry, read_alias(&entry.alias)?))).find(|(_, spec)| spec.reference == *reference)
}

/// The network, which somebody is to be in.
///
/// # Errors
/// `Conflict` when it is not there, or waits to be applied.
pub(super) async fn known(proxmox: &Proxmox, reference: &Reference) -> Result<Vnet, DriverError> {
    let zone = &private(proxmox)?.zone;
    let entries = entries(proxmox).await?;
    let in_force = of(&entries, zone, reference).filter(|(entry, _)| entry.state.is_none());
    in_force
        .map(|(entry, spec)| Vnet { name: entry.name.clone(), spec })
        .ok_or_else(|| DriverError::conflict(format!("there is no private network {reference} at this cluster")))
}

/// Every network of ours.
pub(super) async fn list(proxmox: &Proxmox) -> Result<Vec<NetworkSpec>, DriverError> {
    let zone = &private(proxmox)?.zone;
    let entries = entries(proxmox).await?;
    let mut all: Vec<_> = entries.iter().filter(|entry| entry.zone == *zone && !entry.is_going()).filter_map(|entry| read_alias(&entry.alias)).collect();
    all.sort_by(|one, other| one.reference.cmp(&other.reference));
    Ok(all)
}

/// Finds the network or makes it.
pub(super) async fn ensure(proxmox: &Proxmox, wanted: &NetworkSpec) -> Result<(), DriverError> {
    let private = private(proxmox)?;
    wanted.check()?;
    if wanted.ipv6.is_some() {
        return Err(DriverError::unsupported("give guests of a private network IPv6 addresses: they have them on their own cards"));
    }
    // Others may make networks at the same time: after each step the cluster is looked at anew.
    for _ in 0..TRIES {
        let entries = entries(proxmox).await?;
        let Some((entry, spec)) = of(&entries, &private.zone, &wanted.reference) else {
            make(proxmox, private, &entries, wanted).await?;
            continue;
        };
        if !spec.same_shape(wanted) {
            return Err(DriverError::conflict("a network with this reference has another subnet or gateway"));
        }
        if spec != *wanted {
            // The alias last: until it says so, whoever tries again does all of it.
            follow(proxmox, wanted).await?;
            let change = Params::new().with("alias", alias(wanted));
            proxmox.client().settle(&sdn::change_network(&entry.name, change)).await?;
            continue;
        }
        return if entry.state.is_some() { apply(proxmox, private).await } else { Ok(()) };
    }
    Err(DriverError::unavailable("the cluster's networks change all the time"))
}

/// Makes the VNet under the first name and the first tag that are free. Whoever was faster, or whose answer got lost, is found by the next look.
async fn make(proxmox: &Proxmox, private: &Private, entries: &[Entry], wanted: &NetworkSpec) -> Result<(), DriverError> {
    let taken: BTreeSet<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
    let name = names(&wanted.reference).find(|name| !taken.contains(name.as_str()));
    let name = name.ok_or_else(|| DriverError::full("every name for this network's VNet is taken"))?;
    let tag = match &private.tags {
        Some(tags) => {
            let used: BTreeSet<_> = entries.iter().filter(|entry| entry.zone == private.zone).filter_map(|entry| entry.tag).collect();
            let room = u64::from(tags.end() - tags.start()) + 1;
            // Not the lowest one, so that a tag comes back late: switches and guests remember.
            let (first, begin) = (u64::from(*tags.start()), seed(&wanted.reference) % room);
            let free = (0..room).map(|step| first + (begin + step) % room).find(|tag| !used.contains(tag));
            Some(free.ok_or_else(|| DriverError::full(format!("every tag of the zone {} is taken", private.zone)))?)
        }
        None => None,
    };
    let params = Params::new().with("vnet", &name).with("zone", &private.zone).with("alias", alias(wanted)).maybe("tag", tag);
    match proxmox.client().settle(&sdn::create_network(params)).await {
        Ok(_) | Err(Trouble::Taken(_) | Trouble::Lost(_)) => Ok(()),
        Err(trouble) => Err(trouble.into()),
    }
}

/// Applies what waits, if all of it is ours: what somebody else prepares is not finished before they say so.
async fn apply(proxmox: &Proxmox, private: &Private) -> Result<(), DriverError> {
    let client = proxmox.client();
    let zones = Fields::each(client.ask(&sdn::zones()).await?);
    let zones = zones.iter().filter_map(|one| Entry::of(one, "zone")).filter(|zone| zone.state.is_some()).map(|zone| format!("zone {}", zone.name));
    let entries = entries(proxmox).await?;
    let mine = |entry: &Entry| entry.zone == private.zone && (read_alias(&entry.alias).is_some() || is_ours(&entry.name));
    let foreign = entries.iter().filter(|entry| entry.state.is_some() && !mine(entry)).map(|entry| format!("network {}", entry.name));
    if let Some(first) = zones.chain(foreign).next() {
        let why = format!("a change of the {first} waits at the cluster that is not ours; apply or revert it under Datacenter, SDN");
        return Err(DriverError::unavailable(why));
    }
    Ok(client.work(&sdn::apply(), "", 0, APPLIED_IN).await?)
}

/// Opens or shuts the way out of everybody who is in the network.
async fn follow(proxmox: &Proxmox, network: &NetworkSpec) -> Result<(), DriverError> {
    let view = proxmox.view(Duration::ZERO).await?;
    for member in view.guests.iter().filter(|guest| mark::is_in(&guest.tags, &network.reference)) {
        card::set_cable(proxmox, &member.at, network.egress).await?;
    }
    Ok(())
}

/// Removes the network.
pub(super) async fn remove(proxmox: &Proxmox, reference: &Reference) -> Result<(), DriverError> {
    let private = private(proxmox)?;
    let view = proxmox.view(Duration::ZERO).await?;
    if view.guests.iter().any(|guest| mark::is_in(&guest.tags, reference)) {
        return Err(DriverError::conflict("a guest is in this network"));
    }
    let all = entries(proxmox).await?;
    if let Some((entry, _)) = of(&all, &private.zone, reference) {
        match proxmox.client().settle(&sdn::delete_network(&entry.name)).await {
            Ok(_) | Err(Trouble::Nothing(_)) => {}
            Err(trouble) => return Err(trouble.into()),
        }
        return apply(proxmox, private).await;
    }
    // An earlier try may not have come to the applying.
    let goes = |entry: &Entry| entry.is_going() && names(reference).any(|name| name == entry.name);
    if all.iter().any(goes) { apply(proxmox, private).await } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(egress: bool) -> NetworkSpec {
        let subnet = Network { address: [10, 0, 7, 0].into(), prefix: 24 };
        NetworkSpec { reference: Reference::parse("net_01jabc").unwrap(), subnet, gateway: [10, 0, 7, 1].into(), egress, ipv6: None }
    }

    #[test]
    fn an_alias_is_read_as_it_is_written_and_the_cluster_takes_it() {
        for egress in [true, false] {
            let text = alias(&spec(egress));
            assert_eq!(read_alias(&text), Some(spec(egress)));
            // `[\(\)-_.\w\d\s]{0,256}`, in which `\)-_` is a range.
            assert!(text.len() <= 256 && text.bytes().all(|b| (b')'..=b'_').contains(&b) || b.is_ascii_alphanumeric() || b == b' '), "{text}");
        }
        for other in
            ["", "backend", "fairhold", "fairhold net_1 10.0.0.0/24 10.0.0.1", "fairhold net_1 10.0.0.0 10.0.0.1 open", "x net_1 10.0.0.0/24 10.0.0.1 open"]
        {
            assert_eq!(read_alias(other), None, "{other}");
        }
    }

    #[test]
    fn names_of_networks_fit_and_are_known_again() {
        let all: Vec<_> = names(&spec(true).reference).collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        assert!(all.iter().all(|name| name.len() == 8 && is_ours(name)), "{all:?}");
        for other in ["vmbr0", "fhtoolong", "fhABCDEF", "fh", "tenant1"] {
            assert!(!is_ours(other), "{other}");
        }
    }
}
