//! The guests' kernel: Debian's cloud kernel, downloaded and unpacked, not installed.

use std::{
    fs,
    path::{Path, PathBuf},
};

use compute_driver::DriverError;

use super::{archive::Archive, tool};
use crate::guest::record::trouble;

/// Always the kernel of the host's release.
const META_PACKAGE: &str = "linux-image-cloud-amd64";

/// What reaches disk and seed, then the power button, then the network; in the order in which they must be loaded.
/// The tiny image stops after `isofs` and loads the rest behind the prompt.
pub(super) const MODULES: [&str; 13] = [
    "virtio_ring",
    "virtio",
    "virtio_pci_legacy_dev",
    "virtio_pci_modern_dev",
    "virtio_pci",
    "virtio_blk",
    "cdrom",
    "isofs",
    "button",
    "evdev",
    "failover",
    "net_failover",
    "virtio_net",
];

/// A kernel package, unpacked in a working folder.
pub(super) struct Kernel {
    pub(super) package: String,
    pub(super) image: PathBuf,
    modules: PathBuf,
}

impl Kernel {
    /// Downloads the kernel into `folder` and unpacks it there.
    pub(super) async fn fetch(folder: &Path, progress: &(dyn Fn(&str) + Send + Sync)) -> Result<Self, DriverError> {
        let package = match name(folder).await? {
            Some(package) => package,
            None => {
                progress("reading Debian's package lists");
                tool::output(folder, "apt-get", ["-q", "-o", "DPkg::Lock::Timeout=500", "update"]).await?;
                let listed = name(folder).await?;
                listed.ok_or_else(|| DriverError::refused(format!("apt knows no package {META_PACKAGE}")))?
            }
        };
        progress(&format!("downloading {package}"));
        tool::output(folder, "apt-get", ["-q", "download", &package]).await?;
        let file = find(folder, &|name| name.ends_with(".deb")).ok_or_else(|| DriverError::failed("apt-get downloaded no package", ""))?;
        progress("unpacking the kernel");
        let unpacked = folder.join("kernel");
        tool::output(folder, "dpkg-deb", ["-x".as_ref(), file.as_os_str(), unpacked.as_os_str()]).await?;
        fs::remove_file(file).map_err(trouble("cannot remove the kernel's package"))?;
        let image =
            find(&unpacked.join("boot"), &|name| name.starts_with("vmlinuz")).ok_or_else(|| DriverError::failed(format!("{package} holds no kernel"), ""))?;
        Ok(Self { package, image, modules: unpacked.join("lib/modules") })
    }

    /// Adds the modules and the order of loading them to an initial RAM disk.
    pub(super) fn add_modules(&self, archive: &mut Archive) -> Result<(), DriverError> {
        for module in MODULES {
            let names = [format!("{module}.ko"), format!("{}.ko", module.replace('_', "-"))];
            let file = find(&self.modules, &|name| names.iter().any(|wanted| wanted == name))
                .ok_or_else(|| DriverError::failed(format!("{} has no module {module}", self.package), ""))?;
            archive.copy(&format!("/modules/{module}.ko"), &file).map_err(trouble("cannot read a kernel module"))?;
        }
        let order = MODULES.map(|module| format!("{module}\n")).concat();
        archive.file("/modules/order", 0o644, order.as_bytes());
        Ok(())
    }
}

/// The package that the meta package stands for now; `None` when apt has no lists.
async fn name(folder: &Path) -> Result<Option<String>, DriverError> {
    let depends = tool::output(folder, "apt-cache", ["depends", META_PACKAGE]).await.unwrap_or_default();
    Ok(depends.lines().find_map(|line| line.trim().strip_prefix("Depends: linux-image-")).map(|rest| format!("linux-image-{rest}")))
}

/// The first file below `folder` whose name `fits`.
fn find(folder: &Path, fits: &dyn Fn(&str) -> bool) -> Option<PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    let here = entries.iter().find(|path| path.is_file() && path.file_name().and_then(|n| n.to_str()).is_some_and(fits));
    here.cloned().or_else(|| entries.iter().filter(|path| path.is_dir()).find_map(|path| find(path, fits)))
}
