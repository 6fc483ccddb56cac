//! The guests' kernel: Debian's cloud kernel, downloaded once for all templates and unpacked, not installed.

use std::{
    fs,
    path::{Path, PathBuf},
};

use compute_driver::DriverError;
use compute_host::{
    folder,
    template::{self, Progress},
};

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

/// The kernel's own folder beside those of the templates.
const FOLDER: &str = "kernel";
const IMAGE: &str = "vmlinuz";

/// What guests need of a kernel package, in a folder beside the templates.
pub(super) struct Kernel {
    pub(super) package: String,
    pub(super) image: PathBuf,
    modules: PathBuf,
}

impl Kernel {
    /// Finds the kernel beside the templates, or downloads it there: once for all of them.
    pub(super) async fn ensure(images_dir: &Path, progress: Progress<'_>) -> Result<Self, DriverError> {
        let known = match current(images_dir).await? {
            Some(known) => known,
            None => {
                progress("reading Debian's package lists");
                tool::output(images_dir, "apt-get", ["-q", "-o", "DPkg::Lock::Timeout=500", "update"]).await?;
                current(images_dir).await?.ok_or_else(|| DriverError::refused(format!("apt knows no package {META_PACKAGE}")))?
            }
        };
        Self::at(images_dir, &known, progress, async |folder: &Path| fetch(folder, &known, progress).await).await
    }

    /// The kernel of a package, which `fetch` puts into a folder where it is missing.
    async fn at(
        images_dir: &Path,
        known: &Package,
        progress: Progress<'_>,
        fetch: impl AsyncFnOnce(&Path) -> Result<(), DriverError>,
    ) -> Result<Self, DriverError> {
        let version = template::version_of(&[known.name.as_str(), &known.version, &MODULES.concat()].concat());
        let place = template::place(images_dir, FOLDER, &version);
        let is_there = || place.join(IMAGE).is_file();
        if !is_there() {
            template::build(images_dir, FOLDER, &version, progress, is_there, fetch).await?;
        }
        Ok(Self { package: known.name.clone(), image: place.join(IMAGE), modules: place })
    }

    /// Adds the modules and the order of loading them to an initial RAM disk.
    pub(super) fn add_modules(&self, archive: &mut Archive) -> Result<(), DriverError> {
        for module in MODULES {
            let file = format!("{module}.ko");
            archive.copy(&format!("/modules/{file}"), &self.modules.join(&file)).map_err(trouble("cannot read a kernel module"))?;
        }
        let order = MODULES.map(|module| format!("{module}\n")).concat();
        archive.file("/modules/order", 0o644, order.as_bytes());
        Ok(())
    }
}

/// A package as apt lists it.
struct Package {
    name: String,
    version: String,
}

/// The package that the meta package stands for now; `None` when apt has no lists.
async fn current(folder: &Path) -> Result<Option<Package>, DriverError> {
    let depends = tool::output(folder, "apt-cache", ["depends", META_PACKAGE]).await.unwrap_or_default();
    let Some(rest) = depends.lines().find_map(|line| line.trim().strip_prefix("Depends: linux-image-")) else { return Ok(None) };
    let name = format!("linux-image-{rest}");
    let shown = tool::output(folder, "apt-cache", ["show", "--no-all-versions", &name]).await?;
    let version = shown.lines().find_map(|line| line.strip_prefix("Version: ")).unwrap_or_default().to_owned();
    Ok(Some(Package { name, version }))
}

/// Downloads the package and keeps of it what guests need.
async fn fetch(folder: &Path, known: &Package, progress: Progress<'_>) -> Result<(), DriverError> {
    let package = &known.name;
    progress(&format!("downloading {package}"));
    tool::output(folder, "apt-get", ["-q", "download", package]).await?;
    let file = find(folder, &|name| name.ends_with(".deb")).ok_or_else(|| DriverError::failed("apt-get downloaded no package", ""))?;
    progress("unpacking the kernel");
    let unpacked = folder.join("unpacked");
    tool::output(folder, "dpkg-deb", ["-x".as_ref(), file.as_os_str(), unpacked.as_os_str()]).await?;
    let image = find(&unpacked.join("boot"), &|name| name.starts_with(IMAGE)).ok_or_else(|| DriverError::failed(format!("{package} holds no kernel"), ""))?;
    for module in MODULES {
        let names = [format!("{module}.ko"), format!("{}.ko", module.replace('_', "-"))];
        let from = find(&unpacked.join("lib/modules"), &|name| names.iter().any(|wanted| wanted == name))
            .ok_or_else(|| DriverError::failed(format!("{package} has no module {module}"), ""))?;
        fs::rename(from, folder.join(format!("{module}.ko"))).map_err(trouble("cannot keep a kernel module"))?;
    }
    fs::rename(image, folder.join(IMAGE)).map_err(trouble("cannot keep the kernel"))?;
    fs::remove_file(file).map_err(trouble("cannot remove the kernel's package"))?;
    folder::remove(&unpacked)
}

/// The first file below `folder` whose name `fits`.
fn find(folder: &Path, fits: &dyn Fn(&str) -> bool) -> Option<PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    let here = entries.iter().find(|path| path.is_file() && path.file_name().and_then(|n| n.to_str()).is_some_and(fits));
    here.cloned().or_else(|| entries.iter().filter(|path| path.is_dir()).find_map(|path| find(path, fits)))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_kernel_is_downloaded_once_for_all_templates_and_again_when_it_is_newer() {
        let dir = tempfile::tempdir().unwrap();
        let downloads = AtomicUsize::new(0);
        let ensured = async |version: &str| {
            let known = Package { name: "linux-image-6.1.0-25-cloud-amd64".into(), version: version.into() };
            let fetch = async |folder: &Path| {
                downloads.fetch_add(1, Ordering::SeqCst);
                fs::write(folder.join(IMAGE), version).unwrap();
                for module in MODULES {
                    fs::write(folder.join(format!("{module}.ko")), module).unwrap();
                }
                Ok(())
            };
            Kernel::at(dir.path(), &known, &|_| {}, fetch).await.unwrap()
        };
        let (first, second) = (ensured("6.1.106-3").await, ensured("6.1.106-3").await);
        assert_eq!((downloads.load(Ordering::SeqCst), fs::read_to_string(&second.image).unwrap().as_str()), (1, "6.1.106-3"));
        assert_eq!(first.image, second.image);
        second.add_modules(&mut Archive::default()).unwrap();
        let newer = ensured("6.1.112-1").await;
        assert_eq!((downloads.load(Ordering::SeqCst), fs::read_to_string(&newer.image).unwrap().as_str()), (2, "6.1.112-1"));
    }
}
