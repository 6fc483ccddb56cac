//! Removing a member.

use kernel::{Cx, Error, PersonId, Result, Scope, Tx};

use super::store;
use super::update::Both;
use crate::api_token;
use crate::events::{MEMBER_REMOVED, MemberFact};
use crate::permissions::MemberDelete;

/// Ends the membership of `person` in the organisation of `at`, and their tokens for it.
///
/// # Errors
/// `NotFound` for somebody who is no member; `Denied` where only an owner may decide; `Conflict`
/// for oneself, who leaves instead.
pub async fn delete(cx: &Cx, at: &Scope<MemberDelete>, person: PersonId) -> Result<()> {
    cx.write(async |tx| {
        let both = Both::locked(&tx, at, person).await?;
        if both.actor.person == person {
            return Err(Error::conflict("You cannot remove yourself; leave the organisation instead."));
        }
        both.actor.role.must_rule(both.member.role)?;
        both.must_leave_an_owner()?;
        end(&tx, at, person).await?;
        audit::record(&tx, at, person, "Removed a member").await
    })
    .await
}

/// Ends a membership and what hangs on it, within a transaction.
pub(super) async fn end<P: kernel::permission::AtOrganisation>(tx: &Tx, at: &Scope<P>, person: PersonId) -> Result<()> {
    let organisation_id = at.organisation_id()?;
    store::set_ended(tx.db(), at, person, tx.cx().now()).await?;
    api_token::remove_all_in(tx.db(), person, organisation_id).await?;
    tx.announce(MEMBER_REMOVED, at.place(), person, &MemberFact { person_id: person, organisation_id }).await
}
