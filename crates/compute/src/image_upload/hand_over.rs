//! Hands a whole file over to those who look into it.

use kernel::{ByWorkflow, Cx, Result, Scope, Tx};
use workflow::Start;

use crate::image::change::change;
use crate::image::store::{self, Column, Row};
use crate::image::{IMAGE_ADMIT, ImageInput, ImageState};

/// A whole file is looked into. Safe to repeat.
pub(crate) async fn hand_over(cx: &Cx, row: &Row) -> Result<()> {
    let at = Scope::<ByWorkflow>::acting("compute.image.upload", row.place());
    cx.write(async |tx| {
        let row = store::locked(&tx, &at, row.id).await?;
        if !change(&tx, &row, ImageState::Checking, None).await? {
            return Ok(());
        }
        store::set(&tx, row.id, &[(Column::ReceivedBytes, row.total_bytes.unwrap_or(0).into())]).await?;
        begin_admission(&tx, &row).await
    })
    .await
}

async fn begin_admission(tx: &Tx, row: &Row) -> Result<()> {
    let start = Start { place: row.place(), subject: &row.id.to_string(), started_by: None, key: Some(&format!("{}/admit", row.id)) };
    let operation = IMAGE_ADMIT.start(tx, start, &ImageInput { image_id: row.id }).await?;
    store::set(tx, row.id, &[(Column::OperationId, Some(operation).into())]).await
}
