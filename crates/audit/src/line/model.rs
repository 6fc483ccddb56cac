//! What a line says, and how it is shown.

use std::collections::HashMap;

use async_trait::async_trait;
use kernel::{Cx, PersonId, Result, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

kernel::id!(
    /// A line of the record.
    AuditId, "aud");

/// How an act ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The work goes on after the commit.
    Started,
    /// It was done.
    Succeeded,
    /// It was tried and could not be done.
    Failed,
}

impl Outcome {
    /// As stored.
    pub fn key(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }

    pub(crate) fn from_key(key: &str) -> Self {
        match key {
            "succeeded" => Self::Succeeded,
            "failed" => Self::Failed,
            _ => Self::Started,
        }
    }
}

/// Who acted, as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActorView {
    /// `person`, `token`, `staff`, `system` or `visitor`.
    pub kind: String,
    /// The person behind the act, if there is one.
    pub id: Option<PersonId>,
    /// The person's name, or that of the workflow or job; absent when it is not known any more.
    pub name: Option<String>,
}

/// One line, as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Activity {
    /// Its id.
    pub id: AuditId,
    /// When it began.
    pub at: Timestamp,
    /// Who.
    pub actor: ActorView,
    /// What, as a permission's name, for example `compute.instance.create`.
    pub action: String,
    /// The id of the thing it was done to.
    pub target: String,
    /// In words; never personal values.
    pub summary: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Why a member of the operator's staff did it; absent for everybody else.
    pub staff_purpose: Option<String>,
}

/// Knows the names of people. The domain that keeps names implements it and the server puts it in
/// as the extension `Arc<dyn Names>`; without it activities show ids only.
#[async_trait]
pub trait Names: Send + Sync {
    /// The names of those of `ids` that are known.
    ///
    /// # Errors
    /// Database errors.
    async fn names(&self, cx: &Cx, ids: &[PersonId]) -> Result<HashMap<PersonId, String>>;
}
