//! Images that somebody else made: disks that boot by themselves, taken in as they are. They lie with the guests and not with the
//! templates, because folders of templates are shared by installations, and these belong to one.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use compute_driver::{DriverError, ImageSpec};
use compute_host::{
    folder,
    room::{RESERVE_MIB, free_mib},
    template,
};

use super::template::{DISK, MANIFEST, Manifest, Template};
use crate::guest::record::{self, trouble};

const MIB: u64 = 1024 * 1024;

/// The folder of all images that were taken in.
fn imported(data_dir: &Path) -> PathBuf {
    data_dir.join("imported")
}

/// The image, if it was taken in.
pub(crate) fn find(data_dir: &Path, name: &str) -> Option<Template> {
    let dir = fs::canonicalize(imported(data_dir)).ok()?.join(name);
    let versions = fs::read_dir(&dir).ok()?.flatten().map(|entry| entry.path());
    // An image has one version: another file is another image.
    versions.filter_map(|dir| Some(Template::new(record::read::<Manifest>(&dir.join(MANIFEST))?, dir))).next()
}

/// The names of all images that were taken in, in order.
pub(crate) fn names(data_dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(imported(data_dir)).into_iter().flatten().flatten();
    // Drafts and locks begin with a dot.
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok()).filter(|name| compute_driver::is_image(name));
    let mut names: Vec<_> = names.filter(|name| find(data_dir, name).is_some()).collect();
    names.sort();
    names
}

/// Takes the image in unless it is there: the file gets a second name where both lie on one file system, and is copied elsewhere.
pub(crate) async fn take_in(data_dir: &Path, image: &ImageSpec) -> Result<(), DriverError> {
    image.check()?;
    let is_there = || find(data_dir, &image.name).is_some();
    if is_there() {
        return Ok(());
    }
    let version: String = image.sha256.chars().take(12).collect();
    let manifest = Manifest {
        name: image.name.clone(),
        version: version.clone(),
        kernel_package: String::new(),
        has_disk: true,
        kernel_words: String::new(),
        boots_itself: true,
        virtual_bytes: image.virtual_bytes,
    };
    let fill = async |draft: &Path| {
        give(image, &draft.join(DISK)).await?;
        record::write(&draft.join(MANIFEST), &manifest).map_err(trouble("cannot write the manifest"))
    };
    template::build(&imported(data_dir), &image.name, &version, &|_| {}, is_there, fill).await
}

/// Gives the image's bytes the name `to`.
async fn give(image: &ImageSpec, to: &Path) -> Result<(), DriverError> {
    if fs::hard_link(&image.file, to).is_err() {
        let free = free_mib(to.parent().unwrap_or(to))?;
        let need = RESERVE_MIB + image.bytes / MIB;
        if free < need {
            return Err(DriverError::full(format!("only {free} MiB of disk are free on this host, {need} are needed")));
        }
        tokio::fs::copy(&image.file, to).await.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => DriverError::failed("the image's file is gone", ""),
            io::ErrorKind::StorageFull => DriverError::full("the host found no space left on the disk"),
            _ => trouble("cannot copy the image")(error),
        })?;
    }
    let bytes = fs::metadata(to).map_err(trouble("cannot look at the image"))?.len();
    if bytes != image.bytes {
        return Err(DriverError::failed(format!("the image's file has {bytes} bytes, {} were promised", image.bytes), ""));
    }
    // Disks of guests stand on it, so nobody writes to it.
    fs::set_permissions(to, fs::Permissions::from_mode(0o444)).map_err(trouble("cannot protect the image"))
}

/// Removes the image; already gone is success. The caller knows that no guest stands on it.
pub(crate) fn remove(data_dir: &Path, name: &str) -> Result<(), DriverError> {
    if !compute_driver::is_image(name) || name.contains('/') {
        return Err(DriverError::refused("this is no name of an image"));
    }
    let (dir, trash) = (imported(data_dir).join(name), imported(data_dir).join(format!(".gone-{name}")));
    folder::remove(&trash)?;
    match fs::rename(&dir, &trash) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(trouble("cannot remove the image")(error)),
        _ => {}
    }
    folder::remove(&trash)?;
    folder::remove_file(&imported(data_dir).join(format!(".lock-{name}")))
}

#[cfg(test)]
mod tests {
    use compute_driver::conformance::bootable::qcow2_disk;

    use super::*;

    fn image(file: PathBuf, bytes: u64) -> ImageSpec {
        ImageSpec { name: "img-1".into(), file, bytes, sha256: "a".repeat(64), virtual_bytes: 1 << 30, url: None }
    }

    #[tokio::test]
    async fn an_image_is_there_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let (data, file) = (dir.path().join("data"), dir.path().join("disk"));
        fs::write(&file, qcow2_disk(1 << 30)).unwrap();
        let bytes = fs::metadata(&file).unwrap().len();
        let wrong = take_in(&data, &image(file.clone(), bytes + 1)).await.unwrap_err();
        assert!(matches!(wrong, DriverError::Failed { .. }) && names(&data).is_empty(), "{wrong}");
        take_in(&data, &image(file.clone(), bytes)).await.unwrap();
        take_in(&data, &image(file.clone(), bytes)).await.unwrap();
        assert_eq!(names(&data), ["img-1"]);
        // What the caller does with its own name for the file is no concern of ours.
        fs::remove_file(&file).unwrap();
        assert_eq!(fs::metadata(find(&data, "img-1").unwrap().disk().unwrap()).unwrap().len(), bytes);
        remove(&data, "img-1").unwrap();
        remove(&data, "img-1").unwrap();
        assert!(names(&data).is_empty());
        assert!(remove(&data, "img-../guests").is_err());
    }
}
