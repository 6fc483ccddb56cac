//! Who someone is and what they may do: people, sessions, e-mail verifications and changes, password resets,
//! API tokens, organisations with their members, projects, and the operator's set-up.
//!
//! Reading order: [`person`] (sign-up, profile, password), [`session`] (sign-in), [`authority`]
//! (what a role may do), [`organisation`], [`operator`] (first set-up).

pub mod api_token;
pub mod authority;
pub mod data_map;
pub mod email_change;
pub mod email_verification;
pub mod events;
pub mod invitation;
pub mod member;
mod migrations;
pub mod operator;
pub mod organisation;
pub mod password_reset;
pub mod permissions;
pub mod person;
pub mod project;
pub mod session;
pub mod sign_in;
mod throttle;
mod token;

pub use authority::IdentityAuthority;
pub use session::CookieSecurity;

use kernel::{Cx, Module};
use utoipa_axum::router::OpenApiRouter;

fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new()
        .merge(person::routes())
        .merge(email_verification::routes())
        .merge(email_change::routes())
        .merge(session::routes())
        .merge(sign_in::routes())
        .merge(password_reset::routes())
        .merge(api_token::routes())
        .merge(organisation::routes())
        .merge(member::routes())
        .merge(invitation::routes())
        .merge(project::routes())
        .merge(operator::routes())
}

/// The domain, for the server's list.
pub fn module() -> Module {
    Module {
        migrations: migrations::all,
        tables: data_map::TABLES,
        client_keys: data_map::CLIENT_KEYS,
        permissions: permissions::ALL,
        routes,
        ..Module::named("identity")
    }
}
