//! What every domain stands on: ids, money, time, errors, pages, contexts, scopes, transactions,
//! events, permissions, the data map, sealing and egress. No domain words.
//!
//! Reading order: [`cx`] (what a verb is given), [`tx`] (how it writes), [`scope`] (what it may do),
//! [`map`] and [`seal`] (what it may keep), [`gate`] (what it may read), [`egress`] (what may leave).

pub mod agent;
pub mod choice;
pub mod cx;
pub mod data_map;
pub mod db;
pub mod egress;
pub mod error;
pub mod event;
pub mod gate;
pub mod http;
pub mod id;
pub mod idempotency;
pub mod lease;
pub mod map;
pub mod migration;
mod migrations;
pub mod module;
pub mod money;
pub mod page;
pub mod permission;
pub mod rows;
pub mod scope;
pub mod seal;
pub mod setting;
pub mod time;
pub mod tx;

pub use agent::Agent;
pub use cx::Cx;
pub use error::{Checks, Error, Ignore, Kind, Result};
pub use gate::Gate;
pub use id::{OrganisationId, PersonId, ProjectId};
pub use module::{Job, Module};
pub use money::{Currency, Money};
pub use page::{Page, PageQuery};
pub use scope::{Actor, ByEvent, ByWorkflow, Place, Scope};
pub use seal::{Blind, KeyOwner, Sealed};
pub use time::{Clock, Timestamp};
pub use tx::Tx;

/// The kernel's own tables, as a module like the domains' ones.
pub fn module() -> Module {
    Module { migrations: migrations::all, tables: data_map::TABLES, log_fields: data_map::LOG_FIELDS, ..Module::named("kernel") }
}
