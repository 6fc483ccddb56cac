//! Containers in private networks: who reaches whom, what is dropped, what outlives whom, and that nothing is left.

use std::{
    fs,
    net::{Ipv4Addr, Ipv6Addr},
    process::{Command, Output},
    time::Duration,
};

use compute_driver::{
    Card, ConsoleKind, ConsoleStream, Direction, Driver, DriverError, Feature, Filter, GuestSpec, InForce, Network, NetworkSpec, Protocol, Reference, Rule,
    Verdict,
};
use compute_oci::Oci;
use tokio::{net::TcpStream, time::timeout};

use crate::world::{World, kill, read_until, types, until};

/// A block from those for documentation (RFC 3849), of this test alone.
fn block() -> Ipv6Addr {
    Ipv6Addr::new(0x2001, 0xdb8, 0xc, u16::try_from(std::process::id() & 0xffff).unwrap(), 0, 0, 0, 0)
}

fn ipv6(last: u8) -> Ipv6Addr {
    Ipv6Addr::from(block().to_bits() | u128::from(last))
}

pub fn network(name: &str) -> NetworkSpec {
    let subnet = Network { address: [10, 66, 0, 0].into(), prefix: 24 };
    NetworkSpec { reference: Reference::parse(name).unwrap(), subnet, gateway: [10, 66, 0, 1].into(), egress: true, ipv6: Some(block()) }
}

/// A container at 10.66.0.`last` of `network`, and at the same place of the block.
pub fn container(world: &World, name: &str, network: &NetworkSpec, last: u8) -> GuestSpec {
    let card = Card { network: network.reference.clone(), ipv4: [10, 66, 0, last].into(), ipv6: Some(ipv6(last)) };
    GuestSpec { hostname: name.into(), mac: format!("02:66:01:00:00:{last:02x}"), card: Some(card), ..world.spec(&format!("vm_{name}")) }
}

pub fn inbound(rules: Vec<Rule>) -> Filter {
    Filter { anti_spoofing: true, rules, inbound: Verdict::Drop, outbound: Verdict::Accept }
}

fn ssh() -> Rule {
    Rule { direction: Direction::Inbound, protocol: Protocol::Tcp { ports: 22..=22 }, peer: None, verdict: Verdict::Accept }
}

/// Types a command whose end is told by its own number, and says whether it succeeded.
pub async fn succeeds(line: &mut Box<dyn ConsoleStream>, number: u32, command: &str) -> bool {
    let seen = types(line, &format!("{command}; echo \"is-$?-$(({number} + 1))\""), &format!("-{}", number + 1)).await;
    seen.contains(&format!("is-0-{}", number + 1))
}

