//! Billing's tables, forward only.

mod m0001_books;
mod m0002_money;
mod m0003_lost;

use sea_orm_migration::MigrationTrait;

/// Oldest first.
pub(crate) fn all() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(m0001_books::Migration), Box::new(m0002_money::Migration), Box::new(m0003_lost::Migration)]
}
