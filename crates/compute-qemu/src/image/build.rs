//! Building a template when it is missing: in a folder beside its place, which it takes when it is whole.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::Path,
    time::Duration,
};

use compute_driver::DriverError;
use tokio::time::{Instant, sleep};

use super::{
    debian, host,
    kernel::Kernel,
    template::{KERNEL, MANIFEST, Manifest, Template, find, recipe_version},
    tiny,
};
use crate::guest::record::{self, trouble};

/// How long one builder waits for another: a Debian takes three minutes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(900);

/// Finds the template `name` in `images_dir`, or builds it and tells `progress` what it does, in sentences for people.
///
/// # Errors
/// `Refused` for a name without a recipe and on a host without the packages, with the command that installs them;
/// `Failed` with a tool's output when a step does not work.
pub async fn ensure(images_dir: &Path, name: &str, progress: &(dyn Fn(&str) + Send + Sync)) -> Result<Template, DriverError> {
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

    fs::create_dir_all(images_dir).map_err(trouble("cannot make the folder of images"))?;
    let _lock = lock(images_dir, name, progress).await?;
    if let Some(template) = find(images_dir, name) {
        return Ok(template);
    }
    let folder = images_dir.join(format!(".building-{name}"));
    clear(&folder)?;
    fs::create_dir_all(&folder).map_err(trouble("cannot make the folder to build in"))?;
    let folder = fs::canonicalize(&folder).map_err(trouble("cannot find the folder to build in"))?;
    let built = build(&folder, name, &version, progress).await;
    let placed = built.and_then(|()| {
        let place = images_dir.join(name).join(&version);
        fs::create_dir_all(images_dir.join(name)).map_err(trouble("cannot make the template's folder"))?;
        clear(&place)?;
        fs::rename(&folder, &place).map_err(trouble("cannot put the template in place"))
    });
    if let Err(error) = placed {
        clear(&folder)?;
        return Err(error);
    }
    progress(&format!("the image {name} is ready"));
    find(images_dir, name).ok_or_else(|| DriverError::failed("the image was built and is not there", ""))
}

async fn build(folder: &Path, name: &str, version: &str, progress: &(dyn Fn(&str) + Send + Sync)) -> Result<(), DriverError> {
    let kernel = Kernel::fetch(folder, progress).await?;
    match name {
        "tiny" => tiny::build(folder, &kernel, progress).await?,
        _ => debian::build(folder, &kernel, progress).await?,
    }
    fs::copy(&kernel.image, folder.join(KERNEL)).map_err(trouble("cannot copy the kernel"))?;
    clear(&folder.join("kernel"))?;
    let manifest = Manifest {
        name: name.to_owned(),
        version: version.to_owned(),
        kernel_package: kernel.package,
        has_disk: name == "debian",
        kernel_words: String::new(),
    };
    record::write(&folder.join(MANIFEST), &manifest).map_err(trouble("cannot write the manifest"))
}

async fn lock(images_dir: &Path, name: &str, progress: &(dyn Fn(&str) + Send + Sync)) -> Result<File, DriverError> {
    let file = File::create(images_dir.join(format!(".lock-{name}"))).map_err(trouble("cannot open a lock"))?;
    let deadline = Instant::now() + PATIENCE;
    let mut told = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                if !told {
                    progress(&format!("waiting for another process that builds {name}"));
                    told = true;
                }
                sleep(Duration::from_millis(200)).await;
            }
            Err(TryLockError::WouldBlock) => {
                return Err(DriverError::unavailable(format!("another process has been building {name} for too long")));
            }
            Err(TryLockError::Error(error)) => {
                return Err(trouble("cannot lock the images")(error));
            }
        }
    }
}

fn clear(folder: &Path) -> Result<(), DriverError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(trouble("cannot clear a folder")(error)),
        _ => Ok(()),
    }
}
