//! Invitations to an organisation: a link by mail, used once, for a week.

mod accept;
mod api;
mod create;
mod delete;
mod issue;
mod list;
mod model;
mod store;
mod view;

pub use accept::accept;
pub use create::create;
pub use delete::delete;
pub use issue::{Letter, issue};
pub use list::list;
pub use model::{Invitation, InvitationId, InvitationView, NewInvitation};
pub use view::view;

pub(crate) use accept::take;
pub(crate) use api::routes;
