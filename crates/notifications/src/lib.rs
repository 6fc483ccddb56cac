//! What people are told. Domains queue a mail in the transaction that gives a reason for it
//! ([`queue`]); a job sends it, at least once.

pub mod data_map;
pub mod mail;
mod migrations;
pub mod reactions;

pub use mail::{MailId, Sender, Smtp, Template, Tls, Transport, flush, queue};

use kernel::{Job, Module};

const JOBS: &[Job] = &[mail::jobs::SEND];

/// What this domain declares.
pub fn module() -> Module {
    Module {
        migrations: migrations::all,
        tables: data_map::TABLES,
        recipients: data_map::RECIPIENTS,
        reactions: reactions::ALL,
        jobs: JOBS,
        routes: mail::api::routes,
        ..Module::named("notifications")
    }
}
