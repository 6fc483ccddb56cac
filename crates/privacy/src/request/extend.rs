//! Staff extend the deadline of a request, as far as every law that applies allows it.

use kernel::{Cx, Error, Place, Result, Scope};

use super::events::REQUEST_EXTENDED;
use super::list::for_staff;
use super::model::{Extension, Request, RequestId, State, TEXT_MAX};
use super::store;
use crate::permissions::OperatorRequestExtend;

/// Extends it once, with a reason that the person is told before the first deadline.
///
/// # Errors
/// `Invalid` without a reason; `Conflict` when it is too late, was done, or no law allows it.
pub async fn extend(cx: &Cx, at: &Scope<OperatorRequestExtend>, id: RequestId, extension: &Extension) -> Result<Request> {
    let reason = extension.reason.trim();
    if reason.is_empty() || reason.chars().count() > TEXT_MAX {
        return Err(Error::invalid("reason", "say to the person why it needs more time, in at most 5000 characters"));
    }
    cx.write(async |tx| {
        let row = store::held(&tx, id).await?.ok_or_else(|| Error::not_found("request"))?;
        if !row.state()?.may_become(State::Extended) {
            return Err(Error::conflict("This request has come to its end, or was extended before."));
        }
        let Some(to) = row.extendable_to() else { return Err(Error::conflict("No law that applies here allows more time for such a request.")) };
        if tx.cx().now() >= row.due() {
            return Err(Error::conflict("The deadline has passed; an extension had to be announced before it."));
        }
        let fact = store::extend(&tx, &row, to, reason).await?;
        store::tally(&tx, fact.kind, State::Extended.key()).await?;
        tx.announce(REQUEST_EXTENDED, Place::Person { person: fact.person_id }, id, &fact).await?;
        audit::record(&tx, at, id, "Extended the deadline of a request").await
    })
    .await?;
    for_staff(cx, at, id).await
}
