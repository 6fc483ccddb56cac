//! A template on this host: a folder `<images>/<name>/<version>/` with the system in it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use compute_host::{
    record,
    template::{place, version_of},
};
use serde::{Deserialize, Serialize};

use super::{debian, tiny};

/// The names of all templates that we know how to build.
pub const TEMPLATES: [&str; 2] = [DEBIAN, TINY];

pub(super) const DEBIAN: &str = "debian-container";
pub(super) const TINY: &str = "tiny-container";
pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const ROOT: &str = "root";

/// What happens at each start, before the shell on the line.
pub(super) const START: &str = include_str!("guest/start.sh");
pub(super) const INITTAB: &str = include_str!("guest/inittab");

/// What is written beside a template's files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) version: String,
    /// What it was made from, for the operator.
    pub(super) origin: String,
}

/// A template that has been built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    dir: PathBuf,
    manifest: Manifest,
}

impl Template {
    /// The version: a hash of the recipe.
    pub fn version(&self) -> &str {
        &self.manifest.version
    }

    /// What it was made from, for the operator.
    pub fn origin(&self) -> &str {
        &self.manifest.origin
    }

    /// The folder of the system.
    pub fn root(&self) -> PathBuf {
        self.dir.join(ROOT)
    }
}

/// The template as the recipe stands now, if it has been built.
pub fn find(images_dir: &Path, name: &str) -> Option<Template> {
    let dir = place(&fs::canonicalize(images_dir).ok()?, name, &recipe_version(name)?);
    let manifest = record::read(&dir.join(MANIFEST))?;
    Some(Template { dir, manifest })
}

/// The version of the recipe for `name`; `None` when there is no such template.
pub(super) fn recipe_version(name: &str) -> Option<String> {
    let own = match name {
        TINY => tiny::RECIPE,
        DEBIAN => debian::RECIPE,
        _ => return None,
    };
    Some(version_of(&[own, START, INITTAB].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_has_a_recipe_of_its_own() {
        let versions: Vec<_> = TEMPLATES.iter().map(|name| recipe_version(name).unwrap()).collect();
        assert_ne!(versions[0], versions[1]);
        assert_eq!(recipe_version("tiny"), None, "the names of virtual machines' templates are others");
    }

    #[test]
    fn a_folder_without_a_manifest_is_not_a_template() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(place(dir.path(), TINY, &recipe_version(TINY).unwrap()).join(ROOT)).unwrap();
        assert_eq!(find(dir.path(), TINY), None);
    }
}
