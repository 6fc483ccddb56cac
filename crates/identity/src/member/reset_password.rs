//! Making a member choose a new password: their sessions end, the old password stops working, and
//! they get the mail. Whoever does it never learns a secret.

use kernel::{Cx, Error, PersonId, Place, Result, Scope};

use super::update::Both;
use crate::events::{PASSWORD_RESET_ASKED, PersonFact};
use crate::permissions::MemberResetPassword;
use crate::{person, session, token};

/// Ends the sessions and the password of a member of the organisation of `at`.
///
/// # Errors
/// `NotFound` for somebody who is no member; `Denied` where only an owner may decide; `Conflict`
/// for oneself.
pub async fn reset_password(cx: &Cx, at: &Scope<MemberResetPassword>, person: PersonId) -> Result<()> {
    // The hash of something that nobody ever sees.
    let nothing = person::hash_password(cx, &token::fresh(cx)?).await?;
    cx.write(async |tx| {
        let both = Both::locked(&tx, at, person).await?;
        if both.actor.person == person {
            return Err(Error::conflict("Change your own password in your account."));
        }
        both.actor.role.must_rule(both.member.role)?;
        person::set_password(tx.db(), person, &nothing).await?;
        session::end_all(&tx, person).await?;
        audit::record(&tx, at, person, "Made a member choose a new password; their sessions ended").await?;
        tx.announce(PASSWORD_RESET_ASKED, Place::Person { person }, person, &PersonFact { person_id: person }).await
    })
    .await
}
