//! Templates on this host: a builder fills a folder beside the template's place, which it takes when it is whole.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    time::Duration,
};

use compute_driver::DriverError;
use sha2::{Digest, Sha256};
use tokio::time::{Instant, sleep};

use crate::{folder, record::trouble};

/// How long one builder waits for another: a Debian takes three minutes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(900);

/// Tells people what a builder does, in sentences.
pub type Progress<'a> = &'a (dyn Fn(&str) + Send + Sync);

/// The version of a template that is made by `recipe`: a hash, so that a new recipe never changes guests that exist.
pub fn version_of(recipe: &str) -> String {
    Sha256::digest(recipe).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// The place of a version of a template.
pub fn place(images_dir: &Path, name: &str, version: &str) -> PathBuf {
    images_dir.join(name).join(version)
}

/// Lets `build` fill a folder and gives it its place, unless `is_there` says that another process has done so meanwhile.
///
/// # Errors
/// What `build` says; `Unavailable` when another process builds for too long or the file system says no.
pub async fn build(
    images_dir: &Path,
    name: &str,
    version: &str,
    progress: Progress<'_>,
    is_there: impl Fn() -> bool,
    build: impl AsyncFnOnce(&Path) -> Result<(), DriverError>,
) -> Result<(), DriverError> {
    fs::create_dir_all(images_dir).map_err(trouble("cannot make the folder of images"))?;
    let _lock = lock(images_dir, name, progress).await?;
    if is_there() {
        return Ok(());
    }
    let draft = images_dir.join(format!(".building-{name}"));
    folder::remove(&draft)?;
    fs::create_dir_all(&draft).map_err(trouble("cannot make the folder to build in"))?;
    let draft = fs::canonicalize(&draft).map_err(trouble("cannot find the folder to build in"))?;
    let built = build(&draft).await;
    let placed = built.and_then(|()| {
        let place = place(images_dir, name, version);
        fs::create_dir_all(images_dir.join(name)).map_err(trouble("cannot make the template's folder"))?;
        folder::remove(&place)?;
        fs::rename(&draft, &place).map_err(trouble("cannot put the template in place"))
    });
    if let Err(error) = placed {
        folder::remove(&draft)?;
        return Err(error);
    }
    progress(&format!("the image {name} is ready"));
    Ok(())
}

async fn lock(images_dir: &Path, name: &str, progress: Progress<'_>) -> Result<File, DriverError> {
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
