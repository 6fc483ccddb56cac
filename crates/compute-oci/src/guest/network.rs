//! The network of a container that is in no private one: a cable between it and the host, and the host routes.
//!
//! The cable (a veth pair) vanishes with the container's network namespace, so nothing can be left over. There is no bridge: containers
//! share no wire, and the kernel's reverse path filter drops what a container sends under another's address.

use std::{fs, io, net::Ipv4Addr, process::Stdio};

use compute_driver::DriverError;
use compute_host::{
    process::{ProcessId, run},
    record::trouble,
};
use tokio::{io::AsyncWriteExt, process::Command};

use super::{place::Place, record::Bytes};

/// A container's network, as the supervisor makes it.
pub(crate) struct Network<'a> {
    pub(crate) address: Ipv4Addr,
    pub(crate) gateway: Ipv4Addr,
    /// The address of its card.
    pub(crate) mac: &'a str,
}

impl Network<'_> {
    /// Connects the container whose first process is `init`. It waits to be started meanwhile.
    pub(crate) async fn connect(&self, place: &Place, init: u32) -> Result<(), DriverError> {
        let (cable, init) = (place.cable(), init.to_string());
        let (address, gateway) = (format!("{}/32", self.address), self.gateway.to_string());
        run("ip", ["link", "add", &cable, "type", "veth", "peer", "name", "eth0", "address", self.mac, "netns", &init]).await?;
        let inside = format!("link set lo up\nlink set eth0 up\naddr add {address} dev eth0\nroute add {gateway} dev eth0\nroute add default via {gateway}\n");
        fed("nsenter", &["--net", "--target", &init, "ip", "-batch", "-"], &inside).await?;
        let setting = |family: &str, name: &str| format!("/proc/sys/net/{family}/conf/{cable}/{name}");
        fs::write(setting("ipv4", "rp_filter"), "1").map_err(trouble("cannot hold the container to its address"))?;
        // The rules below are about IPv4, and the host may forward IPv6 for private networks: a cable carries none.
        match fs::write(setting("ipv6", "disable_ipv6"), "1") {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(trouble("cannot keep IPv6 from the container")(error)),
            _ => {}
        }
        let outside = format!("addr add {gateway}/32 dev {cable}\nlink set {cable} up\nroute add {address} dev {cable} src {gateway}\n");
        fed("ip", &["-batch", "-"], &outside).await
    }
}

/// Lets the installation's containers reach the outside, and keeps them from each other and from the host. Set anew at each start, all
/// of it or nothing, so that a host whose rules were flushed has them again.
///
/// # Errors
/// Why containers stay without a way out; they run all the same.
pub(crate) async fn open_way_out(place: &Place, network: Ipv4Addr) -> Result<(), DriverError> {
    let forwarding = "/proc/sys/net/ipv4/ip_forward";
    if fs::read_to_string(forwarding).map_err(trouble("cannot see whether the host forwards"))?.trim() != "1" {
        fs::write(forwarding, "1").map_err(trouble("cannot let the host forward"))?;
    }
    fed("nft", &["-f", "-"], &rules(place, network)).await
}

/// 169.254.0.0/16 is where clouds tell their machines secrets of the host's.
fn rules(place: &Place, network: Ipv4Addr) -> String {
    let (table, ours) = (table(place), format!("\"{}*\"", place.cables()));
    format!(
        "add table ip {table}\ndelete table ip {table}\ntable ip {table} {{
  chain between {{
    type filter hook forward priority -10; policy accept;
    iifname {ours} oifname {ours} drop
    iifname {ours} ip daddr 169.254.0.0/16 drop
    oifname {ours} ct state established,related accept
    oifname {ours} drop
  }}
  chain host {{
    type filter hook input priority -10; policy accept;
    iifname {ours} ct state established,related accept
    iifname {ours} icmp type echo-request accept
    iifname {ours} drop
  }}
  chain outside {{
    type nat hook postrouting priority 100; policy accept;
    ip saddr {network}/16 oifname != {ours} masquerade
  }}
}}\n"
    )
}

/// Removes the rules, once no container is left.
pub(crate) async fn close_way_out(place: &Place) -> Result<(), DriverError> {
    // Deleting what is not there would be an error, so it is made first.
    let table = table(place);
    fed("nft", &["-f", "-"], &format!("add table ip {table}\ndelete table ip {table}\n")).await
}

fn table(place: &Place) -> String {
    format!("fairhold_{}", place.installation)
}

/// What passed the card of the container whose first process is `init`, wherever its cable leads; `None` when it has no card or has ended.
pub(crate) fn counted(init: &ProcessId) -> Option<Bytes> {
    let table = fs::read_to_string(format!("/proc/{}/net/dev", init.number())).ok()?;
    // Read before it was asked whether it lives: another process with its number has other figures.
    counted_in(&table).filter(|_| init.is_alive())
}

/// The figures behind a card's name: eight of what it received, then eight of what it sent, bytes first (proc_net(5)).
fn counted_in(table: &str) -> Option<Bytes> {
    let figures = table.lines().find_map(|line| line.trim_start().strip_prefix("eth0:"))?;
    let figures: Vec<&str> = figures.split_whitespace().collect();
    Some(Bytes { received: figures.first()?.parse().ok()?, sent: figures.get(8)?.parse().ok()? })
}

/// The name servers that the container shall ask: the host's, but for those that only the host can reach.
pub(crate) fn resolvers() -> String {
    let read = |path: &str| servers(&fs::read_to_string(path).unwrap_or_default());
    let of_host = read("/etc/resolv.conf");
    // systemd-resolved listens on the host's loopback and keeps the real servers here.
    let found = if of_host.is_empty() { read("/run/systemd/resolve/resolv.conf") } else { of_host };
    found.iter().map(|server| format!("nameserver {server}\n")).collect()
}

fn servers(text: &str) -> Vec<Ipv4Addr> {
    let named = text.lines().filter_map(|line| line.strip_prefix("nameserver")?.trim().parse::<Ipv4Addr>().ok());
    named.filter(|server| !server.is_loopback()).collect()
}

/// Runs a tool that reads what it shall do.
async fn fed(program: &str, arguments: &[&str], text: &str) -> Result<(), DriverError> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| DriverError::unavailable(format!("cannot run {program}: {error}")))?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(text.as_bytes()).await.map_err(trouble("cannot tell a tool what to do"))?;
    }
    let output = child.wait_with_output().await.map_err(trouble("cannot wait for a tool"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(DriverError::failed(format!("{program} ended with {}", output.status), String::from_utf8_lossy(&output.stderr).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_those_of_the_card_and_not_of_the_loopback() {
        let table = "Inter-|   Receive |  Transmit\n face |bytes packets\n    lo: 1 2 0 0 0 0 0 0 3 4 0 0 0 0 0 0\n  eth0:    1500 12 0 0 0 0 0 0     900 9 0 0 0 0 0 0\n";
        assert_eq!(counted_in(table), Some(Bytes { received: 1500, sent: 900 }));
        assert_eq!(counted_in("    lo: 1 2 0 0 0 0 0 0 3 4 0 0 0 0 0 0\n"), None);
    }

    #[test]
    fn servers_that_only_the_host_reaches_are_left_out() {
        assert_eq!(servers("# x\nnameserver 127.0.0.53\nnameserver 192.0.2.1\nnameserver fd00::1\nsearch a\n"), [Ipv4Addr::new(192, 0, 2, 1)]);
    }
}
