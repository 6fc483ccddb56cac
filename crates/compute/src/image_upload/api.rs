//! Uploads over HTTP, by tus 1.0 (<https://tus.io/protocols/resumable-upload>): a project's own, and the operator's.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use kernel::http::{Json, Path};
use kernel::permission::Permission;
use kernel::{Cx, Place, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::tus::{CHECKSUMS, Checksum, EXTENSIONS, PIECE, VERSION, new_upload};
use super::{Appended, append, create, delete, view};
use crate::image::{self, Image, ImageId};
use crate::permissions::{ImageProvide, ImageUpload};

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
/// The piece is not what its checksum says; the number is the protocol's own.
const DAMAGED: u16 = 460;

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new()
        .routes(routes!(image_upload_options, image_upload_create))
        .routes(routes!(image_upload_view, image_upload_append, image_upload_delete))
        .routes(routes!(image_upload_create_any))
        .routes(routes!(image_upload_view_any, image_upload_append_any, image_upload_delete_any))
}

/// What of the protocol is there.
#[utoipa::path(options, path = "/v1/image-uploads", operation_id = "image_upload_options", tag = "compute", responses((status = 204, description = "in the headers Tus-Version, Tus-Extension, Tus-Max-Size and Tus-Checksum-Algorithm")))]
async fn image_upload_options(cx: Cx, _at: Scope<ImageUpload>) -> Result<Response> {
    let limit = image::fresh::limit(cx.db()).await?.to_string();
    let told = [("tus-resumable", VERSION), ("tus-version", VERSION), ("tus-extension", EXTENSIONS), ("tus-checksum-algorithm", CHECKSUMS)];
    Ok((StatusCode::NO_CONTENT, told, [("tus-max-size", limit)]).into_response())
}

/// Begins the upload of an image of a project's own. `Upload-Length` says how many bytes come, `Upload-Metadata` what it is called (`name`)
/// and, if its sender knows it, its `sha256`; the answer's `Location` takes the bytes.
#[utoipa::path(post, path = "/v1/image-uploads", operation_id = "image_upload_create", tag = "compute", params(("Upload-Length" = u64, Header), ("Upload-Metadata" = Option<String>, Header)), responses((status = 201, body = Image)))]
async fn image_upload_create(cx: Cx, at: Scope<ImageUpload>, headers: HeaderMap) -> Result<Response> {
    created(&cx, &at, &headers, "/v1/image-uploads").await
}

/// How many bytes of an upload are here: `Upload-Offset` of `Upload-Length`.
#[utoipa::path(head, path = "/v1/image-uploads/{id}", operation_id = "image_upload_view", tag = "compute", params(("id" = ImageId, Path)), responses((status = 200, description = "in the headers Upload-Offset and Upload-Length")))]
async fn image_upload_view(cx: Cx, at: Scope<ImageUpload>, Path(id): Path<ImageId>) -> Result<Response> {
    told(&cx, &at, id).await
}

/// Adds a piece to an upload, at `Upload-Offset`. Whatever arrives stays, also when the line breaks.
#[utoipa::path(patch, path = "/v1/image-uploads/{id}", operation_id = "image_upload_append", tag = "compute", params(("id" = ImageId, Path), ("Upload-Offset" = u64, Header), ("Upload-Checksum" = Option<String>, Header)), request_body(content_type = "application/offset+octet-stream"), responses((status = 204, description = "in the header Upload-Offset")))]
async fn image_upload_append(cx: Cx, at: Scope<ImageUpload>, Path(id): Path<ImageId>, headers: HeaderMap, body: Body) -> Result<Response> {
    taken(&cx, &at, id, &headers, body).await
}

/// Gives an upload up; what has come of it is removed.
#[utoipa::path(delete, path = "/v1/image-uploads/{id}", operation_id = "image_upload_delete", tag = "compute", params(("id" = ImageId, Path)), responses((status = 204)))]
async fn image_upload_delete(cx: Cx, at: Scope<ImageUpload>, Path(id): Path<ImageId>) -> Result<Response> {
    given_up(&cx, &at, id).await
}

/// Begins the upload of an image for everybody. `Upload-Metadata` names a new template (`name`, `description`) or the one that it is a new
/// version of (`template_id`).
#[utoipa::path(post, path = "/v1/operator/image-uploads", operation_id = "image_upload_create_any", tag = "compute", params(("Upload-Length" = u64, Header), ("Upload-Metadata" = Option<String>, Header)), responses((status = 201, body = Image)))]
async fn image_upload_create_any(cx: Cx, at: Scope<ImageProvide>, headers: HeaderMap) -> Result<Response> {
    created(&cx, &at, &headers, "/v1/operator/image-uploads").await
}

