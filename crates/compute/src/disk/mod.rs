//! An extra disk: a thing of its own that machines of its project can have, one at a time, and that stays when they go.

pub(crate) mod api;
mod attach;
mod change;
mod count;
mod create;
mod delete;
mod detach;
mod evict;
mod grow;
mod left;
mod list;
mod measure;
mod model;
mod reconcile;
pub(crate) mod store;
mod update;
mod with_machine;

pub use attach::{DISK_ATTACH, DiskAttachInput, attach};
pub use count::count;
pub use create::{DISK_CREATE, DiskInput, begin, create};
pub use delete::{DISK_DELETE, delete};
pub use detach::{DISK_DETACH, DiskDetachInput, detach};
pub use evict::{evict, of_organisation};
pub use grow::{DISK_GROW, DiskGrowInput, grow};
pub use list::{list, view};
pub use model::{Disk, DiskAttachment, DiskId, DiskPatch, DiskQuery, DiskSize, DiskState, NewDisk};
pub use update::update;
pub use with_machine::{DiskWithMachine, may_come_with};

pub(crate) use delete::give_up;
pub(crate) use left::{left_by, none_for_memory};
pub(crate) use measure::measure;
pub(crate) use reconcile::reconcile;
