//! On record: who did what in which place, and what our staff looked at.
//!
//! Reading order: [`line`] (one row per act). Names of people are nobody's business here: the
//! server brings a [`Names`] that knows them.

pub mod data_map;
pub mod line;
mod migrations;
pub mod permissions;

pub use line::begin::{begin, complete};
pub use line::model::{AuditId, Names, Outcome};
pub use line::record::{record, record_for};

use kernel::Module;

/// What this domain declares.
pub fn module() -> Module {
    Module {
        migrations: migrations::all,
        tables: data_map::TABLES,
        permissions: permissions::ALL,
        routes: line::api::routes,
        ..Module::named("audit")
    }
}
