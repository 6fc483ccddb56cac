//! Accepting an invitation: by somebody who is signed in, or in the act of signing up.

use kernel::map::purpose;
use kernel::{Actor, Cx, Error, Gate, OrganisationId, PersonId, Place, Result, Scope, Tx};

use super::store::{self, Stored};
use super::view::over;
use crate::events::{MEMBER_JOINED, MemberFact};
use crate::permissions::{InvitationAccept, MemberJoin};
use crate::{member, token};

/// An invitation that its holder has used.
pub(crate) struct Taken {
    /// The address that it was mailed to: whoever holds the link reads mail there.
    pub(crate) email: String,
    row: Stored,
}

/// Makes the person behind `at` a member of the organisation whose invitation holds `secret`.
/// The link is the proof, so it may be used with an account of another address.
///
/// # Errors
/// `Invalid` at `token` when the link is unknown, used or too old; `Conflict` for a member.
pub async fn accept(cx: &Cx, at: &Scope<InvitationAccept>, secret: &str) -> Result<OrganisationId> {
    let person = at.actor().person().ok_or_else(|| Error::internal("a person scope without a person"))?;
    cx.write(async |tx| {
        let taken = take(&tx, person, secret).await?;
        let organisation = taken.row.organisation;
        if member::store::of(tx.db(), organisation, person).await?.is_some() {
            return Err(Error::conflict("You are a member already."));
        }
        audit::record(&tx, at, organisation, "Accepted an invitation").await?;
        taken.join(&tx, person).await?;
        Ok(organisation)
    })
    .await
}

/// Uses the invitation whose link holds `secret`, for `person`.
pub(crate) async fn take(tx: &Tx, person: PersonId, secret: &str) -> Result<Taken> {
    let row = store::by_token(tx.db(), &token::digest(secret), tx.cx().now()).await?.ok_or_else(over)?;
    if !store::remove(tx.db(), row.id).await? {
        return Err(over());
    }
    let at = joining(person, row.organisation);
    let gate = Gate::new(tx.cx(), &at, &purpose::ACCOUNT, [row.email.bytes()]).await?;
    Ok(Taken { email: row.email.open(&gate)?, row })
}

impl Taken {
    /// Makes `person` a member with the role that was offered.
    pub(crate) async fn join(&self, tx: &Tx, person: PersonId) -> Result<()> {
        let organisation_id = self.row.organisation;
        member::store::insert(tx.db(), organisation_id, person, self.row.role, tx.cx().now()).await?;
        let at = joining(person, organisation_id);
        audit::record(tx, &at, person, format!("Joined as {}", self.row.role.key())).await?;
        tx.announce(MEMBER_JOINED, at.place(), person, &MemberFact { person_id: person, organisation_id }).await
    }
}

fn joining(person: PersonId, organisation: OrganisationId) -> Scope<MemberJoin> {
    Scope::<MemberJoin>::open(Actor::Person { person }, Place::Organisation { organisation })
}
