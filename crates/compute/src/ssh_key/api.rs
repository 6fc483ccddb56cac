//! Kept SSH keys over HTTP.

use axum::http::StatusCode;
use kernel::http::{Json, Path, Query};
use kernel::{Cx, Page, PageQuery, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{NewSshKey, SshKey, SshKeyId};
use super::{create, delete, list};
use crate::permissions::{SshKeyCreate, SshKeyDelete, SshKeyView};

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(ssh_key_list, ssh_key_create)).routes(routes!(ssh_key_delete))
}

/// The SSH keys that a project keeps, newest first.
#[utoipa::path(get, path = "/v1/ssh-keys", operation_id = "ssh_key_list", tag = "compute", params(PageQuery), responses((status = 200, body = Page<SshKey>)))]
async fn ssh_key_list(cx: Cx, at: Scope<SshKeyView>, Query(query): Query<PageQuery>) -> Result<Json<Page<SshKey>>> {
    Ok(Json(list::list(&cx, &at, &query).await?))
}

/// Keeps an SSH key.
#[utoipa::path(post, path = "/v1/ssh-keys", operation_id = "ssh_key_create", tag = "compute", request_body = NewSshKey, responses((status = 201, body = SshKey)))]
async fn ssh_key_create(cx: Cx, at: Scope<SshKeyCreate>, Json(new): Json<NewSshKey>) -> Result<(StatusCode, Json<SshKey>)> {
    Ok((StatusCode::CREATED, Json(create::create(&cx, &at, &new).await?)))
}

/// Forgets an SSH key. Machines that were ordered with it keep it.
#[utoipa::path(delete, path = "/v1/ssh-keys/{id}", operation_id = "ssh_key_delete", tag = "compute", params(("id" = SshKeyId, Path)), responses((status = 204)))]
async fn ssh_key_delete(cx: Cx, at: Scope<SshKeyDelete>, Path(id): Path<SshKeyId>) -> Result<StatusCode> {
    delete::delete(&cx, &at, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
