//! A backup plan: how often a machine is backed up by itself, and how many of these backups are kept.

pub(crate) mod api;
mod model;
mod schedule;
pub(crate) mod store;
mod update;
mod view;

pub use model::{BackupPlan, BackupPlanPatch, Frequency, Weekday};
pub use schedule::schedule;
pub use update::update;
pub use view::view;
