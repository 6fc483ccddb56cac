//! The domain's tables, forward only.

mod m0001_foundation;
mod m0002_size_change;

use sea_orm_migration::MigrationTrait;

/// Oldest first.
pub(crate) fn all() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(m0001_foundation::Migration), Box::new(m0002_size_change::Migration)]
}
