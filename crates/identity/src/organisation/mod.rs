//! Organisations: who owns projects and is the party to invoices; memberships with their roles.

mod api;
mod billing_particulars;
mod create;
mod list;
mod model;
mod sole;
mod store;
mod update;
mod view;

pub use billing_particulars::{billing_particulars, owners};
pub use list::{list, list_all};
pub use model::{BillingParticulars, Organisation, OrganisationPatch, Role};
pub use sole::sole_organisations;
pub use update::update;
pub use view::view;

pub(crate) use api::routes;
pub(crate) use create::{NewOrganisation, create};
pub(crate) use model::{fields, is_country};
pub(crate) use store::places_of;
