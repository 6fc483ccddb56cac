//! Organisations: who owns projects and is the party to invoices.

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
pub use create::create;
pub use list::{list, list_all};
pub use model::{BillingParticulars, NewOrganisation, Organisation, OrganisationPatch, Transfer};
pub use sole::sole_organisations;
pub use update::update;
pub use view::view;

pub(crate) use api::routes;
pub(crate) use create::{Founding, found};
pub(crate) use model::{fields, is_country};
pub(crate) use store::{name_by_id, places_of};
