//! What a template is.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

kernel::id!(
    /// A template.
    TemplateId, "tpl");

/// What a machine's disk is made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Template {
    /// Its id.
    pub id: TemplateId,
    /// As the drivers know it: `debian`.
    #[serde(rename = "key")]
    pub name: String,
    /// For people: "Debian".
    #[serde(rename = "name")]
    pub title: String,
}

/// The title of a template that drivers know as `name`.
pub(crate) fn title_of(name: &str) -> String {
    match name {
        "tiny" => "Tiny Linux (BusyBox)".to_owned(),
        "tiny-container" => "Tiny Linux container (BusyBox)".to_owned(),
        "debian-container" => "Debian container".to_owned(),
        other => crate::region::title_of(other),
    }
}
