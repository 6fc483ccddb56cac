//! The public side of the log: checkpoint, key, tiles, proofs. Nobody has to sign in to check us.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kernel::http::{Json, Path, Problem};
use kernel::{Cx, Error, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::LogIndex;
use super::tile::{self, Tile};
use super::{prove, sign};
use crate::proof::ProofBundle;

/// The routes of the log. The tiles' path has slashes in it, which OpenAPI cannot say.
pub fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(log_checkpoint)).routes(routes!(log_key)).routes(routes!(log_proof)).route("/log/tile/{*path}", get(log_tile))
}

const TEXT: (axum::http::HeaderName, &str) = (CONTENT_TYPE, "text/plain; charset=utf-8");

/// The newest signed checkpoint (C2SP tlog-checkpoint).
#[utoipa::path(get, path = "/log/checkpoint", operation_id = "log_checkpoint", tag = "audit", responses((status = 200, body = String, content_type = "text/plain")))]
async fn log_checkpoint(cx: Cx) -> Result<Response> {
    Ok(([TEXT, (CACHE_CONTROL, "no-cache")], sign::checkpoint_now(&cx).await?).into_response())
}

/// The key that signs checkpoints (C2SP signed-note verifier key).
#[utoipa::path(get, path = "/v1/log/key", operation_id = "log_key", tag = "audit", responses((status = 200, body = String, content_type = "text/plain")))]
async fn log_key(cx: Cx) -> Result<Response> {
    Ok(([TEXT, (CACHE_CONTROL, "no-cache")], format!("{}\n", sign::verifier_key(&cx)?)).into_response())
}

/// The proof that an entry is in the log; never the statement behind it.
#[utoipa::path(
    get,
    path = "/v1/log/proofs/{index}",
    operation_id = "log_proof",
    tag = "audit",
    params(("index" = u64, Path, description = "The entry's position, from zero")),
    responses((status = 200, body = ProofBundle), (status = 404, body = Problem))
)]
async fn log_proof(cx: Cx, Path(index): Path<u64>) -> Result<Json<ProofBundle>> {
    let bundle = prove::bundle(&cx, LogIndex(index)).await?;
    Ok(Json(ProofBundle { opening: None, ..bundle }))
}

async fn log_tile(cx: Cx, Path(path): Path<String>) -> Result<Response> {
    let tile = Tile::from_path(&path).ok_or_else(|| Error::not_found("tile"))?;
    let bytes = tile::read(&cx, tile).await?;
    Ok(([(CONTENT_TYPE, "application/octet-stream"), (CACHE_CONTROL, "public, max-age=31536000, immutable")], bytes).into_response())
}
