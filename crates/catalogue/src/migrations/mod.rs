//! The domain's tables, forward only.

mod m0001_foundation;
mod m0002_size_change;
mod m0003_disks_with_machines;
mod m0004_classes;
mod m0005_template_versions;

use sea_orm_migration::MigrationTrait;

/// Oldest first.
pub(crate) fn all() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m0001_foundation::Migration),
        Box::new(m0002_size_change::Migration),
        Box::new(m0003_disks_with_machines::Migration),
        Box::new(m0004_classes::Migration),
        Box::new(m0005_template_versions::Migration),
    ]
}
