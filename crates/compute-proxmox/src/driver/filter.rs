//! A guest's firewall, which the node applies outside the guest: rules, policies, and which senders are its own.

use std::net::{IpAddr, Ipv4Addr};

use compute_driver::{Direction, DriverError, Filter, Network, Protocol, Reference, Rule, Verdict};
use serde_json::Value;

use super::config::Config;
use super::{Proxmox, card};
use crate::block::link_local;
use crate::call::{At, firewall};
use crate::client::{Fields, Params, Trouble};

/// The set of addresses that the node takes for those of the first card.
const OWN: &str = "ipfilter-net0";
/// What the comment of a public address says, by which it is told from what an earlier address of the guest left.
const PUBLIC: &str = "fairhold: public address";

/// One rule as the cluster keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    way: &'static str,
    action: &'static str,
    protocol: Option<&'static str>,
    ports: Option<String>,
    peer: Option<String>,
}

/// Filters the guest's traffic as `filter` says and forgets what was said before.
pub(super) async fn set(proxmox: &Proxmox, reference: &Reference, filter: &Filter) -> Result<(), DriverError> {
    filter.check()?;
    let (at, _) = proxmox.current(reference).await?;
    if filter.anti_spoofing {
        let own = own(&proxmox.config(&at).await?).ok_or_else(|| DriverError::unsupported("hold a guest to its addresses: they come from a DHCP server"))?;
        allow_senders(proxmox, &at, OWN, &own, None).await?;
    }
    set_rules(proxmox, &at, &filter.rules.iter().flat_map(lines).collect::<Vec<_>>()).await?;
    let policy = |verdict: Verdict| if verdict == Verdict::Accept { "ACCEPT" } else { "DROP" };
    let options = options(filter.anti_spoofing).with("policy_in", policy(filter.inbound)).with("policy_out", policy(filter.outbound));
    proxmox.client().settle(&firewall::set_options(&at, options)).await?;
    Ok(())
}

/// Holds a guest to its addresses from when it is made, or made anew: its bridge is one that guests of others are on, too. What was said
/// about its traffic before stays. Where addresses come from a DHCP server nobody knows which ones are its own.
pub(super) async fn hold(proxmox: &Proxmox, at: &At) -> Result<(), Trouble> {
    let client = proxmox.client();
    let Some(own) = own(&proxmox.config(at).await?) else { return Ok(()) };
    allow_senders(proxmox, at, OWN, &own, None).await?;
    let said = Fields::of(client.ask(&firewall::options(at)).await?);
    let held = ["enable", "macfilter", "ipfilter"].into_iter().all(|name| said.flag(name));
    if held {
        return Ok(());
    }
    switch_on(proxmox, at, &said, options(true)).await
}

/// Holds the guest's card of this number, which is in a private network, to its address there. A set of a card counts without the option
/// `ipfilter`, which would shut a first card whose addresses nobody knows (Proxmox VE Administration Guide, "Standard IP set `ipfilter-net*`").
pub(super) async fn hold_card(proxmox: &Proxmox, at: &At, number: u8, address: Ipv4Addr) -> Result<(), Trouble> {
    allow_senders(proxmox, at, &set_of(number), &[address.to_string()], Some(&[])).await?;
    let said = Fields::of(proxmox.client().ask(&firewall::options(at)).await?);
    if said.flag("enable") {
        return Ok(());
    }
    switch_on(proxmox, at, &said, Params::new().flag("enable", true).flag("dhcp", true).flag("ndp", true)).await
}

/// Forgets what cards that are gone were held to, so that a later card of that number does not find itself shut.
pub(super) async fn let_cards_go(proxmox: &Proxmox, at: &At, numbers: impl Iterator<Item = u8>) -> Result<(), Trouble> {
    let sets = sets(proxmox, at).await?;
    for set in numbers.map(set_of).filter(|set| sets.contains(set)) {
        allow_senders(proxmox, at, &set, &[], Some(&[])).await?;
        proxmox.client().settle(&firewall::remove_set(at, &set)).await?;
    }
    Ok(())
}

async fn switch_on(proxmox: &Proxmox, at: &At, said: &Fields, options: Params) -> Result<(), Trouble> {
    // A firewall that nobody had switched on would let nothing in otherwise.
    let open = Some("ACCEPT").filter(|_| !said.flag("enable"));
    proxmox.client().settle(&firewall::set_options(at, options.maybe("policy_in", open).maybe("policy_out", open))).await?;
    Ok(())
}

