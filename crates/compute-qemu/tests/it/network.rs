//! Private networks with real guests: who reaches whom, what is dropped, what leads in from outside, and that nothing is left.
//! Root is needed; where it or a program is missing the tests fail by name.

use std::process::Command;

use compute_driver::{
    Card, ConsoleStream, Direction, Driver, DriverError, Feature, Filter, GuestSpec, InForce, Network, NetworkSpec, Protocol, Reference, Rule, Status, Verdict,
};
use compute_qemu::Qemu;
use tokio::{io::AsyncWriteExt, net::TcpStream, time::timeout};

use crate::world::{World, kill, new_key, read_until, until};

pub fn network(name: &str, egress: bool) -> NetworkSpec {
    let subnet = Network { address: [10, 66, 0, 0].into(), prefix: 24 };
    NetworkSpec { reference: Reference::parse(name).unwrap(), subnet, gateway: [10, 66, 0, 1].into(), egress, ipv6: None }
}

/// A guest at 10.66.0.`last` of `network`.
pub fn guest(world: &World, name: &str, network: &NetworkSpec, last: u8) -> GuestSpec {
    let card = Card { network: network.reference.clone(), ipv4: [10, 66, 0, last].into(), ipv6: None };
    let spec = world.spec(&format!("vm_{name}"));
    GuestSpec { hostname: name.into(), mac: format!("02:66:00:00:00:{last:02x}"), card: Some(card), ..spec }
}

pub fn inbound(rules: Vec<Rule>) -> Filter {
    Filter { anti_spoofing: true, rules, inbound: Verdict::Drop, outbound: Verdict::Accept }
}

pub fn tcp(port: u16) -> Rule {
    Rule { direction: Direction::Inbound, protocol: Protocol::Tcp { ports: port..=port }, peer: None, verdict: Verdict::Accept }
}

/// Types a command whose end is told by its own number, and says whether it succeeded.
pub async fn succeeds(line: &mut dyn ConsoleStream, number: u32, command: &str) -> bool {
    line.write_all(format!("{command}\necho \"$?-$(({number} + 1))\"\n").as_bytes()).await.unwrap();
    let seen = read_until(line, &format!("-{}", number + 1)).await;
    seen.contains(&format!("0-{}", number + 1)) && !seen.contains(&format!("10-{}", number + 1))
}

/// Waits until the guest has its address, which comes after the prompt.
pub async fn networked(line: &mut dyn ConsoleStream, last: u8) {
    let command = format!("while ! ip addr show eth0 | grep -q 10.66.0.{last}/ || [ ! -s /etc/dropbear/key ]; do usleep 200000; done");
    assert!(succeeds(line, u32::from(last) * 1_000, &command).await);
}

/// What a program in the network's namespace prints.
fn inside(network: &str, words: &[&str]) -> String {
    let namespaces = Command::new("ip").args(["netns", "list"]).output().unwrap();
    let namespaces = String::from_utf8_lossy(&namespaces.stdout).into_owned();
    let mut found = namespaces.lines().filter_map(|line| line.split_whitespace().next()).filter(|name| name.starts_with("fairhold-"));
    found
        .find_map(|name| {
            let output = Command::new("nsenter").arg(format!("--net=/run/netns/{name}")).args(words).output().unwrap();
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            text.contains(network).then_some(text)
        })
        .unwrap_or_default()
}

/// Packets that the rules dropped whose text has `part`, in the namespace with the card of `mac`.
pub fn dropped(mac: &str, part: &str) -> u64 {
    let rules = inside(mac, &["nft", "list", "table", "bridge", "fairhold"]);
    let line = rules.lines().find(|line| line.contains(part) && line.contains("drop")).unwrap_or_else(|| panic!("no rule with {part}: {rules}"));
    line.split_whitespace().skip_while(|word| *word != "packets").nth(1).unwrap().parse().unwrap()
}

/// Interfaces, namespaces, tables and processes of this installation.
pub fn left(world: &World) -> Vec<String> {
    let data_dir = world.folder.path().display().to_string();
    let networks = ["net_one", "net_two"].map(|name| short(&data_dir, name));
    let mut left: Vec<String> = world.processes().iter().map(ToString::to_string).collect();
    for words in [&["ip", "-o", "link"][..], &["ip", "netns", "list"], &["nft", "list", "tables"], &["ip", "route"]] {
        let output = Command::new(words[0]).args(&words[1..]).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        left.extend(text.lines().filter(|line| networks.iter().any(|short| line.contains(short.as_str()))).map(str::to_owned));
    }
    left
}

