//! What an image is, its states, and what a valid request for one looks like. No IO, no clock.

use kernel::id::{self, Id};
use kernel::{Checks, Timestamp};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use workflow::OperationId;

use crate::template::TemplateId;

kernel::id!(
    /// An image.
    ImageId, "img");

kernel::field!(
    /// What its owner calls it.
    pub Name: String = "compute.image.name");

/// Name of the setting that holds how many bytes a file may have, fetched or uploaded, and what the disk in it may be for a guest.
pub const LIMIT: &str = "compute.image_limit_bytes";
/// How many that are unless the operator says otherwise.
pub(super) const LIMIT_BYTES: u64 = 64 << 30;

/// What a machine's template is called that is made of a project's own image. The image's name is its owner's, so it is in no other row.
pub const OWN: &str = "Own image";

impl ImageId {
    /// The name under which hypervisors know it.
    pub(crate) fn on_nodes(self) -> String {
        format!("img-{}", id::encode(self.uuid()))
    }

    /// The image that hypervisors know as `name`.
    pub(crate) fn of_nodes(name: &str) -> Option<Self> {
        name.strip_prefix("img-").and_then(id::decode).map(Self::from_uuid)
    }

    /// Where rows name a template, a project's own image stands under its own number.
    pub fn as_template(self) -> TemplateId {
        TemplateId::from_uuid(self.uuid())
    }
}

/// Where an image comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum ImageSource {
    /// From its publisher's address.
    Url,
    /// From somebody's computer.
    Upload,
}

/// How an image stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum ImageState {
    /// Its bytes come from somebody's computer.
    Uploading,
    /// Its bytes come from its publisher.
    Fetching,
    /// All bytes are there and are being looked at.
    Checking,
    /// Machines can be made of it.
    Ready,
    /// It could not be had; nothing of it is left.
    Failed,
    /// Being removed.
    Deleting,
    /// Gone.
    Deleted,
}

impl ImageState {
    /// The states that this one may become.
    pub fn may_become(self, next: Self) -> bool {
        use ImageState::{Checking, Deleted, Deleting, Failed, Fetching, Ready, Uploading};
        match self {
            Uploading => matches!(next, Checking | Failed | Deleted),
            Fetching => matches!(next, Checking | Failed),
            Checking => matches!(next, Ready | Failed),
            // Only the undo of its last step brings one from `Ready` to `Failed`.
            Ready => matches!(next, Deleting | Failed),
            Failed => matches!(next, Fetching | Deleted),
            Deleting => matches!(next, Deleted),
            Deleted => false,
        }
    }

    /// Whether one in this state has a place in its project's quota.
    pub(super) fn holds_place(self) -> bool {
        !matches!(self, Self::Failed | Self::Deleted)
    }

    /// In sentences: "This image is …".
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::Uploading => "still being uploaded",
            Self::Fetching => "still being fetched",
            Self::Checking => "still being looked at",
            Self::Ready => "ready",
            Self::Failed => "not usable",
            Self::Deleting => "being removed already",
            Self::Deleted => "gone",
        }
    }
}

/// An image that is fetched from its publisher, for everybody.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewImport {
    /// The template that it is a new version of; without one it is the first of a new template.
    #[serde(default)]
    pub template_id: Option<TemplateId>,
    /// What a new template is called; 1 to 100 characters.
    #[serde(default)]
    pub name: Option<String>,
    /// What a new template is for; at most 500 characters.
    #[serde(default)]
    pub description: Option<String>,
    /// Where the publisher has it; https only.
    pub url: String,
    /// SHA-256 of the file, as its publisher tells.
    pub sha256: String,
}

/// A file that is about to be uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUpload {
    /// What it is called; the name of a new template where it is the operator's.
    pub name: Option<String>,
    /// What a new template of the operator is for.
    pub description: Option<String>,
    /// The operator's template that it is a new version of.
    pub template_id: Option<TemplateId>,
    /// How many bytes will come.
    pub bytes: u64,
    /// SHA-256 of the file, where its sender tells.
    pub sha256: Option<String>,
}

