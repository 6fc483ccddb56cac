//! For load balancers and supervisors: `/healthz` says that the process answers, `/readyz` that it
//! can do its work. Neither says anything about anybody.

use std::path::Path;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use sea_orm::ConnectionTrait;
use serde_json::json;

use super::Door;

/// A load balancer does not wait longer.
const PATIENCE: Duration = Duration::from_secs(2);
/// With less room than this nothing new should begin here.
const ROOM: u64 = 64 * 1024 * 1024;

/// `GET /healthz`
pub(crate) async fn healthz() -> &'static str {
    "ok"
}

/// `GET /readyz`: 503 with the parts that are not ready.
pub(crate) async fn readyz(State(door): State<Door>) -> Response {
    let asked = tokio::time::timeout(PATIENCE, door.cx.db().execute_unprepared("SELECT 1")).await;
    let database = matches!(asked, Ok(Ok(_)));
    let disk = free(&door.folder).is_none_or(|free| free >= ROOM);
    let serving = !*door.stopping.borrow();
    let said = |good: bool, bad: &str| if good { "ok".to_owned() } else { bad.to_owned() };
    let parts = json!({
        "database": said(database, "does not answer"),
        "disk": said(disk, "less than 64 MiB are left for the data folder"),
        "process": said(serving, "is stopping"),
    });
    let ready = database && disk && serving;
    (if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(json!({ "ready": ready, "parts": parts }))).into_response()
}

/// Bytes that are left where `folder` is.
pub(crate) fn free(folder: &Path) -> Option<u64> {
    rustix::fs::statvfs(folder).ok().map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize))
}
