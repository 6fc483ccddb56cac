//! Clusters over HTTP, for the operator.

use axum::http::StatusCode;
use kernel::http::{Json, Path};
use kernel::{Cx, Page, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{Cluster, ClusterId, ClusterPatch, ClusterQuestion, ClusterSurvey, NewCluster, PresentedCertificate, ProbedAddress, Recheck};
use super::{check, create, delete, list, probe, update};
use crate::permissions;

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new()
        .routes(routes!(cluster_probe))
        .routes(routes!(cluster_check))
        .routes(routes!(cluster_list, cluster_create))
        .routes(routes!(cluster_view, cluster_update, cluster_delete))
        .routes(routes!(cluster_recheck))
}

/// The certificate that an address presents, to compare with what the node itself shows. No token is sent, and nothing is kept.
#[utoipa::path(post, path = "/v1/operator/cluster-probes", operation_id = "cluster_probe", tag = "compute", request_body = ProbedAddress, responses((status = 200, body = PresentedCertificate)))]
async fn cluster_probe(cx: Cx, at: Scope<permissions::ClusterProbe>, Json(address): Json<ProbedAddress>) -> Result<Json<PresentedCertificate>> {
    Ok(Json(probe::probe(&cx, &at, &address).await?))
}

/// What a cluster consists of, and which privileges the token lacks. Nothing is kept, the token's secret included.
#[utoipa::path(post, path = "/v1/operator/cluster-checks", operation_id = "cluster_check", tag = "compute", request_body = ClusterQuestion, responses((status = 200, body = ClusterSurvey)))]
async fn cluster_check(cx: Cx, at: Scope<permissions::ClusterCheck>, Json(question): Json<ClusterQuestion>) -> Result<Json<ClusterSurvey>> {
    Ok(Json(check::check(&cx, &at, &question).await?))
}

/// The clusters, those of the configuration file included.
#[utoipa::path(get, path = "/v1/operator/clusters", operation_id = "cluster_list", tag = "compute", responses((status = 200, body = Page<Cluster>)))]
async fn cluster_list(cx: Cx, at: Scope<permissions::ClusterView>) -> Result<Json<Page<Cluster>>> {
    Ok(Json(Page { items: list::list(&cx, &at).await?, next: None }))
}

/// Enrols a cluster. Its machines can be ordered as soon as it has answered.
#[utoipa::path(post, path = "/v1/operator/clusters", operation_id = "cluster_create", tag = "compute", request_body = NewCluster, responses((status = 201, body = Cluster)))]
async fn cluster_create(cx: Cx, at: Scope<permissions::ClusterCreate>, Json(new): Json<NewCluster>) -> Result<(StatusCode, Json<Cluster>)> {
    Ok((StatusCode::CREATED, Json(create::create(&cx, &at, &new).await?)))
}

/// An enrolled cluster.
#[utoipa::path(get, path = "/v1/operator/clusters/{id}", operation_id = "cluster_view", tag = "compute", params(("id" = ClusterId, Path)), responses((status = 200, body = Cluster)))]
async fn cluster_view(cx: Cx, at: Scope<permissions::ClusterView>, Path(id): Path<ClusterId>) -> Result<Json<Cluster>> {
    Ok(Json(list::view(&cx, &at, id).await?))
}

/// Changes addresses and trusted certificates, the token, or the mapping of an enrolled cluster.
#[utoipa::path(patch, path = "/v1/operator/clusters/{id}", operation_id = "cluster_update", tag = "compute", params(("id" = ClusterId, Path)), request_body = ClusterPatch, responses((status = 200, body = Cluster)))]
async fn cluster_update(cx: Cx, at: Scope<permissions::ClusterUpdate>, Path(id): Path<ClusterId>, Json(patch): Json<ClusterPatch>) -> Result<Json<Cluster>> {
    Ok(Json(update::update(&cx, &at, id, &patch).await?))
}

/// Forgets a cluster on which nothing of ours is any more.
#[utoipa::path(delete, path = "/v1/operator/clusters/{id}", operation_id = "cluster_delete", tag = "compute", params(("id" = ClusterId, Path)), responses((status = 204)))]
async fn cluster_delete(cx: Cx, at: Scope<permissions::ClusterDelete>, Path(id): Path<ClusterId>) -> Result<StatusCode> {
    delete::delete(&cx, &at, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What an enrolled cluster is found to be now, with the token that is kept; under another mapping, if one is given.
#[utoipa::path(post, path = "/v1/operator/clusters/{id}/check", operation_id = "cluster_recheck", tag = "compute", params(("id" = ClusterId, Path)), request_body = Recheck, responses((status = 200, body = ClusterSurvey)))]
async fn cluster_recheck(cx: Cx, at: Scope<permissions::ClusterCheck>, Path(id): Path<ClusterId>, Json(wanted): Json<Recheck>) -> Result<Json<ClusterSurvey>> {
    Ok(Json(check::recheck(&cx, &at, id, &wanted).await?))
}
