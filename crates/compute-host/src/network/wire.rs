//! Brings a network into being from what is remembered of it, and takes it away. Whatever is there already is left alone, so it
//! repairs what a crash or a restart of the host left half done. The caller holds the network's lock.

use std::{collections::BTreeSet, fs, io, net::Ipv4Addr};

use compute_driver::{DriverError, Reference};

use super::{
    home::Home,
    ipv6,
    names::{BRIDGE, HOST_ADDRESS, Names, UPLINK},
    port,
    record::{self, Member, Network},
    resolver, rules,
};
use crate::{
    process::{fed, output, run},
    record::trouble,
};

/// Settings of the namespace's kernel. Guests are isolated from each other on the bridge, so the router answers for all of them
/// (`proxy_arp_pvlan`, RFC 3069) and does not tell them to talk directly.
const KERNEL: &str = "cd /proc/sys/net; echo 1 >ipv4/ip_forward; echo 0 >ipv4/conf/all/send_redirects; echo 0 >ipv4/conf/default/send_redirects";
const KERNEL_OF_BRIDGE: &str = "cd /proc/sys/net/ipv4/conf/br0; echo 1 >proxy_arp_pvlan; echo 0 >send_redirects";

/// Makes whatever is missing of the network and changes whatever differs.
pub(super) async fn realise(home: &Home, reference: &Reference) -> Result<(), DriverError> {
    let network = record::known(home, reference)?;
    let members = record::members(home, reference)?;
    let names = Names::of(home, reference);
    namespace(&names).await?;
    ipv6::kernel(&names, &network.spec).await?;
    // Before there is a card that anything could pass.
    let inside = names.inside();
    let filter = rules::inside(&network.spec, network.link, &members);
    fed("nsenter", inside.iter().map(String::as_str).chain(["nft", "-f", "-"]), &filter).await?;
    fed("nft", ["-f", "-"], &rules::outside(&names.table, &names.veth, &network.spec, network.link, &members)).await?;
    bridge(&names, &network).await?;
    ports(&names, &members).await?;
    uplink(&names, &network).await?;
    routes(&names, &network, &members).await?;
    ipv6::realise(&names, &network.spec, &members).await?;
    resolver::keep(&record::folder(home, reference), &names, &network.spec, &members).await
}

/// Takes the network away with all that belongs to it.
pub(super) async fn remove(home: &Home, reference: &Reference) -> Result<(), DriverError> {
    let (names, folder) = (Names::of(home, reference), record::folder(home, reference));
    resolver::stop(&folder).await?;
    if link_exists(&["link", "show", &names.veth]).await {
        run("ip", ["link", "del", &names.veth]).await?;
    }
    if names.path().exists() {
        run("ip", ["netns", "del", &names.namespace]).await?;
    }
    // Made first where it is not there, because nft fails at deleting nothing.
    fed("nft", ["-f", "-"], &format!("table inet {0} {{}}\ndelete table inet {0}\n", names.table)).await?;
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(trouble("cannot remove the network's record")(error)),
        _ => Ok(()),
    }
}

/// An address for the line between host and namespace that nobody else on this host has.
pub(super) async fn free_link(names: &Names) -> Result<Ipv4Addr, DriverError> {
    for step in 0..64_u32 {
        let first = names.first_link();
        let address = Ipv4Addr::from((first & 0xffc0_0000) | (first.wrapping_add(step) & 0x003f_ffff));
        if output("ip", ["-4", "route", "show", &format!("{address}/32")]).await?.is_empty() {
            return Ok(address);
        }
    }
    Err(DriverError::unavailable("no address for the line to a private network is free"))
}

async fn namespace(names: &Names) -> Result<(), DriverError> {
    let there = names.path().exists();
    if !there || !link_exists(&["-n", &names.namespace, "link", "show", "lo"]).await {
        if there {
            // A file that a crash left, with no namespace behind it.
            run("ip", ["netns", "del", &names.namespace]).await?;
        }
        run("ip", ["netns", "add", &names.namespace]).await?;
    }
    inside(names, ["sh", "-c", KERNEL]).await?;
    ip(names, &["link", "set", "lo", "up"]).await
}

