//! What a change of address is.

use std::time::Duration;

use serde::Deserialize;
use utoipa::ToSchema;

/// Sealed columns.
pub(crate) mod fields {
    kernel::field!(
        /// The address that waits for its link to be used.
        pub Email: String = "identity.email_change.email");
}

/// How long its link works.
pub const LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// A change that somebody asks for.
#[derive(Deserialize, ToSchema)]
pub struct NewEmailChange {
    /// Where mail shall go, and the name for signing in from then on.
    pub email: String,
    /// The account's present password.
    pub password: String,
}
