//! What is offered, ordered and fulfilled: sizes with their prices, quotes, and orders.
//!
//! Reading order: [`size`] (what is on sale), [`quote`] (what it costs), [`disk_price`] and [`disk_quote`] (the same of extra disks), [`order`] (from the click
//! to the running machine), [`size_change`] (another size, at its price), [`contract`] (a machine that is lost costs nothing). Machines belong to compute, money to billing; this domain joins them.

pub mod contract;
pub mod data_map;
pub mod disk_price;
pub mod disk_quote;
pub mod events;
mod migrations;
pub mod order;
pub mod permissions;
pub mod quote;
mod reactions;
pub mod size;
pub mod size_change;

pub use order::{Order, OrderId};
pub use size::Size;

use kernel::{Cx, Module};
use utoipa_axum::router::OpenApiRouter;
use workflow::Registered;

fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new()
        .merge(size::api::routes())
        .merge(quote::api::routes())
        .merge(disk_price::api::routes())
        .merge(disk_quote::api::routes())
        .merge(order::api::routes())
        .merge(size_change::api::routes())
}

/// The domain, for the server's list.
pub fn module() -> Module {
    Module {
        migrations: migrations::all,
        tables: data_map::TABLES,
        permissions: permissions::ALL,
        reactions: reactions::ALL,
        routes,
        ..Module::named("catalogue")
    }
}

/// The workflows that a worker must know, beside those of compute.
pub fn workflows() -> Vec<Registered> {
    vec![Registered::of(&order::FULFIL), Registered::of(&size_change::SIZE_CHANGE), Registered::of(&contract::GIVE_BACK)]
}
