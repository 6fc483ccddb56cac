//! The privacy policy, kept: texts made from the data map, choices, what is held, export, erasure
//! with a certificate, retention, and promises as queries. Everything walks the map; no table of
//! another domain is named here.
//!
//! Reading order: [`wiring`] (what the server brings), [`walk`] (the generic walk), [`policy`],
//! [`notice`], [`choice`], [`law`], [`request`], [`restriction`], [`objection`], [`holding`], [`export`], [`erasure`],
//! [`certificate`], [`hold`], [`retention`], [`promise`].

pub mod accounts;
pub mod certificate;
pub mod choice;
pub mod data_map;
pub mod erasure;
pub mod export;
pub mod hold;
pub mod holding;
pub mod law;
mod migrations;
pub mod notice;
pub mod objection;
pub mod permissions;
pub mod policy;
pub mod promise;
mod reactions;
pub mod request;
pub mod restriction;
pub mod retention;
pub mod walk;
pub mod wiring;

use kernel::{Cx, Job, Module};
use utoipa_axum::router::OpenApiRouter;

pub use accounts::{Accounts, Operator, Owners};
pub use wiring::{Correction, CorrectionHook, Doomed, ErasureHook, ExportFile, ExportHook, FinalBill, Post, Settlement, Wiring};

const JOBS: &[Job] = &[retention::SWEEP, retention::WATCH, request::jobs::WATCH, hold::jobs::RESUME, notice::TELL];

fn routes() -> OpenApiRouter<Cx> {
    policy::api::routes()
        .merge(choice::api::routes())
        .merge(law::api::routes())
        .merge(request::api::routes())
        .merge(restriction::api::routes())
        .merge(objection::api::routes())
        .merge(hold::api::routes())
        .merge(holding::api::routes())
        .merge(export::api::routes())
        .merge(erasure::api::routes())
        .merge(certificate::api::routes())
        .merge(notice::api::routes())
        .merge(promise::api::routes())
}

/// What this domain declares.
pub fn module() -> Module {
    Module {
        migrations: migrations::all,
        tables: data_map::TABLES,
        client_keys: data_map::CLIENT_KEYS,
        permissions: permissions::ALL,
        reactions: reactions::ALL,
        jobs: JOBS,
        routes,
        ..Module::named("privacy")
    }
}

/// The workflows that workers must know.
pub fn workflows() -> Vec<workflow::Registered> {
    vec![
        workflow::Registered::of(&export::build::BUILD),
        workflow::Registered::of(&erasure::carry_out::CARRY_OUT),
        workflow::Registered::of(&request::correct::CORRECT),
    ]
}
