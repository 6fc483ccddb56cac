//! What a cluster consists of and how full that is, in the trait's words.

use compute_driver::{DriverError, Host, Inventory, Storage, TemplateInfo};

use super::view::{FRESH, MIB, Node};
use super::{Proxmox, look};
use crate::settings::Origin;

/// What the cluster consists of, in the trait's words.
pub(super) async fn inventory(proxmox: &Proxmox) -> Result<Inventory, DriverError> {
    // Once a minute, so that an address that is only needed when another one is gone is known to be the right one.
    proxmox.client().try_every_way().await;
    let view = proxmox.view(FRESH).await?;
    let host = |node: &Node| Host {
        name: node.name.clone(),
        online: node.online,
        takes_guests: look::is_ours(proxmox.mapping(), &node.name),
        cpus: node.cpus,
        cpu_permille: node.cpu.map(permille),
        memory_mib: node.memory / MIB,
        memory_used_mib: node.memory_used / MIB,
    };
    let mut places: Vec<Storage> = Vec::new();
    for storage in &view.storages {
        let host = (!storage.shared).then(|| storage.node.clone());
        let keeps = |kinds: &[&str]| storage.content.split(',').any(|one| kinds.contains(&one));
        if !places.iter().any(|place| place.name == storage.name && place.host == host) {
            places.push(Storage {
                name: storage.name.clone(),
                host,
                disks: keeps(&["images", "rootdir"]),
                backups: keeps(&["backup"]),
                total_mib: storage.total / MIB,
                free_mib: storage.total.saturating_sub(storage.used) / MIB,
            });
        }
    }
    let template = |(name, origin): (&String, &Origin)| match origin {
        Origin::Clone { vmid, .. } => {
            let guest = view.guest(*vmid)?;
            Some(TemplateInfo { name: name.clone(), origin: format!("guest {vmid}, {}", guest.name), disk_gib: guest.size.disk_gib.max(1) })
        }
        Origin::Import { volume } | Origin::Container { volume } => Some(TemplateInfo { name: name.clone(), origin: volume.clone(), disk_gib: 1 }),
    };
    Ok(Inventory {
        hosts: view.nodes.iter().map(host).collect(),
        storages: places,
        networks: proxmox.networks(&view).await,
        templates: proxmox.mapping().templates.iter().filter_map(template).collect(),
    })
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to thousandths")]
fn permille(share: f64) -> u16 {
    (share.clamp(0.0, 1.0) * 1000.0) as u16
}
