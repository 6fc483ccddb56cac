//! What a notification says.

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::preference::Topic;

kernel::id!(
    /// A notification.
    NotificationId, "ntf");

/// What is kept sealed of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// One line.
    pub title: String,
    /// Where to look, beginning with a slash.
    pub link: Option<String>,
}

kernel::field!(
    /// What a notification says.
    pub Content: Said = "notifications.notification.content");

/// A notification as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Notification {
    /// Which.
    pub id: NotificationId,
    /// What it is about.
    pub topic: Topic,
    /// One line.
    pub title: String,
    /// Where to look, beginning with a slash.
    pub link: Option<String>,
    /// When it was said.
    pub at: Timestamp,
    /// When it was read.
    pub read_at: Option<Timestamp>,
}

/// How many were not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Unread {
    /// The number.
    pub count: u64,
}

/// Which ones were read.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct Read {
    /// These; all that there are if it is left out.
    pub ids: Option<Vec<NotificationId>>,
}
