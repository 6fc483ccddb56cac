//! What people are told, by mail and in the console. Domains say it in the transaction that gives a
//! reason for it ([`queue`]); what reaches somebody on which channel is theirs to choose.
//!
//! Reading order: [`mail`] (kinds of message and their way out), [`notification`] (the console),
//! [`preference`] (topics and channels).

pub mod data_map;
pub mod mail;
mod migrations;
pub mod notification;
pub mod permissions;
pub mod preference;
pub mod reactions;

pub use mail::{MailId, Sender, Smtp, Tag, Template, Tls, Transport, flush, queue, queue_for, tell, tell_once, tell_owners};
pub use preference::Topic;

use kernel::{Cx, Job, Module};
use utoipa_axum::router::OpenApiRouter;

const JOBS: &[Job] = &[mail::jobs::SEND];

fn routes() -> OpenApiRouter<Cx> {
    mail::api::routes().merge(notification::routes()).merge(preference::routes())
}

/// What this domain declares.
pub fn module() -> Module {
    Module {
        migrations: migrations::all,
        tables: data_map::TABLES,
        recipients: data_map::RECIPIENTS,
        reactions: reactions::ALL,
        jobs: JOBS,
        permissions: permissions::ALL,
        routes,
        ..Module::named("notifications")
    }
}
