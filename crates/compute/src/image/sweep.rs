//! Ends uploads that nobody goes on with, and hands over those that are whole though the program ended right then.

use kernel::{ByWorkflow, Cx, Place, Result, Scope};

use super::change::change;
use super::library::Library;
use super::model::ImageState;
use super::store;
use crate::image_upload::hand_over;

const DAY_US: i64 = 24 * 3_600 * 1_000_000;
const MINUTE_US: i64 = 60 * 1_000_000;

/// One round; tells how many uploads were ended or handed over.
pub(crate) async fn sweep(cx: Cx) -> Result<usize> {
    let at = Scope::<ByWorkflow>::acting("compute.image.sweep", Place::Platform);
    let library = cx.extension::<Library>()?;
    let mut done = 0;
    for row in store::abandoned(cx.db(), &at, cx.now().0 - MINUTE_US).await? {
        let received = library.received(row.id).await?;
        if row.total_bytes == i64::try_from(received).ok() {
            hand_over(&cx, &row).await?;
            done += 1;
        } else if row.touched_at < cx.now().0 - DAY_US {
            let inside = Scope::<ByWorkflow>::acting("compute.image.sweep", row.place());
            let ended = cx
                .write(async |tx| {
                    let row = store::locked(&tx, &inside, row.id).await?;
                    change(&tx, &row, ImageState::Failed, Some("The upload was not finished within a day.")).await
                })
                .await?;
            if ended {
                library.remove(row.id).await?;
                done += 1;
            }
        }
    }
    Ok(done)
}
