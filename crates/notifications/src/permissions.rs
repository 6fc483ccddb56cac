//! Everything that someone may be allowed to do in this domain.

use kernel::permission;
use kernel::permission::{Permission, PermissionInfo};

permission!(
    /// See what one was told.
    pub NotificationList = "notifications.notification.list", Person, View);
permission!(
    /// Note what one has read.
    pub NotificationRead = "notifications.notification.read", Person, Use);
permission!(
    /// See which topics reach one on which channel.
    pub PreferenceView = "notifications.preference.view", Person, View);
permission!(
    /// Change which topics reach one on which channel.
    pub PreferenceUpdate = "notifications.preference.update", Person, Use);
permission!(
    /// Switch mails of a topic off, with the link in a mail.
    pub PreferenceUnsubscribe = "notifications.preference.unsubscribe", Open, Use);

/// All that somebody has to be granted; what is open to all is in no policy.
pub const ALL: &[PermissionInfo] = &[NotificationList::INFO, NotificationRead::INFO, PreferenceView::INFO, PreferenceUpdate::INFO];
