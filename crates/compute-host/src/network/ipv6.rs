//! A network's part with public IPv6 addresses: guests have them as they are and are reached by routing, without translation.
//!
//! Each guest has one address and its router, and nothing else is on its link. The router knows the card behind each address from the
//! records and asks nobody, so no guest can claim another's. Between host and namespace the line needs no addresses but its own.

use std::{collections::BTreeSet, fs, io, net::Ipv6Addr, path::Path};

use compute_driver::{DriverError, IPV6_GATEWAY, NetworkSpec};

use super::{
    host::{IPV6, must_have_ipv6},
    names::{BRIDGE, HOST_LINK, INNER_LINK, Names, UPLINK},
    record::Member,
    wire::{inside, ip},
};
use crate::{
    process::{output, run},
    record::trouble,
};

/// Settings of the namespace's kernel: ports of the bridge have no addresses of their own and say nothing to guests.
const KERNEL: &str = "cd /proc/sys/net/ipv6/conf; echo 1 >default/disable_ipv6; echo 1 >all/forwarding; echo 0 >lo/disable_ipv6";
/// A network without IPv6 has none of it, whatever was there before.
const KERNEL_WITHOUT: &str = "cd /proc/sys/net; [ ! -e ipv6 ] || echo 1 >ipv6/conf/all/disable_ipv6";

/// Fails when the host has another way to the block: its own network, or another private one.
pub(super) async fn must_be_free(names: &Names, block: Ipv6Addr) -> Result<(), DriverError> {
    let routes = output("ip", ["-6", "-o", "route", "show", &format!("{block}/64")]).await?;
    let ours = format!(" dev {} ", names.veth);
    match String::from_utf8_lossy(&routes).lines().find(|route| !route.contains(&ours)) {
        Some(other) => Err(DriverError::conflict(format!("this host has another way to {block}/64: {}", other.trim()))),
        None => Ok(()),
    }
}

/// Switches IPv6 on or off in the namespace, before there is anything else in it.
pub(super) async fn kernel(names: &Names, network: &NetworkSpec) -> Result<(), DriverError> {
    if network.ipv6.is_some() {
        must_have_ipv6()?;
        inside(names, ["sh", "-c", KERNEL]).await
    } else {
        inside(names, ["sh", "-c", KERNEL_WITHOUT]).await
    }
}

/// Makes whatever is missing and clears away what is no longer wanted, once there are bridge and line.
pub(super) async fn realise(names: &Names, network: &NetworkSpec, members: &[Member]) -> Result<(), DriverError> {
    let Some(block) = network.ipv6 else { return switch_off(names) };
    for interface in [BRIDGE, UPLINK] {
        ip(names, &["link", "set", interface, "addrgenmode", "none"]).await?;
        inside(names, ["sh", "-c", &format!("echo 0 >/proc/sys/net/ipv6/conf/{interface}/disable_ipv6")]).await?;
    }
    bridge(names, block).await?;
    guests(names, block, members).await?;
    line(names, block).await?;
    let_host_forward(Path::new(IPV6)).map_err(trouble("cannot let the host forward packets"))
}

/// Nothing is left on the host either: its end of the line loses addresses and routes.
fn switch_off(names: &Names) -> Result<(), DriverError> {
    match fs::write(Path::new(IPV6).join(&names.veth).join("disable_ipv6"), "1") {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(trouble("cannot switch IPv6 off")(error)),
        _ => Ok(()),
    }
}

/// The router's addresses: its own on the link, which guests know, and the block's first, which every router has (RFC 4291 §2.6.1). From
/// the second it says what becomes of packets, and the resolver sees by it that the block is its own. It brings no route: no other
/// address is on the link by itself.
async fn bridge(names: &Names, block: Ipv6Addr) -> Result<(), DriverError> {
    let wanted = [format!("{IPV6_GATEWAY}/64"), format!("{block}/64")];
    // "2: br0    inet6 fe80::1/64 scope link …"
    let there = words(names, &["-o", "addr", "show", "dev", BRIDGE], 3).await?;
    for stale in there.iter().filter(|address| !wanted.contains(address)) {
        ip(names, &["-6", "addr", "del", stale, "dev", BRIDGE]).await?;
    }
    let [link, first] = &wanted;
    ip(names, &["-6", "addr", "replace", link, "dev", BRIDGE, "nodad"]).await?;
    ip(names, &["-6", "addr", "replace", first, "dev", BRIDGE, "nodad", "noprefixroute"]).await
}

/// The way to each guest, and none to addresses that nobody has: they would go back to the host by the way they came.
async fn guests(names: &Names, block: Ipv6Addr, members: &[Member]) -> Result<(), DriverError> {
    let wanted: BTreeSet<String> = members.iter().filter_map(|member| member.ipv6).map(|address| address.to_string()).collect();
    let ways = words(names, &["route", "show", "dev", BRIDGE], 0).await?;
    for stale in ways.iter().filter(|address| address.as_str() != LINK && !wanted.contains(*address)) {
        ip(names, &["-6", "route", "del", stale, "dev", BRIDGE]).await?;
    }
    for stale in words(names, &["neigh", "show", "dev", BRIDGE, "nud", "permanent"], 0).await?.difference(&wanted) {
        ip(names, &["-6", "neigh", "del", stale, "dev", BRIDGE]).await?;
    }
    let whole = format!("{block}/64");
    // "unreachable 2001:db8::/64 dev lo …"
    for stale in words(names, &["route", "show", "type", "unreachable"], 1).await?.iter().filter(|other| **other != whole) {
        ip(names, &["-6", "route", "del", "unreachable", stale]).await?;
    }
    ip(names, &["-6", "route", "replace", "unreachable", &whole]).await?;
    for (address, mac) in members.iter().filter_map(|member| Some((member.ipv6?.to_string(), &member.mac))) {
        ip(names, &["-6", "route", "replace", &address, "dev", BRIDGE]).await?;
        ip(names, &["-6", "neigh", "replace", &address, "lladdr", mac, "dev", BRIDGE, "nud", "permanent"]).await?;
    }
    Ok(())
}

