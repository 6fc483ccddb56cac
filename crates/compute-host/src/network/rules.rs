//! The filters as nftables reads them (nft(8)): one text for the inside of a network, one for the host. Texts replace what was there
//! in one step, so there is no moment without a filter.
//!
//! Guests are isolated ports of the bridge: what one sends to another passes the router, whose filter knows connections. The bridge
//! itself cannot (a kernel without `NF_CONNTRACK_BRIDGE` has no states there); it holds every guest to its own addresses.

use std::{fmt::Write, net::Ipv4Addr};

use compute_driver::{Direction, IPV6_GATEWAY, NetworkSpec, Protocol, Rule, Verdict};

use super::{
    names::{BRIDGE, HOST_ADDRESS, UPLINK},
    record::Member,
};

/// What tells a sender about its own packets: without it connections hang (RFC 4890 §4.3.1), so no guest's rules are asked.
const ERRORS: &str = "icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem }";
/// How neighbours on a link find each other (RFC 4890 §4.4.1).
const NEIGHBOURS: &str = "nd-neighbor-solicit, nd-neighbor-advert";

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
    text += "icmp type echo-request accept\n";
    if network.ipv6.is_some() {
        let _ = writeln!(text, "iifname \"{BRIDGE}\" udp dport 547 accept\nicmpv6 type {{ {NEIGHBOURS}, nd-router-solicit, echo-request }} accept");
    }
    // A guest that were told to talk to another directly could not: there is no way but by the router.
    text += "}\nchain output {\ntype filter hook output priority filter; policy accept;\nicmpv6 type nd-redirect drop\n}\n";
    text += &translation(network, link, members);
    text + "}\n"
}

/// Each guest may send as itself only, and by IPv6 only if it has an address of it. What comes from a port of nobody's is dropped.
fn senders(members: &[Member]) -> String {
    let mut text = String::from("table bridge fairhold {\nchain senders {\ntype filter hook prerouting priority -300; policy drop;\n");
    for Member { port, mac, ipv4, ipv6, filter, .. } in members {
        let kinds = if ipv6.is_some() { "ip, arp, ip6" } else { "ip, arp" };
        let _ = writeln!(text, "iifname \"{port}\" ether type != {{ {kinds} }} counter drop");
        // Nobody but the router is one.
        let _ = writeln!(text, "iifname \"{port}\" icmpv6 type {{ nd-router-advert, nd-redirect }} counter drop");
        if filter.anti_spoofing {
            let _ = writeln!(text, "iifname \"{port}\" ether saddr != {mac} counter drop");
            let _ = writeln!(text, "iifname \"{port}\" arp saddr ether != {mac} counter drop");
            // A probe for an address in use has no sender yet (RFC 5227), nor has who asks for a lease.
            let _ = writeln!(text, "iifname \"{port}\" arp saddr ip != {{ 0.0.0.0, {ipv4} }} counter drop");
            let _ = writeln!(text, "iifname \"{port}\" ip saddr 0.0.0.0 udp dport 67 accept");
            let _ = writeln!(text, "iifname \"{port}\" ip saddr != {ipv4} counter drop");
        }
        if let Some(ipv6) = ipv6.filter(|_| filter.anti_spoofing) {
            let _ = writeln!(text, "iifname \"{port}\" ip6 saddr {IPV6_GATEWAY} counter drop");
            // Addresses of the link go no further than the router; who asks whether an address is taken has none yet (RFC 4862 §5.4).
            let _ = writeln!(text, "iifname \"{port}\" ip6 saddr != {{ ::, fe80::/10, {ipv6} }} counter drop");
        }
        let _ = writeln!(text, "iifname \"{port}\" accept");
    }
    text + "}\n}\n"
}

