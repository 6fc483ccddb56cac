//! Guests that others made: listing them, and giving one our reference.

use std::time::Duration;

use compute_driver::{DriverError, Guest, Reference, Stranger};

use super::mark::{self, Mark};
use super::view::FRESH;
use super::{Proxmox, make};
use crate::call::guest;
use crate::client::Params;

/// Guests without a reference of ours, templates left out.
pub(super) async fn strangers(proxmox: &Proxmox) -> Result<Vec<Stranger>, DriverError> {
    let view = proxmox.view(FRESH).await?;
    let strangers = view.guests.iter().filter(|guest| !guest.template && !mark::ours(&guest.tags));
    let stranger = |guest: &super::view::Entry| Stranger {
        address: guest.at.vmid.to_string(),
        name: guest.name.clone(),
        host: Some(guest.at.node.clone()),
        status: guest.status,
        size: guest.size,
    };
    Ok(strangers.map(stranger).collect())
}

/// Gives the stranger at `address` our reference.
pub(super) async fn adopt(proxmox: &Proxmox, address: &str, reference: &Reference) -> Result<Guest, DriverError> {
    let nothing = || DriverError::conflict(format!("nothing is at the address {address}"));
    let vmid: u32 = address.parse().map_err(|_| nothing())?;
    if let Some(at) = proxmox.locate(reference).await? {
        let same = at.vmid == vmid;
        return if same { make::answer(proxmox, reference).await } else { Err(DriverError::conflict("another guest carries the reference")) };
    }
    let view = proxmox.view(Duration::ZERO).await?;
    let there = view.guest(vmid).filter(|guest| !guest.template).ok_or_else(nothing)?;
    if mark::ours(&there.tags) {
        return Err(DriverError::conflict("the guest carries another reference of ours"));
    }
    let config = proxmox.config(&there.at).await?;
    let mark = Mark { reference: reference.clone(), template: String::new(), made: true };
    let params = Params::new().with("description", mark.write(&config.description())).with("tags", mark.tags(&config.tags())).maybe("digest", config.digest());
    proxmox.client().settle(&guest::set_config(&there.at, params)).await?;
    proxmox.remember(reference, there.at.clone());
    make::answer(proxmox, reference).await
}
