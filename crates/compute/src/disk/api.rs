//! Extra disks over HTTP.

use axum::http::StatusCode;
use kernel::http::{Json, Path, Query};
use kernel::{Cx, Error, Page, PageQuery, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use workflow::operation::{Operation, by_subject};

use super::model::{Disk, DiskAttachment, DiskId, DiskPatch, DiskQuery, DiskSize, NewDisk};
use super::{attach, create, delete, detach, grow, list, update};
use crate::permissions::{DiskAttach, DiskCreate, DiskDelete, DiskDetach, DiskGrow, DiskUpdate, DiskView};

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new()
        .routes(routes!(disk_list, disk_create))
        .routes(routes!(disk_view, disk_update, disk_delete))
        .routes(routes!(disk_attach))
        .routes(routes!(disk_detach))
        .routes(routes!(disk_grow))
}

async fn begun(cx: &Cx, kind: &str, id: DiskId) -> Result<(StatusCode, Json<Operation>)> {
    let operation = by_subject(cx.db(), kind, &id.to_string()).await?;
    Ok((StatusCode::ACCEPTED, Json(operation.ok_or_else(|| Error::internal("an operation vanished"))?)))
}

/// The extra disks of a project, newest first.
#[utoipa::path(get, path = "/v1/disks", operation_id = "disk_list", tag = "compute", params(DiskQuery, PageQuery), responses((status = 200, body = Page<Disk>)))]
async fn disk_list(cx: Cx, at: Scope<DiskView>, Query(which): Query<DiskQuery>, Query(query): Query<PageQuery>) -> Result<Json<Page<Disk>>> {
    Ok(Json(list::list(&cx, &at, &which, &query).await?))
}

/// Makes an extra disk, and attaches it to a machine if one is named.
#[utoipa::path(post, path = "/v1/disks", operation_id = "disk_create", tag = "compute", request_body = NewDisk, responses((status = 202, body = Disk)))]
async fn disk_create(cx: Cx, at: Scope<DiskCreate>, Json(new): Json<NewDisk>) -> Result<(StatusCode, Json<Disk>)> {
    Ok((StatusCode::ACCEPTED, Json(create::create(&cx, &at, &new).await?)))
}

/// One extra disk.
#[utoipa::path(get, path = "/v1/disks/{id}", operation_id = "disk_view", tag = "compute", params(("id" = DiskId, Path)), responses((status = 200, body = Disk)))]
async fn disk_view(cx: Cx, at: Scope<DiskView>, Path(id): Path<DiskId>) -> Result<Json<Disk>> {
    Ok(Json(list::view(&cx, &at, id).await?))
}

/// Changes what a disk is called.
#[utoipa::path(patch, path = "/v1/disks/{id}", operation_id = "disk_update", tag = "compute", params(("id" = DiskId, Path)), request_body = DiskPatch, responses((status = 200, body = Disk)))]
async fn disk_update(cx: Cx, at: Scope<DiskUpdate>, Path(id): Path<DiskId>, Json(patch): Json<DiskPatch>) -> Result<Json<Disk>> {
    Ok(Json(update::update(&cx, &at, id, &patch).await?))
}

/// Attaches a disk to a machine on its node.
#[utoipa::path(post, path = "/v1/disks/{id}/attach", operation_id = "disk_attach", tag = "compute", params(("id" = DiskId, Path)), request_body = DiskAttachment, responses((status = 202, body = Operation)))]
async fn disk_attach(cx: Cx, at: Scope<DiskAttach>, Path(id): Path<DiskId>, Json(to): Json<DiskAttachment>) -> Result<(StatusCode, Json<Operation>)> {
    attach::attach(&cx, &at, id, &to).await?;
    begun(&cx, attach::DISK_ATTACH.name, id).await
}

/// Takes a disk from its machine. Unmount it there first.
#[utoipa::path(post, path = "/v1/disks/{id}/detach", operation_id = "disk_detach", tag = "compute", params(("id" = DiskId, Path)), responses((status = 202, body = Operation)))]
async fn disk_detach(cx: Cx, at: Scope<DiskDetach>, Path(id): Path<DiskId>) -> Result<(StatusCode, Json<Operation>)> {
    detach::detach(&cx, &at, id).await?;
    begun(&cx, detach::DISK_DETACH.name, id).await
}

/// Makes a disk larger. It never shrinks.
#[utoipa::path(post, path = "/v1/disks/{id}/grow", operation_id = "disk_grow", tag = "compute", params(("id" = DiskId, Path)), request_body = DiskSize, responses((status = 202, body = Operation)))]
async fn disk_grow(cx: Cx, at: Scope<DiskGrow>, Path(id): Path<DiskId>, Json(to): Json<DiskSize>) -> Result<(StatusCode, Json<Operation>)> {
    grow::grow(&cx, &at, id, to).await?;
    begun(&cx, grow::DISK_GROW.name, id).await
}

/// Removes a disk that no machine has, with what is on it, or gives one up that its node lost.
#[utoipa::path(delete, path = "/v1/disks/{id}", operation_id = "disk_delete", tag = "compute", params(("id" = DiskId, Path)), responses((status = 202, body = Disk)))]
async fn disk_delete(cx: Cx, at: Scope<DiskDelete>, Path(id): Path<DiskId>) -> Result<(StatusCode, Json<Disk>)> {
    delete::delete(&cx, &at, id).await?;
    Ok((StatusCode::ACCEPTED, Json(list::view(&cx, &at, id).await?)))
}