/// Lets the guest have these public addresses on its own card, and no others. Its system answers for them, and the operator leads them here.
pub(super) async fn set_addresses(proxmox: &Proxmox, reference: &Reference, addresses: &[IpAddr]) -> Result<(), DriverError> {
    let (at, _) = proxmox.current(reference).await?;
    let own = own(&proxmox.config(&at).await?);
    if own.is_none() && addresses.is_empty() {
        return Ok(());
    }
    let own = own.ok_or_else(|| DriverError::unsupported("let guests have public addresses where they have their own from a DHCP server"))?;
    let public: Vec<_> = addresses.iter().map(ToString::to_string).collect();
    allow_senders(proxmox, &at, OWN, &own, Some(&public)).await?;
    card::after_addresses(proxmox, &at).await
}

/// The public addresses that lead to the guest. They are remembered where they are allowed.
pub(super) async fn public(proxmox: &Proxmox, at: &At) -> Result<Vec<String>, Trouble> {
    if has_set(proxmox, at, OWN).await? { Ok(public_among(&members(proxmox, at, OWN).await?)) } else { Ok(Vec::new()) }
}

fn public_among(members: &[Fields]) -> Vec<String> {
    let led = members.iter().filter(|member| member.words("comment") == PUBLIC);
    led.filter_map(|member| Some(bare(&member.text("cidr")?).to_owned())).collect()
}

/// A try that was given up may have come to its end after we looked.
fn there_now(added: Result<Value, Trouble>) -> Result<(), Trouble> {
    match added {
        Ok(_) | Err(Trouble::Taken(_)) => Ok(()),
        Err(trouble) => Err(trouble),
    }
}

/// The names of the guest's sets of addresses.
async fn sets(proxmox: &Proxmox, at: &At) -> Result<Vec<String>, Trouble> {
    let said = Fields::each(proxmox.client().ask(&firewall::sets(at)).await?);
    Ok(said.iter().map(|one| one.words("name")).collect())
}

async fn has_set(proxmox: &Proxmox, at: &At, set: &str) -> Result<bool, Trouble> {
    Ok(sets(proxmox, at).await?.iter().any(|one| one == set))
}

async fn members(proxmox: &Proxmox, at: &At, set: &str) -> Result<Vec<Fields>, Trouble> {
    Ok(Fields::each(proxmox.client().ask(&firewall::members(at, set)).await?))
}

/// A single address without the length of its prefix.
fn bare(member: &str) -> &str {
    member.trim_end_matches("/32").trim_end_matches("/128")
}

/// The set of addresses of the card of this number.
fn set_of(number: u8) -> String {
    format!("ipfilter-net{number}")
}

/// The addresses that are the guest's own; `None` where they come from a DHCP server.
fn own(config: &Config) -> Option<Vec<String>> {
    let mut own = vec![config.ipv4()?];
    if let Some(ipv6) = config.ipv6() {
        own.push(ipv6.to_string());
        // Neighbours and routers are found with the address of the link.
        own.extend(config.mac().as_deref().and_then(link_local).map(|address| address.to_string()));
    }
    Some(own)
}

fn options(anti_spoofing: bool) -> Params {
    // Asking for an address is part of being connected, and so is finding neighbours.
    Params::new().flag("enable", true).flag("macfilter", anti_spoofing).flag("ipfilter", anti_spoofing).flag("dhcp", true).flag("ndp", true)
}

/// ICMP has two protocols, one for each family of addresses; everything else is one line.
fn lines(rule: &Rule) -> Vec<Line> {
    let peer = rule.peer.map(|Network { address, prefix }| format!("{address}/{prefix}"));
    let line = |protocol, ports: Option<String>| Line {
        way: if rule.direction == Direction::Inbound { "in" } else { "out" },
        action: if rule.verdict == Verdict::Accept { "ACCEPT" } else { "DROP" },
        protocol,
        ports,
        peer: peer.clone(),
    };
    let range = |first: u16, last: u16| Some(if first == last { first.to_string() } else { format!("{first}:{last}") });
    let family = rule.peer.map(|peer| peer.address.is_ipv4());
    match &rule.protocol {
        Protocol::Any => vec![line(None, None)],
        Protocol::Tcp { ports } => vec![line(Some("tcp"), range(*ports.start(), *ports.end()))],
        Protocol::Udp { ports } => vec![line(Some("udp"), range(*ports.start(), *ports.end()))],
        Protocol::Icmp => {
            let both = [("icmp", true), ("ipv6-icmp", false)].into_iter();
            both.filter(|(_, v4)| family.is_none_or(|family| family == *v4)).map(|(name, _)| line(Some(name), None)).collect()
        }
    }
}