fn forward(network: &NetworkSpec, members: &[Member]) -> String {
    let mut text = String::from("chain forward {\ntype filter hook forward priority filter; policy drop;\n");
    let _ = writeln!(text, "ct state established,related accept\noifname \"{BRIDGE}\" {ERRORS} accept\nct state invalid drop");
    for (side, way) in [("saddr", "out"), ("daddr", "in")] {
        for Member { port, ipv4, ipv6, .. } in members {
            let _ = writeln!(text, "ip {side} {ipv4} jump {way}_{port}");
            if let Some(ipv6) = ipv6 {
                let _ = writeln!(text, "ip6 {side} {ipv6} jump {way}_{port}");
            }
        }
    }
    let _ = writeln!(text, "iifname \"{BRIDGE}\" oifname \"{BRIDGE}\" accept");
    if network.egress {
        let _ = writeln!(text, "iifname \"{BRIDGE}\" oifname \"{UPLINK}\" accept");
    }
    for Member { ipv4, .. } in members.iter().filter(|member| !member.public.is_empty()) {
        let _ = writeln!(text, "iifname \"{BRIDGE}\" oifname \"{UPLINK}\" ip saddr {ipv4} accept");
    }
    let _ = writeln!(text, "iifname \"{UPLINK}\" oifname \"{BRIDGE}\" ct status dnat accept");
    for ipv6 in members.iter().filter_map(|member| member.ipv6) {
        let _ = writeln!(text, "iifname \"{UPLINK}\" oifname \"{BRIDGE}\" ip6 daddr {ipv6} accept");
    }
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
        let _ = writeln!(text, "{}{}", matches(rule), verdict(rule.verdict));
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

/// The part of a rule that selects packets, of either family unless it names somebody.
fn matches(rule: &Rule) -> String {
    let mut text = String::new();
    if let Some(peer) = rule.peer {
        let family = if peer.address.is_ipv4() { "ip" } else { "ip6" };
        let side = if rule.direction == Direction::Inbound { "saddr" } else { "daddr" };
        let _ = write!(text, "{family} {side} {}/{} ", peer.address, peer.prefix);
    }
    match &rule.protocol {
        Protocol::Any => {}
        Protocol::Icmp => text += "meta l4proto { icmp, ipv6-icmp } ",
        Protocol::Tcp { ports } => {
            let _ = write!(text, "tcp dport {}-{} ", ports.start(), ports.end());
        }
        Protocol::Udp { ports } => {
            let _ = write!(text, "udp dport {}-{} ", ports.start(), ports.end());
        }
    }
    text
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
    let ipv6 = match network.ipv6 {
        Some(block) => format!("iifname \"{veth}\" ip6 saddr != {block}/64 counter drop\n"),
        None => format!("iifname \"{veth}\" meta nfproto ipv6 drop\n"),
    };
    let masquerade = if network.egress { format!("ip saddr {link} oifname != \"{veth}\" masquerade\n") } else { String::new() };
    format!(
        "table inet {table} {{}}\ndelete table inet {table}\ntable inet {table} {{\n\
         chain input {{\ntype filter hook input priority filter; policy accept;\n\
         iifname \"{veth}\" ct state established,related accept\niifname \"{veth}\" ip daddr {HOST_ADDRESS} icmp type echo-request accept\n\
         iifname \"{veth}\" icmpv6 type {{ {NEIGHBOURS} }} accept\niifname \"{veth}\" drop\n}}\n\
         chain forward {{\ntype filter hook forward priority filter; policy accept;\n\
         iifname \"{veth}\" ip saddr != {{ {own} }} counter drop\n{ipv6}oifname \"{veth}\" ip daddr {link} ct state new drop\n}}\n\
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
        let (hostname, mac) = ("web-1".into(), "02:00:00:00:00:01".into());
        Member { port: "t1".into(), hostname, mac, ipv4: [10, 66, 0, 10].into(), ipv6: None, filter, public }
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
    fn a_rule_is_about_the_family_of_its_peer_and_about_both_without_one() {
        let rule = |protocol, peer: Option<&str>| {
            let peer = peer.map(|address| Network { address: address.parse().unwrap(), prefix: 24 });
            matches(&Rule { direction: Direction::Inbound, protocol, peer, verdict: Verdict::Accept })
        };
        assert_eq!(rule(Protocol::Any, Some("2001:db8::")), "ip6 saddr 2001:db8::/24 ");
        assert_eq!(rule(Protocol::Tcp { ports: 22..=23 }, Some("10.0.0.0")), "ip saddr 10.0.0.0/24 tcp dport 22-23 ");
        assert_eq!(rule(Protocol::Icmp, None), "meta l4proto { icmp, ipv6-icmp } ");
    }

    #[test]
    fn ipv6_passes_where_there_is_an_address_of_it_and_as_that_only() {
        let (block, address) = ("2001:db8:0:7::".parse().unwrap(), "2001:db8:0:7::a".parse().unwrap());
        let with = Member { ipv6: Some(address), ..member(Filter { anti_spoofing: true, ..Filter::open() }) };
        let dual = NetworkSpec { ipv6: Some(block), ..network(false) };
        let link = [100, 64, 0, 1].into();
        let text = inside(&dual, link, std::slice::from_ref(&with));
        for rule in [
            "ether type != { ip, arp, ip6 } counter drop",
            "icmpv6 type { nd-router-advert, nd-redirect } counter drop",
            "ip6 saddr fe80::1 counter drop",
            "ip6 saddr != { ::, fe80::/10, 2001:db8:0:7::a } counter drop",
            "ip6 saddr 2001:db8:0:7::a jump out_t1",
            "ip6 daddr 2001:db8:0:7::a jump in_t1",
            "ip6 daddr 2001:db8:0:7::a accept",
            "udp dport 547 accept",
        ] {
            assert_eq!(text.matches(rule).count(), 1, "{rule}: {text}");
        }
        // Whoever is asked first decides: what is invalid to connections may still be what a sender must be told.
        assert!(text.find(ERRORS).unwrap() < text.find("ct state invalid drop").unwrap());
        // Nobody's port passes nothing, whatever it sends.
        assert!(text.contains("priority -300; policy drop;") && text.contains("iifname \"t1\" accept"));
        assert!(!text.contains("iifname \"br0\" oifname \"up0\" accept"), "without a way out there is none by IPv6 either");

        let loose = Member { filter: Filter::open(), ..with };
        assert!(!inside(&dual, link, &[loose]).contains("ip6 saddr !="), "who is not held to addresses is held to none");
        let without = inside(&network(true), link, &[member(Filter::open())]);
        assert!(without.contains("ether type != { ip, arp } counter drop") && !without.contains("ip6 ") && !without.contains("547"), "{without}");

        assert!(outside("t", "fh1", &dual, link, &[]).contains("iifname \"fh1\" ip6 saddr != 2001:db8:0:7::/64 counter drop\n"));
        assert!(outside("t", "fh1", &network(true), link, &[]).contains("iifname \"fh1\" meta nfproto ipv6 drop\n"));
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
