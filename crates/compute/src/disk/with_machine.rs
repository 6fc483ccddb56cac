//! Extra disks that are ordered along with a machine, and made once it runs.

use compute_driver::{DISKS_PER_GUEST, Feature};
use kernel::{Error, Result};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{NewDisk, checks};
use crate::instance::InstanceId;
use crate::node;
use crate::region::RegionId;

/// An extra disk that comes with a machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DiskWithMachine {
    /// What you call it; 1 to 100 characters.
    pub name: String,
    /// How large it is, in GiB; 1 to 10,000.
    pub size_gib: i32,
}

impl DiskWithMachine {
    /// The disk for its machine.
    pub fn of(&self, machine: InstanceId) -> NewDisk {
        NewDisk { name: self.name.clone(), size_gib: self.size_gib, region_id: None, instance_id: Some(machine) }
    }
}

/// Whether these disks can come with a machine of `template` in `region`, as far as that is known before there is one.
///
/// # Errors
/// `Invalid` at `disks`, naming the first disk that is wrong by its number; database errors.
pub async fn may_come_with(db: &impl ConnectionTrait, region: RegionId, template: &str, disks: &[DiskWithMachine]) -> Result<()> {
    if disks.len() > DISKS_PER_GUEST {
        return Err(Error::invalid("disks", format!("a machine has at most {DISKS_PER_GUEST} extra disks")));
    }
    for (index, disk) in disks.iter().enumerate() {
        if let Err(error) = checks(&disk.name, disk.size_gib).done() {
            let why = error.fields().first().map_or_else(|| error.to_string(), |field| field.message.clone());
            return Err(Error::invalid("disks", format!("disk {}: {why}", index + 1)));
        }
    }
    if !disks.is_empty() && !node::place::offers(db, region, &[Feature::Disks], |node| node.may_equip(template)).await? {
        return Err(Error::invalid("disks", "machines of this template have no extra disks in this region"));
    }
    Ok(())
}
