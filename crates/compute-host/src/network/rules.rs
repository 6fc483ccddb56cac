//! The filters as nftables reads them (nft(8)): one text for the inside of a network, one for the host. Texts replace what was there
//! in one step, so there is no moment without a filter.
//!
//! Guests are isolated ports of the bridge: what one sends to another passes the router, whose filter knows connections. The bridge
//! itself cannot (a kernel without `NF_CONNTRACK_BRIDGE` has no states there); it holds every guest to its own addresses.

use std::{fmt::Write, net::Ipv4Addr};

use compute_driver::{Direction, NetworkSpec, Protocol, Rule, Verdict};

use super::{
    names::{BRIDGE, HOST_ADDRESS, UPLINK},
    record::Member,
};

/// The rules inside a network's namespace.
pub(super) fn inside(network: &NetworkSpec, link: Ipv4Addr, members: &[Member]) -> String {
    let mut text = String::from("table bridge fairhold {}\ndelete table bridge fairhold\ntable inet fairhold {}\ndelete table inet fairhold\n");
    text += &senders(members);
    text += "table inet fairhold {\n";
    for member in members {
        text += &chain(member, Direction::Outbound);
        text += &chain(member, Direction::Inbound);
    }
    text += &forward(network, members);
    // The gateway hands out leases and names, answers a ping, and is nothing else to its guests.
    text += "chain input {\ntype filter hook input priority filter; policy drop;\niifname \"lo\" accept\nct state established,related accept\n";
    let _ = writeln!(text, "iifname \"{BRIDGE}\" meta l4proto {{ tcp, udp }} th dport 53 accept\niifname \"{BRIDGE}\" udp dport 67 accept");
    text += "icmp type echo-request accept\n}\n";
    text += &translation(network, link, members);
    text + "}\n"
}

/// Each guest may send as itself only. These networks have no IPv6, so nothing of it passes either.
fn senders(members: &[Member]) -> String {
    let mut text = String::from("table bridge fairhold {\nchain senders {\ntype filter hook prerouting priority -300; policy accept;\n");
    for Member { port, mac, ipv4, filter, .. } in members {
        let _ = writeln!(text, "iifname \"{port}\" ether type != {{ ip, arp }} counter drop");
        if filter.anti_spoofing {
            let _ = writeln!(text, "iifname \"{port}\" ether saddr != {mac} counter drop");
            let _ = writeln!(text, "iifname \"{port}\" arp saddr ether != {mac} counter drop");
            // A probe for an address in use has no sender yet (RFC 5227), nor has who asks for a lease.
            let _ = writeln!(text, "iifname \"{port}\" arp saddr ip != {{ 0.0.0.0, {ipv4} }} counter drop");
            let _ = writeln!(text, "iifname \"{port}\" ip saddr 0.0.0.0 udp dport 67 accept");
            let _ = writeln!(text, "iifname \"{port}\" ip saddr != {ipv4} counter drop");
        }
    }
    text + "}\n}\n"
}

fn forward(network: &NetworkSpec, members: &[Member]) -> String {
    let mut text = String::from("chain forward {\ntype filter hook forward priority filter; policy drop;\n");
    text += "ct state established,related accept\nct state invalid drop\n";
    for Member { port, ipv4, .. } in members {
        let _ = writeln!(text, "ip saddr {ipv4} jump out_{port}");
    }
    for Member { port, ipv4, .. } in members {
        let _ = writeln!(text, "ip daddr {ipv4} jump in_{port}");
    }
    let _ = writeln!(text, "iifname \"{BRIDGE}\" oifname \"{BRIDGE}\" accept");
    if network.egress {
        let _ = writeln!(text, "iifname \"{BRIDGE}\" oifname \"{UPLINK}\" accept");
    }
    for Member { ipv4, .. } in members.iter().filter(|member| !member.public.is_empty()) {
        let _ = writeln!(text, "iifname \"{BRIDGE}\" oifname \"{UPLINK}\" ip saddr {ipv4} accept");
    }
    let _ = writeln!(text, "iifname \"{UPLINK}\" oifname \"{BRIDGE}\" ct status dnat accept");
    text + "}\n"
}

/// What one guest may send or receive. To return from it is to pass.
fn chain(member: &Member, direction: Direction) -> String {
    let (name, otherwise) = match direction {
        Direction::Inbound => ("in", member.filter.inbound),
        Direction::Outbound => ("out", member.filter.outbound),
    };
    let mut text = format!("chain {name}_{} {{\n", member.port);
    for rule in member.filter.rules.iter().filter(|rule| rule.direction == direction) {
        if let Some(matches) = matches(rule) {
            let _ = writeln!(text, "{matches}{}", verdict(rule.verdict));
        }
    }
    let _ = writeln!(text, "{}", verdict(otherwise));
    text + "}\n"
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Accept => "return",
        Verdict::Drop => "counter drop",
    }
}

