//! Snapshots over HTTP.

use axum::http::StatusCode;
use kernel::http::{Json, Path, Query};
use kernel::{Cx, Error, Page, PageQuery, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use workflow::operation::{Operation, by_subject};

use super::model::{NewSnapshot, Snapshot, SnapshotId};
use super::{SNAPSHOT_RESTORE, create, delete, list, restore};
use crate::instance::InstanceId;
use crate::permissions::{SnapshotCreate, SnapshotDelete, SnapshotRestore, SnapshotView};

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(snapshot_list, snapshot_create)).routes(routes!(snapshot_view, snapshot_delete)).routes(routes!(snapshot_restore))
}

/// The snapshots of a machine, newest first.
#[utoipa::path(get, path = "/v1/instances/{id}/snapshots", operation_id = "snapshot_list", tag = "compute", params(("id" = InstanceId, Path), PageQuery), responses((status = 200, body = Page<Snapshot>)))]
async fn snapshot_list(cx: Cx, at: Scope<SnapshotView>, Path(id): Path<InstanceId>, Query(query): Query<PageQuery>) -> Result<Json<Page<Snapshot>>> {
    Ok(Json(list::list(&cx, &at, id, &query).await?))
}

/// Takes a snapshot of a machine, which goes on meanwhile.
#[utoipa::path(post, path = "/v1/instances/{id}/snapshots", operation_id = "snapshot_create", tag = "compute", params(("id" = InstanceId, Path)), request_body = NewSnapshot, responses((status = 202, body = Snapshot)))]
async fn snapshot_create(cx: Cx, at: Scope<SnapshotCreate>, Path(id): Path<InstanceId>, Json(new): Json<NewSnapshot>) -> Result<(StatusCode, Json<Snapshot>)> {
    Ok((StatusCode::ACCEPTED, Json(create::create(&cx, &at, id, &new).await?)))
}

/// One snapshot.
#[utoipa::path(get, path = "/v1/snapshots/{id}", operation_id = "snapshot_view", tag = "compute", params(("id" = SnapshotId, Path)), responses((status = 200, body = Snapshot)))]
async fn snapshot_view(cx: Cx, at: Scope<SnapshotView>, Path(id): Path<SnapshotId>) -> Result<Json<Snapshot>> {
    Ok(Json(list::view(&cx, &at, id).await?))
}

/// Removes a snapshot.
#[utoipa::path(delete, path = "/v1/snapshots/{id}", operation_id = "snapshot_delete", tag = "compute", params(("id" = SnapshotId, Path)), responses((status = 202, body = Snapshot)))]
async fn snapshot_delete(cx: Cx, at: Scope<SnapshotDelete>, Path(id): Path<SnapshotId>) -> Result<(StatusCode, Json<Snapshot>)> {
    delete::delete(&cx, &at, id).await?;
    Ok((StatusCode::ACCEPTED, Json(list::view(&cx, &at, id).await?)))
}

/// Brings the machine back to a snapshot. What was written since is gone.
#[utoipa::path(post, path = "/v1/snapshots/{id}/restore", operation_id = "snapshot_restore", tag = "compute", params(("id" = SnapshotId, Path)), responses((status = 202, body = Operation)))]
async fn snapshot_restore(cx: Cx, at: Scope<SnapshotRestore>, Path(id): Path<SnapshotId>) -> Result<(StatusCode, Json<Operation>)> {
    let (instance, _) = restore::restore(&cx, &at, id).await?;
    let operation = by_subject(cx.db(), SNAPSHOT_RESTORE.name, &instance.to_string()).await?;
    Ok((StatusCode::ACCEPTED, Json(operation.ok_or_else(|| Error::internal("an operation vanished"))?)))
}
