//! Public IPv6 addresses of real guests in private networks, and a namespace as the world outside.

use std::{net::Ipv6Addr, process::Command};

use compute_driver::{
    Card, ConsoleKind, Direction, Driver, DriverError, Feature, GuestSpec, InForce, Network, NetworkSpec, Protocol, Reference, Rule, Verdict,
};

use crate::{
    network::{dropped, guest, inbound, left, network, networked, succeeds},
    world::{World, until},
};

/// A network namespace with a line to the host, which is its way to everywhere.
struct Outside {
    name: String,
    /// The first address of its network; the host is 1 in it, and it is 2 itself.
    block: Ipv6Addr,
}

impl Outside {
    fn new() -> Self {
        let (name, veth) = (format!("outside-{}", std::process::id()), format!("fo{}", std::process::id()));
        let outside = Self { name, block: block(0xf000) };
        let (name, host, own) = (&outside.name, outside.at(1).to_string(), outside.at(2).to_string());
        for line in [
            format!("netns add {name}"),
            format!("link add {veth} type veth peer name eth0 netns {name}"),
            format!("link set {veth} up"),
            format!("-6 addr add {host}/64 dev {veth} nodad"),
            format!("-n {name} link set eth0 up"),
            format!("-n {name} -6 addr add {own}/64 dev eth0 nodad"),
            format!("-n {name} -6 route add default via {host}"),
        ] {
            let made = Command::new("ip").args(line.split_whitespace()).output().unwrap();
            assert!(made.status.success(), "{line}: {}", String::from_utf8_lossy(&made.stderr));
        }
        outside
    }

    fn at(&self, last: u16) -> Ipv6Addr {
        at(self.block, last)
    }

    /// Whether a program there succeeds.
    fn succeeds(&self, words: &str) -> bool {
        let net = format!("--net=/run/netns/{}", self.name);
        Command::new("nsenter").arg(net).arg("busybox").args(words.split_whitespace()).output().unwrap().status.success()
    }

    fn opens(&self, address: Ipv6Addr, port: u16) -> bool {
        self.succeeds(&format!("nc -w 3 {address} {port}"))
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        let _gone = Command::new("ip").args(["netns", "del", &self.name]).output();
    }
}

/// A block from those for documentation (RFC 3849), of this test alone.
fn block(number: u16) -> Ipv6Addr {
    let process = u16::try_from(std::process::id() & 0xffff).unwrap();
    Ipv6Addr::new(0x2001, 0xdb8, number, process, 0, 0, 0, 0)
}

fn at(block: Ipv6Addr, last: u16) -> Ipv6Addr {
    Ipv6Addr::from(block.to_bits() | u128::from(last))
}

fn dual(name: &str, egress: bool) -> NetworkSpec {
    NetworkSpec { ipv6: Some(block(1)), ..network(name, egress) }
}

/// A guest at 10.66.0.`last` and the same place of the block. No other test uses the same `last`, by whose card rules are found.
fn dual_guest(world: &World, name: &str, network: &NetworkSpec, last: u8) -> GuestSpec {
    let spec = guest(world, name, network, last);
    let card = spec.card.map(|card| Card { ipv6: Some(at(block(1), last.into())), ..card });
    GuestSpec { card, ..spec }
}

fn from(peer: Ipv6Addr, protocol: Protocol) -> Rule {
    Rule { direction: Direction::Inbound, protocol, peer: Some(Network { address: peer.into(), prefix: 64 }), verdict: Verdict::Accept }
}

/// In the guest: takes addresses without asking whether they are somebody else's (RFC 4862 §5.4).
const UNASKED: &str = "for at in all eth0; do echo 0 >/proc/sys/net/ipv6/conf/$at/accept_dad; done";
/// In the guest: waits until it has asked.
const SETTLED: &str = "until ip -6 addr show eth0 | grep -q inet6 && ! ip -6 addr show eth0 | grep -q tentative; do usleep 200000; done";
const SSH: Protocol = Protocol::Tcp { ports: 22..=22 };

