//! Organisations over HTTP.

use axum::http::StatusCode;
use kernel::http::{Credentials, Json, Path, Query};
use kernel::{Cx, OrganisationId, Page, PageQuery, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{NewOrganisation, Organisation, OrganisationPatch};
use crate::permissions::{OperatorOrganisationList, OrganisationCreate, OrganisationList, OrganisationUpdate, OrganisationView};

pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new()
        .routes(routes!(organisation_list, organisation_create))
        .routes(routes!(organisation_view, organisation_update))
        .routes(routes!(operator_organisation_list))
}

/// The organisations that one belongs to.
#[utoipa::path(get, path = "/v1/organisations", operation_id = "organisation_list", tag = "identity", params(PageQuery), responses((status = 200, body = Page<Organisation>)))]
async fn organisation_list(cx: Cx, at: Scope<OrganisationList>, Query(query): Query<PageQuery>) -> Result<Json<Page<Organisation>>> {
    super::list(&cx, &at, &query).await.map(Json)
}

/// What was made.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct CreatedOrganisation {
    /// The new organisation.
    id: OrganisationId,
}

/// Make an organisation with a first project. Its maker owns it.
#[utoipa::path(post, path = "/v1/organisations", operation_id = "organisation_create", tag = "identity", request_body = NewOrganisation, responses((status = 201, body = CreatedOrganisation)))]
async fn organisation_create(cx: Cx, at: Scope<OrganisationCreate>, Json(new): Json<NewOrganisation>) -> Result<(StatusCode, Json<CreatedOrganisation>)> {
    Ok((StatusCode::CREATED, Json(CreatedOrganisation { id: super::create(&cx, &at, &new).await? })))
}

/// One organisation with its billing particulars.
#[utoipa::path(get, path = "/v1/organisations/{id}", operation_id = "organisation_view", tag = "identity", params(("id" = OrganisationId, Path)), responses((status = 200, body = Organisation)))]
async fn organisation_view(cx: Cx, credentials: Credentials, Path(id): Path<OrganisationId>) -> Result<Json<Organisation>> {
    let at = Scope::<OrganisationView>::ask(&cx, &credentials, None, Some(id)).await?;
    super::view(&cx, &at).await.map(Json)
}

/// Change the name or the billing particulars.
#[utoipa::path(patch, path = "/v1/organisations/{id}", operation_id = "organisation_update", tag = "identity", params(("id" = OrganisationId, Path)), request_body = OrganisationPatch, responses((status = 200, body = Organisation)))]
async fn organisation_update(
    cx: Cx,
    credentials: Credentials,
    Path(id): Path<OrganisationId>,
    Json(patch): Json<OrganisationPatch>,
) -> Result<Json<Organisation>> {
    let at = Scope::<OrganisationUpdate>::ask(&cx, &credentials, None, Some(id)).await?;
    super::update(&cx, &at, &patch).await.map(Json)
}

/// All organisations, for the operator's staff. Looking is on record for each of them.
#[utoipa::path(get, path = "/v1/operator/organisations", operation_id = "operator_organisation_list", tag = "identity", params(PageQuery), responses((status = 200, body = Page<Organisation>)))]
async fn operator_organisation_list(cx: Cx, at: Scope<OperatorOrganisationList>, Query(query): Query<PageQuery>) -> Result<Json<Page<Organisation>>> {
    super::list_all(&cx, &at, &query).await.map(Json)
}
