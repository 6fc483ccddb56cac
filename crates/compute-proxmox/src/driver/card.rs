//! A guest's place in a private network: a second card. The first one, which the mapping gives, stays as it is, but for its cable: a network
//! without a way out takes it, unless public addresses lead to the guest.

use compute_driver::{Card, DriverError, InForce, Reference, Status};

use super::config::Config;
use super::network::{self, Vnet};
use super::{Proxmox, filter, look, mark, seed};
use crate::call::{At, Kind, guest};
use crate::client::{Params, Property, Trouble};

/// Cards that a guest of ours can have beside its first one, each with a number that Proxmox VE knows (`net[n]`).
const NUMBERS: std::ops::RangeInclusive<u8> = 1..=7;

/// Gives the guest its place, or takes it out of every network.
pub(super) async fn connect(proxmox: &Proxmox, reference: &Reference, card: Option<&Card>) -> Result<InForce, DriverError> {
    let vnet = vnet(proxmox, card).await?;
    let (at, said) = proxmox.current(reference).await?;
    let changed = put(proxmox, &at, &proxmox.config(&at).await?, card.zip(vnet.as_ref())).await?;
    // Cloud-init tells a machine at its next start which address the new card has; a container is told at once.
    let told_later = changed && card.is_some() && at.kind == Kind::Machine;
    if told_later {
        seed::take_over(proxmox, &at).await?;
    }
    let waits = told_later && look::status(&said) != Status::Stopped;
    Ok(if waits { InForce::AfterRestart } else { InForce::Now })
}

/// The network that a card is for.
pub(super) async fn vnet(proxmox: &Proxmox, card: Option<&Card>) -> Result<Option<Vnet>, DriverError> {
    let Some(card) = card else { return Ok(None) };
    let vnet = network::known(proxmox, &card.network).await?;
    vnet.spec.fits(card)?;
    if card.ipv6.is_some() {
        return Err(DriverError::refused("a guest has its IPv6 address on its own card"));
    }
    Ok(Some(vnet))
}

/// Leaves the guest with this card and no other of ours, holds it to its address, and sees to the cable of the first card; true when a card
/// of ours had to change. A backup or a snapshot may have brought one of another time, or of another guest.
///
/// Cards, tags and cable are one call: whoever comes again after a lost answer finds nothing of them done, or everything.
pub(super) async fn put(proxmox: &Proxmox, at: &At, now: &Config, place: Option<(&Card, &Vnet)>) -> Result<bool, DriverError> {
    let mac = now.mac().and_then(|mac| second(&mac)).ok_or_else(|| DriverError::failed("the guest's first card has no address", ""))?;
    let number = place.map(|_| number(now, &mac)).transpose()?;
    let mut params = Params::new();
    let mut goes = Vec::new();
    for other in ours(now).filter(|other| Some(*other) != number) {
        goes.push(format!("net{other}"));
        goes.extend(Some(format!("ipconfig{other}")).filter(|name| now.has(name)));
    }
    if let (Some((card, vnet)), Some(number)) = (place, number) {
        for (name, line) in lines(at.kind, number, &mac, card, vnet) {
            if !same(&now.line(&name), &line) {
                params = params.with(&name, line);
            }
        }
    }
    let tags = mark::in_network(&now.tags(), place.map(|(card, _)| &card.network));
    if tags != now.tags() {
        params = params.with("tags", tags);
    }
    if !goes.is_empty() {
        params = params.with("delete", goes.join(","));
    }
    let changes = params != Params::new();
    let open = match place {
        Some((_, vnet)) => vnet.spec.egress || is_led_to(proxmox, at).await?,
        None => true,
    };
    // A guest that is in no network and never was is left alone: somebody may have pulled the cable for reasons of their own.
    if let Some(line) = cable(now, open).filter(|_| changes || !open) {
        params = params.with("net0", line);
    }
    if changes {
        // With the card goes what it may send from, so that the card is never there without.
        if let (Some((card, _)), Some(number)) = (place, number) {
            filter::hold_card(proxmox, at, number, card.ipv4).await?;
        }
    }
    if params != Params::new() {
        proxmox.client().settle(&guest::set_config(at, params.maybe("digest", now.digest()))).await?;
    }
    let stays = |other: &u8| Some(*other) == number || now.has(&format!("net{other}")) && !ours(now).any(|one| one == *other);
    filter::let_cards_go(proxmox, at, NUMBERS.filter(|other| !stays(other))).await?;
    Ok(changes)
}