/// The part of a rule that selects packets; `None` when it is about IPv6 only, of which there is none here.
fn matches(rule: &Rule) -> Option<String> {
    let mut text = String::new();
    if let Some(peer) = rule.peer {
        if !peer.address.is_ipv4() {
            return None;
        }
        let side = if rule.direction == Direction::Inbound { "saddr" } else { "daddr" };
        let _ = write!(text, "ip {side} {}/{} ", peer.address, peer.prefix);
    }
    match &rule.protocol {
        Protocol::Any => {}
        Protocol::Icmp => text += "meta l4proto icmp ",
        Protocol::Tcp { ports } => {
            let _ = write!(text, "tcp dport {}-{} ", ports.start(), ports.end());
        }
        Protocol::Udp { ports } => {
            let _ = write!(text, "udp dport {}-{} ", ports.start(), ports.end());
        }
    }
    Some(text)
}

/// Public addresses are translated one to one; whoever has none shares the line's address.
fn translation(network: &NetworkSpec, link: Ipv4Addr, members: &[Member]) -> String {
    let mut text = String::from("chain arriving {\ntype nat hook prerouting priority dstnat;\n");
    for member in members {
        for public in &member.public {
            let _ = writeln!(text, "ip daddr {public} dnat ip to {}", member.ipv4);
        }
    }
    text += "}\nchain leaving {\ntype nat hook postrouting priority srcnat;\n";
    for member in members {
        if let Some(first) = member.public.first() {
            let _ = writeln!(text, "oifname \"{UPLINK}\" ip saddr {} snat ip to {first}", member.ipv4);
        }
    }
    let _ = writeln!(text, "oifname \"{UPLINK}\" ip saddr {}/{} snat ip to {link}", network.subnet.address, network.subnet.prefix);
    text + "}\n"
}

/// The rules of the host about one network: it is no way into the host, nor into another network but by public addresses.
pub(super) fn outside(table: &str, veth: &str, network: &NetworkSpec, link: Ipv4Addr, members: &[Member]) -> String {
    let own = members.iter().flat_map(|member| &member.public).fold(link.to_string(), |list, public| format!("{list}, {public}"));
    let masquerade = if network.egress { format!("ip saddr {link} oifname != \"{veth}\" masquerade\n") } else { String::new() };
    format!(
        "table inet {table} {{}}\ndelete table inet {table}\ntable inet {table} {{\n\
         chain input {{\ntype filter hook input priority filter; policy accept;\n\
         iifname \"{veth}\" ct state established,related accept\niifname \"{veth}\" ip daddr {HOST_ADDRESS} icmp type echo-request accept\n\
         iifname \"{veth}\" drop\n}}\n\
         chain forward {{\ntype filter hook forward priority filter; policy accept;\n\
         iifname \"{veth}\" ip saddr != {{ {own} }} counter drop\noifname \"{veth}\" ip daddr {link} ct state new drop\n}}\n\
         chain leaving {{\ntype nat hook postrouting priority srcnat; policy accept;\n{masquerade}}}\n}}\n"
    )
}

#[cfg(test)]
mod tests {
    use compute_driver::{Filter, Network, Reference};

    use super::*;

    fn network(egress: bool) -> NetworkSpec {
        let subnet = Network { address: [10, 66, 0, 0].into(), prefix: 24 };
        NetworkSpec { reference: Reference::parse("net_1").unwrap(), subnet, gateway: [10, 66, 0, 1].into(), egress, ipv6: None }
    }

    fn member(filter: Filter) -> Member {
        let public = vec![Ipv4Addr::new(203, 0, 113, 7)];
        Member { port: "t1".into(), hostname: "web-1".into(), mac: "02:00:00:00:00:01".into(), ipv4: [10, 66, 0, 10].into(), filter, public }
    }

    #[test]
    fn rules_keep_their_order_and_end_in_the_default() {
        let rule = |protocol, verdict| Rule { direction: Direction::Inbound, protocol, peer: None, verdict };
        let rules = vec![rule(Protocol::Tcp { ports: 22..=22 }, Verdict::Accept), rule(Protocol::Any, Verdict::Drop)];
        let filter = Filter { anti_spoofing: true, rules, inbound: Verdict::Drop, outbound: Verdict::Accept };
        let text = chain(&member(filter), Direction::Inbound);
        assert_eq!(text, "chain in_t1 {\ntcp dport 22-22 return\ncounter drop\ncounter drop\n}\n");
    }

    #[test]
    fn a_rule_about_the_other_family_selects_nothing_here() {
        let six = Network { address: "2001:db8::".parse().unwrap(), prefix: 32 };
        let rule = Rule { direction: Direction::Inbound, protocol: Protocol::Any, peer: Some(six), verdict: Verdict::Accept };
        assert_eq!(matches(&rule), None);
    }

    #[test]
    fn only_networks_with_a_way_out_have_one() {
        let shut = Member { public: vec![], ..member(Filter::open()) };
        let way_out = "iifname \"br0\" oifname \"up0\"";
        assert!(!inside(&network(false), [100, 64, 0, 1].into(), std::slice::from_ref(&shut)).contains(way_out));
        assert!(inside(&network(true), [100, 64, 0, 1].into(), &[shut]).contains(way_out));
        assert!(inside(&network(false), [100, 64, 0, 1].into(), &[member(Filter::open())]).contains("ip saddr 10.66.0.10 accept"));
        assert!(!outside("t", "fh1", &network(false), [100, 64, 0, 1].into(), &[]).contains("masquerade"));
    }
}