/// The part of all names that comes from data folder and reference.
fn short(world: &World, name: &str) -> String {
    let data_dir = world.folder.path().display().to_string();
    let output = Command::new("sh").args(["-c", "printf '%s\\n%s' \"$1\" \"$2\" | sha256sum | cut -c 1-16", "sh", &data_dir, name]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Runs a program of the host's in the container's network, as somebody who may do everything there.
fn beside(world: &World, spec: &GuestSpec, command: &str) -> Output {
    let init = world.folder.path().join("run").join(short(world, spec.reference.as_str())).join("init");
    let init = fs::read_to_string(init).unwrap();
    Command::new("nsenter").args(["--net", "--target", init.trim(), "sh", "-c", command]).output().unwrap()
}

/// Packets that the network's rules dropped at the container's port, by the rule whose text has `part`.
fn dropped(world: &World, network: &NetworkSpec, spec: &GuestSpec, part: &str) -> u64 {
    let namespace = format!("--net=/run/netns/fairhold-{}", &short(world, network.reference.as_str())[..12]);
    let rules = Command::new("nsenter").args([&namespace, "nft", "list", "table", "bridge", "fairhold"]).output().unwrap().stdout;
    let (rules, port) = (String::from_utf8(rules).unwrap(), format!("\"t{}\"", &short(world, spec.reference.as_str())[..12]));
    let line = rules.lines().find(|line| line.contains(&port) && line.contains(part) && line.contains("drop")).unwrap_or_else(|| panic!("no {part}: {rules}"));
    line.split_whitespace().skip_while(|word| *word != "packets").nth(1).unwrap().parse().unwrap()
}

/// No namespace, line, rule or route of the network is on the host.
pub fn no_network_is_left(world: &World, network: &NetworkSpec) {
    let short = short(world, network.reference.as_str())[..12].to_owned();
    for words in [&["ip", "-o", "link"][..], &["ip", "netns", "list"], &["nft", "list", "tables"], &["ip", "route"], &["ip", "-6", "route"]] {
        let text = Command::new(words[0]).args(&words[1..]).output().unwrap().stdout;
        assert!(!String::from_utf8_lossy(&text).contains(&short), "{words:?}");
    }
}

async fn opens(address: &str) -> bool {
    matches!(timeout(Duration::from_secs(3), TcpStream::connect(address)).await, Ok(Ok(_)))
}

/// Whether anybody listens on a port of 127.0.0.1 that this installation hands out.
async fn anything_is_forwarded(world: &World) -> bool {
    for port in world.settings.ssh_ports.clone() {
        if opens(&format!("127.0.0.1:{port}")).await {
            return true;
        }
    }
    false
}

#[tokio::test]
async fn containers_of_one_network_meet_as_rules_say_and_nobody_lies_about_who_they_are() {
    let world = World::new().await;
    let can = world.driver.capabilities().await.unwrap();
    assert!(can.has(Feature::PrivateNetworks) && can.has(Feature::Ipv6), "root, iproute2, nftables, dnsmasq-base and IPv6 are needed");
    let one = network("net_one");
    world.driver.ensure_network(&one).await.unwrap();
    let (a, b) = (container(&world, "alpha", &one, 10), container(&world, "beta", &one, 11));
    let (mut at_a, mut at_b) = (world.booted(&a).await, world.booted(&b).await);
    let found = world.driver.find(&a.reference).await.unwrap().unwrap();
    assert_eq!((found.ipv4.as_deref(), found.ipv6, found.ssh), (Some("10.66.0.10"), Some(ipv6(10).to_string()), None));
    assert!(!anything_is_forwarded(&world).await, "in a private network nothing is forwarded");

    for (number, address) in [(100, "10.66.0.11".to_owned()), (101, ipv6(11).to_string()), (102, "10.66.0.1".to_owned()), (103, block().to_string())] {
        assert!(succeeds(&mut at_a, number, &format!("ping -c 2 -W 5 {address}")).await, "{address}");
    }
    assert!(succeeds(&mut at_a, 110, "nslookup beta | grep 10.66.0.11").await, "the network answers for names");

    // Rules, from one container to another and live.
    world.driver.set_filter(&a.reference, &inbound(vec![ssh()])).await.unwrap();
    for (number, address) in [(120, "10.66.0.10".to_owned()), (130, ipv6(10).to_string())] {
        assert!(succeeds(&mut at_b, number, &format!("nc -w 3 {address} 22 </dev/null | grep SSH")).await, "what rules let in comes in");
        assert!(!succeeds(&mut at_b, number + 1, &format!("ping -c 1 -W 2 {address}")).await, "and nothing else");
    }

    // By the hand of one who may change addresses, which root of a container may not.
    let stranger = ipv6(0x77);
    for (address, other, rule) in [
        ("10.66.0.77/24".to_owned(), "10.66.0.11".to_owned(), "ip saddr != 10.66.0.10".to_owned()),
        (format!("{stranger}/128"), ipv6(11).to_string(), format!("ip6 saddr != {{ ::, {}, fe80::/10 }}", ipv6(10))),
    ] {
        let before = dropped(&world, &one, &a, &rule);
        let from = address.split('/').next().unwrap();
        let lie = format!("ip addr add {address} dev eth0 $(case {address} in *:*) echo nodad;; esac); busybox ping -c 2 -W 1 -I {from} {other}");
        assert!(!beside(&world, &a, &lie).status.success());
        // For an address that it has not it must first ask who has the other's, under the false one too.
        let asked = dropped(&world, &one, &a, "arp saddr ip");
        assert!(dropped(&world, &one, &a, &rule) > before || (asked > 0 && other.contains('.')), "an address that is not the container's is dropped: {rule}");
    }

    for spec in [&a, &b] {
        world.driver.destroy(&spec.reference).await.unwrap();
    }
    world.driver.remove_network(&one.reference).await.unwrap();
    no_network_is_left(&world, &one);
    world.nothing_is_left();
}

#[tokio::test]
async fn a_public_address_leads_in_and_the_network_outlives_supervisor_and_restart() {
    let world = World::new().await;
    let one = network("net_one");
    world.driver.ensure_network(&one).await.unwrap();
    let spec = container(&world, "alpha", &one, 20);
    let reference = &spec.reference;
    let mut line = world.booted(&spec).await;
    // An address from the block for documentation (RFC 5737), of this test alone.
    let public = Ipv4Addr::new(198, 51, 100, u8::try_from(std::process::id() % 200).unwrap() + 1);
    world.driver.set_addresses(reference, &[public.into()]).await.unwrap();
    let way_in = format!("{public}:22");
    until("SSH answers at the public address", async || opens(&way_in).await).await;
    let found = world.driver.find(reference).await.unwrap().unwrap();
    assert_eq!(found.ssh.map(|ssh| (ssh.host, ssh.port)), Some((public.to_string(), 22)));

    let before = world.driver.measure(reference).await.unwrap();
    assert!(succeeds(&mut line, 200, "ping -c 3 -s 1000 10.66.0.1").await);
    let after = world.driver.measure(reference).await.unwrap();
    assert!(after.net_sent_bytes >= before.net_sent_bytes + 3_000 && after.net_received_bytes >= before.net_received_bytes + 3_000, "{before:?} {after:?}");

    // Its supervisor is killed: what there is stays, and rules still change.
    let init = world.init();
    world.supervisors().into_iter().filter(|number| !is_resolver(*number)).for_each(kill);
    assert!(opens(&way_in).await);
    world.driver.set_filter(reference, &inbound(vec![])).await.unwrap();
    assert!(!opens(&way_in).await, "what was let in is shut out");
    world.driver.set_filter(reference, &inbound(vec![ssh()])).await.unwrap();
    assert!(opens(&way_in).await);
    let alone = world.driver.measure(reference).await.unwrap();
    assert!(alone.net_received_bytes > after.net_received_bytes, "what passes is counted without it");
    let mut line = world.driver.console(reference, ConsoleKind::Serial).await.unwrap();
    read_until(&mut line, "root@alpha:").await;
    assert!(!anything_is_forwarded(&world).await, "a new supervisor forwards nothing either");

    // A restart brings it back to the same place, by its supervisor alone.
    world.driver.reboot(reference).await.unwrap();
    until("it comes back", async || world.init() != init && opens(&way_in).await).await;
    let again = world.driver.measure(reference).await.unwrap();
    assert!(again.net_sent_bytes >= after.net_sent_bytes, "a restart forgets nothing that was counted");
    let answer = world.driver.remove_network(&one.reference).await;
    assert!(matches!(answer, Err(DriverError::Conflict { .. })), "{answer:?}");

    world.driver.stop(reference).await.unwrap();
    assert!(!opens(&way_in).await);
    world.driver.start(reference).await.unwrap();
    until("it is there again after a stop", async || opens(&way_in).await).await;
    world.driver.destroy(reference).await.unwrap();
    world.driver.remove_network(&one.reference).await.unwrap();
    no_network_is_left(&world, &one);
    world.nothing_is_left();
}

/// The supervisor is killed at every moment of a start, and the driver with it. What it left of the cable is in nobody's way.
#[tokio::test]
async fn a_start_that_is_killed_anywhere_leaves_room_for_the_next_cable() {
    let world = World::new().await;
    let one = network("net_one");
    world.driver.ensure_network(&one).await.unwrap();
    let spec = container(&world, "alpha", &one, 50);
    world.driver.ensure(&spec).await.unwrap();
    for after in [0, 30, 80, 120, 160, 200, 250, 300, 400] {
        let given_up = timeout(Duration::from_millis(after), world.driver.start(&spec.reference)).await;
        world.supervisors().into_iter().filter(|number| !is_resolver(*number)).for_each(kill);
        let other = Oci::new(world.settings.clone());
        other.start(&spec.reference).await.unwrap_or_else(|error| panic!("after {after} ms ({given_up:?}): {error} {:?}", error.log()));
        until("it reaches its router", async || beside(&world, &spec, "busybox ping -c 1 -W 1 10.66.0.1").status.success()).await;
        other.stop(&spec.reference).await.unwrap();
    }
    world.driver.destroy(&spec.reference).await.unwrap();
    world.driver.remove_network(&one.reference).await.unwrap();
    no_network_is_left(&world, &one);
    world.nothing_is_left();
}

/// Asks for an address as an image does that knows nothing of ours (RFC 8415 §18.2.1), and prints the answer's digits: perl is on every Debian.
const ASKS: &str = r#"
use Socket qw(:all);
socket(S, AF_INET6, SOCK_DGRAM, 0); bind(S, pack_sockaddr_in6(546, IN6ADDR_ANY)) or die $!;
my ($link) = map { /^fe80\w+ (\w+) .* eth0$/ ? hex $1 : () } `cat /proc/net/if_inet6`;
my $ask = pack("H*", "01010203" . "0001000a00030001" . $ARGV[0] . "0003000c000000010000000000000000" . "000800020000");
send(S, $ask, 0, pack_sockaddr_in6(547, inet_pton(AF_INET6, "ff02::1:2"), $link)) or die $!;
alarm 20; recv(S, my $told, 2000, 0); print unpack("H*", $told);
"#;

#[tokio::test]
async fn whoever_asks_is_told_their_own_address_and_makes_up_none() {
    let world = World::new().await;
    let one = network("net_one");
    world.driver.ensure_network(&one).await.unwrap();
    let spec = container(&world, "alpha", &one, 40);
    drop(world.booted(&spec).await);
    // Down and up again, the card has nothing of what it was given, as that of an image that was given nothing.
    assert!(beside(&world, &spec, "ip link set eth0 down; ip link set eth0 up; ! ip -6 addr show dev eth0 | grep 2001:").status.success());
    let heard = "ip -6 route show default | grep 'via fe80::1 dev eth0 proto ra' && ! ip -6 addr show dev eth0 tentative | grep fe80";
    until("it has heard its router", async || beside(&world, &spec, heard).status.success()).await;
    let made_up = beside(&world, &spec, "ip -6 -o addr show dev eth0 dynamic").stdout;
    assert_eq!(String::from_utf8_lossy(&made_up), "", "the prefix is no offer to make up an address");
    let told = beside(&world, &spec, &format!("perl -e '{ASKS}' {}", spec.mac.replace(':', "")));
    let lease = format!("00050018{:032x}", ipv6(40).to_bits());
    assert!(String::from_utf8_lossy(&told.stdout).contains(&lease), "the lease is that of the record: {told:?}");
    world.driver.destroy(&spec.reference).await.unwrap();
    world.driver.remove_network(&one.reference).await.unwrap();
    no_network_is_left(&world, &one);
}

#[tokio::test]
async fn a_container_that_runs_changes_its_network_at_its_next_restart() {
    let world = World::new().await;
    let one = network("net_one");
    world.driver.ensure_network(&one).await.unwrap();
    let card = container(&world, "web-1", &one, 30).card;
    let spec = world.spec("vm_joins");
    let reference = &spec.reference;
    let mut line = world.booted(&spec).await;
    assert!(anything_is_forwarded(&world).await);
    let answer = world.driver.set_filter(reference, &inbound(vec![])).await;
    assert!(matches!(answer, Err(DriverError::Conflict { .. })), "outside of private networks nothing is filtered, and nobody says so: {answer:?}");
    let on_the_host = Command::new("ip").args(["-6", "-o", "addr"]).output().unwrap().stdout;
    assert!(!String::from_utf8_lossy(&on_the_host).contains(&world.cables()), "a cable of its own carries no IPv6, about which it has no rules");
    assert_eq!(world.driver.connect(reference, card.as_ref()).await, Ok(InForce::AfterRestart));
    assert!(!succeeds(&mut line, 300, "ip addr show eth0 | grep 10.66.0.30/24").await, "it keeps its cable until then");

    let init = world.init();
    world.driver.reboot(reference).await.unwrap();
    until("it restarts into the network", async || world.init() != init && beside(&world, &spec, "busybox ping -c 1 -W 1 10.66.0.1").status.success()).await;
    let addresses = beside(&world, &spec, "ip addr show eth0").stdout;
    assert!(String::from_utf8_lossy(&addresses).contains("10.66.0.30/24"));
    assert!(!anything_is_forwarded(&world).await);

    assert_eq!(world.driver.connect(reference, None).await, Ok(InForce::AfterRestart));
    world.driver.stop(reference).await.unwrap();
    world.driver.start(reference).await.unwrap();
    until("its SSH server is reached from the host again", async || anything_is_forwarded(&world).await).await;
    world.driver.remove_network(&one.reference).await.unwrap();
    no_network_is_left(&world, &one);
    world.driver.destroy(reference).await.unwrap();
    world.nothing_is_left();
}

/// Programs of the host's whose command line names the installation: supervisors, and the resolvers of its networks.
fn is_resolver(number: i32) -> bool {
    fs::read_to_string(format!("/proc/{number}/comm")).unwrap_or_default().starts_with("dnsmasq")
}
