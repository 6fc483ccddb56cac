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
    /// Disk per organisation in GiB.
    pub disk_gib: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { machines: 10, cpus: 40, memory_mib: 65_536, disk_gib: 1_000 }
    }
}

/// What counts: the use of one project or one organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Amount {
    pub(crate) machines: i64,
    pub(crate) cpus: i64,
    pub(crate) memory_mib: i64,
    pub(crate) disk_gib: i64,
}

impl Amount {
    /// What one machine of `shape` takes.
    pub(crate) fn of(shape: &Shape) -> Self {
        Self { machines: 1, cpus: i64::from(shape.cpus), memory_mib: i64::from(shape.memory_mib), disk_gib: i64::from(shape.disk_gib) }
    }

    /// The first limit that adding `more` would pass, in words.
    pub(crate) fn passes(&self, more: &Self, limits: &Limits) -> Option<String> {
        let rules = [
            ("machines", self.machines + more.machines, limits.machines),
            ("processors", self.cpus + more.cpus, limits.cpus),
            ("MiB of memory", self.memory_mib + more.memory_mib, limits.memory_mib),
            ("GiB of disk", self.disk_gib + more.disk_gib, limits.disk_gib),
        ];
        rules.into_iter().find(|(_, wanted, limit)| wanted > limit).map(|(what, wanted, limit)| {
            format!("This would make {wanted} {what}; the limit is {limit}. Delete machines you do not need, or ask for a higher limit.")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_itself_is_allowed_and_one_more_is_not() {
        let used = Amount { machines: 9, ..Amount::default() };
        let one = Amount { machines: 1, cpus: 1, memory_mib: 256, disk_gib: 2 };
        assert_eq!(used.passes(&one, &Limits::default()), None);
        let full = Amount { machines: 10, ..Amount::default() };
        assert!(full.passes(&one, &Limits::default()).unwrap().contains("11 machines"));
    }
}
