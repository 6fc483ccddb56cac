//! The domain's tables, forward only.

mod m0001_foundation;
mod m0002_sign_in;
mod m0003_members;
mod m0004_email_change;

use sea_orm_migration::MigrationTrait;

/// Oldest first.
pub(crate) fn all() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(m0001_foundation::Migration), Box::new(m0002_sign_in::Migration), Box::new(m0003_members::Migration), Box::new(m0004_email_change::Migration)]
}
