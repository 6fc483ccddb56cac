//! Sign-ins: the history of attempts on an account, right and wrong, as its person sees it.

mod api;
mod list;
mod model;
mod record;
mod store;

pub use list::list;
pub use model::{Outcome, SignIn, SignInId};

pub(crate) use api::routes;
pub(crate) use model::NewSignIn;
pub(crate) use record::{device, record};
