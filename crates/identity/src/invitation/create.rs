//! Inviting somebody by their address, whether they have an account or not.

use kernel::{Blind, Cx, Error, KeyOwner, Result, Scope, Sealed};

use super::model::fields::Email;
use super::model::{Invitation, LIFETIME, MOST, NewInvitation};
use super::store::{self, Stored};
use crate::events::{INVITATION_CREATED, InvitationFact};
use crate::permissions::InvitationCreate;
use crate::throttle::{self, Counter};
use crate::{member, person};

/// Invites to the organisation of `at`. An earlier invitation to the address stops working.
///
/// # Errors
/// `Invalid` at `email`; `Conflict` for somebody who is a member; `Denied` where only an owner may
/// decide, or while the inviting person's own address is not confirmed; `Exhausted` for too many.
pub async fn create(cx: &Cx, at: &Scope<InvitationCreate>, new: &NewInvitation) -> Result<Invitation> {
    let organisation = at.organisation_id()?;
    let inviting = at.actor().person().ok_or_else(|| Error::internal("a member's act without a person"))?;
    let email = person::normal_email("email", &new.email)?;
    let now = cx.now();
    let made = Invitation { id: cx.new_id(), email, role: new.role, created_at: now, expires_at: now.plus(LIFETIME) };
    let counter = Counter::mail(cx, &made.email)?;
    let index = Blind::of::<Email>(cx.keys(), &made.email)?;
    cx.write(async |tx| {
        let by = member::store::of(tx.db(), organisation, inviting).await?.ok_or_else(|| Error::not_found("organisation"))?;
        by.role.must_rule(made.role)?;
        // Otherwise anybody could make us write to strangers in the name of somebody else.
        if !person::is_verified(tx.db(), inviting).await? {
            return Err(Error::denied("Confirm your own address before you invite others."));
        }
        if let Some(known) = person::by_email(tx.cx(), tx.db(), &made.email).await?
            && member::store::of(tx.db(), organisation, known.id).await?.is_some()
        {
            return Err(Error::conflict_at("email", "This person is a member already."));
        }
        if store::count(tx.db(), at, now).await? >= MOST as u64 {
            return Err(Error::exhausted("There are 100 open invitations. Take some back, or wait until they are answered."));
        }
        if !throttle::within(&tx, &counter).await? {
            return Err(Error::exhausted("We wrote to this address several times just now. Please wait a quarter of an hour."));
        }
        let row = Stored {
            id: made.id,
            organisation,
            invited_by: inviting,
            email: Sealed::seal(&tx, KeyOwner::Organisation(organisation), &made.email).await?,
            role: made.role,
            created_at: made.created_at,
            expires_at: made.expires_at,
        };
        store::replace(tx.db(), row, index.clone()).await?;
        audit::record(&tx, at, made.id, format!("Invited somebody as {}", made.role.key())).await?;
        let fact = InvitationFact { invitation_id: made.id, organisation_id: organisation, person_id: inviting };
        tx.announce(INVITATION_CREATED, at.place(), made.id, &fact).await
    })
    .await?;
    Ok(made)
}
