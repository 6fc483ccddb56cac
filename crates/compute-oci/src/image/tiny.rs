//! The tiny template: busybox and an SSH server, 7 MB, up in a fraction of a second.

use std::{fs, io, os::unix::fs::symlink, path::Path};

use compute_driver::DriverError;
use compute_host::{record::trouble, template::Progress, tool};

use super::build::{above, folder, write};

/// Everything of its own that decides what the template becomes, for its version.
pub(super) const RECIPE: &str = concat!(include_str!("tiny.rs"), include_str!("guest/tiny-profile"));

const PROFILE: &str = include_str!("guest/tiny-profile");
const BUSYBOX: &str = "/bin/busybox";
/// Programs that busybox does not have.
const PROGRAMS: [&str; 2] = ["/usr/sbin/dropbear", "/usr/bin/dropbearkey"];

/// Builds the system in `root`, and says what it was made from.
pub(super) async fn build(folder: &Path, root: &Path, progress: Progress<'_>) -> Result<String, DriverError> {
    progress("collecting busybox and the SSH server");
    furnish(root).map_err(trouble("cannot write the tiny image"))?;
    let names = tool::output(folder, BUSYBOX, ["--list-full"]).await?;
    for name in names.lines() {
        link(root, name).map_err(trouble("cannot link a command"))?;
    }
    for program in PROGRAMS {
        copy(root, program).map_err(trouble("cannot copy a program"))?;
        let list = tool::output(folder, "ldd", [program]).await?;
        // `libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x…)`, or the loader's path alone.
        for library in list.split_whitespace().filter(|word| word.starts_with('/')) {
            copy(root, library).map_err(trouble("cannot copy a library"))?;
        }
    }
    let versions = tool::output(folder, "dpkg-query", ["-W", "-f", "${Package} ${Version}, ", "busybox-static", "dropbear-bin"]).await;
    Ok(versions.map_or_else(|_| "busybox and dropbear of this host".to_owned(), |text| text.trim_end_matches(", ").to_owned()))
}

fn furnish(root: &Path) -> io::Result<()> {
    for empty in ["bin", "dev", "lib", "lib64", "mnt", "proc", "run", "sbin", "sys", "usr/bin", "usr/sbin", "var/log"] {
        folder(root, empty, 0o755)?;
    }
    folder(root, "root", 0o700)?;
    folder(root, "tmp", 0o1777)?;
    copy(root, BUSYBOX)?;
    write(root, "etc/passwd", 0o644, "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n")?;
    write(root, "etc/shadow", 0o600, "root:*:19000:0:99999:7:::\nnobody:*:19000:0:99999:7:::\n")?;
    write(root, "etc/group", 0o644, "root:x:0:\ntty:x:5:\nnogroup:x:65534:\n")?;
    write(root, "etc/shells", 0o644, "/bin/sh\n")?;
    write(root, "etc/profile", 0o644, PROFILE)?;
    symlink("/proc/self/mounts", root.join("etc/mtab"))
}

fn copy(root: &Path, path: &str) -> io::Result<()> {
    let inside = path.trim_start_matches('/');
    above(root, inside)?;
    fs::copy(path, root.join(inside)).map(drop)
}

/// A command of busybox's under its usual path; a program that is there already wins.
fn link(root: &Path, path: &str) -> io::Result<()> {
    let to = root.join(path);
    if to.symlink_metadata().is_ok() {
        return Ok(());
    }
    above(root, path)?;
    symlink(BUSYBOX, to)
}
