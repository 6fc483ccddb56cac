//! Limits and what counts against them. No IO.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::instance::Shape;

/// Name of the setting that holds the [`Limits`] of new organisations and projects.
pub const LIMITS: &str = "compute.quota";

/// How much there may be at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Limits {
    /// Machines per project.
    pub machines: i64,
    /// Processors per organisation.
    pub cpus: i64,
    /// Memory per organisation in MiB.
    pub memory_mib: i64,
    /// Disk per organisation in GiB, of machines and extra disks together.
    pub disk_gib: i64,
    /// Snapshots per project.
    #[serde(default = "snapshots")]
    pub snapshots: i64,
    /// Backups per project.
    #[serde(default = "backups")]
    pub backups: i64,
    /// Private networks per project.
    #[serde(default = "networks")]
    pub networks: i64,
    /// Public addresses per project.
    #[serde(default = "addresses")]
    pub addresses: i64,
    /// Images per project.
    #[serde(default = "images")]
    pub images: i64,
}

/// For settings that were written before there were snapshots.
fn snapshots() -> i64 {
    20
}

/// For settings that were written before there were backups.
fn backups() -> i64 {
    50
}

/// For settings that were written before there were networks.
fn networks() -> i64 {
    10
}

/// For settings that were written before there were public addresses.
fn addresses() -> i64 {
    10
}

/// For settings that were written before there were images.
fn images() -> i64 {
    5
}

/// One kind of thing: how much there is and how much there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuotaLine {
    /// How much there is.
    pub used: i64,
    /// How much there may be.
    pub limit: i64,
}

/// What there is and may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Quota {
    /// Machines of the project.
    pub machines: QuotaLine,
    /// Snapshots of the project.
    pub snapshots: QuotaLine,
    /// Backups of the project.
    pub backups: QuotaLine,
    /// Private networks of the project.
    pub networks: QuotaLine,
    /// Public addresses of the project.
    pub addresses: QuotaLine,
    /// Images of the project.
    pub images: QuotaLine,
    /// Processors of the organisation.
    pub cpus: QuotaLine,
    /// Memory of the organisation in MiB.
    pub memory_mib: QuotaLine,
    /// Disk of the organisation in GiB, of machines and extra disks together.
    pub disk_gib: QuotaLine,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            machines: 10,
            cpus: 40,
            memory_mib: 65_536,
            disk_gib: 1_000,
            snapshots: snapshots(),
            backups: backups(),
            networks: networks(),
            addresses: addresses(),
            images: images(),
        }
    }
}

/// What counts: the use of one project or one organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Amount {
    pub(crate) machines: i64,
    pub(crate) cpus: i64,
    pub(crate) memory_mib: i64,
    pub(crate) disk_gib: i64,
    pub(crate) snapshots: i64,
    pub(crate) backups: i64,
    pub(crate) networks: i64,
    pub(crate) addresses: i64,
    pub(crate) images: i64,
}

impl Amount {
    /// What one machine of `shape` takes.
    pub(crate) fn of(shape: &Shape) -> Self {
        Self { machines: 1, cpus: i64::from(shape.cpus), memory_mib: i64::from(shape.memory_mib), disk_gib: i64::from(shape.disk_gib), ..Self::default() }
    }

    /// One snapshot.
    pub(crate) fn snapshot() -> Self {
        Self { snapshots: 1, ..Self::default() }
    }

    /// One backup.
    pub(crate) fn backup() -> Self {
        Self { backups: 1, ..Self::default() }
    }

    /// One private network.
    pub(crate) fn network() -> Self {
        Self { networks: 1, ..Self::default() }
    }

    /// One public address.
    pub(crate) fn address() -> Self {
        Self { addresses: 1, ..Self::default() }
    }

    /// An extra disk of this size.
    pub(crate) fn disk(gib: i32) -> Self {
        Self { disk_gib: gib.into(), ..Self::default() }
    }

    /// One image.
    pub(crate) fn image() -> Self {
        Self { images: 1, ..Self::default() }
    }

    /// What is more in `self` than in `other`; less is negative.
    pub(crate) fn beyond(&self, other: &Self) -> Self {
        Self {
            machines: self.machines - other.machines,
            cpus: self.cpus - other.cpus,
            memory_mib: self.memory_mib - other.memory_mib,
            disk_gib: self.disk_gib - other.disk_gib,
            snapshots: self.snapshots - other.snapshots,
            backups: self.backups - other.backups,
            networks: self.networks - other.networks,
            addresses: self.addresses - other.addresses,
            images: self.images - other.images,
        }
    }

    /// The first limit that adding `more` would pass, in words.
    pub(crate) fn passes(&self, more: &Self, limits: &Limits) -> Option<String> {
        let rules = [
            ("machines", self.machines, more.machines, limits.machines),
            ("processors", self.cpus, more.cpus, limits.cpus),
            ("MiB of memory", self.memory_mib, more.memory_mib, limits.memory_mib),
            ("GiB of disk", self.disk_gib, more.disk_gib, limits.disk_gib),
            ("snapshots", self.snapshots, more.snapshots, limits.snapshots),
            ("backups", self.backups, more.backups, limits.backups),
            ("private networks", self.networks, more.networks, limits.networks),
            ("public addresses", self.addresses, more.addresses, limits.addresses),
            ("images", self.images, more.images, limits.images),
        ];
        // What does not grow is never refused, even where a limit was lowered below what there is.
        rules.into_iter().find(|(_, used, more, limit)| *more > 0 && used + more > *limit).map(|(what, used, more, limit)| {
            let wanted = used + more;
            format!("This would make {wanted} {what}; the limit is {limit}. Delete what you do not need, or ask for a higher limit.")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_itself_is_allowed_and_one_more_is_not() {
        let used = Amount { machines: 9, ..Amount::default() };
        let one = Amount { machines: 1, cpus: 1, memory_mib: 256, disk_gib: 2, ..Amount::default() };
        assert_eq!(used.passes(&one, &Limits::default()), None);
        let full = Amount { machines: 10, ..Amount::default() };
        assert!(full.passes(&one, &Limits::default()).unwrap().contains("11 machines"));
        assert_eq!(full.passes(&Amount::snapshot(), &Limits { machines: 5, ..Limits::default() }), None, "what does not grow is not refused");
    }
}
