//! What a template is. No IO.

use kernel::{Checks, Error, Result, Timestamp};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::image::{Image, check_description, check_name};

kernel::id!(
    /// A template.
    TemplateId, "tpl");

/// Where a template comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum TemplateSource {
    /// Built on the hosts, or named by a cluster's mapping.
    Built,
    /// Images that were fetched or uploaded.
    Image,
}

/// What a machine's disk is made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Template {
    /// Its id.
    pub id: TemplateId,
    /// A short name of its own: `debian`.
    #[serde(rename = "key")]
    pub name: String,
    /// For people: "Debian".
    #[serde(rename = "name")]
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Where it comes from.
    pub source: TemplateSource,
    /// Which version of it new machines are made of, counted from 1; absent where it has none.
    pub version: Option<i32>,
    /// The least disk that a machine of it needs, in GiB.
    pub disk_gib: i32,
    /// The image that new machines are made of, as hypervisors know it.
    #[serde(skip)]
    pub(crate) image: Option<String>,
    /// Whether it is not on offer any more.
    #[serde(skip)]
    pub(crate) retired: bool,
}

impl Template {
    /// One that stands in a row and of which nothing else is known.
    pub(crate) fn standing(id: TemplateId, name: String, title: String) -> Self {
        Self { id, name, title, description: String::new(), source: TemplateSource::Built, version: None, disk_gib: 1, image: None, retired: false }
    }

    /// The name under which hypervisors know what new machines are made of.
    pub(crate) fn on_nodes(&self) -> &str {
        self.image.as_deref().unwrap_or(&self.name)
    }

    /// Whether a disk of this many GiB holds it.
    ///
    /// # Errors
    /// `Invalid` at `size_id`, saying how much is needed.
    pub fn fits(&self, disk_gib: i32) -> Result<()> {
        if disk_gib >= self.disk_gib {
            return Ok(());
        }
        Err(Error::invalid("size_id", format!("choose a size with {} GiB of disk or more for this image", self.disk_gib)))
    }

    /// Whether new machines of it are refused.
    pub fn is_retired(&self) -> bool {
        self.retired
    }
}

/// A template as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TemplateView {
    /// Its id.
    pub id: TemplateId,
    /// A short name of its own: `debian`.
    pub key: String,
    /// For people: "Debian".
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Where it comes from.
    pub source: TemplateSource,
    /// Whether it is left out of lists; who knows its id can order it.
    pub hidden: bool,
    /// Since when no new machines are made of it; those that there are can still be rebuilt.
    pub retired_at: Option<Timestamp>,
    /// Machines that are made of it, whichever version.
    pub machines: i64,
    /// Nodes that have it, where it is built on the hosts.
    pub nodes: Vec<String>,
    /// Its images, newest first; none where it is built on the hosts.
    pub versions: Vec<Image>,
}

/// What changes about a template.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplatePatch {
    /// For people; 1 to 100 characters.
    pub name: Option<String>,
    /// What it is for; at most 500 characters.
    pub description: Option<String>,
    /// Whether it is left out of lists.
    pub hidden: Option<bool>,
    /// Whether new machines are refused.
    pub retired: Option<bool>,
}

impl TemplatePatch {
    /// What is wrong with what a person typed.
    pub fn checks(&self) -> Checks {
        let mut checks = Checks::new();
        if self.name.is_some() {
            check_name(self.name.as_deref(), &mut checks);
        }
        check_description(self.description.as_deref(), &mut checks);
        checks
    }
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

/// A short name made of a title: "Debian 13 (trixie)" becomes `debian-13-trixie`.
pub(super) fn key_of(title: &str) -> String {
    let mut key = String::new();
    for letter in title.to_lowercase().chars() {
        if letter.is_ascii_alphanumeric() {
            key.push(letter);
        } else if !key.is_empty() && !key.ends_with('-') {
            key.push('-');
        }
    }
    let key: String = key.trim_matches('-').chars().take(40).collect();
    // Names on nodes begin like this.
    if key.is_empty() || key.starts_with("img-") { format!("template-{key}").trim_end_matches('-').to_owned() } else { key }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_plain_whatever_the_title_is() {
        for (title, key) in [("Debian 13 (trixie)", "debian-13-trixie"), ("  Ubuntu  ", "ubuntu"), ("日本語", "template"), ("img-1", "template-img-1")] {
            assert_eq!(key_of(title), key, "{title}");
        }
    }

    #[test]
    fn a_patch_names_what_is_wrong() {
        let patch = TemplatePatch { name: Some(String::new()), description: Some("a\nb".to_owned()), ..TemplatePatch::default() };
        let wrong: Vec<_> = patch.checks().done().unwrap_err().fields().iter().map(|field| field.field.clone()).collect();
        assert_eq!(wrong, ["name", "description"]);
        assert!(TemplatePatch { hidden: Some(true), ..TemplatePatch::default() }.checks().done().is_ok());
    }
}
