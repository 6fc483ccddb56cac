//! Images over HTTP: a project's own, and the operator's.

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use kernel::http::{Json, Path, Query};
use kernel::{Cx, Page, PageQuery, Result, Scope};
use tokio::io::AsyncReadExt;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{Image, ImageId, NewImport};
use super::{delete, download, import, list, retry, view};
use crate::permissions::{ImageDelete, ImageDownload, ImageImport, ImageView, ImageViewAny, ImageWithdraw};

/// How much of a disk is held in memory at once.
const PIECE: usize = 256 * 1024;

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new()
        .routes(routes!(image_list))
        .routes(routes!(image_view, image_delete))
        .routes(routes!(image_download))
        .routes(routes!(image_import))
        .routes(routes!(image_view_any, image_withdraw))
        .routes(routes!(image_retry))
}

/// A project's own images, newest first.
#[utoipa::path(get, path = "/v1/images", operation_id = "image_list", tag = "compute", params(PageQuery), responses((status = 200, body = Page<Image>)))]
async fn image_list(cx: Cx, at: Scope<ImageView>, Query(query): Query<PageQuery>) -> Result<Json<Page<Image>>> {
    Ok(Json(list(&cx, &at, &query).await?))
}

/// One of a project's own images.
#[utoipa::path(get, path = "/v1/images/{id}", operation_id = "image_view", tag = "compute", params(("id" = ImageId, Path)), responses((status = 200, body = Image)))]
async fn image_view(cx: Cx, at: Scope<ImageView>, Path(id): Path<ImageId>) -> Result<Json<Image>> {
    Ok(Json(view(&cx, &at, id).await?))
}

/// Removes an image that no machine is made of, or gives up one that is on its way.
#[utoipa::path(delete, path = "/v1/images/{id}", operation_id = "image_delete", tag = "compute", params(("id" = ImageId, Path)), responses((status = 202, body = Image)))]
async fn image_delete(cx: Cx, at: Scope<ImageDelete>, Path(id): Path<ImageId>) -> Result<(StatusCode, Json<Image>)> {
    delete(&cx, &at, id).await?;
    Ok((StatusCode::ACCEPTED, Json(view(&cx, &at, id).await?)))
}

/// The disk itself, as qcow2.
#[utoipa::path(get, path = "/v1/images/{id}/disk", operation_id = "image_download", tag = "compute", params(("id" = ImageId, Path)),
    responses((status = 200, description = "the disk", content_type = "application/x-qemu-disk")))]
async fn image_download(cx: Cx, at: Scope<ImageDownload>, Path(id): Path<ImageId>) -> Result<Response> {
    let disk = download(&cx, &at, id).await?;
    let headers = [
        (CONTENT_TYPE, "application/x-qemu-disk".to_owned()),
        (CONTENT_LENGTH, disk.bytes.to_string()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", disk.file_name)),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    let pieces = futures::stream::try_unfold(disk.content, |mut content| async move {
        let mut piece = Vec::with_capacity(PIECE);
        let read = (&mut content).take(PIECE as u64).read_to_end(&mut piece).await?;
        Ok::<_, std::io::Error>((read > 0).then(|| (Bytes::from(piece), content)))
    });
    Ok((headers, Body::from_stream(pieces)).into_response())
}

/// Fetches an image from its publisher, for everybody: the next version of a template, or the first of a new one.
#[utoipa::path(post, path = "/v1/operator/images", operation_id = "image_import", tag = "compute", request_body = NewImport, responses((status = 202, body = Image)))]
async fn image_import(cx: Cx, at: Scope<ImageImport>, Json(new): Json<NewImport>) -> Result<(StatusCode, Json<Image>)> {
    Ok((StatusCode::ACCEPTED, Json(import(&cx, &at, &new).await?)))
}

/// One version of a template.
#[utoipa::path(get, path = "/v1/operator/images/{id}", operation_id = "image_view_any", tag = "compute", params(("id" = ImageId, Path)), responses((status = 200, body = Image)))]
async fn image_view_any(cx: Cx, at: Scope<ImageViewAny>, Path(id): Path<ImageId>) -> Result<Json<Image>> {
    Ok(Json(view(&cx, &at, id).await?))
}

/// Removes a version of a template that no machine is made of, or gives up one that is on its way.
#[utoipa::path(delete, path = "/v1/operator/images/{id}", operation_id = "image_withdraw", tag = "compute", params(("id" = ImageId, Path)), responses((status = 202, body = Image)))]
async fn image_withdraw(cx: Cx, at: Scope<ImageWithdraw>, Path(id): Path<ImageId>) -> Result<(StatusCode, Json<Image>)> {
    delete(&cx, &at, id).await?;
    Ok((StatusCode::ACCEPTED, Json(view(&cx, &at, id).await?)))
}

/// Fetches an image again that could not be had.
#[utoipa::path(post, path = "/v1/operator/images/{id}/retry", operation_id = "image_retry", tag = "compute", params(("id" = ImageId, Path)), responses((status = 202, body = Image)))]
async fn image_retry(cx: Cx, at: Scope<ImageImport>, Path(id): Path<ImageId>) -> Result<(StatusCode, Json<Image>)> {
    Ok((StatusCode::ACCEPTED, Json(retry(&cx, &at, id).await?)))
}
