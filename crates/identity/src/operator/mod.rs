//! The operator: the set-up at first start, and who runs this installation.

mod api;
mod model;
mod set_up;
mod store;

pub use model::{NewOwner, Operator, SetUp, SetUpState};
pub use set_up::{Demo, is_needed, issue_setup_token, particulars, set_up};

pub(crate) use api::routes;
