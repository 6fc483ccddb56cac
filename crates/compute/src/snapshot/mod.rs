//! A snapshot: a machine's disk as it was at one instant, kept beside the disk itself.

pub(crate) mod api;
mod create;
mod delete;
mod list;
mod model;
mod restore;
pub(crate) mod store;

pub use create::{SNAPSHOT_CREATE, create};
pub(crate) use delete::gone_with_disk;
pub use delete::{SNAPSHOT_DELETE, delete};
pub use list::list;
pub use model::{NewSnapshot, Snapshot, SnapshotId, SnapshotState};
pub use restore::{SNAPSHOT_RESTORE, restore};
