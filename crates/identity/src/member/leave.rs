//! Leaving an organisation.

use kernel::{Cx, Error, Result, Scope};

use super::delete::end;
use super::update::Both;
use crate::permissions::OrganisationLeave;

/// Ends the membership of the person behind `at`; access ends with the answer.
///
/// # Errors
/// `Conflict` for the last owner.
pub async fn leave(cx: &Cx, at: &Scope<OrganisationLeave>) -> Result<()> {
    let person = at.actor().person().ok_or_else(|| Error::internal("a member's act without a person"))?;
    cx.write(async |tx| {
        Both::locked(&tx, at, person).await?.must_leave_an_owner()?;
        end(&tx, at, person).await?;
        audit::record(&tx, at, person, "Left the organisation").await
    })
    .await
}
