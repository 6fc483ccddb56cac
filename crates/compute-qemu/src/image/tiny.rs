//! The tiny template: Linux and busybox in memory, an SSH server, and the guest's disk under `/data`.

use std::{fs, path::Path};

use compute_driver::DriverError;

use super::{
    archive::Archive,
    kernel::{Kernel, MODULES},
    template::INITRD,
    tool,
};
use crate::guest::record::trouble;

const INIT: &str = include_str!("guest/tiny-init.sh");
const INITTAB: &str = include_str!("guest/tiny-inittab");
const LATE: &str = include_str!("guest/tiny-late.sh");
const POWER_BUTTON: &str = include_str!("guest/tiny-power-button.sh");
const PROFILE: &str = include_str!("guest/profile");
pub(super) const NOCLOUD: &str = include_str!("guest/nocloud.sh");
pub(super) const BUSYBOX: &str = "/bin/busybox";

/// Programs that busybox does not have, or not as we need them, and where the guest finds them.
const PROGRAMS: [(&str, &str); 3] =
    [("/usr/sbin/dropbear", "/usr/sbin/dropbear"), ("/usr/bin/dropbearkey", "/usr/bin/dropbearkey"), ("/sbin/mke2fs", "/usr/sbin/mke2fs")];

/// Everything that decides what the template becomes, for its version.
pub(super) fn recipe() -> String {
    [INIT, INITTAB, LATE, POWER_BUTTON, PROFILE, NOCLOUD, &MODULES.concat(), include_str!("tiny.rs")].concat()
}

/// Builds the template's files in `folder`.
pub(super) async fn build(folder: &Path, kernel: &Kernel, progress: &(dyn Fn(&str) + Send + Sync)) -> Result<(), DriverError> {
    progress("packing the initial RAM disk");
    let mut archive = Archive::default();
    for empty in ["/proc", "/sys", "/dev", "/run/seed", "/root", "/data", "/tmp", "/sbin"] {
        archive.folder(empty);
    }
    archive
        .file("/init", 0o755, INIT.as_bytes())
        .file("/etc/inittab", 0o644, INITTAB.as_bytes())
        .file("/etc/tiny-late", 0o755, LATE.as_bytes())
        .file("/etc/nocloud", 0o755, NOCLOUD.as_bytes())
        .file("/etc/profile", 0o644, PROFILE.as_bytes())
        .file("/etc/acpi/PWRF/00000080", 0o755, POWER_BUTTON.as_bytes())
        .file("/etc/passwd", 0o644, b"root::0:0:root:/root:/bin/sh\n")
        .file("/etc/group", 0o644, b"root:x:0:\n")
        .file("/etc/shells", 0o644, b"/bin/sh\n")
        .link("/bin/sh", "busybox");
    archive.copy(BUSYBOX, Path::new(BUSYBOX)).map_err(trouble("cannot read busybox"))?;
    archive.copy("/etc/mke2fs.conf", Path::new("/etc/mke2fs.conf")).map_err(trouble("cannot read mke2fs.conf"))?;
    add_programs(folder, &mut archive).await?;
    kernel.add_modules(&mut archive)?;
    fs::write(folder.join(INITRD), archive.finish()).map_err(trouble("cannot write the initial RAM disk"))
}

/// Adds the programs with the libraries that the host's loader would take for them.
async fn add_programs(folder: &Path, archive: &mut Archive) -> Result<(), DriverError> {
    let mut libraries = Vec::new();
    for (from, to) in PROGRAMS {
        archive.copy(to, Path::new(from)).map_err(trouble("cannot read a program"))?;
        libraries.extend(libraries_in(&tool::output(folder, "ldd", [from]).await?));
    }
    libraries.sort();
    libraries.dedup();
    for library in libraries {
        archive.copy(&library, Path::new(&library)).map_err(trouble("cannot read a library"))?;
    }
    Ok(())
}

/// The paths in `ldd`'s list: `libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x…)`, or the loader's path alone.
fn libraries_in(list: &str) -> Vec<String> {
    list.split_whitespace().filter(|word| word.starts_with('/')).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_and_the_loader_are_found() {
        let list = "\tlinux-vdso.so.1 (0x7f)\n\tlibz.so.1 => /lib/x/libz.so.1 (0x7f)\n\t/lib64/ld-linux-x86-64.so.2 (0x7f)\n";
        assert_eq!(libraries_in(list), ["/lib/x/libz.so.1", "/lib64/ld-linux-x86-64.so.2"]);
    }

    #[test]
    fn a_changed_script_is_a_new_version() {
        assert!(recipe().contains(NOCLOUD) && recipe().contains("virtio_blk"));
    }
}
