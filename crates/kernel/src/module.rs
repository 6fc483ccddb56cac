//! What a domain declares about itself; the server collects it and knows nothing else of a domain.

use std::time::Duration;

use futures::future::BoxFuture;
use sea_orm_migration::MigrationTrait;
use utoipa_axum::router::OpenApiRouter;

use crate::cx::Cx;
use crate::error::Result;
use crate::event::Reaction;
use crate::map::{ClientKey, LogField, Purpose, Recipient, Table};
use crate::permission::PermissionInfo;

/// Periodic work, done by one process at a time.
#[derive(Clone, Copy)]
pub struct Job {
    /// `domain.noun.verb`.
    pub name: &'static str,
    /// Why it touches data.
    pub purpose: &'static Purpose,
    /// Time between two runs.
    pub every: Duration,
    /// One run; tells how much it did.
    pub run: fn(Cx) -> BoxFuture<'static, Result<usize>>,
}

/// A domain.
pub struct Module {
    /// Its name, also its crate's.
    pub name: &'static str,
    /// Its migrations, oldest first.
    pub migrations: fn() -> Vec<Box<dyn MigrationTrait>>,
    /// Its part of the data map.
    pub tables: &'static [Table],
    /// Its cookies and storage keys.
    pub client_keys: &'static [ClientKey],
    /// Its log fields.
    pub log_fields: &'static [LogField],
    /// The recipients it sends to.
    pub recipients: &'static [Recipient],
    /// What someone may be allowed to do in it.
    pub permissions: &'static [PermissionInfo],
    /// What it does when others announce something.
    pub reactions: &'static [Reaction],
    /// Its periodic work.
    pub jobs: &'static [Job],
    /// Its routes.
    pub routes: fn() -> OpenApiRouter<Cx>,
}

impl Module {
    /// A domain with nothing in it, for `..Module::named("x")`.
    pub fn named(name: &'static str) -> Self {
        Self {
            name,
            migrations: Vec::new,
            tables: &[],
            client_keys: &[],
            log_fields: &[],
            recipients: &[],
            permissions: &[],
            reactions: &[],
            jobs: &[],
            routes: OpenApiRouter::new,
        }
    }
}