/// What is wrong with a name.
pub(crate) fn check_name(name: Option<&str>, checks: &mut Checks) {
    let name = name.unwrap_or_default().trim();
    let fits = (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    checks.that(fits, "name", "use 1 to 100 characters");
}

/// What is wrong with a description.
pub(crate) fn check_description(text: Option<&str>, checks: &mut Checks) {
    let fits = text.is_none_or(|text| text.chars().count() <= 500 && !text.chars().any(char::is_control));
    checks.that(fits, "description", "use at most 500 characters on one line");
}

/// The digest as we write it, if it is one.
pub(crate) fn digest(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    (text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())).then_some(text)
}

const DIGEST: &str = "a SHA-256 has 64 hexadecimal digits; copy it from where the publisher shows it";

impl NewImport {
    /// What is wrong with what a person typed, the address apart.
    pub(super) fn checks(&self) -> Checks {
        let mut checks = Checks::new();
        checks.that(digest(&self.sha256).is_some(), "sha256", DIGEST);
        if self.template_id.is_none() {
            check_name(self.name.as_deref(), &mut checks);
        }
        check_description(self.description.as_deref(), &mut checks);
        checks
    }
}

impl NewUpload {
    /// What is wrong with what a person named.
    pub(crate) fn checks(&self) -> Checks {
        let mut checks = Checks::new();
        if self.template_id.is_none() {
            check_name(self.name.as_deref(), &mut checks);
        }
        check_description(self.description.as_deref(), &mut checks);
        checks.that(self.sha256.as_deref().is_none_or(|text| digest(text).is_some()), "sha256", DIGEST);
        checks.that(self.bytes > 0, "Upload-Length", "the file is empty");
        checks
    }
}

/// An image as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Image {
    /// Its id.
    pub id: ImageId,
    /// What a project calls its own; empty for a version of a template.
    pub name: String,
    /// The template that it is a version of; absent for a project's own.
    pub template_id: Option<TemplateId>,
    /// Which version, counted from 1.
    pub version: i32,
    /// Where it comes from.
    pub source: ImageSource,
    /// Its publisher's address.
    pub url: Option<String>,
    /// SHA-256 of the file that came; of an upload it is known once everything is there.
    pub sha256: Option<String>,
    /// How it stands.
    pub state: ImageState,
    /// Why it could not be had, where it could not.
    pub problem: Option<String>,
    /// Bytes that are there.
    pub received_bytes: i64,
    /// Bytes that there will be, once that is known.
    pub total_bytes: Option<i64>,
    /// The least disk that a machine of it needs, in GiB, once it is ready.
    pub disk_gib: Option<i32>,
    /// Machines that are made of it.
    pub machines: i64,
    /// Nodes that hold it; the operator's to see. Another gets it when a machine of it is placed there.
    pub nodes: Vec<String>,
    /// The newest operation on it.
    pub operation_id: Option<OperationId>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Since when machines can be made of it.
    pub ready_at: Option<Timestamp>,
}

/// The disk that a machine needs for `bytes`, in GiB.
pub(crate) fn disk_gib(bytes: i64) -> i32 {
    i32::try_from(u64::try_from(bytes).unwrap_or(0).div_ceil(1 << 30)).unwrap_or(i32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use sea_orm::Iterable;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_is_deleted_stays_so_and_only_what_was_looked_at_becomes_ready() {
        for state in ImageState::iter() {
            assert!(!ImageState::Deleted.may_become(state));
            assert_eq!(state.may_become(ImageState::Ready), state == ImageState::Checking);
        }
    }

    #[test]
    fn an_image_is_found_again_by_its_name_on_nodes() {
        let id = ImageId::from_uuid(Uuid::from_u128(7));
        assert_eq!(ImageId::of_nodes(&id.on_nodes()), Some(id));
        assert!(compute_driver::is_image(&id.on_nodes()));
        assert_eq!((ImageId::of_nodes("tiny"), ImageId::of_nodes("img-x")), (None, None));
    }

    #[test]
    fn every_wrong_field_is_named() {
        let new = NewImport { template_id: None, name: Some(" ".into()), description: Some("x".repeat(501)), url: String::new(), sha256: "abc".into() };
        let wrong: Vec<_> = new.checks().done().unwrap_err().fields().iter().map(|field| field.field.clone()).collect();
        assert_eq!(wrong, ["sha256", "name", "description"]);
        assert_eq!(digest(&format!(" {} ", "AB".repeat(32))), Some("ab".repeat(32)));
    }

    #[test]
    fn a_disk_is_rounded_up() {
        assert_eq!((disk_gib(1), disk_gib(1 << 30), disk_gib((2 << 30) + 1)), (1, 1, 3));
    }
}
