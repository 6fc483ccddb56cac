//! Images: which ones a cluster has, and how one gets there.

use std::time::{Duration, Instant};

use compute_driver::{DriverError, GuestSpec, ImageSpec, Progress, is_image};

use super::Proxmox;
use super::look::{self, is_ours};
use super::view::{FRESH, Storage, View};
use crate::call::cluster;
use crate::client::{Fields, Params, Trouble};

/// A few gigabytes over a slow line.
const FETCHED_IN: Duration = Duration::from_secs(3600);
/// How long it is believed which images are there, unless this process changes it.
const REMEMBERED: Duration = Duration::from_secs(60);

/// The volume of an image that was taken in.
pub(super) fn volume(proxmox: &Proxmox, name: &str) -> Result<String, DriverError> {
    Ok(format!("{}:import/{name}.qcow2", storage(proxmox)?))
}

fn storage(proxmox: &Proxmox) -> Result<&str, DriverError> {
    let storage = proxmox.mapping().images.as_deref();
    storage.ok_or_else(|| DriverError::refused("the mapping of this cluster names no storage for images"))
}

/// Where images are: once where all nodes share the storage, else on each node that may get guests.
pub(super) fn places<'a>(proxmox: &Proxmox, view: &'a View) -> Vec<&'a Storage> {
    let Some(name) = &proxmox.mapping().images else { return Vec::new() };
    let ours = |storage: &&Storage| storage.name == *name && storage.available && view.is_online(&storage.node) && is_ours(proxmox.mapping(), &storage.node);
    let mut places: Vec<_> = view.storages.iter().filter(ours).collect();
    if places.iter().any(|storage| storage.shared) {
        places.truncate(1);
    }
    places
}

/// The place from which a guest on `node` can be given a disk.
pub(super) fn place_for<'a>(proxmox: &Proxmox, view: &'a View, node: &str) -> Result<&'a Storage, DriverError> {
    let storage = storage(proxmox)?;
    let place = places(proxmox, view).into_iter().find(|place| place.shared || place.node == node);
    place.ok_or_else(|| DriverError::unavailable(format!("the storage {storage} is not available on the node {node}")))
}

/// What lies at one place, by the names of volumes.
pub(super) async fn volumes_at(proxmox: &Proxmox, node: &str, storage: &str) -> Result<Vec<String>, Trouble> {
    let listed = Fields::each(proxmox.client().ask(&cluster::content(node, storage, "import")).await?);
    Ok(listed.iter().map(|one| one.words("volid")).collect())
}

/// The images at one place, by name.
async fn at(proxmox: &Proxmox, place: &Storage) -> Result<Vec<String>, Trouble> {
    let name = |volid: String| Some(volid.rsplit('/').next()?.strip_suffix(".qcow2")?.to_owned());
    Ok(volumes_at(proxmox, &place.node, &place.name).await?.into_iter().filter_map(name).filter(|name| is_image(name)).collect())
}

/// The images that guests can be made of on every node that may get one.
pub(super) async fn held(proxmox: &Proxmox, view: &View) -> Result<Vec<String>, DriverError> {
    let mut held: Option<Vec<String>> = None;
    for place in places(proxmox, view) {
        let here = at(proxmox, place).await?;
        held = Some(held.map_or(here.clone(), |held| held.into_iter().filter(|name| here.contains(name)).collect()));
    }
    Ok(held.unwrap_or_default())
}

/// The same as it was within the last minute: it takes a call for each place, and a cluster is looked at every few seconds.
pub(super) async fn remembered(proxmox: &Proxmox, view: &View) -> Result<Vec<String>, DriverError> {
    let mut known = proxmox.shared.images.lock().await;
    if let Some((_, held)) = known.as_ref().filter(|(at, _)| at.elapsed() < REMEMBERED) {
        return Ok(held.clone());
    }
    let held = held(proxmox, view).await?;
    *known = Some((Instant::now(), held.clone()));
    Ok(held)
}

/// Fails when a guest shall be made of an image that is not there.
pub(super) async fn must_be_held(proxmox: &Proxmox, spec: &GuestSpec) -> Result<(), DriverError> {
    if !is_image(&spec.template) {
        return Ok(());
    }
    let held = held(proxmox, &*proxmox.view(FRESH).await?).await?;
    if held.contains(&spec.template) { Ok(()) } else { Err(DriverError::unavailable(format!("the image {} has not been taken in", spec.template))) }
}

/// Takes the image in wherever it is missing: by its publisher's address where there is one, and from here where that does not work.
pub(super) async fn ensure(proxmox: &Proxmox, image: &ImageSpec) -> Result<Progress<()>, DriverError> {
    image.check()?;
    let (storage, view) = (storage(proxmox)?, proxmox.view(FRESH).await?);
    let places = places(proxmox, &view);
    if places.is_empty() {
        return Err(DriverError::unavailable(format!("no node that is online has the storage {storage}")));
    }
    for place in places {
        if at(proxmox, place).await?.contains(&image.name) {
            continue;
        }
        let params = Params::new().with("content", "import").with("checksum", &image.sha256).with("checksum-algorithm", "sha256");
        let file = format!("{}.qcow2", image.name);
        let client = proxmox.client();
        if let Some(url) = &image.url {
            let params = params.clone().with("filename", &file).with("url", url);
            match client.work(&cluster::download(&place.node, storage, params), &place.node, 0, FETCHED_IN).await {
                Ok(()) => continue,
                Err(trouble @ (Trouble::Lost(_) | Trouble::Unreachable(_) | Trouble::Full(_) | Trouble::Unauthorised(_) | Trouble::Untrusted { .. })) => {
                    return Err(trouble.into());
                }
                // A node without a way out, or a token that may not use it: the bytes are here too.
                Err(_) => {}
            }
        }
        client.send_file(&cluster::upload(&place.node, storage, params), &image.file, &file, FETCHED_IN).await?;
    }
    *proxmox.shared.images.lock().await = None;
    Ok(Progress::Done(()))
}

/// Removes the image wherever it is, unless a guest of ours is made of it and may be rebuilt.
pub(super) async fn remove(proxmox: &Proxmox, name: &str) -> Result<(), DriverError> {
    if proxmox.mapping().images.is_none() {
        return Err(DriverError::unsupported("take in images"));
    }
    let volume = volume(proxmox, name)?;
    if look::list(proxmox).await?.iter().any(|guest| guest.template == name) {
        return Err(DriverError::conflict("a guest is made of this image"));
    }
    let view = proxmox.view(FRESH).await?;
    for place in places(proxmox, &view) {
        if at(proxmox, place).await?.iter().any(|held| held == name) {
            proxmox.client().work(&cluster::delete_content(&place.node, &place.name, &volume), &place.node, 0, FETCHED_IN).await?;
        }
    }
    *proxmox.shared.images.lock().await = None;
    Ok(())
}