/// How many bytes of an upload are here: `Upload-Offset` of `Upload-Length`.
#[utoipa::path(head, path = "/v1/operator/image-uploads/{id}", operation_id = "image_upload_view_any", tag = "compute", params(("id" = ImageId, Path)), responses((status = 200, description = "in the headers Upload-Offset and Upload-Length")))]
async fn image_upload_view_any(cx: Cx, at: Scope<ImageProvide>, Path(id): Path<ImageId>) -> Result<Response> {
    told(&cx, &at, id).await
}

/// Adds a piece to an upload, at `Upload-Offset`. Whatever arrives stays, also when the line breaks.
#[utoipa::path(patch, path = "/v1/operator/image-uploads/{id}", operation_id = "image_upload_append_any", tag = "compute", params(("id" = ImageId, Path), ("Upload-Offset" = u64, Header), ("Upload-Checksum" = Option<String>, Header)), request_body(content_type = "application/offset+octet-stream"), responses((status = 204, description = "in the header Upload-Offset")))]
async fn image_upload_append_any(cx: Cx, at: Scope<ImageProvide>, Path(id): Path<ImageId>, headers: HeaderMap, body: Body) -> Result<Response> {
    taken(&cx, &at, id, &headers, body).await
}

/// Gives an upload up; what has come of it is removed.
#[utoipa::path(delete, path = "/v1/operator/image-uploads/{id}", operation_id = "image_upload_delete_any", tag = "compute", params(("id" = ImageId, Path)), responses((status = 204)))]
async fn image_upload_delete_any(cx: Cx, at: Scope<ImageProvide>, Path(id): Path<ImageId>) -> Result<Response> {
    given_up(&cx, &at, id).await
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Says no to senders that speak another version (tus 1.0, "Tus-Resumable").
fn other_version(headers: &HeaderMap) -> Option<Response> {
    let other = header(headers, "tus-resumable").is_some_and(|version| version != VERSION);
    other.then(|| (StatusCode::PRECONDITION_FAILED, [("tus-version", VERSION)]).into_response())
}

fn answer(status: StatusCode, offset: u64) -> Response {
    (status, [(RESUMABLE, VERSION.to_owned()), (OFFSET, offset.to_string()), (CACHE_CONTROL, "no-store".to_owned())]).into_response()
}

async fn created<P: Permission>(cx: &Cx, at: &Scope<P>, headers: &HeaderMap, base: &str) -> Result<Response> {
    if let Some(refusal) = other_version(headers) {
        return Ok(refusal);
    }
    let new = new_upload(header(headers, "upload-length"), header(headers, "upload-metadata"))?;
    let id = create(cx, at, &new).await?;
    // Senders know nothing of projects, so the address says where it is.
    let place = if let Place::Project { project, .. } = at.place() { format!("?project={project}") } else { String::new() };
    let told = [(LOCATION, format!("{base}/{id}{place}")), (RESUMABLE, VERSION.to_owned())];
    Ok((StatusCode::CREATED, told, Json(image::view(cx, at, id).await?)).into_response())
}

async fn told<P: Permission>(cx: &Cx, at: &Scope<P>, id: ImageId) -> Result<Response> {
    let (received, total) = view(cx, at, id).await?;
    let mut response = answer(StatusCode::OK, received);
    response.headers_mut().insert(LENGTH, total.into());
    Ok(response)
}

async fn taken<P: Permission>(cx: &Cx, at: &Scope<P>, id: ImageId, headers: &HeaderMap, body: Body) -> Result<Response> {
    if let Some(refusal) = other_version(headers) {
        return Ok(refusal);
    }
    let Some(offset) = header(headers, OFFSET.as_str()).and_then(|text| text.parse().ok()) else {
        return Err(kernel::Error::invalid("Upload-Offset", "say where in the file this piece belongs"));
    };
    if header(headers, CONTENT_TYPE.as_str()) != Some(PIECE) {
        return Ok(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response());
    }
    let checksum = header(headers, "upload-checksum").map(Checksum::read).transpose()?;
    Ok(match append(cx, at, id, offset, (checksum, body.into_data_stream())).await? {
        Appended::At(offset) => answer(StatusCode::NO_CONTENT, offset),
        Appended::Elsewhere(offset) => answer(StatusCode::CONFLICT, offset),
        Appended::Busy => StatusCode::LOCKED.into_response(),
        Appended::Damaged => StatusCode::from_u16(DAMAGED).unwrap_or(StatusCode::BAD_REQUEST).into_response(),
    })
}

async fn given_up<P: Permission>(cx: &Cx, at: &Scope<P>, id: ImageId) -> Result<Response> {
    delete(cx, at, id).await?;
    Ok((StatusCode::NO_CONTENT, [(RESUMABLE, VERSION)]).into_response())
}
