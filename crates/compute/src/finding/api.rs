//! What differs between the hypervisors and us, for the operator.

use axum::http::StatusCode;
use kernel::http::{Json, Path, Query};
use kernel::{Cx, Page, PageQuery, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{Finding, FindingCount, FindingId, FindingRepair};
use super::{list, repair};
use crate::permissions;

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(finding_list)).routes(routes!(finding_summary)).routes(routes!(finding_repair))
}

/// What differs now, newest first, each with the repairs that it allows.
#[utoipa::path(get, path = "/v1/operator/findings", operation_id = "finding_list", tag = "compute", params(PageQuery), responses((status = 200, body = Page<Finding>)))]
async fn finding_list(cx: Cx, at: Scope<permissions::FindingView>, Query(query): Query<PageQuery>) -> Result<Json<Page<Finding>>> {
    Ok(Json(list::list(&cx, &at, &query).await?))
}

/// How much differs, by kind.
#[utoipa::path(get, path = "/v1/operator/findings/summary", operation_id = "finding_summary", tag = "compute", responses((status = 200, body = [FindingCount])))]
async fn finding_summary(cx: Cx, at: Scope<permissions::FindingView>) -> Result<Json<Vec<FindingCount>>> {
    Ok(Json(list::summary(&cx, &at).await?))
}

/// Carries out one of the repairs that a finding offers.
#[utoipa::path(post, path = "/v1/operator/findings/{id}/repair", operation_id = "finding_repair", tag = "compute", params(("id" = FindingId, Path)), request_body = FindingRepair, responses((status = 202, body = Finding)))]
async fn finding_repair(
    cx: Cx,
    at: Scope<permissions::FindingRepair>,
    Path(id): Path<FindingId>,
    Json(wanted): Json<FindingRepair>,
) -> Result<(StatusCode, Json<Finding>)> {
    Ok((StatusCode::ACCEPTED, Json(repair::repair(&cx, &at, id, &wanted).await?)))
}
