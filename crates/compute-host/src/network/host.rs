//! Whether this host can have private networks: rights and programs.

use std::{env, fs};

use compute_driver::{DriverError, Feature};

/// What is run, and the Debian package that brings it.
const PROGRAMS: [(&str, &str); 4] = [("ip", "iproute2"), ("nft", "nftables"), ("dnsmasq", "dnsmasq-base"), ("nsenter", "util-linux")];
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
    match obstacle() {
        None => vec![Feature::PrivateNetworks, Feature::PublicAddresses, Feature::Firewall, Feature::AntiSpoofing],
        Some(_) => Vec::new(),
    }
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
}
