//! A finding: something that differs between a hypervisor and us, kept until it no longer does, with the repairs that a person may choose.

pub(crate) mod api;
mod compare;
mod keep;
mod limit;
mod list;
mod model;
mod offer;
mod repair;
mod store;

pub(crate) use compare::{of_disks, of_machines, of_node};
pub(crate) use keep::{answered, excused, forget_node, of_silence, silent};
pub use list::{list, summary};
pub use model::{Finding, FindingCount, FindingId, FindingKind, FindingRepair, Offer, Repair};
pub use repair::{REPAIR, RepairInput, repair};
