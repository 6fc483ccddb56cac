//! Other sizes: processors and memory at the next start, disks at once and only larger.

use compute_driver::{DriverError, InForce, Reference, Size, Status};

use super::make::SETTLED_IN;
use super::view::GIB;
use super::{Proxmox, look};
use crate::call::{Kind, guest};
use crate::client::{Fields, Params};

/// Makes the guest as large as `size` says.
pub(super) async fn resize(proxmox: &Proxmox, reference: &Reference, size: &Size) -> Result<InForce, DriverError> {
    if size.cpus == 0 || size.memory_mib < 16 {
        return Err(DriverError::refused("a guest needs a processor and 16 MiB of memory"));
    }
    let (at, said) = proxmox.current(reference).await?;
    let client = proxmox.client();
    let now = proxmox.config(&at).await?;
    let before = now.size();
    if size.disk_gib < before.disk_gib {
        return Err(DriverError::refused(format!("a disk can only grow, and this one has {} GiB", before.disk_gib)));
    }
    if size.disk_gib > before.disk_gib {
        let disk = now.root_disk().ok_or_else(|| DriverError::conflict("the guest has no disk"))?;
        if disk.bytes < u64::from(size.disk_gib) * GIB {
            client.work(&guest::resize(&at, &disk.key, size.disk_gib), &at.node, at.vmid, SETTLED_IN).await?;
        }
    }
    if (size.cpus, size.memory_mib) != (before.cpus, before.memory_mib) {
        let params = Params::new().with("cores", size.cpus).with("memory", size.memory_mib);
        let params = if at.kind == Kind::Machine { params.with("sockets", 1) } else { params };
        // Growing the disk has changed the configuration, so an older digest would not fit any more.
        let digest = proxmox.config(&at).await?.digest();
        client.settle(&guest::set_config(&at, params.maybe("digest", digest))).await?;
    }
    // Containers take both while they run; of a virtual machine the cluster tells what waits.
    if at.kind == Kind::Container || look::status(&said) == Status::Stopped {
        return Ok(InForce::Now);
    }
    let pending = Fields::each(client.ask(&guest::pending(&at)).await?);
    let waits = pending.iter().any(|one| one.has("pending") && ["cores", "sockets", "memory"].contains(&one.words("key").as_str()));
    Ok(if waits { InForce::AfterRestart } else { InForce::Now })
}
