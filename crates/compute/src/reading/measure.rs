//! Asks the hypervisors what machines use, writes it down and announces it. Nothing is rated here.

use kernel::{ByWorkflow, Cx, Place, Result, Scope, Tx};

use super::model::{self, Reading};
use super::store;
use crate::drivers::{self, Attached};
use crate::events::{INSTANCE_MEASURED, Measured};
use crate::instance::{State, store as instances};
use crate::metric::{self, Sample};
use crate::node;

/// States in which a machine that was handed over may be.
const METERED: &[State] = &[
    State::Running,
    State::Stopped,
    State::Starting,
    State::Stopping,
    State::Rebooting,
    State::Rebuilding,
    State::Resizing,
    State::Restoring,
    State::Moving,
    State::Suspending,
    State::Suspended,
    State::Resuming,
    State::Rescuing,
    State::Rescue,
    State::Deleting,
];

/// One round over all nodes at once, each asked once, for readings and metrics alike; tells how many machines were measured. One that cannot be
/// measured now is measured in the next round, over the longer span.
pub(crate) async fn measure(cx: Cx) -> Result<usize> {
    drivers::each(&cx, look).await
}

/// One node: all of its machines.
async fn look(cx: Cx, name: String, attached: Attached) -> Result<usize> {
    let at = Scope::<ByWorkflow>::acting("compute.reading.measure", Place::Platform);
    let Some(node) = node::store::by_name(cx.db(), &name).await? else { return Ok(0) };
    let rows = instances::on_node(cx.db(), &at, node.id, METERED).await?;
    let references = rows.iter().map(|row| drivers::reference(row.id)).collect::<Result<Vec<_>>>()?;
    let said = match drivers::in_time(attached.driver.measure_all(&references)).await {
        Ok(said) => said,
        Err(error) => {
            tracing::warn!(node = %name, %error, "the machines of a node cannot be measured");
            return Ok(0);
        }
    };
    let now = cx.now();
    let samples: Vec<Sample> =
        rows.iter().zip(&references).filter_map(|(row, reference)| Some(Sample::of(row.id, row.cpus, said.get(reference)?, now))).collect();
    metric::record(&cx, &samples).await?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let newest = store::newest(cx.db(), &at, &ids).await?;
    let mut readings = Vec::new();
    for (row, reference) in rows.iter().zip(&references) {
        match said.get(reference) {
            Some(said) => readings.extend(model::next(row.id, row.disk_gib, newest.get(&row.id), said, now).map(|one| (one, row.place()))),
            None => tracing::debug!(instance = %row.id, "not measured this time"),
        }
    }
    if readings.is_empty() {
        return Ok(0);
    }
    cx.write(async |tx| {
        for (reading, place) in &readings {
            note(&tx, reading, *place).await?;
        }
        Ok(())
    })
    .await?;
    Ok(readings.len())
}

/// Writes a reading down and announces it.
pub(super) async fn note(tx: &Tx, reading: &Reading, place: Place) -> Result<()> {
    store::insert(tx, reading).await?;
    let fact = Measured {
        instance_id: reading.instance_id,
        seq: reading.seq,
        from: reading.from,
        to: reading.to,
        running_us: reading.running_us,
        running_total_us: reading.running_total_us,
        disk_gib: reading.disk_gib,
        received_bytes: reading.received_bytes,
        sent_bytes: reading.sent_bytes,
    };
    tx.announce(INSTANCE_MEASURED, place, reading.instance_id, &fact).await
}
