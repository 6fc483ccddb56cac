//! Handing an organisation to somebody else.

use kernel::{Cx, Error, PersonId, Result, Scope};

use super::model::Role;
use super::store;
use super::update::Both;
use crate::events::{MEMBER_UPDATED, MemberFact};
use crate::permissions::OrganisationTransfer;

/// Makes `to` an owner and the owner behind `at` an admin, together or not at all.
///
/// # Errors
/// `NotFound` for somebody who is no member; `Conflict` for oneself or somebody suspended.
pub async fn transfer(cx: &Cx, at: &Scope<OrganisationTransfer>, to: PersonId) -> Result<()> {
    let organisation_id = at.organisation_id()?;
    cx.write(async |tx| {
        let both = Both::locked(&tx, at, to).await?;
        let from = both.actor.person;
        if from == to {
            return Err(Error::conflict_at("person_id", "You are the owner already."));
        }
        if both.member.suspended {
            return Err(Error::conflict_at("person_id", "This member is suspended; lift that first."));
        }
        both.actor.role.must_rule(Role::Owner)?;
        store::set_role(tx.db(), at, to, Role::Owner).await?;
        store::set_role(tx.db(), at, from, Role::Admin).await?;
        audit::record(&tx, at, to, "Handed the organisation to another owner").await?;
        for person_id in [to, from] {
            tx.announce(MEMBER_UPDATED, at.place(), person_id, &MemberFact { person_id, organisation_id }).await?;
        }
        Ok(())
    })
    .await
}
