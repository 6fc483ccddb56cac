//! Billing: what is owed, and how it was paid. We bill ourselves; a payment provider only moves money.
//!
//! Reading order: [`rate`] and [`tax`] (pure arithmetic), [`account`] (currency, period, clock),
//! [`meter`] (what is billed since when), [`usage`] (so far this month), [`invoice`] (documents),
//! [`ledger`] (the books), [`payment`] (money), [`quote`] (what an order will cost),
//! [`party`] (who sells and buys), [`verify`] (every invariant).

pub mod account;
pub mod data_map;
pub mod events;
pub mod invoice;
pub mod ledger;
pub mod meter;
mod migrations;
pub mod party;
pub mod payment;
pub mod permissions;
pub mod quote;
pub mod rate;
mod reactions;
pub mod tax;
pub mod usage;
pub mod verify;

pub use party::{Directory, Particulars, Party, Seller, tax_for};
pub use payment::{Acquirer, TestProvider};

use kernel::{Cx, Job, Module};
use utoipa_axum::router::OpenApiRouter;

const JOBS: &[Job] = &[invoice::jobs::CLOSE, payment::jobs::SETTLE];

/// What this domain declares.
pub fn module() -> Module {
    Module {
        migrations: migrations::all,
        tables: data_map::TABLES,
        permissions: permissions::ALL,
        reactions: reactions::ALL,
        jobs: JOBS,
        routes,
        ..Module::named("billing")
    }
}

fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().merge(account::api::routes()).merge(usage::api::routes()).merge(invoice::api::routes()).merge(payment::api::routes())
}
