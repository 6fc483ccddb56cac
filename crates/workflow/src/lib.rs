//! Durable workflows on the domain's own database: named steps with undo, started inside the
//! transaction that decides them, carried out by any worker process, visible to people.
//!
//! Semantics after Oxide's steno: a step may run more than once, so it finds before it creates;
//! when a step fails for good, the undo actions of the steps before it run in reverse; when an undo
//! cannot succeed, the operation asks for an operator instead of trying for ever.

pub mod data_map;
mod definition;
mod engine;
mod migrations;
pub mod operation;
pub mod permissions;

pub use definition::{Input, Next, Registered, Retry, Start, Step, StepCx, WhenFailed, Workflow, nothing};
pub use engine::{Interceptor, Intervention, Moment, Point, Worker};
pub use operation::{OPERATION_FINISHED, OperationFinished, OperationId};

/// The engine's tables and routes, as a module like the domains' ones.
pub fn module() -> kernel::Module {
    kernel::Module {
        migrations: migrations::all,
        tables: data_map::TABLES,
        log_fields: data_map::LOG_FIELDS,
        permissions: permissions::ALL,
        routes: operation::api::routes,
        ..kernel::Module::named("workflow")
    }
}
