//! Staff decide a request.

use kernel::{Cx, Error, KeyOwner, Result, Scope};

use super::list::for_staff;
use super::model::{Answer, Kind, Request, RequestId, State, TEXT_MAX};
use super::{create, store};
use crate::objection;
use crate::permissions::OperatorRequestAnswer;

/// Grants or refuses it; the person is told by mail and reads the answer in the console. A refused
/// objection ends: the use goes on, with the reasons on record (GDPR Art. 21(1)).
///
/// # Errors
/// `Invalid` without words; `Conflict` when it has ended.
pub async fn answer(cx: &Cx, at: &Scope<OperatorRequestAnswer>, id: RequestId, answer: &Answer) -> Result<Request> {
    let text = answer.text.trim();
    if text.is_empty() || text.chars().count() > TEXT_MAX {
        return Err(Error::invalid("text", "say to the person what was decided and why, in at most 5000 characters"));
    }
    cx.write(async |tx| {
        let row = store::held(&tx, id).await?.ok_or_else(|| Error::not_found("request"))?;
        let to = if answer.granted { State::Done } else { State::Refused };
        if !row.state()?.may_become(to) {
            return Err(Error::conflict("This request has come to its end."));
        }
        if let (Kind::Objection, false, Some(purpose)) = (row.kind()?, answer.granted, row.purpose.as_deref()) {
            objection::lift(&tx, KeyOwner::Person(row.person()), purpose).await?;
        }
        create::finish(&tx, id, to, Some(text), true).await?;
        let body = serde_json::json!({ "request": id, "kind": row.kind()?, "granted": answer.granted });
        audit::log::append(&tx, "request.answered", &body, Some(KeyOwner::Person(row.person()))).await?;
        audit::record(&tx, at, id, if answer.granted { "Granted a request" } else { "Refused a request" }).await
    })
    .await?;
    for_staff(cx, at, id).await
}
