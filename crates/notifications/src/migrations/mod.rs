//! The tables of this domain, forward only.

mod m0001_mail;
mod m0002_notification;

use sea_orm_migration::MigrationTrait;

/// Oldest first.
pub(crate) fn all() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(m0001_mail::Migration), Box::new(m0002_notification::Migration)]
}
