//! What this host must have installed, and why: the same list as `scripts/install-host-packages.sh` installs.

use std::fs;

pub use compute_host::package::Package;

/// Everything that the driver and the image builder call.
pub const PACKAGES: [Package; 8] = [
    Package::new("qemu-system-x86", "/usr/bin/qemu-system-x86_64", "runs the virtual machines"),
    Package::new("qemu-utils", "/usr/bin/qemu-img", "makes and measures their disks"),
    Package::new("busybox-static", "/bin/busybox", "user space of the tiny image and of every initial RAM disk"),
    Package::new("genisoimage", "/usr/bin/genisoimage", "writes the seed with host name and SSH keys"),
    Package::new("mmdebstrap", "/usr/bin/mmdebstrap", "builds the Debian image"),
    Package::new("dropbear-bin", "/usr/sbin/dropbear", "SSH server inside the tiny image"),
    Package::new("e2fsprogs", "/sbin/mke2fs", "file systems of the images"),
    Package::new("util-linux", "/usr/bin/setsid", "starts machines in a session of their own, so that they outlive the server"),
];

/// The packages that are missing.
pub fn missing() -> Vec<Package> {
    PACKAGES.into_iter().filter(|package| !package.is_there()).collect()
}

/// The command that installs `packages` on this release of Debian.
///
/// A newer `qemu-utils` (from backports, say) makes apt remove it when `qemu-system-x86` comes from the release itself, so both are named,
/// one with the release, and may go down. The lock's time-out lets two installers take turns.
pub fn install_command(packages: &[Package]) -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let codename = release.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    install_command_for(packages, codename)
}

fn install_command_for(packages: &[Package], codename: Option<&str>) -> String {
    let mut names: Vec<_> = packages.iter().map(|package| package.name.to_owned()).filter(|name| name != "qemu-utils").collect();
    if packages.iter().any(|package| package.name.starts_with("qemu-")) {
        names.push(codename.map_or("qemu-utils".to_owned(), |codename| format!("qemu-utils/{codename}")));
    }
    format!("apt-get update && apt-get -o DPkg::Lock::Timeout=500 install -y --no-install-recommends --allow-downgrades {}", names.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qemu_never_comes_without_its_tools_of_the_same_release() {
        let command = install_command_for(&PACKAGES[..1], Some("bookworm"));
        assert!(command.ends_with("--allow-downgrades qemu-system-x86 qemu-utils/bookworm"), "{command}");
        let command = install_command_for(&PACKAGES[..2], None);
        assert!(command.ends_with(" qemu-system-x86 qemu-utils"), "{command}");
    }

    #[test]
    fn other_packages_come_alone() {
        assert!(install_command_for(&PACKAGES[3..4], Some("bookworm")).ends_with("--allow-downgrades genisoimage"));
    }

    #[test]
    fn the_script_installs_the_same_packages() {
        let script = include_str!("../../../../scripts/install-host-packages.sh");
        for package in PACKAGES {
            assert!(script.contains(&format!("need {} ", package.name)), "{}", package.name);
        }
    }
}
