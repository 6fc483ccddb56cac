//! Security groups over HTTP.

use axum::http::StatusCode;
use kernel::http::{Json, Path, Query};
use kernel::{Cx, Page, PageQuery, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{NewSecurityGroup, Preview, SecurityGroup, SecurityGroupId, SecurityGroupPatch, SecurityRules};
use super::{create, delete, list, preview, update};
use crate::permissions::{SecurityGroupCreate, SecurityGroupDelete, SecurityGroupUpdate, SecurityGroupView};

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new()
        .routes(routes!(security_group_list, security_group_create))
        .routes(routes!(security_group_view, security_group_update, security_group_delete))
        .routes(routes!(security_group_preview))
}

/// The security groups of a project, newest first.
#[utoipa::path(get, path = "/v1/security-groups", operation_id = "security_group_list", tag = "compute", params(PageQuery), responses((status = 200, body = Page<SecurityGroup>)))]
async fn security_group_list(cx: Cx, at: Scope<SecurityGroupView>, Query(query): Query<PageQuery>) -> Result<Json<Page<SecurityGroup>>> {
    Ok(Json(list::list(&cx, &at, &query).await?))
}

/// Makes a security group.
#[utoipa::path(post, path = "/v1/security-groups", operation_id = "security_group_create", tag = "compute", request_body = NewSecurityGroup, responses((status = 201, body = SecurityGroup)))]
async fn security_group_create(cx: Cx, at: Scope<SecurityGroupCreate>, Json(new): Json<NewSecurityGroup>) -> Result<(StatusCode, Json<SecurityGroup>)> {
    Ok((StatusCode::CREATED, Json(create::create(&cx, &at, &new).await?)))
}

/// One security group.
#[utoipa::path(get, path = "/v1/security-groups/{id}", operation_id = "security_group_view", tag = "compute", params(("id" = SecurityGroupId, Path)), responses((status = 200, body = SecurityGroup)))]
async fn security_group_view(cx: Cx, at: Scope<SecurityGroupView>, Path(id): Path<SecurityGroupId>) -> Result<Json<SecurityGroup>> {
    Ok(Json(list::view(&cx, &at, id).await?))
}

/// Changes a security group. Its machines are filtered by the new rules at once; the group's operation says when they all are.
#[utoipa::path(patch, path = "/v1/security-groups/{id}", operation_id = "security_group_update", tag = "compute", params(("id" = SecurityGroupId, Path)), request_body = SecurityGroupPatch, responses((status = 200, body = SecurityGroup)))]
async fn security_group_update(
    cx: Cx,
    at: Scope<SecurityGroupUpdate>,
    Path(id): Path<SecurityGroupId>,
    Json(patch): Json<SecurityGroupPatch>,
) -> Result<Json<SecurityGroup>> {
    Ok(Json(update::update(&cx, &at, id, &patch).await?))
}

/// Removes a security group that stands for no machine.
#[utoipa::path(delete, path = "/v1/security-groups/{id}", operation_id = "security_group_delete", tag = "compute", params(("id" = SecurityGroupId, Path)), responses((status = 204)))]
async fn security_group_delete(cx: Cx, at: Scope<SecurityGroupDelete>, Path(id): Path<SecurityGroupId>) -> Result<StatusCode> {
    delete::delete(&cx, &at, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows what other rules would do: for which machines, and what opens and shuts. Nothing is changed.
#[utoipa::path(post, path = "/v1/security-groups/{id}/preview", operation_id = "security_group_preview", tag = "compute", params(("id" = SecurityGroupId, Path)), request_body = SecurityRules, responses((status = 200, body = Preview)))]
async fn security_group_preview(
    cx: Cx,
    at: Scope<SecurityGroupView>,
    Path(id): Path<SecurityGroupId>,
    Json(wanted): Json<SecurityRules>,
) -> Result<Json<Preview>> {
    Ok(Json(preview::preview(&cx, &at, id, &wanted.rules).await?))
}
