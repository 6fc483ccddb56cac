//! What a machine did, for its charts. Three statements, whatever the time.

use kernel::permission::AtProject;
use kernel::{Cx, Result, Scope, Timestamp};

use super::model::{HOUR, LATE, MetricQuery, Metrics, SAMPLES_KEPT, spans};
use super::{series, store};
use crate::instance::{InstanceId, store as instances};

/// The machine's figures in the time that `query` asks for.
///
/// # Errors
/// `NotFound`; `Invalid` for a time that cannot be; database errors.
pub async fn view<P: AtProject>(cx: &Cx, at: &Scope<P>, id: InstanceId, query: &MetricQuery) -> Result<Metrics> {
    let machine = instances::by_id(cx.db(), at, id).await?;
    let now = cx.now();
    let range = query.range(now)?;
    let hours = if range.step >= HOUR { store::hours(cx.db(), id, range.from, range.to).await? } else { Vec::new() };
    // What has not been summed up yet is taken from the samples.
    let border = hours.last().map_or(range.from, |last| last.to).max(now.0 - SAMPLES_KEPT);
    let samples = store::samples(cx.db(), &[id], border - LATE, range.to + LATE).await?;
    let (points, series) = series::points(range, &hours, &spans(&samples), border);
    Ok(Metrics {
        instance_id: id,
        from: Timestamp(range.from),
        to: Timestamp(range.to),
        step: range.step / 1_000_000,
        memory_total_bytes: i64::from(machine.memory_mib) << 20,
        at: points,
        series,
    })
}
