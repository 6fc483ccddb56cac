//! The process that hands out leases and names in a network: dnsmasq, inside the namespace, as nobody's child.

use std::{
    fmt::Write,
    fs, io,
    net::IpAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use compute_driver::{DriverError, NetworkSpec};
use tokio::time::{Instant, sleep};

use super::{
    names::{BRIDGE, Names},
    record::Member,
};
use crate::{
    process::{ProcessId, run},
    record::trouble,
};

const PATIENCE: Duration = Duration::from_secs(5);

/// Lets the network's resolver run with what is so now. One that runs with the same already is left alone.
pub(super) async fn keep(folder: &Path, names: &Names, network: &NetworkSpec, members: &[Member]) -> Result<(), DriverError> {
    let config = folder.join("resolver.conf");
    let wanted = text(network, members, &pid_file(folder), &upstream());
    if running(folder).is_some() && fs::read_to_string(&config).is_ok_and(|now| now == wanted) {
        return Ok(());
    }
    stop(folder).await?;
    fs::write(&config, wanted).map_err(trouble("cannot write the resolver's settings"))?;
    let file = format!("--conf-file={}", config.display());
    run("nsenter", names.inside().into_iter().chain(["dnsmasq".to_owned(), file])).await
}

/// Ends the network's resolver, if it runs.
pub(super) async fn stop(folder: &Path) -> Result<(), DriverError> {
    if let Some(process) = running(folder) {
        process.kill();
        let deadline = Instant::now() + PATIENCE;
        while process.is_alive() {
            if Instant::now() > deadline {
                return Err(DriverError::unavailable("the resolver of a private network does not end"));
            }
            sleep(Duration::from_millis(5)).await;
        }
    }
    match fs::remove_file(pid_file(folder)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(trouble("cannot clear a process number")(error)),
        _ => Ok(()),
    }
}

/// Numbers are used again, so the process must also have our settings in its command line.
fn running(folder: &Path) -> Option<ProcessId> {
    let number: u32 = fs::read_to_string(pid_file(folder)).ok()?.trim().parse().ok()?;
    let line = fs::read(format!("/proc/{number}/cmdline")).ok()?;
    let ours = String::from_utf8_lossy(&line).contains(&*folder.to_string_lossy());
    ProcessId::of(number).filter(|process| ours && process.is_alive())
}

fn pid_file(folder: &Path) -> PathBuf {
    folder.join("resolver.pid")
}

/// Its settings (dnsmasq(8)): leases are static, and names are those of the guests; others are asked for outside where there is a way out.
/// Routers are announced as "ask for your address" (RFC 4861 §4.2, managed) with a prefix that is not on the link: nobody makes up an
/// address, and what goes to another guest goes to the router.
fn text(network: &NetworkSpec, members: &[Member], pid_file: &Path, upstream: &[IpAddr]) -> String {
    let NetworkSpec { subnet, gateway, egress, ipv6, .. } = network;
    let mut text = format!(
        "interface={BRIDGE}\nbind-interfaces\nno-hosts\nno-resolv\ndomain-needed\nleasefile-ro\ndhcp-authoritative\npid-file={}\n\
         dhcp-range={},static,12h\ndhcp-option=option:router,{gateway}\ndhcp-option=option:dns-server,{gateway}\n",
        pid_file.display(),
        subnet.address
    );
    if let Some(block) = ipv6 {
        let _ = writeln!(text, "dhcp-range={block},static,off-link,64,12h\nenable-ra");
    }
    for server in upstream.iter().filter(|_| *egress) {
        let _ = writeln!(text, "server={server}");
    }
    for Member { mac, ipv4, ipv6, hostname, .. } in members {
        let (lease, name) = ipv6.map_or_else(Default::default, |address| (format!("[{address}],"), format!(",{address}")));
        let _ = writeln!(text, "dhcp-host={mac},{ipv4},{lease}{hostname}\nhost-record={hostname},{ipv4}{name}");
    }
    text
}

/// The host's name servers. One that the host itself runs cannot be reached from a namespace; where systemd-resolved does,
/// it writes down whom it asks.
fn upstream() -> Vec<IpAddr> {
    let files = ["/run/systemd/resolve/resolv.conf", "/etc/resolv.conf"];
    let text = files.into_iter().find_map(|file| fs::read_to_string(file).ok()).unwrap_or_default();
    let named = text.lines().filter_map(|line| line.strip_prefix("nameserver")?.trim().parse::<IpAddr>().ok());
    named.filter(|server| server.is_ipv4() && !server.is_loopback()).collect()
}

#[cfg(test)]
mod tests {
    use compute_driver::{Filter, Network, Reference};

    use super::*;

    #[test]
    fn names_and_leases_are_those_of_members_and_without_a_way_out_nobody_outside_is_asked() {
        let subnet = Network { address: [10, 66, 0, 0].into(), prefix: 24 };
        let shut = NetworkSpec { reference: Reference::parse("net_1").unwrap(), subnet, gateway: [10, 66, 0, 1].into(), egress: false, ipv6: None };
        let member = Member {
            port: "t1".into(),
            hostname: "web-1".into(),
            mac: "02:00:00:00:00:01".into(),
            ipv4: [10, 66, 0, 10].into(),
            ipv6: None,
            filter: Filter::open(),
            public: vec![],
        };
        let servers = [IpAddr::from([9, 9, 9, 9])];
        let settings = text(&shut, std::slice::from_ref(&member), Path::new("/p"), &servers);
        assert!(settings.contains("dhcp-host=02:00:00:00:00:01,10.66.0.10,web-1\n") && !settings.contains("server=9"));
        assert!(!settings.contains("enable-ra"));
        assert!(text(&NetworkSpec { egress: true, ..shut.clone() }, std::slice::from_ref(&member), Path::new("/p"), &servers).contains("server=9.9.9.9\n"));

        let dual = NetworkSpec { ipv6: Some("2001:db8:0:7::".parse().unwrap()), ..shut };
        let settings = text(&dual, &[Member { ipv6: Some("2001:db8:0:7::a".parse().unwrap()), ..member }], Path::new("/p"), &servers);
        for line in [
            "dhcp-range=2001:db8:0:7::,static,off-link,64,12h\nenable-ra\n",
            "dhcp-host=02:00:00:00:00:01,10.66.0.10,[2001:db8:0:7::a],web-1\nhost-record=web-1,10.66.0.10,2001:db8:0:7::a\n",
        ] {
            assert!(settings.contains(line), "{settings}");
        }
    }
}
