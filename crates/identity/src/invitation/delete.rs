//! Taking an invitation back.

use kernel::{Cx, Error, Result, Scope};

use super::model::InvitationId;
use super::store;
use crate::member;
use crate::permissions::InvitationDelete;

/// Takes back an invitation of the organisation of `at`; its link stops working.
///
/// # Errors
/// `NotFound`; `Denied` where only an owner may decide.
pub async fn delete(cx: &Cx, at: &Scope<InvitationDelete>, id: InvitationId) -> Result<()> {
    let person = at.actor().person().ok_or_else(|| Error::internal("a member's act without a person"))?;
    cx.write(async |tx| {
        let row = store::here(tx.db(), at, id).await?.ok_or_else(|| Error::not_found("invitation"))?;
        let by = member::store::of(tx.db(), row.organisation, person).await?.ok_or_else(|| Error::not_found("invitation"))?;
        by.role.must_rule(row.role)?;
        store::remove(tx.db(), id).await?;
        audit::record(&tx, at, id, "Took an invitation back").await
    })
    .await
}
