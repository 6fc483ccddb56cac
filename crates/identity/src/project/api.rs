//! Projects over HTTP.

use axum::http::StatusCode;
use kernel::http::{Credentials, Json, Path, Query};
use kernel::{Cx, Page, PageQuery, ProjectId, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{NewProject, Project};
use crate::permissions::{ProjectCreate, ProjectDelete, ProjectList, ProjectUpdate};

pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(project_list, project_create)).routes(routes!(project_update, project_delete))
}

/// The projects of an organisation.
#[utoipa::path(get, path = "/v1/projects", operation_id = "project_list", tag = "identity", params(("organisation" = Option<String>, Query, description = "May be left out by members of one organisation"), PageQuery), responses((status = 200, body = Page<Project>)))]
async fn project_list(cx: Cx, at: Scope<ProjectList>, Query(query): Query<PageQuery>) -> Result<Json<Page<Project>>> {
    super::list(&cx, &at, &query).await.map(Json)
}

/// Make a project.
#[utoipa::path(post, path = "/v1/projects", operation_id = "project_create", tag = "identity", params(("organisation" = Option<String>, Query, description = "May be left out by members of one organisation")), request_body = NewProject, responses((status = 201, body = Project)))]
async fn project_create(cx: Cx, at: Scope<ProjectCreate>, Json(new): Json<NewProject>) -> Result<(StatusCode, Json<Project>)> {
    Ok((StatusCode::CREATED, Json(super::create(&cx, &at, &new).await?)))
}

/// Rename a project.
#[utoipa::path(patch, path = "/v1/projects/{id}", operation_id = "project_update", tag = "identity", params(("id" = ProjectId, Path)), request_body = NewProject, responses((status = 204)))]
async fn project_update(cx: Cx, credentials: Credentials, Path(id): Path<ProjectId>, Json(new): Json<NewProject>) -> Result<StatusCode> {
    let at = Scope::<ProjectUpdate>::ask(&cx, &credentials, Some(id), None).await?;
    super::update(&cx, &at, &new).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Delete a project that holds nothing.
#[utoipa::path(delete, path = "/v1/projects/{id}", operation_id = "project_delete", tag = "identity", params(("id" = ProjectId, Path)), responses((status = 204), (status = 409, body = kernel::http::Problem)))]
async fn project_delete(cx: Cx, credentials: Credentials, Path(id): Path<ProjectId>) -> Result<StatusCode> {
    let at = Scope::<ProjectDelete>::ask(&cx, &credentials, Some(id), None).await?;
    super::delete(&cx, &at).await?;
    Ok(StatusCode::NO_CONTENT)
}
