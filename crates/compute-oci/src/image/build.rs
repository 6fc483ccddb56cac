//! Building a template when it is missing.

use std::{fs, io, os::unix::fs::PermissionsExt, path::Path};

use compute_driver::DriverError;
use compute_host::{
    record::{self, trouble},
    template::{self, Progress},
};

use super::{
    debian,
    template::{INITTAB, MANIFEST, Manifest, ROOT, START, TINY, Template, find, recipe_version},
    tiny,
};
use crate::host;

/// Finds the template `name` in `images_dir`, or builds it and tells `progress` what it does, in sentences for people.
///
/// # Errors
/// `Refused` for a name without a recipe, `Unavailable` on a host that cannot run containers, with what to do;
/// `Failed` with a tool's output when a step does not work.
pub async fn ensure(images_dir: &Path, name: &str, progress: Progress<'_>) -> Result<Template, DriverError> {
    if let Some(template) = find(images_dir, name) {
        return Ok(template);
    }
    let version = recipe_version(name).ok_or_else(|| DriverError::refused(format!("there is no template named {name}")))?;
    host::check()?;
    let is_there = || find(images_dir, name).is_some();
    template::build(images_dir, name, &version, progress, is_there, async |folder: &Path| build(folder, name, &version, progress).await).await?;
    find(images_dir, name).ok_or_else(|| DriverError::failed("the image was built and is not there", ""))
}

async fn build(folder: &Path, name: &str, version: &str, progress: Progress<'_>) -> Result<(), DriverError> {
    let root = folder.join(ROOT);
    let origin = match name {
        TINY => tiny::build(folder, &root, progress).await?,
        _ => debian::build(folder, &root, progress).await?,
    };
    progress("writing the start script");
    furnish(&root).map_err(trouble("cannot write the start script"))?;
    let manifest = Manifest { version: version.to_owned(), origin };
    record::write(&folder.join(MANIFEST), &manifest).map_err(trouble("cannot write the manifest"))
}

/// What both templates have: busybox's init, its list, and the start script.
fn furnish(root: &Path) -> io::Result<()> {
    write(root, "etc/inittab", 0o644, INITTAB)?;
    write(root, "etc/fairhold/start", 0o755, START)?;
    folder(root, "etc/dropbear", 0o700)?;
    folder(root, "data", 0o755)
}

/// Makes a folder of the system and those above it, with their access bits whatever the host's umask is.
pub(super) fn folder(root: &Path, path: &str, mode: u32) -> io::Result<()> {
    let mut place = root.to_owned();
    fs::create_dir_all(&place)?;
    fs::set_permissions(&place, fs::Permissions::from_mode(0o755))?;
    let names: Vec<_> = Path::new(path).iter().collect();
    for (index, name) in names.iter().enumerate() {
        place.push(name);
        if place.symlink_metadata().is_err() {
            fs::create_dir(&place)?;
            let mode = if index + 1 == names.len() { mode } else { 0o755 };
            fs::set_permissions(&place, fs::Permissions::from_mode(mode))?;
        }
    }
    Ok(())
}

/// Writes a file of the system, with its access bits whatever the host's umask is.
pub(super) fn write(root: &Path, path: &str, mode: u32, text: impl AsRef<[u8]>) -> io::Result<()> {
    above(root, path)?;
    let path = root.join(path);
    fs::write(&path, text)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(mode))
}

/// Makes the folders above `path`.
pub(super) fn above(root: &Path, path: &str) -> io::Result<()> {
    folder(root, Path::new(path).parent().and_then(Path::to_str).unwrap_or_default(), 0o755)
}