/// The part of all names that comes from data folder and reference.
fn short(data_dir: &str, name: &str) -> String {
    let output = Command::new("sh").args(["-c", "printf '%s\\n%s' \"$1\" \"$2\" | sha256sum | cut -c 1-12", "sh", data_dir, name]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

async fn opens(address: &str) -> bool {
    matches!(timeout(std::time::Duration::from_secs(3), TcpStream::connect(address)).await, Ok(Ok(_)))
}

#[tokio::test]
async fn guests_of_one_network_meet_and_others_do_not_and_nobody_lies_about_who_they_are() {
    let world = World::new().await;
    assert!(world.driver.capabilities().await.unwrap().has(Feature::PrivateNetworks), "root, iproute2, nftables and dnsmasq-base are needed");
    let (one, two) = (network("net_one", false), network("net_two", false));
    for network in [&one, &two] {
        world.driver.ensure_network(network).await.unwrap();
    }
    // The same addresses in both networks: each is a world of its own.
    let (a, b, c) = (guest(&world, "alpha", &one, 10), guest(&world, "beta", &one, 11), guest(&world, "gamma", &two, 12));
    let (mut at_a, mut at_b, mut at_c) = (world.booted(&a).await, world.booted(&b).await, world.booted(&c).await);
    networked(&mut *at_a, 10).await;
    networked(&mut *at_b, 11).await;
    networked(&mut *at_c, 12).await;

    assert!(succeeds(&mut *at_a, 100, "ping -c 2 -W 5 10.66.0.11").await, "guests of one network reach each other");
    assert!(succeeds(&mut *at_a, 105, "ping -c 2 -W 5 10.66.0.1").await, "and their gateway");
    assert!(!succeeds(&mut *at_a, 110, "ping -c 2 -W 2 10.66.0.12").await, "guests of another do not");
    assert!(!succeeds(&mut *at_c, 120, "ping -c 2 -W 2 10.66.0.10").await, "guests of another do not");
    assert!(succeeds(&mut *at_a, 130, "nslookup beta 10.66.0.1").await, "names are answered");
    assert!(succeeds(&mut *at_b, 140, "udhcpc -q -n -i eth0 -s /bin/true").await, "leases are handed out");

    // Another sender, by address and by card.
    let address = dropped(&a.mac, "ip saddr != 10.66.0.10");
    assert!(!succeeds(&mut *at_a, 150, "ip addr flush dev eth0; ip addr add 10.66.0.77/24 dev eth0; ping -c 2 -W 2 10.66.0.11").await);
    let packets = dropped(&a.mac, "ip saddr != 10.66.0.10") - address + dropped(&a.mac, "arp saddr ip");
    assert!(packets >= 1, "an address that is not the guest's is dropped");
    let card = dropped(&a.mac, "ether saddr !=");
    let lie = "ip addr flush dev eth0; ip addr add 10.66.0.10/24 dev eth0; ip link set eth0 down; ip link set eth0 address 02:66:00:00:00:0b; ip link set eth0 up; ping -c 2 -W 2 10.66.0.11";
    assert!(!succeeds(&mut *at_a, 160, lie).await);
    assert!(dropped(&a.mac, "ether saddr !=") > card, "a card that is not the guest's is dropped");

    let answer = world.driver.remove_network(&one.reference).await;
    assert!(matches!(answer, Err(DriverError::Conflict { .. })), "{answer:?}");
    for spec in [&a, &b, &c] {
        world.driver.destroy(&spec.reference).await.unwrap();
    }
    for network in [&one, &two] {
        world.driver.remove_network(&network.reference).await.unwrap();
    }
    assert_eq!(left(&world), Vec::<String>::new());
}

#[tokio::test]
async fn a_security_group_changes_live_and_a_public_address_leads_in() {
    let world = World::new().await;
    let one = network("net_one", true);
    world.driver.ensure_network(&one).await.unwrap();
    let mut spec = guest(&world, "alpha", &one, 20);
    spec.ssh_keys = vec![new_key(&world.folder)];
    let reference = &spec.reference;
    world.driver.ensure(&spec).await.unwrap();
    world.driver.set_filter(reference, &inbound(vec![tcp(22)])).await.unwrap();
    // An address from the block for documentation (RFC 5737), of this test alone.
    let public = std::net::Ipv4Addr::new(203, 0, 113, u8::try_from(std::process::id() % 200).unwrap() + 1);
    world.driver.set_addresses(reference, &[public.into()]).await.unwrap();
    let mut line = world.booted(&spec).await;
    networked(&mut *line, 20).await;
    assert!(succeeds(&mut *line, 200, "(while true; do echo hello | nc -l -p 8080; done) >/dev/null 2>&1 &").await);

    let (ssh, web) = (format!("{public}:22"), format!("{public}:8080"));
    until("SSH answers at the public address", async || opens(&ssh).await).await;
    assert!(!opens(&web).await, "nothing else passes");
    let found = world.driver.find(reference).await.unwrap().unwrap();
    assert_eq!(found.ssh.map(|ssh| (ssh.host, ssh.port)), Some((public.to_string(), 22)));

    world.driver.set_filter(reference, &inbound(vec![tcp(8080)])).await.unwrap();
    assert!(!opens(&ssh).await, "what was let in is shut out, live");
    until("what was shut out is let in, live", async || opens(&web).await).await;
    // What the guest asks for itself is answered, whatever the rules say about what comes unasked.
    assert!(succeeds(&mut *line, 210, "ping -c 2 -W 5 169.254.1.1").await, "answers pass");

    // Another guest cannot have the same address, and without it nothing leads in.
    let other = guest(&world, "beta", &one, 21);
    world.driver.ensure(&other).await.unwrap();
    assert!(matches!(world.driver.set_addresses(&other.reference, &[public.into()]).await, Err(DriverError::Conflict { .. })));
    world.driver.set_addresses(reference, &[]).await.unwrap();
    let route = Command::new("ip").args(["route", "show", &format!("{public}/32")]).output().unwrap();
    assert!(route.stdout.is_empty(), "an address that was taken away leads nowhere");

    for spec in [&spec, &other] {
        world.driver.destroy(&spec.reference).await.unwrap();
    }
    world.driver.remove_network(&one.reference).await.unwrap();
    assert_eq!(left(&world), Vec::<String>::new());
}

#[tokio::test]
async fn what_a_restart_of_the_host_takes_comes_back_with_the_guest() {
    let world = World::new().await;
    let one = network("net_one", false);
    world.driver.ensure_network(&one).await.unwrap();
    let spec = guest(&world, "alpha", &one, 30);
    world.driver.ensure(&spec).await.unwrap();
    let answer = world.driver.set_filter(&world.driver.ensure(&world.spec("vm_plain")).await.unwrap().reference, &inbound(vec![])).await;
    assert!(matches!(answer, Err(DriverError::Conflict { .. })), "in QEMU's own network nothing is filtered, and nobody says so: {answer:?}");

    // Everything that lives in the kernel goes, and the resolver with it.
    for number in world.processes() {
        kill(number);
    }
    let short = short(&world.folder.path().display().to_string(), "net_one");
    Command::new("ip").args(["link", "del", &format!("fh{short}")]).output().unwrap();
    Command::new("ip").args(["netns", "del", &format!("fairhold-{short}")]).output().unwrap();
    Command::new("nft").args(["delete", "table", "inet", &format!("fairhold_{short}")]).output().unwrap();
    assert_eq!(left(&world), Vec::<String>::new());

    let next = Qemu::new(world.settings.clone());
    assert_eq!(next.networks().await.unwrap(), std::slice::from_ref(&one));
    next.start(&spec.reference).await.unwrap();
    assert_eq!(next.status(&spec.reference).await, Ok(Status::Running));
    assert!(inside(&spec.mac, &["nft", "list", "ruleset"]).contains("ip saddr != 10.66.0.30"), "it is held to its address again");

    // A guest that leaves has QEMU's own network again.
    next.stop(&spec.reference).await.unwrap();
    assert_eq!(next.connect(&spec.reference, None).await, Ok(InForce::Now));
    next.remove_network(&one.reference).await.unwrap();
    assert_eq!(left(&world), Vec::<String>::new());
    let alone = GuestSpec { card: None, ..spec };
    let mut line = world.booted(&alone).await;
    assert!(succeeds(&mut *line, 300, "while ! ip addr show eth0 | grep -q 10.0.2.15/; do usleep 200000; done").await);
    for name in ["vm_alpha", "vm_plain"] {
        next.destroy(&Reference::parse(name).unwrap()).await.unwrap();
    }
}
