//! Makes a ticket: 256 random bits, bound to machine, person and kind, good once within thirty seconds.

use std::time::Duration;

use data_encoding::HEXLOWER;
use kernel::permission::AtProject;
use kernel::{Cx, Error, Result, Scope};

use super::model::{ConsoleTicket, NewConsoleTicket};
use super::store;
use crate::instance::{InstanceId, State, store as instances};

const LIFE: Duration = Duration::from_secs(30);

/// Makes a ticket for the machine's console.
///
/// # Errors
/// `NotFound`; `Conflict` when the machine does not run.
pub async fn create<P: AtProject>(cx: &Cx, at: &Scope<P>, id: InstanceId, new: NewConsoleTicket) -> Result<ConsoleTicket> {
    let person = at.actor().person().ok_or_else(|| Error::unauthenticated("Sign in first."))?;
    let ticket = HEXLOWER.encode(&cx.random::<32>()?);
    let expires_at = cx.now().plus(LIFE);
    cx.write(async |tx| {
        let row = instances::by_id(tx.db(), at, id).await?;
        if row.node_name.is_none() || matches!(row.state, State::Stopped | State::Deleting | State::Failed) {
            return Err(Error::conflict(format!("This machine is {}, so it has no console.", row.state.in_words())));
        }
        store::insert(&tx, &ticket, person, &store::Bound { instance_id: id, kind: new.kind, expires_at }).await?;
        audit::record(&tx, at, id, "A console was opened").await
    })
    .await?;
    Ok(ConsoleTicket { ticket, kind: new.kind, path: format!("/v1/instances/{id}/console"), expires_at })
}
