//! A backup: a copy of a machine's disk apart from it, which outlives it and makes new machines.

pub(crate) mod api;
mod count;
mod create;
mod delete;
mod download;
mod evict;
mod list;
mod model;
mod restore;
pub(crate) mod restore_test;
mod retain;
pub(crate) mod store;

pub use count::count;
pub(crate) use create::{Asked, BackupInput, LONG, begin, give_up, missed, name, reserve};
pub use create::{BACKUP_CREATE, create};
pub use delete::{BACKUP_DELETE, delete};
pub use download::{Archive, download};
pub use evict::{evict, of_organisation};
pub use list::{list, template, view};
pub use model::{Backup, BackupFormat, BackupId, BackupQuery, BackupState, NewBackup, RestoreTest, RestoreTestOutcome};
pub use restore::{BACKUP_RESTORE, restore};
pub use restore_test::{RESTORE_TEST, restore_test};
pub(crate) use retain::{gone_with_machine, retain};
