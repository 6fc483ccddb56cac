//! A machine: what it is, what can be done with it, and the workflows that do it.

pub(crate) mod api;
mod change;
mod create;
mod delete;
mod guest;
mod hostname;
mod list;
mod model;
pub mod power;
mod provision;
mod rebuild;
mod reconcile;
mod release;
mod retire;
mod ssh_key;
pub(crate) mod store;
mod take_down;
mod undelete;
mod update;
mod view;

pub(crate) use change::change;
pub use create::{create, hostname_is_free};
pub use delete::{GRACE, delete};
pub use hostname::check as check_hostname;
pub use list::{events, list};
pub use model::{Instance, InstanceEvent, InstanceEventId, InstanceId, NewInstance, Part, Shape, SizeId, SizeOf, SshAccess, State};
pub use provision::{PROVISION, ProvisionInput, provision};
pub use rebuild::{REBUILD, rebuild};
pub(crate) use reconcile::reconcile;
pub use release::{release, revive};
pub use retire::RETIRE;
pub use ssh_key::check as check_ssh_key;
pub use take_down::{note_operation, take_down};
pub use undelete::undelete;
pub use update::{InstancePatch, update};
pub use view::{state, view};
