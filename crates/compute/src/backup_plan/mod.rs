//! A backup plan: how often a machine is backed up by itself, and how many of these backups are kept.

pub(crate) mod api;
mod model;
mod restore_tests;
mod schedule;
pub(crate) mod store;
mod update;
mod view;

pub use model::{BackupPlan, BackupPlanPatch, Frequency, RestoreTests, Weekday};
pub use restore_tests::restore_tests;
pub use schedule::schedule;
pub use update::update;
pub use view::view;
