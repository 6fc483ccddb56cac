//! Turns a ticket into a line to the guest. The ticket is used up, whatever happens then.

use compute_driver::ConsoleStream;
use kernel::{Cx, Error, Result};

use super::model::ConsoleKind;
use super::store;
use crate::drivers;
use crate::instance::{self, InstanceId};

/// Opens the console that `ticket` was made for.
///
/// # Errors
/// `Denied` for a ticket that is unknown, used, late or for another machine; `Conflict` when the
/// guest does not run.
pub async fn open(cx: &Cx, id: InstanceId, ticket: &str) -> Result<(ConsoleKind, Box<dyn ConsoleStream>)> {
    let refused = || Error::denied("This console ticket is not valid any more. Ask for a new one.");
    let bound = cx.write(async |tx| store::consume(&tx, ticket).await).await?.ok_or_else(refused)?;
    if bound.instance_id != id || cx.now() >= bound.expires_at {
        return Err(refused());
    }
    tracing::debug!(instance = %id, "a console was opened");
    let node = instance::store::node_of(cx.db(), id).await?.ok_or_else(|| Error::conflict("This machine is on no node."))?;
    let stream = drivers::of(cx, &node)?.console(&drivers::reference(id)?, bound.kind.into()).await.map_err(drivers::said)?;
    Ok((bound.kind, stream))
}
