//! The one place where an image's state changes, together with its place in the quota.

use kernel::{ByWorkflow, Result, Scope, Tx};
use workflow::StepCx;

use super::model::{ImageId, ImageState};
use super::store::{self, Column, Row};
use crate::quota;

/// Brings the image to `to`, if the rules allow it, and gives back the place that it no longer holds. False when it is there already.
///
/// # Errors
/// Database errors.
pub(crate) async fn change(tx: &Tx, row: &Row, to: ImageState, problem: Option<&str>) -> Result<bool> {
    if !store::set_state(tx, row, to, problem).await? {
        return Ok(false);
    }
    if row.project_id.is_some() && row.state.holds_place() && !to.holds_place() {
        quota::release_image(tx, &Scope::<ByWorkflow>::acting("compute.image.change", row.place())).await?;
    }
    Ok(true)
}

/// The same in a step.
pub(super) async fn settle(step: &StepCx, id: ImageId, to: ImageState) -> Result<()> {
    step.write(async |tx| {
        let row = store::locked(&tx, &step.scope(), id).await?;
        // What went wrong was noted when it did.
        let problem = row.problem.as_deref().or(Some("It could not be had. The operation says why.")).filter(|_| to == ImageState::Failed);
        change(&tx, &row, to, problem).await.map(drop)
    })
    .await
}

/// Notes at the image what went wrong, and hands it on.
pub(super) async fn noted<T>(step: &StepCx, id: ImageId, outcome: Result<T>) -> Result<T> {
    if let Err(error) = &outcome {
        let text = error.to_string();
        step.write(async |tx| store::set(&tx, id, &[(Column::Problem, Some(text.clone()).into())]).await).await?;
    }
    outcome
}
