//! On record: who did what in which place, and what our staff looked at.
//!
//! Reading order: [`line`] (one row per act), [`log`] (statements that nobody can change quietly),
//! [`proof`] (checking them without us). Names of people are nobody's business here: the server
//! brings a [`Names`] that knows them.

pub mod data_map;
pub mod line;
pub mod log;
mod migrations;
pub mod permissions;
pub mod proof;

pub use line::begin::{begin, complete};
pub use line::model::{AuditId, Names, Outcome};
pub use line::record::{record, record_for, refused};

use kernel::{Cx, Job, Module};
use utoipa_axum::router::OpenApiRouter;

const JOBS: &[Job] = &[log::jobs::SIGN];

fn routes() -> OpenApiRouter<Cx> {
    line::api::routes().merge(log::api::routes())
}

/// What this domain declares.
pub fn module() -> Module {
    Module { migrations: migrations::all, tables: data_map::TABLES, permissions: permissions::ALL, jobs: JOBS, routes, ..Module::named("audit") }
}
