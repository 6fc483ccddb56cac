//! A fresh disk for a guest that keeps its id, its card and its place.

use std::time::Duration;

use compute_driver::{DriverError, Guest, GuestSpec};

use super::make::{self, COPIED_IN, SETTLED_IN};
use super::view::FRESH;
use super::{Proxmox, config, disk, image, power, snapshot};
use crate::call::{At, Kind, guest};
use crate::client::{Params, Trouble};
use crate::settings::Origin;

/// Gives the guest a fresh disk and new settings after `spec`, and leaves it stopped.
pub(super) async fn rebuild(proxmox: &Proxmox, spec: &GuestSpec) -> Result<Guest, DriverError> {
    let origin = make::accept(proxmox, spec)?;
    let (at, _) = proxmox.current(&spec.reference).await?;
    image::must_be_held(proxmox, spec).await?;
    if (at.kind == Kind::Container) != matches!(*origin, Origin::Container { .. }) {
        return Err(DriverError::refused("a container cannot become a virtual machine, nor the other way round"));
    }
    power::stop(proxmox, &spec.reference).await?;
    snapshot::delete_all(proxmox, &spec.reference).await?;
    match &*origin {
        Origin::Container { volume } => refill(proxmox, &at, spec, volume).await?,
        Origin::Clone { vmid, .. } => {
            let source = disk_of_template(proxmox, *vmid).await?;
            replace_disk(proxmox, &at, spec, &source).await?;
        }
        Origin::Import { volume } => replace_disk(proxmox, &at, spec, volume).await?,
    }
    make::finish(proxmox, &at, spec).await?;
    make::answer(proxmox, &spec.reference).await
}

async fn disk_of_template(proxmox: &Proxmox, vmid: u32) -> Result<String, DriverError> {
    let view = proxmox.view(FRESH).await?;
    let template = view.guest(vmid).ok_or_else(|| DriverError::unavailable(format!("the template {vmid} is not there")))?;
    let config = proxmox.config(&template.at).await?;
    config.root_disk().map(|disk| disk.volume).ok_or_else(|| DriverError::failed("the template has no disk", ""))
}

/// Puts a copy of `source` where the disk was, and removes the old one. Cloning anew would need another id, and a crash
/// between destroying and cloning would leave no guest at all.
async fn replace_disk(proxmox: &Proxmox, at: &At, spec: &GuestSpec, source: &str) -> Result<(), DriverError> {
    let now = proxmox.config(at).await?;
    let key = now.root_disk().map_or_else(|| "scsi0".to_owned(), |disk| disk.key);
    let params = Params::new()
        .with("description", make::mark(spec, false).write(&now.description()))
        .with(&key, format!("{}:0,import-from={source},discard=on", proxmox.mapping().storage))
        .with("boot", format!("order={key}"))
        // A fresh disk boots for the first time, so it is told anew what it is to do then.
        .maybe("delete", now.seed());
    let unused = disk::exchange(proxmox, at, &now, params).await?;
    Ok(disk::remove_unused(proxmox, at, &unused).await?)
}

/// Makes a container anew under its id. The cluster has no other way to give it a fresh root.
async fn refill(proxmox: &Proxmox, at: &At, spec: &GuestSpec, volume: &str) -> Result<(), DriverError> {
    let client = proxmox.client();
    match client.work(&guest::destroy(at), &at.node, at.vmid, SETTLED_IN).await {
        Ok(()) | Err(Trouble::NoGuest(_)) => {}
        Err(trouble) => return Err(trouble.into()),
    }
    let params = config::container(proxmox.mapping(), spec, at.vmid)
        .with("description", make::mark(spec, false).write(""))
        .with("tags", make::mark(spec, false).tags(""))
        .with("ostemplate", volume)
        .maybe("pool", proxmox.mapping().pool.as_ref());
    let mut made = client.work(&guest::create(at, params.clone()), &at.node, at.vmid, COPIED_IN).await;
    // There is no guest now, so the next call would find none: what can pass is waited for here.
    for pause in [2, 5, 10] {
        if !matches!(made, Err(Trouble::Unreachable(_))) {
            break;
        }
        tokio::time::sleep(Duration::from_secs(pause)).await;
        made = client.work(&guest::create(at, params.clone()), &at.node, at.vmid, COPIED_IN).await;
    }
    Ok(made?)
}
