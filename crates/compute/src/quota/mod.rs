//! How much a project and an organisation may have at once.

pub(crate) mod api;
mod model;
mod reserve;
mod store;
mod view;

pub use model::{LIMITS, Limits, Quota, QuotaLine};
pub use reserve::check;
pub(crate) use reserve::{
    exchange, release, release_address, release_backups, release_disk, release_image, release_network, release_snapshots, reserve, reserve_address,
    reserve_backup, reserve_disk, reserve_image, reserve_network, reserve_snapshot,
};
pub use view::view;