/// Plugs the guest's own card in or pulls its cable. A guest to which public addresses lead keeps it.
pub(super) async fn set_cable(proxmox: &Proxmox, at: &At, open: bool) -> Result<(), DriverError> {
    let open = open || is_led_to(proxmox, at).await?;
    let now = proxmox.config(at).await?;
    if let Some(line) = cable(&now, open) {
        proxmox.client().settle(&guest::set_config(at, Params::new().with("net0", line).maybe("digest", now.digest()))).await?;
    }
    Ok(())
}

async fn is_led_to(proxmox: &Proxmox, at: &At) -> Result<bool, Trouble> {
    Ok(!filter::public(proxmox, at).await?.is_empty())
}

/// What the first card has to say of its cable, unless it says so.
fn cable(now: &Config, open: bool) -> Option<String> {
    let line = now.line("net0");
    let is_down = Property::of(&line).get("link_down") == Some("1");
    if line.is_empty() || open != is_down {
        return None;
    }
    let kept = line.split(',').filter(|word| !word.starts_with("link_down=")).collect::<Vec<_>>().join(",");
    Some(if open { kept } else { format!("{kept},link_down=1") })
}

/// Brings the cable in line after public addresses came or went.
pub(super) async fn after_addresses(proxmox: &Proxmox, at: &At) -> Result<(), DriverError> {
    let Some(network) = mark::network_in(&proxmox.config(at).await?.tags()) else { return Ok(()) };
    let open = network::known(proxmox, &network).await?.spec.egress;
    set_cable(proxmox, at, open).await
}

/// The numbers of the guest's cards that are in networks of ours.
fn ours(now: &Config) -> impl Iterator<Item = u8> {
    NUMBERS.filter(|number| Property::of(&now.line(&format!("net{number}"))).get("bridge").is_some_and(network::is_ours))
}

/// The number of the guest's second card: the one that it has, or the first that is free.
fn number(now: &Config, mac: &str) -> Result<u8, DriverError> {
    let has = |number: &u8| Config::mac_in(&now.line(&format!("net{number}"))).is_some_and(|there| there.eq_ignore_ascii_case(mac));
    // The place of a card that goes is free, too.
    let going: Vec<u8> = ours(now).collect();
    let free = |number: &u8| going.contains(number) || now.line(&format!("net{number}")).is_empty();
    NUMBERS.into_iter().find(has).or_else(|| NUMBERS.into_iter().find(free)).ok_or_else(|| DriverError::conflict("the guest has no place for one more card"))
}

/// The settings of the second card, by name.
fn lines(kind: Kind, number: u8, mac: &str, card: &Card, vnet: &Vnet) -> Vec<(String, String)> {
    let address = format!("ip={}/{}", card.ipv4, vnet.spec.subnet.prefix);
    let name = format!("net{number}");
    match kind {
        Kind::Machine => vec![(name, format!("virtio={mac},bridge={},firewall=1", vnet.name)), (format!("ipconfig{number}"), address)],
        Kind::Container => vec![(name, format!("name=eth{number},bridge={},hwaddr={mac},firewall=1,{address}", vnet.name))],
    }
}

/// Whether two property strings say the same; the cluster writes them in an order and in letters of its own, and adds words.
fn same(now: &str, wanted: &str) -> bool {
    let has = |word: &str| now.split(',').any(|there| there.eq_ignore_ascii_case(word));
    !now.is_empty() && wanted.split(',').all(has)
}

/// The address of the second card, which follows from that of the first: locally administered (IEEE 802, second bit of the first octet),
/// and another one in that octet.
fn second(mac: &str) -> Option<String> {
    let (first, rest) = mac.split_once(':')?;
    let first = (u8::from_str_radix(first, 16).ok()? | 0x02) ^ 0x04;
    Some(format!("{first:02x}:{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_card_is_known_by_the_first() {
        assert_eq!(second("02:12:34:56:78:9a").as_deref(), Some("06:12:34:56:78:9a"));
        assert_eq!(second("bc:24:11:00:00:01").as_deref(), Some("ba:24:11:00:00:01"));
        for mac in ["02:00:00:00:00:01", "bc:24:11:00:00:01"] {
            let first = u8::from_str_radix(&second(mac).unwrap()[..2], 16).unwrap();
            assert!(first & 3 == 2, "locally administered, and one card alone");
        }
        assert_eq!(second(""), None);
    }

    #[test]
    fn the_order_of_words_says_nothing() {
        assert!(same("bridge=fh000000,firewall=1,virtio=06:12:34:56:78:9A,queues=2", "virtio=06:12:34:56:78:9a,bridge=fh000000,firewall=1"));
        for other in ["", "virtio=06:12:34:56:78:9a,bridge=fh000001,firewall=1", "virtio=06:12:34:56:78:9a,bridge=fh000000"] {
            assert!(!same(other, "virtio=06:12:34:56:78:9a,bridge=fh000000,firewall=1"), "{other}");
        }
    }
}
