//! People: sign-up, profile, password.

mod api;
mod change_password;
mod confirm;
mod contact;
mod everybody;
mod known_names;
mod model;
mod password;
mod sign_up;
mod store;
mod update;
mod view;

pub use change_password::{PasswordChange, change_password};
pub use contact::{contact, is_held, is_verified, names, staff};
pub use everybody::everybody;
pub use known_names::KnownNames;
pub use model::{Contact, Me, Membership, Named, PersonPatch, SignUp, StaffRole, normal_email, normal_name};
pub use sign_up::sign_up;
pub use update::update;
pub use view::view;

pub(crate) use api::routes;
pub(crate) use confirm::confirm;
pub(crate) use model::fields;
pub(crate) use password::{check as check_password, hash as hash_password, verify as verify_password};
pub(crate) use sign_up::{Account, create};
pub(crate) use store::{by_email, set_email, set_password, set_verified};
