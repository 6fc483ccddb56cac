//! The Debian template: a minimal Debian on the disk, with sysvinit, one boot script and dropbear, so that it is up in seconds even
//! where the processor is translated in software.

use std::{fs, io, os::unix::fs::PermissionsExt, path::Path};

use compute_driver::DriverError;

use super::{
    archive::Archive,
    kernel::{Kernel, MODULES},
    template::{DISK, INITRD},
    tiny::{BUSYBOX, NOCLOUD},
    tool,
};
use crate::guest::record::trouble;

const INITRD_INIT: &str = include_str!("guest/debian-initrd-init.sh");
const INITTAB: &str = include_str!("guest/debian-inittab");
const BOOT: &str = include_str!("guest/debian-boot.sh");
const HALT: &str = include_str!("guest/debian-halt.sh");
const POWER_BUTTON: &str = include_str!("guest/debian-power-button.sh");

const SUITE: &str = "bookworm";
const PACKAGES: &str = "sysvinit-core,dropbear-bin,iproute2,iputils-ping,netbase,procps,busybox-static,nano,ca-certificates,less";
/// Documentation that a minimal machine does not carry.
const LEFT_OUT: [&str; 3] = ["/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*"];

/// Everything that decides what the template becomes, for its version.
pub(super) fn recipe() -> String {
    [INITRD_INIT, INITTAB, BOOT, HALT, POWER_BUTTON, NOCLOUD, &MODULES.concat(), include_str!("debian.rs")].concat()
}

/// Builds the template's files in `folder`.
///
/// # Errors
/// `Refused` without root: file owners inside the image could not be set.
pub(super) async fn build(folder: &Path, kernel: &Kernel, progress: &(dyn Fn(&str) + Send + Sync)) -> Result<(), DriverError> {
    if !rustix::process::geteuid().is_root() {
        return Err(DriverError::refused("the Debian image can be built by root only"));
    }
    let root = folder.join("root");
    progress("installing a minimal Debian (about a minute)");
    let left_out = LEFT_OUT.map(|pattern| format!("--dpkgopt=path-exclude={pattern}"));
    let include = format!("--include={PACKAGES}");
    let fixed = ["--quiet", "--variant=minbase", &include];
    let target = root.display().to_string();
    let args = fixed.into_iter().chain(left_out.iter().map(String::as_str)).chain([SUITE, &target]);
    tool::output(folder, "mmdebstrap", args).await?;

    progress("writing the boot scripts");
    furnish(&root).map_err(trouble("cannot write the boot scripts"))?;
    progress("making the disk");
    let raw = folder.join("disk.raw");
    let file = fs::File::create(&raw).map_err(trouble("cannot make the disk"))?;
    file.set_len(1 << 30).map_err(trouble("cannot make the disk"))?;
    let raw = raw.display().to_string();
    // The file system is filled from the folder: neither a loop device nor a mount is needed.
    tool::output(folder, "mke2fs", ["-q", "-t", "ext4", "-d", &target, "-L", "root", "-m", "0", &raw]).await?;
    let convert = ["convert", "-f", "raw", "-O", "qcow2", "-c", "-o", "compression_type=zstd", &raw, DISK];
    tool::output(folder, "qemu-img", convert).await?;
    fs::remove_file(&raw).map_err(trouble("cannot remove the raw disk"))?;
    fs::remove_dir_all(&root).map_err(trouble("cannot remove the unpacked system"))?;

    progress("packing the initial RAM disk");
    let mut archive = Archive::default();
    for empty in ["/proc", "/sys", "/dev", "/root"] {
        archive.folder(empty);
    }
    archive.file("/init", 0o755, INITRD_INIT.as_bytes()).link("/bin/sh", "busybox");
    archive.copy(BUSYBOX, Path::new(BUSYBOX)).map_err(trouble("cannot read busybox"))?;
    kernel.add_modules(&mut archive)?;
    fs::write(folder.join(INITRD), archive.finish()).map_err(trouble("cannot write the initial RAM disk"))
}

fn furnish(root: &Path) -> io::Result<()> {
    let script = |path: &str, text: &str| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap_or(root))?;
        fs::write(&path, text)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))
    };
    script("etc/fairhold/boot", BOOT)?;
    script("etc/fairhold/halt", HALT)?;
    script("etc/fairhold/nocloud", NOCLOUD)?;
    script("etc/acpi/PWRF/00000080", POWER_BUTTON)?;
    fs::write(root.join("etc/inittab"), INITTAB)?;
    fs::write(root.join("etc/fstab"), "/dev/vda / ext4 rw,noatime 0 1\n")?;
    // Each machine makes these for itself at its first boot.
    for own in ["etc/machine-id", "etc/hostname", "etc/resolv.conf"] {
        fs::write(root.join(own), "")?;
    }
    fs::create_dir_all(root.join("etc/dropbear"))
}