fn params(rule: &Line) -> Params {
    let peer = if rule.way == "in" { "source" } else { "dest" };
    Params::new()
        .with("type", rule.way)
        .with("action", rule.action)
        .with("enable", 1)
        .maybe("proto", rule.protocol)
        .maybe("dport", rule.ports.as_ref())
        .maybe(peer, rule.peer.as_ref())
}

fn is_there(said: &Fields, rule: &Line) -> bool {
    let peer = if rule.way == "in" { "source" } else { "dest" };
    said.words("type") == rule.way
        && said.words("action") == rule.action
        && said.flag("enable")
        && said.text("proto").as_deref() == rule.protocol
        && said.text("dport") == rule.ports
        && said.text(peer) == rule.peer
}

/// Puts the wanted rules in front and then takes those behind them away, so that at no time there are none.
async fn set_rules(proxmox: &Proxmox, at: &At, wanted: &[Line]) -> Result<(), Trouble> {
    let client = proxmox.client();
    let there = Fields::each(client.ask(&firewall::rules(at)).await?);
    if there.len() == wanted.len() && there.iter().zip(wanted).all(|(said, rule)| is_there(said, rule)) {
        return Ok(());
    }
    // A new rule goes before all others.
    for rule in wanted.iter().rev() {
        client.settle(&firewall::add_rule(at, params(rule))).await?;
    }
    let all = Fields::each(client.ask(&firewall::rules(at)).await?).len();
    for position in (wanted.len()..all).rev() {
        client.settle(&firewall::remove_rule(at, position.try_into().unwrap_or(u64::MAX))).await?;
    }
    Ok(())
}

/// Makes `own` and the public addresses the only ones that the card may send from; without `public` those that lead there now stay.
async fn allow_senders(proxmox: &Proxmox, at: &At, set: &str, own: &[String], public: Option<&[String]>) -> Result<(), Trouble> {
    let client = proxmox.client();
    if !has_set(proxmox, at, set).await? {
        there_now(client.settle(&firewall::add_set(at, set)).await)?;
    }
    let there = members(proxmox, at, set).await?;
    let public = public.map_or_else(|| public_among(&there), <[String]>::to_vec);
    // What is its own is not also led to it.
    let public = public.into_iter().filter(|address| !own.contains(address)).map(|address| (address, Some(PUBLIC)));
    let wanted: Vec<_> = own.iter().map(|address| (address.clone(), None)).chain(public).collect();
    let is = |member: &Fields, (address, comment): &(String, Option<&str>)| {
        bare(&member.words("cidr")) == address && (member.words("comment") == PUBLIC) == comment.is_some()
    };
    for member in there.iter().filter(|member| !wanted.iter().any(|one| is(member, one))) {
        client.settle(&firewall::remove_member(at, set, &member.words("cidr"))).await?;
    }
    for (address, comment) in wanted.iter().filter(|one| !there.iter().any(|member| is(member, one))) {
        there_now(client.settle(&firewall::add_member(at, set, address, *comment)).await)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(protocol: Protocol, peer: Option<Network>) -> Rule {
        Rule { direction: Direction::Inbound, protocol, peer, verdict: Verdict::Accept }
    }

    #[test]
    fn a_rule_is_one_line_and_icmp_is_two() {
        let ssh = lines(&rule(Protocol::Tcp { ports: 22..=22 }, Some(Network { address: [10, 0, 0, 0].into(), prefix: 8 })));
        assert_eq!(ssh.len(), 1);
        assert_eq!(params(&ssh[0]).encoded(), "type=in&action=ACCEPT&enable=1&proto=tcp&dport=22&source=10.0.0.0%2F8");
        assert_eq!(lines(&rule(Protocol::Udp { ports: 1000..=2000 }, None))[0].ports.as_deref(), Some("1000:2000"));
        assert_eq!(lines(&rule(Protocol::Icmp, None)).len(), 2);
        assert_eq!(lines(&rule(Protocol::Icmp, Some(Network { address: [10, 0, 0, 1].into(), prefix: 32 }))).len(), 1);
    }
}