async fn bridge(names: &Names, network: &Network) -> Result<(), DriverError> {
    if !has(names, BRIDGE).await {
        ip(names, &["link", "add", BRIDGE, "type", "bridge", "stp_state", "0", "forward_delay", "0"]).await?;
    }
    let gateway = format!("{}/{}", network.spec.gateway, network.spec.subnet.prefix);
    ip(names, &["addr", "replace", &gateway, "dev", BRIDGE]).await?;
    inside(names, ["sh", "-c", KERNEL_OF_BRIDGE]).await?;
    ip(names, &["link", "set", BRIDGE, "up"]).await
}

/// Tends the ports that are there, each made by whoever starts the guest behind it, and clears away those of strangers.
async fn ports(names: &Names, members: &[Member]) -> Result<(), DriverError> {
    let wanted: BTreeSet<&str> = members.iter().map(|member| member.port.as_str()).collect();
    let there = output("ip", ["-n", &names.namespace, "-o", "link", "show", "master", BRIDGE]).await?;
    // "5: t0123456789ab: <NO-CARRIER,…>", with "@if7" after the name where the other end is elsewhere.
    let there = String::from_utf8_lossy(&there).into_owned();
    for port in there.lines().filter_map(|line| line.split(": ").nth(1)?.split('@').next()) {
        let tended = if wanted.contains(port) { port::plug(names, port).await } else { ip(names, &["link", "del", port]).await };
        port::unless_gone(names, port, tended).await?;
    }
    Ok(())
}

async fn uplink(names: &Names, network: &Network) -> Result<(), DriverError> {
    let veth = names.veth.as_str();
    if !link_exists(&["link", "show", veth]).await {
        run("ip", ["link", "add", veth, "type", "veth", "peer", "name", UPLINK, "netns", &names.namespace]).await?;
    }
    let link = format!("{}/32", network.link);
    run("ip", ["addr", "replace", &format!("{HOST_ADDRESS}/32"), "dev", veth]).await?;
    run("ip", ["link", "set", veth, "up"]).await?;
    ip(names, &["addr", "replace", &link, "dev", UPLINK]).await?;
    ip(names, &["link", "set", UPLINK, "up"]).await?;
    ip(names, &["route", "replace", "default", "via", HOST_ADDRESS, "dev", UPLINK, "onlink"]).await?;
    run("ip", ["route", "replace", &link, "dev", veth]).await
}

/// Leads public addresses into the namespace and no others. The host forwards only once a network needs it to.
async fn routes(names: &Names, network: &Network, members: &[Member]) -> Result<(), DriverError> {
    let wanted: BTreeSet<Ipv4Addr> = members.iter().flat_map(|member| member.public.iter().copied()).collect();
    let there = output("ip", ["-4", "-o", "route", "show", "dev", &names.veth]).await?;
    let there = String::from_utf8_lossy(&there).into_owned();
    let there: BTreeSet<Ipv4Addr> = there.lines().filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect();
    for stale in there.iter().filter(|address| **address != network.link && !wanted.contains(address)) {
        run("ip", ["route", "del", &format!("{stale}/32"), "dev", &names.veth]).await?;
    }
    for public in &wanted {
        run("ip", ["route", "replace", &format!("{public}/32"), "via", &network.link.to_string(), "dev", &names.veth]).await?;
    }
    if network.spec.egress || !wanted.is_empty() {
        fs::write("/proc/sys/net/ipv4/ip_forward", "1").map_err(trouble("cannot let the host forward packets"))?;
    }
    Ok(())
}

pub(super) async fn has(names: &Names, interface: &str) -> bool {
    link_exists(&["-n", &names.namespace, "link", "show", interface]).await
}

async fn link_exists(question: &[&str]) -> bool {
    output("ip", question).await.is_ok()
}

pub(super) async fn ip(names: &Names, words: &[&str]) -> Result<(), DriverError> {
    run("ip", ["-n", names.namespace.as_str()].iter().chain(words)).await
}

pub(super) async fn inside<const N: usize>(names: &Names, words: [&str; N]) -> Result<(), DriverError> {
    run("nsenter", names.inside().into_iter().chain(words.map(str::to_owned))).await
}
