//! The Debian template: a minimal Debian with busybox's init in the place of its own, and dropbear.

use std::{fs, io, os::unix::fs::symlink, path::Path};

use compute_driver::DriverError;
use compute_host::{record::trouble, template::Progress, tool};

use super::build::write;

/// Everything of its own that decides what the template becomes, for its version.
pub(super) const RECIPE: &str = include_str!("debian.rs");

const SUITE: &str = "bookworm";
const PACKAGES: &str = "dropbear-bin,iproute2,iputils-ping,netbase,procps,busybox-static,nano,ca-certificates,less";
/// Documentation that a minimal machine does not carry.
const LEFT_OUT: [&str; 3] = ["/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*"];

/// Builds the system in `root`, and says what it was made from.
pub(super) async fn build(folder: &Path, root: &Path, progress: Progress<'_>) -> Result<String, DriverError> {
    progress("installing a minimal Debian (about a minute)");
    let left_out = LEFT_OUT.map(|pattern| format!("--dpkgopt=path-exclude={pattern}"));
    let include = format!("--include={PACKAGES}");
    let target = root.display().to_string();
    let fixed = ["--quiet", "--variant=minbase", &include];
    let arguments = fixed.into_iter().chain(left_out.iter().map(String::as_str)).chain([SUITE, &target]);
    tool::output(folder, "mmdebstrap", arguments).await?;
    furnish(root).map_err(trouble("cannot write into the Debian image"))?;
    let version = fs::read_to_string(root.join("etc/debian_version")).unwrap_or_default();
    Ok(format!("Debian {}", version.trim()))
}

fn furnish(root: &Path) -> io::Result<()> {
    // A container has no kernel, disks or devices to bring up, which is what other inits are for.
    for name in ["init", "halt", "poweroff", "reboot"] {
        let path = root.join("sbin").join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => symlink("/bin/busybox", path)?,
        }
    }
    // Nodes of devices cannot be made in a container, and the runtime brings its own.
    for entry in fs::read_dir(root.join("dev"))? {
        let path = entry?.path();
        if path.symlink_metadata()?.is_dir() { fs::remove_dir_all(path)? } else { fs::remove_file(path)? }
    }
    write(root, "etc/fstab", 0o644, "")?;
    // Each machine has its own.
    write(root, "etc/machine-id", 0o644, "")?;
    write(root, "etc/hostname", 0o644, "")
}
