//! What this host must have for containers, and what to do when it has not.

use std::{fs, path::Path};

use compute_driver::DriverError;
use compute_host::package::Package;

/// Everything that the driver and the builder of its templates call.
pub const PACKAGES: [Package; 8] = [
    Package::new("runc", "/usr/sbin/runc", "runs the containers"),
    Package::new("iproute2", "/usr/sbin/ip", "connects containers to the network"),
    Package::new("nftables", "/usr/sbin/nft", "lets containers reach the outside, and keeps them apart"),
    Package::new("e2fsprogs", "/sbin/mke2fs", "file systems of the disks"),
    Package::new("util-linux", "/usr/bin/unshare", "mounts disks where only their container sees them"),
    Package::new("busybox-static", "/bin/busybox", "user space of the tiny images"),
    Package::new("dropbear-bin", "/usr/sbin/dropbear", "SSH server inside the images"),
    Package::new("mmdebstrap", "/usr/bin/mmdebstrap", "builds the Debian images"),
];

/// The packages that are missing.
pub fn missing() -> Vec<Package> {
    PACKAGES.into_iter().filter(|package| !package.is_there()).collect()
}

/// The command that installs `packages`.
pub fn install_command(packages: &[Package]) -> String {
    let names: Vec<_> = packages.iter().map(|package| package.name).collect();
    format!("apt-get update && apt-get -o DPkg::Lock::Timeout=500 install -y --no-install-recommends {}", names.join(" "))
}

/// Why no container can run here; nothing when they can.
///
/// # Errors
/// `Unavailable` with the first thing that is missing, and what to do about it.
pub fn check() -> Result<(), DriverError> {
    let user = rustix::process::geteuid();
    if !user.is_root() {
        return Err(DriverError::unavailable(format!(
            "containers need root: Fairhold runs as user {}; run it as root, or set compute.oci = false",
            user.as_raw()
        )));
    }
    let packages = missing();
    if !packages.is_empty() {
        let names: Vec<_> = packages.iter().map(|package| format!("{} ({})", package.name, package.reason)).collect();
        return Err(DriverError::unavailable(format!("Debian packages are missing: {}; run: {}", names.join(", "), install_command(&packages))));
    }
    if !Path::new("/proc/self/ns/user").exists() || limit_of_user_namespaces() == Some(0) {
        return Err(DriverError::unavailable("this kernel gives no user namespaces; set the sysctl user.max_user_namespaces above 0"));
    }
    if !Path::new("/dev/loop-control").exists() {
        return Err(DriverError::unavailable("this host has no loop devices, which carry the disks of containers; run: modprobe loop"));
    }
    if !Path::new("/sys/fs/cgroup").is_dir() {
        return Err(DriverError::unavailable("no control groups are mounted at /sys/fs/cgroup, so no limit could be held"));
    }
    Ok(())
}

fn limit_of_user_namespaces() -> Option<u64> {
    fs::read_to_string("/proc/sys/user/max_user_namespaces").ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_installs_the_same_packages() {
        let script = include_str!("../../../scripts/install-host-packages.sh");
        for package in PACKAGES {
            assert!(script.contains(&format!("need {} ", package.name)), "{}", package.name);
        }
    }

    #[test]
    fn what_is_missing_comes_with_the_command_that_brings_it() {
        assert!(install_command(&PACKAGES[..2]).ends_with("--no-install-recommends runc iproute2"));
    }
}
