//! Taking a request back.

use kernel::{Cx, Error, Result, Scope};

use super::create::{finish, person};
use super::list::of_person;
use super::model::{Kind, Request, RequestId, State};
use super::store;
use crate::permissions::RequestWithdraw;

/// Ends the request of the person of `at` without an answer.
///
/// # Errors
/// `NotFound` when it is not theirs; `Conflict` when it has ended, or is an objection, which is
/// lifted instead.
pub async fn withdraw(cx: &Cx, at: &Scope<RequestWithdraw>, id: RequestId) -> Result<Request> {
    let person = person(at)?;
    cx.write(async |tx| {
        let row = store::held(&tx, id).await?.filter(|row| row.person() == person).ok_or_else(|| Error::not_found("request"))?;
        if row.kind()? == Kind::Objection {
            return Err(Error::conflict("Lift the objection itself; the request ends with it."));
        }
        if !row.state()?.may_become(State::Withdrawn) {
            return Err(Error::conflict("This request has come to its end."));
        }
        finish(&tx, id, State::Withdrawn, None, false).await?;
        audit::record(&tx, at, id, "Took a request back").await
    })
    .await?;
    of_person(cx, at, person, id).await
}
