//! Whether this host can have private networks: rights and programs.

use std::{env, fs, path::Path};

use compute_driver::{DriverError, Feature};

/// What is run, and the Debian package that brings it.
const PROGRAMS: [(&str, &str); 4] = [("ip", "iproute2"), ("nft", "nftables"), ("dnsmasq", "dnsmasq-base"), ("nsenter", "util-linux")];
/// The kernel's settings about IPv6, a folder for each interface.
pub(super) const IPV6: &str = "/proc/sys/net/ipv6/conf";
/// Bits of the capability sets (linux/capability.h): networks, and namespaces.
const CAPABILITIES: [(u32, &str); 2] = [(12, "CAP_NET_ADMIN"), (21, "CAP_SYS_ADMIN")];

/// Why this host cannot have private networks; `None` when it can.
fn obstacle() -> Option<String> {
    let rights = effective_capabilities();
    if let Some((_, name)) = CAPABILITIES.into_iter().find(|(bit, _)| rights & (1 << bit) == 0) {
        return Some(format!("root, or {name}, is missing"));
    }
    let missing = PROGRAMS.into_iter().find(|(program, _)| !is_installed(program));
    missing.map(|(program, package)| format!("the program {program} (package {package}) is missing"))
}

/// What a driver can do where this host can have private networks.
pub fn features() -> Vec<Feature> {
    let mut features = match obstacle() {
        None => vec![Feature::PrivateNetworks, Feature::PublicAddresses, Feature::Firewall, Feature::AntiSpoofing],
        Some(_) => return Vec::new(),
    };
    if has_ipv6(Path::new(IPV6)) {
        features.push(Feature::Ipv6);
    }
    features
}

/// Fails unless this host can have private networks.
///
/// # Errors
/// `Unsupported`, with what is missing.
pub fn must_be_able() -> Result<(), DriverError> {
    match obstacle() {
        None => Ok(()),
        Some(why) => Err(DriverError::unsupported(format!("make private networks: {why}"))),
    }
}

/// Fails unless this host's kernel has IPv6.
pub(super) fn must_have_ipv6() -> Result<(), DriverError> {
    if has_ipv6(Path::new(IPV6)) { Ok(()) } else { Err(DriverError::unsupported("give guests IPv6 addresses: the host's kernel has none")) }
}

/// A kernel without IPv6 has no settings for it, and an operator may have switched it off (`net.ipv6.conf.all.disable_ipv6`).
fn has_ipv6(settings: &Path) -> bool {
    fs::read_to_string(settings.join("all/disable_ipv6")).is_ok_and(|off| off.trim() == "0")
}

fn effective_capabilities() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let set = status.lines().find_map(|line| line.strip_prefix("CapEff:")).unwrap_or_default();
    u64::from_str_radix(set.trim(), 16).unwrap_or(0)
}

fn is_installed(program: &str) -> bool {
    env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_not_there_is_seen() {
        assert!(is_installed("sh") && !is_installed("no-such-program"));
    }

    #[test]
    fn ipv6_is_there_only_where_nobody_switched_it_off() {
        let settings = tempfile::tempdir().unwrap();
        assert!(!has_ipv6(settings.path()), "a kernel without it");
        fs::create_dir(settings.path().join("all")).unwrap();
        for (off, there) in [("1\n", false), ("0\n", true)] {
            fs::write(settings.path().join("all/disable_ipv6"), off).unwrap();
            assert_eq!(has_ipv6(settings.path()), there);
        }
    }
}
