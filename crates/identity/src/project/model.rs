//! What a project is to the members of its organisation.

use kernel::{ProjectId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Sealed columns.
pub(crate) mod fields {
    kernel::field!(
        /// What its people call it.
        pub Name: String = "identity.project.name");
}

/// A new project, or a new name for one.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewProject {
    /// What its people call it.
    pub name: String,
}

/// A project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Project {
    /// Which.
    pub id: ProjectId,
    /// What its people call it.
    pub name: String,
    /// Since when.
    pub created_at: Timestamp,
}
