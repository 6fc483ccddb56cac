//! Changing a member's role, and suspending them.

use kernel::permission::AtOrganisation;
use kernel::{Cx, Error, PersonId, Result, Scope, Tx};

use super::model::{MemberPatch, Role};
use super::store::{self, Membership};
use crate::events::{MEMBER_UPDATED, MemberFact};
use crate::permissions::MemberUpdate;

/// Applies `patch` to a member of the organisation of `at`.
///
/// # Errors
/// `NotFound` for somebody who is no member; `Denied` where only an owner may decide; `Conflict`
/// when the last owner would lose the role.
pub async fn update(cx: &Cx, at: &Scope<MemberUpdate>, person: PersonId, patch: &MemberPatch) -> Result<()> {
    let organisation_id = at.organisation_id()?;
    cx.write(async |tx| {
        let both = Both::locked(&tx, at, person).await?;
        both.actor.role.must_rule(both.member.role)?;
        if let Some(role) = patch.role.filter(|role| *role != both.member.role) {
            both.actor.role.must_rule(role)?;
            both.must_leave_an_owner()?;
            store::set_role(tx.db(), at, person, role).await?;
            audit::record(&tx, at, person, format!("Changed a member's role from {} to {}", both.member.role.key(), role.key())).await?;
        }
        if let Some(suspended) = patch.suspended.filter(|suspended| *suspended != both.member.suspended) {
            if person == both.actor.person {
                return Err(Error::conflict("You cannot suspend yourself."));
            }
            both.must_leave_an_owner()?;
            store::set_suspended(tx.db(), at, person, suspended.then(|| tx.cx().now())).await?;
            let summary = if suspended { "Suspended a member" } else { "Lifted a member's suspension" };
            audit::record(&tx, at, person, summary).await?;
        }
        tx.announce(MEMBER_UPDATED, at.place(), person, &MemberFact { person_id: person, organisation_id }).await
    })
    .await
}

/// The one who acts and the one it is done to, with everybody's rows locked.
pub(super) struct Both {
    pub(super) actor: Membership,
    pub(super) member: Membership,
    other_owners: usize,
}

impl Both {
    pub(super) async fn locked<P: AtOrganisation>(tx: &Tx, at: &Scope<P>, person: PersonId) -> Result<Self> {
        let all = store::locked(tx, at).await?;
        let acting = at.actor().person().ok_or_else(|| Error::internal("a member's act without a person"))?;
        let find = |wanted: PersonId| all.iter().copied().find(|one| one.person == wanted).ok_or_else(|| Error::not_found("member"));
        let other_owners = all.iter().filter(|one| one.role == Role::Owner && !one.suspended && one.person != person).count();
        Ok(Self { actor: find(acting)?, member: find(person)?, other_owners })
    }

    /// For whatever takes the member's role away.
    ///
    /// # Errors
    /// `Conflict` when they are the last owner who can act.
    pub(super) fn must_leave_an_owner(&self) -> Result<()> {
        if self.member.role == Role::Owner && self.other_owners == 0 {
            return Err(Error::conflict("An organisation needs an owner: make somebody else an owner first."));
        }
        Ok(())
    }
}
