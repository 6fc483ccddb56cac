//! Building a template when it is missing.

use std::{fs, path::Path};

use compute_driver::DriverError;
use compute_host::template::{self, Progress};

use super::{
    debian, host,
    kernel::Kernel,
    template::{KERNEL, MANIFEST, Manifest, Template, find, recipe_version},
    tiny,
};
use crate::guest::record::{self, trouble};

/// Finds the template `name` in `images_dir`, or builds it and tells `progress` what it does, in sentences for people.
///
/// # Errors
/// `Refused` for a name without a recipe and on a host without the packages, with the command that installs them;
/// `Failed` with a tool's output when a step does not work.
pub async fn ensure(images_dir: &Path, name: &str, progress: Progress<'_>) -> Result<Template, DriverError> {
    if let Some(template) = find(images_dir, name) {
        return Ok(template);
    }
    let version = recipe_version(name).ok_or_else(|| DriverError::refused(format!("there is no template named {name}")))?;
    let missing = host::missing();
    if !missing.is_empty() {
        let names: Vec<_> = missing.iter().map(|package| format!("{} ({})", package.name, package.reason)).collect();
        let command = host::install_command(&missing);
        return Err(DriverError::refused(format!("Debian packages are missing: {}; run: {command}", names.join(", "))));
    }

    let is_there = || find(images_dir, name).is_some();
    template::build(images_dir, name, &version, progress, is_there, async |folder: &Path| build(images_dir, folder, name, &version, progress).await).await?;
    find(images_dir, name).ok_or_else(|| DriverError::failed("the image was built and is not there", ""))
}

async fn build(images_dir: &Path, folder: &Path, name: &str, version: &str, progress: Progress<'_>) -> Result<(), DriverError> {
    let kernel = Kernel::ensure(images_dir, progress).await?;
    match name {
        "tiny" => tiny::build(folder, &kernel, progress).await?,
        _ => debian::build(folder, &kernel, progress).await?,
    }
    fs::copy(&kernel.image, folder.join(KERNEL)).map_err(trouble("cannot copy the kernel"))?;
    let manifest = Manifest {
        name: name.to_owned(),
        version: version.to_owned(),
        kernel_package: kernel.package,
        has_disk: name == "debian",
        kernel_words: String::new(),
        boots_itself: false,
        virtual_bytes: 0,
    };
    record::write(&folder.join(MANIFEST), &manifest).map_err(trouble("cannot write the manifest"))
}