/// The line between host and namespace, and the ways by it.
async fn line(names: &Names, block: Ipv6Addr) -> Result<(), DriverError> {
    let (veth, whole) = (names.veth.as_str(), format!("{block}/64"));
    let (host, inner) = (HOST_LINK.to_string(), INNER_LINK.to_string());
    run("ip", ["link", "set", veth, "addrgenmode", "none"]).await?;
    let settings = Path::new(IPV6).join(veth);
    for (setting, value) in [("accept_ra", "0"), ("disable_ipv6", "0")] {
        fs::write(settings.join(setting), value).map_err(trouble("cannot switch IPv6 on"))?;
    }
    run("ip", ["-6", "addr", "replace", &format!("{host}/64"), "dev", veth, "nodad"]).await?;
    ip(names, &["-6", "addr", "replace", &format!("{inner}/64"), "dev", UPLINK, "nodad"]).await?;
    ip(names, &["-6", "route", "replace", "default", "via", &host, "dev", UPLINK]).await?;
    let there = output("ip", ["-6", "-o", "route", "show", "dev", veth]).await?;
    for stale in column(&there, 0).iter().filter(|route| route.as_str() != LINK && **route != whole) {
        run("ip", ["-6", "route", "del", stale, "dev", veth]).await?;
    }
    run("ip", ["-6", "route", "replace", &whole, "via", &inner, "dev", veth]).await
}

/// What belongs to the link itself and comes with its addresses.
const LINK: &str = "fe80::/64";

/// Lets the host forward. It would hear no router any more (Documentation/networking/ip-sysctl.rst, `accept_ra`), and with that lose its
/// own way out; interfaces that heard one go on.
fn let_host_forward(settings: &Path) -> io::Result<()> {
    let forwarding = settings.join("all/forwarding");
    if fs::read_to_string(&forwarding)?.trim() == "1" {
        return Ok(());
    }
    for interface in fs::read_dir(settings)? {
        let interface = interface?.path();
        // Interfaces to come are their maker's concern.
        let to_come = interface.ends_with("all") || interface.ends_with("default");
        let hears = interface.join("accept_ra");
        if !to_come && fs::read_to_string(&hears).is_ok_and(|said| said.trim() == "1") {
            fs::write(hears, "2")?;
        }
    }
    fs::write(forwarding, "1")
}

/// One word of each line that `ip -6` shows in the namespace.
async fn words(names: &Names, question: &[&str], index: usize) -> Result<BTreeSet<String>, DriverError> {
    Ok(column(&output("ip", ["-n", names.namespace.as_str(), "-6"].iter().chain(question)).await?, index))
}

fn column(text: &[u8], index: usize) -> BTreeSet<String> {
    String::from_utf8_lossy(text).lines().filter_map(|line| line.split_whitespace().nth(index).map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_begins_to_forward_goes_on_hearing_its_router() {
        let settings = tempfile::tempdir().unwrap();
        let at = |interface: &str, setting: &str| settings.path().join(interface).join(setting);
        for (interface, hears) in [("all", "1"), ("default", "1"), ("eth0", "1"), ("eth1", "0"), ("eth2", "2")] {
            fs::create_dir(settings.path().join(interface)).unwrap();
            fs::write(at(interface, "accept_ra"), hears).unwrap();
        }
        fs::write(at("all", "forwarding"), "0\n").unwrap();
        let said = |interface: &str| fs::read_to_string(at(interface, "accept_ra")).unwrap();
        let_host_forward(settings.path()).unwrap();
        assert_eq!(["all", "default", "eth0", "eth1", "eth2"].map(said), ["1", "1", "2", "0", "2"]);
        assert_eq!(fs::read_to_string(at("all", "forwarding")).unwrap(), "1");
        // Whoever switched forwarding on knows what they hear.
        fs::write(at("eth0", "accept_ra"), "1").unwrap();
        let_host_forward(settings.path()).unwrap();
        assert_eq!(said("eth0"), "1");
    }

    #[test]
    fn what_ip_lists_is_read_by_words() {
        let text = b"2001:db8:0:7::a metric 1024 pref medium\nfe80::/64 proto kernel metric 256 pref medium\n";
        assert_eq!(column(text, 0).into_iter().collect::<Vec<_>>(), ["2001:db8:0:7::a", "fe80::/64"]);
        assert_eq!(column(b"unreachable 2001:db8::/64 dev lo\n", 1).into_iter().collect::<Vec<_>>(), ["2001:db8::/64"]);
    }
}
