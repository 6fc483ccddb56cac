//! Writes down what the hypervisors told of the machines that run. Several machines are one statement.

use kernel::{Cx, Result};

use super::model::Sample;
use super::store;

/// Keeps the samples of machines that had power; of the others there is nothing to draw.
///
/// # Errors
/// Database errors.
pub async fn record(cx: &Cx, samples: &[Sample]) -> Result<()> {
    let running: Vec<Sample> = samples.iter().copied().filter(|sample| sample.uptime_us > 0).collect();
    if running.is_empty() {
        return Ok(());
    }
    cx.write(async |tx| store::insert_samples(&tx, &running).await).await
}
