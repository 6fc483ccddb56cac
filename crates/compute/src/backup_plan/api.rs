//! Backup plans over HTTP.

use kernel::http::{Json, Path};
use kernel::{Cx, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{BackupPlan, BackupPlanPatch};
use super::{update, view};
use crate::instance::InstanceId;
use crate::permissions::{BackupPlanUpdate, BackupPlanView};

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(backup_plan_view, backup_plan_update))
}

/// How a machine is backed up by itself.
#[utoipa::path(get, path = "/v1/instances/{id}/backup-plan", operation_id = "backup_plan_view", tag = "compute", params(("id" = InstanceId, Path)), responses((status = 200, body = BackupPlan)))]
async fn backup_plan_view(cx: Cx, at: Scope<BackupPlanView>, Path(id): Path<InstanceId>) -> Result<Json<BackupPlan>> {
    Ok(Json(view::view(&cx, &at, id).await?))
}

/// Changes how a machine is backed up by itself. Backups of the plan that it keeps no longer are removed.
#[utoipa::path(put, path = "/v1/instances/{id}/backup-plan", operation_id = "backup_plan_update", tag = "compute", params(("id" = InstanceId, Path)), request_body = BackupPlanPatch, responses((status = 200, body = BackupPlan)))]
async fn backup_plan_update(cx: Cx, at: Scope<BackupPlanUpdate>, Path(id): Path<InstanceId>, Json(plan): Json<BackupPlanPatch>) -> Result<Json<BackupPlan>> {
    Ok(Json(update::update(&cx, &at, id, &plan).await?))
}
