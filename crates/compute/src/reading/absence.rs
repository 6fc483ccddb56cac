//! A machine is there again that was gone: nobody pays for the time in between.

use kernel::{ByWorkflow, Place, Result, Scope, Tx};

use super::{measure, model, store};
use crate::instance::InstanceId;

/// Closes the span since the machine's last reading with nothing in it. One that was never measured has nothing to close.
pub(crate) async fn absence(tx: &Tx, id: InstanceId, place: Place) -> Result<()> {
    let at = Scope::<ByWorkflow>::acting("compute.reading.absence", place);
    let newest = store::newest(tx.db(), &at, &[id]).await?;
    match newest.get(&id).and_then(|last| model::nothing(last, tx.cx().now())) {
        Some(reading) => measure::note(tx, &reading, place).await,
        None => Ok(()),
    }
}
