//! The tables of this domain, forward only.

mod m0001_line;
mod m0002_log;

use sea_orm_migration::MigrationTrait;

/// Oldest first.
pub(crate) fn all() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(m0001_line::Migration), Box::new(m0002_log::Migration)]
}
