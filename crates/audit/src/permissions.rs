//! What someone may be allowed to do with records.

use kernel::permission::{Permission, PermissionInfo};

kernel::permission!(
    /// Read what was done in an organisation, and what staff looked at.
    pub ActivityList = "audit.activity.list", Organisation, View);

/// All of them.
pub const ALL: &[PermissionInfo] = &[ActivityList::INFO];
