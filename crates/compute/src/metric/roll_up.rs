//! Sums samples up by the hour. A round that was cut off is repeated: an hour that is there already stays as it is.

use kernel::{ByWorkflow, Cx, Place, Result, Scope, Timestamp};

use super::model::{HOUR, LATE, MINUTE, SAMPLES_KEPT, Sample, Span, spans};
use super::series::Sum;
use super::store;
use crate::instance::{InstanceId, store as instances};

/// The hours before this instant have been summed up.
const DONE: &str = "compute.metric.rolled_up";
/// Machines handled by one statement.
const BATCH: u64 = 200;

/// Sums up every whole hour that has passed and was not yet; tells how many hours of machines.
pub(crate) async fn roll_up(cx: Cx) -> Result<usize> {
    // The sample that ends the hour arrives a moment after it.
    let whole = |at: i64| at - at.rem_euclid(HOUR);
    let until = whole(cx.now().0 - 2 * MINUTE);
    let kept = whole(cx.now().0 - SAMPLES_KEPT);
    let done = kernel::setting::read::<Timestamp>(cx.db(), DONE).await?.map_or(kept, |done| done.0.max(kept));
    let mut count = 0;
    for hour in (done..until).step_by(usize::try_from(HOUR).unwrap_or(usize::MAX)) {
        count += one(&cx, hour).await?;
        cx.write(async |tx| kernel::setting::write(&tx, DONE, &Timestamp(hour + HOUR)).await).await?;
    }
    Ok(count)
}

async fn one(cx: &Cx, hour: i64) -> Result<usize> {
    let at = Scope::<ByWorkflow>::acting("compute.metric.roll_up", Place::Platform);
    let (mut after, mut count) = (None, 0);
    loop {
        let ids = instances::ids(cx.db(), &at, after, BATCH).await?;
        let Some(last) = ids.last().copied() else { return Ok(count) };
        after = Some(last);
        let samples = store::samples(cx.db(), &ids, hour - LATE, hour + HOUR + LATE).await?;
        let hours: Vec<(InstanceId, Span)> = samples.chunk_by(|one, next| one.instance_id == next.instance_id).filter_map(|all| sum(all, hour)).collect();
        if !hours.is_empty() {
            cx.write(async |tx| store::insert_hours(&tx, &hours).await).await?;
            count += hours.len();
        }
    }
}

/// One machine's samples as its hour.
fn sum(samples: &[Sample], hour: i64) -> Option<(InstanceId, Span)> {
    let mut sum = Sum::default();
    for span in spans(samples) {
        sum.add(&span, hour, hour + HOUR);
    }
    Some((samples.first()?.instance_id, sum.span(hour, hour + HOUR)?))
}
