//! Roles in an organisation, who may give which, and what a member is to the others.

use kernel::{Error, PersonId, Result, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a member may do; see `policies/customers.cedar`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything.
    Owner,
    /// Runs projects, spends money, and manages everybody but owners.
    Admin,
    /// Works in projects.
    Member,
    /// Looks, pays, and keeps the billing details.
    Billing,
    /// Looks.
    Viewer,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Owner, Self::Admin, Self::Member, Self::Billing, Self::Viewer];

    /// As stored.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Member => "member",
            Self::Billing => "billing",
            Self::Viewer => "viewer",
        }
    }

    /// From what is stored; `None` for anything else, which then grants nothing.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.key() == key)
    }

    /// Whether somebody with this role decides about members and invitations with the role `other`.
    pub fn rules(self, other: Self) -> bool {
        match self {
            Self::Owner => true,
            Self::Admin => other != Self::Owner,
            Self::Member | Self::Billing | Self::Viewer => false,
        }
    }

    /// The same as a demand.
    ///
    /// # Errors
    /// `Denied`.
    pub(crate) fn must_rule(self, other: Self) -> Result<()> {
        if self.rules(other) { Ok(()) } else { Err(Error::denied("Only an owner decides about owners.")) }
    }
}

/// A member as the others see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Member {
    /// Who.
    pub person_id: PersonId,
    /// What we call them.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Since when they belong.
    pub since: Timestamp,
    /// They may do nothing here until somebody lifts it.
    pub suspended: bool,
}

/// A change of a member; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct MemberPatch {
    /// What they may do from now on.
    pub role: Option<Role>,
    /// Whether they may do nothing here; their own account and its rights stay theirs.
    pub suspended: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_survive_their_text_and_unknown_ones_grant_nothing() {
        for role in Role::ALL {
            assert_eq!(Role::from_key(role.key()), Some(role));
        }
        assert_eq!(Role::from_key("root"), None);
    }

    #[test]
    fn only_owners_rule_owners_and_only_admins_the_rest() {
        let ruled = |role: Role| Role::ALL.into_iter().filter(|other| role.rules(*other)).count();
        assert_eq!(Role::ALL.map(ruled), [5, 4, 0, 0, 0]);
        assert!(!Role::Admin.rules(Role::Owner));
    }
}
