//! The engine's tables, forward only.

mod m0001_operation;
mod m0002_worker;
mod m0003_log_audience;

use sea_orm_migration::MigrationTrait;

/// Oldest first.
pub(crate) fn all() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(m0001_operation::Migration), Box::new(m0002_worker::Migration), Box::new(m0003_log_audience::Migration)]
}
