//! A template on this host: files in `<images>/<name>/<version>/`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use compute_host::template::version_of;
use serde::{Deserialize, Serialize};

use super::{debian, tiny};
use crate::guest::record;

/// The names of all templates that we know how to build.
pub const TEMPLATES: [&str; 2] = ["debian", "tiny"];

/// The template that serves as rescue system.
pub const RESCUE: &str = "tiny";

pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const KERNEL: &str = "vmlinuz";
pub(super) const INITRD: &str = "initrd";
pub(super) const DISK: &str = "base.qcow2";

/// What is written beside a template's files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) name: String,
    pub(super) version: String,
    /// The package that the kernel came from.
    pub(super) kernel_package: String,
    /// Whether guests begin with the template's disk, and not with an empty one.
    pub(super) has_disk: bool,
    /// Further words on the kernel's command line, with a space before each.
    pub(super) kernel_words: String,
    /// Whether it is a disk with a boot loader, so that no kernel is given to it.
    #[serde(default)]
    pub(super) boots_itself: bool,
    /// How large such a disk is for its guest.
    #[serde(default)]
    pub(super) virtual_bytes: u64,
}

/// A template that has been built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    dir: PathBuf,
    manifest: Manifest,
}

impl Template {
    pub(super) fn new(manifest: Manifest, dir: PathBuf) -> Self {
        Self { dir, manifest }
    }

    /// The version: a hash of the recipe, so that a new recipe never changes guests that exist.
    pub fn version(&self) -> &str {
        &self.manifest.version
    }

    /// The folder of its files.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What it was made from, for the operator.
    pub fn origin(&self) -> String {
        if self.manifest.boots_itself { self.manifest.version.clone() } else { format!("{}, {}", self.manifest.kernel_package, self.manifest.version) }
    }

    /// Kernel and initial RAM disk, unless its disk boots by itself.
    pub(crate) fn kernel(&self) -> Option<(PathBuf, PathBuf)> {
        (!self.manifest.boots_itself).then(|| (self.dir.join(KERNEL), self.dir.join(INITRD)))
    }

    /// The least disk that a guest needs, in GiB.
    pub(crate) fn disk_gib(&self) -> u32 {
        u32::try_from(self.manifest.virtual_bytes.div_ceil(1 << 30)).unwrap_or(u32::MAX).max(1)
    }

    pub(crate) fn disk(&self) -> Option<PathBuf> {
        self.manifest.has_disk.then(|| self.dir.join(DISK))
    }

    pub(crate) fn kernel_words(&self) -> &str {
        &self.manifest.kernel_words
    }

    #[cfg(test)]
    pub(crate) fn at(dir: &Path, has_disk: bool, kernel_words: &str) -> Self {
        let manifest = Manifest {
            name: "test".into(),
            version: "v".into(),
            kernel_package: "linux".into(),
            has_disk,
            kernel_words: kernel_words.into(),
            boots_itself: false,
            virtual_bytes: 0,
        };
        Self { dir: dir.to_owned(), manifest }
    }
}

/// The template as the recipe stands now, if it has been built.
pub fn find(images_dir: &Path, name: &str) -> Option<Template> {
    find_version(images_dir, name, &recipe_version(name)?)
}

/// A version of a template, if it has been built and kept.
pub(crate) fn find_version(images_dir: &Path, name: &str, version: &str) -> Option<Template> {
    let dir = fs::canonicalize(images_dir).ok()?.join(name).join(version);
    let manifest = record::read(&dir.join(MANIFEST))?;
    Some(Template { dir, manifest })
}

/// The version of the recipe for `name`; `None` when there is no such template.
pub(super) fn recipe_version(name: &str) -> Option<String> {
    let recipe = match name {
        "tiny" => tiny::recipe(),
        "debian" => debian::recipe(),
        _ => return None,
    };
    Some(version_of(&recipe))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_has_a_recipe_of_its_own() {
        let versions: Vec<_> = TEMPLATES.iter().map(|name| recipe_version(name).unwrap()).collect();
        assert_ne!(versions[0], versions[1]);
        assert_eq!(recipe_version("windows"), None);
    }

    #[test]
    fn a_folder_without_a_manifest_is_not_a_template() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("tiny").join(recipe_version("tiny").unwrap());
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join(KERNEL), "half a kernel").unwrap();
        assert_eq!(find(dir.path(), "tiny"), None);
    }
}
