//! Images of operating systems: a node fetches one from its publisher, and guests are made of it.

use std::time::Duration;

use compute_driver::DriverError;
use serde::{Deserialize, Serialize};

use super::Proxmox;
use super::view::FRESH;
use crate::call::cluster;
use crate::client::{Fields, Params};
use crate::settings::Origin;

/// A few gigabytes over a slow line.
const FETCHED_IN: Duration = Duration::from_secs(3600);

/// An image that shall be on a storage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Where its publisher has it; `https` only, because a checksum may be missing.
    pub url: String,
    /// SHA-256 of the file, in hexadecimal, where the publisher tells.
    pub sha256: Option<String>,
    /// What it is called on the storage, `debian-13.qcow2` for example.
    pub file: String,
    /// The storage that keeps it.
    pub storage: String,
    /// Whether it is a container's root instead of a disk.
    pub container: bool,
}

impl Image {
    fn check(&self) -> Result<(), DriverError> {
        if !self.url.starts_with("https://") {
            return Err(DriverError::refused("an image is fetched over https only"));
        }
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        if !plain(&self.file) || !plain(&self.storage) {
            return Err(DriverError::refused("the file's and the storage's names may have letters, digits, '-', '_' and '.'"));
        }
        let is_digest = |text: &String| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
        if self.sha256.as_ref().is_some_and(|text| !is_digest(text)) {
            return Err(DriverError::refused("a SHA-256 has 64 hexadecimal digits"));
        }
        Ok(())
    }
}

impl Proxmox {
    /// Lets a node fetch an image unless it is there, and tells how templates name it.
    ///
    /// # Errors
    /// `Refused` for an image that can never be fetched, `Failed` with the node's log when it was not.
    pub async fn fetch_image(&self, image: &Image) -> Result<Origin, DriverError> {
        image.check()?;
        let kind = if image.container { "vztmpl" } else { "import" };
        let volume = format!("{}:{kind}/{}", image.storage, image.file);
        let view = self.view(FRESH).await?;
        let keeps = |storage: &&super::view::Storage| storage.name == image.storage && storage.content.split(',').any(|one| one == kind);
        let place = view.storages.iter().filter(|storage| view.is_online(&storage.node)).find(keeps);
        let place = place.ok_or_else(|| DriverError::refused(format!("no storage {} keeps files of the kind {kind}", image.storage)))?;
        let there = Fields::each(self.client().ask(&cluster::content(&place.node, &image.storage, kind)).await?);
        if !there.iter().any(|one| one.words("volid") == volume) {
            // Told before anything is written, and with the publisher's own words when it is not there.
            self.client().ask(&cluster::look_at_url(&place.node, &image.url)).await?;
            let params = Params::new().with("content", kind).with("filename", &image.file).with("url", &image.url);
            let params = params.maybe("checksum", image.sha256.as_ref()).maybe("checksum-algorithm", image.sha256.as_ref().map(|_| "sha256"));
            self.client().work(&cluster::download(&place.node, &image.storage, params), &place.node, 0, FETCHED_IN).await?;
        }
        Ok(if image.container { Origin::Container { volume } } else { Origin::Import { volume } })
    }

    /// Makes the pool of the mapping unless it is there.
    ///
    /// # Errors
    /// `Refused` when the token may not.
    pub async fn make_pool(&self) -> Result<(), DriverError> {
        let Some(pool) = &self.mapping().pool else { return Ok(()) };
        let there = Fields::each(self.client().ask(&cluster::pools()).await?);
        if !there.iter().any(|one| one.words("poolid") == *pool) {
            self.client().settle(&cluster::create_pool(pool)).await?;
        }
        Ok(())
    }
}
