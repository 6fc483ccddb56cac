//! Backups over HTTP.

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use kernel::http::{Json, Path, Query};
use kernel::{Cx, Error, Page, PageQuery, Result, Scope};
use tokio::io::AsyncReadExt;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use workflow::operation::{Operation, by_subject};

use super::model::{Backup, BackupId, BackupQuery, NewBackup};
use super::{BACKUP_RESTORE, RESTORE_TEST, create, delete, download, list, restore, restore_test};
use crate::instance::InstanceId;
use crate::permissions::{BackupCreate, BackupDelete, BackupDownload, BackupRestore, BackupTest, BackupView};

/// How much of an archive is held in memory at once.
const PIECE: usize = 256 * 1024;

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new()
        .routes(routes!(backup_list))
        .routes(routes!(backup_create))
        .routes(routes!(backup_view, backup_delete))
        .routes(routes!(backup_restore))
        .routes(routes!(backup_test))
        .routes(routes!(backup_download))
}

/// The backups of a project, or of one machine, newest first. They outlive their machines.
#[utoipa::path(get, path = "/v1/backups", operation_id = "backup_list", tag = "compute", params(BackupQuery, PageQuery), responses((status = 200, body = Page<Backup>)))]
async fn backup_list(cx: Cx, at: Scope<BackupView>, Query(which): Query<BackupQuery>, Query(query): Query<PageQuery>) -> Result<Json<Page<Backup>>> {
    Ok(Json(list::list(&cx, &at, which, &query).await?))
}

/// Makes a backup of a machine, which goes on meanwhile.
#[utoipa::path(post, path = "/v1/instances/{id}/backups", operation_id = "backup_create", tag = "compute", params(("id" = InstanceId, Path)), request_body = NewBackup, responses((status = 202, body = Backup)))]
async fn backup_create(cx: Cx, at: Scope<BackupCreate>, Path(id): Path<InstanceId>, Json(new): Json<NewBackup>) -> Result<(StatusCode, Json<Backup>)> {
    Ok((StatusCode::ACCEPTED, Json(create::create(&cx, &at, id, &new).await?)))
}

/// One backup.
#[utoipa::path(get, path = "/v1/backups/{id}", operation_id = "backup_view", tag = "compute", params(("id" = BackupId, Path)), responses((status = 200, body = Backup)))]
async fn backup_view(cx: Cx, at: Scope<BackupView>, Path(id): Path<BackupId>) -> Result<Json<Backup>> {
    Ok(Json(list::view(&cx, &at, id).await?))
}

/// Removes a backup.
#[utoipa::path(delete, path = "/v1/backups/{id}", operation_id = "backup_delete", tag = "compute", params(("id" = BackupId, Path)), responses((status = 202, body = Backup)))]
async fn backup_delete(cx: Cx, at: Scope<BackupDelete>, Path(id): Path<BackupId>) -> Result<(StatusCode, Json<Backup>)> {
    delete::delete(&cx, &at, id).await?;
    Ok((StatusCode::ACCEPTED, Json(list::view(&cx, &at, id).await?)))
}

/// Brings the backup's machine back to it. What was written since is gone, with the machine's snapshots.
#[utoipa::path(post, path = "/v1/backups/{id}/restore", operation_id = "backup_restore", tag = "compute", params(("id" = BackupId, Path)), responses((status = 202, body = Operation)))]
async fn backup_restore(cx: Cx, at: Scope<BackupRestore>, Path(id): Path<BackupId>) -> Result<(StatusCode, Json<Operation>)> {
    let (instance, _) = restore::restore(&cx, &at, id).await?;
    let operation = by_subject(cx.db(), BACKUP_RESTORE.name, &instance.to_string()).await?;
    Ok((StatusCode::ACCEPTED, Json(operation.ok_or_else(|| Error::internal("an operation vanished"))?)))
}

/// Tests a backup: it becomes a machine of its own for some minutes, cut off from every network, costs nothing and takes no quota.
#[utoipa::path(post, path = "/v1/backups/{id}/test", operation_id = "backup_test", tag = "compute", params(("id" = BackupId, Path)), responses((status = 202, body = Operation)))]
async fn backup_test(cx: Cx, at: Scope<BackupTest>, Path(id): Path<BackupId>) -> Result<(StatusCode, Json<Operation>)> {
    restore_test::restore_test(&cx, &at, id).await?;
    let operation = by_subject(cx.db(), RESTORE_TEST.name, &id.to_string()).await?;
    Ok((StatusCode::ACCEPTED, Json(operation.ok_or_else(|| Error::internal("an operation vanished"))?)))
}

/// The archive itself: a disk image, or what the hypervisor keeps backups in.
#[utoipa::path(get, path = "/v1/backups/{id}/archive", operation_id = "backup_download", tag = "compute", params(("id" = BackupId, Path)),
    responses((status = 200, description = "the archive", content_type = "application/x-qemu-disk")))]
async fn backup_download(cx: Cx, at: Scope<BackupDownload>, Path(id): Path<BackupId>) -> Result<Response> {
    let archive = download::download(&cx, &at, id).await?;
    let headers = [
        (CONTENT_TYPE, archive.format.media_type().to_owned()),
        (CONTENT_LENGTH, archive.bytes.to_string()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", archive.file_name)),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    let pieces = futures::stream::try_unfold(archive.content, |mut content| async move {
        let mut piece = Vec::with_capacity(PIECE);
        let read = (&mut content).take(PIECE as u64).read_to_end(&mut piece).await?;
        Ok::<_, std::io::Error>((read > 0).then(|| (Bytes::from(piece), content)))
    });
    Ok((headers, Body::from_stream(pieces)).into_response())
}
