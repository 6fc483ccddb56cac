//! This domain's tables, forward only.

mod m0001_privacy;
mod m0002_rights;
mod m0003_policy_history;

use sea_orm_migration::MigrationTrait;

/// Oldest first.
pub(crate) fn all() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(m0001_privacy::Migration), Box::new(m0002_rights::Migration), Box::new(m0003_policy_history::Migration)]
}