/// The host's ways to the block.
fn ways() -> String {
    let output = Command::new("ip").args(["-6", "route", "show", &format!("{}/64", block(1))]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
async fn guests_have_ipv6_addresses_as_they_are_and_nobody_has_anothers() {
    let world = World::new().await;
    assert!(world.driver.capabilities().await.unwrap().has(Feature::Ipv6), "the host's kernel needs IPv6");
    let outside = Outside::new();
    let one = dual("net_one", true);
    world.driver.ensure_network(&one).await.unwrap();
    let (a, b) = (dual_guest(&world, "alpha", &one, 50), dual_guest(&world, "beta", &one, 51));
    let (own, other) = (at(block(1), 50), at(block(1), 51));
    assert_eq!(world.driver.ensure(&a).await.unwrap().ipv6, Some(own.to_string()));
    world.driver.set_filter(&a.reference, &inbound(vec![from(outside.block, SSH)])).await.unwrap();
    let (mut at_a, mut at_b) = (world.booted(&a).await, world.booted(&b).await);
    networked(&mut *at_a, 50).await;
    networked(&mut *at_b, 51).await;

    // To outside and from there, as the rules say.
    let far = outside.at(2);
    assert!(succeeds(&mut *at_a, 100, &format!("ping -6 -c 2 -W 5 {far}")).await, "the way out");
    until("SSH answers at the guest's own address", async || outside.opens(own, 22)).await;
    assert!(!outside.succeeds(&format!("ping -6 -c 1 -W 2 {own}")), "nothing else passes");
    assert!(outside.succeeds(&format!("ping -6 -c 1 -W 5 {other}")), "a guest without rules is open");
    world.driver.set_filter(&a.reference, &inbound(vec![from(block(2), SSH), from(outside.block, Protocol::Icmp)])).await.unwrap();
    assert!(!outside.opens(own, 22), "what was let in is shut out, live: the rule names another peer");
    assert!(outside.succeeds(&format!("ping -6 -c 1 -W 5 {own}")), "and what was shut out is let in");

    // From guest to guest, through the router and its rules.
    assert!(succeeds(&mut *at_a, 110, &format!("ping -6 -c 2 -W 5 {other}")).await, "guests of one network reach each other");
    assert!(!succeeds(&mut *at_b, 120, &format!("ping -6 -c 2 -W 2 {own}")).await, "where rules let them");
    assert!(succeeds(&mut *at_a, 130, &format!("nslookup -type=aaaa beta 10.66.0.1 | grep {other}")).await, "names have addresses of both kinds");
    assert!(!succeeds(&mut *at_b, 140, &format!("ping -6 -c 2 -W 2 {}", outside.at(1))).await, "a network is no way into the host");

    // Another sender, and the router's.
    let rule = format!("ip6 saddr != {{ ::, {own}, fe80::/10 }}");
    let before = dropped(&a.mac, &rule);
    let stranger = at(block(1), 0x77);
    let lie = format!("{UNASKED}; ip -6 addr add {stranger}/128 dev eth0; ping -6 -c 2 -W 2 -I {stranger} {other}");
    assert!(!succeeds(&mut *at_a, 150, &lie).await);
    assert!(dropped(&a.mac, &rule) > before, "an address that is not the guest's is dropped");
    let lie = format!("{UNASKED}; ip -6 addr flush dev eth0; ip -6 addr add fe80::1/64 dev eth0; ping -6 -c 2 -W 2 ff02::2%eth0");
    assert!(!succeeds(&mut *at_a, 160, &lie).await);
    assert!(dropped(&a.mac, "ip6 saddr fe80::1") >= 1, "nobody is the router");

    for spec in [&a, &b] {
        world.driver.destroy(&spec.reference).await.unwrap();
    }
    world.driver.remove_network(&one.reference).await.unwrap();
    assert_eq!((left(&world), ways()), (Vec::new(), String::new()));
}

#[tokio::test]
async fn ipv6_comes_and_goes_with_the_network_and_there_is_none_without() {
    let world = World::new().await;
    let (without, with) = (network("net_one", false), dual("net_one", false));
    world.driver.ensure_network(&without).await.unwrap();
    let (spec, card) = (guest(&world, "alpha", &without, 60), dual_guest(&world, "alpha", &with, 60).card);
    let mut line = world.booted(&spec).await;
    networked(&mut *line, 60).await;
    let gateway = "ping -6 -c 2 -W 2 fe80::1%eth0";
    assert!(succeeds(&mut *line, 190, SETTLED).await);
    assert!(!succeeds(&mut *line, 200, gateway).await, "a network without IPv6 has none");
    assert!(dropped(&spec.mac, "ether type != { ip, arp }") >= 1, "nothing of it passes");
    let answer = world.driver.connect(&spec.reference, card.as_ref()).await;
    assert!(matches!(answer, Err(DriverError::Refused { .. })), "{answer:?}");

    world.driver.ensure_network(&with).await.unwrap();
    let other = NetworkSpec { reference: Reference::parse("net_two").unwrap(), ..with.clone() };
    let answer = world.driver.ensure_network(&other).await;
    assert!(matches!(answer, Err(DriverError::Conflict { .. })), "one block leads to one network: {answer:?}");
    assert_eq!(world.driver.connect(&spec.reference, card.as_ref()).await, Ok(InForce::AfterRestart));
    assert!(succeeds(&mut *line, 210, gateway).await, "the network has it at once");
    world.driver.stop(&spec.reference).await.unwrap();
    let prompts = async || String::from_utf8_lossy(&world.driver.console_backlog(&spec.reference).await.unwrap()).matches("root@alpha:").count();
    let before = prompts().await;
    world.driver.start(&spec.reference).await.unwrap();
    until("it is at its prompt again", async || prompts().await > before).await;
    let mut line = world.driver.console(&spec.reference, ConsoleKind::Serial).await.unwrap();
    let own = format!("while ! ip -6 addr show eth0 | grep {}/128; do usleep 200000; done; {SETTLED}", at(block(1), 60));
    assert!(succeeds(&mut *line, 220, &own).await, "the guest has it from its next start");
    assert!(succeeds(&mut *line, 230, &format!("ping -6 -c 2 -W 5 {}", block(1))).await, "and reaches its router by it");

    world.driver.ensure_network(&without).await.unwrap();
    assert_eq!(ways(), "", "a block that was taken away leads nowhere");
    assert!(!succeeds(&mut *line, 240, gateway).await, "and the network has no IPv6 again");
    world.driver.destroy(&spec.reference).await.unwrap();
    world.driver.remove_network(&without.reference).await.unwrap();
    assert_eq!(left(&world), Vec::<String>::new());
}
