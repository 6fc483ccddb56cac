//! Notifications over HTTP.

use axum::http::StatusCode;
use kernel::http::{Json, Query};
use kernel::{Cx, Page, PageQuery, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Notification, Read, Unread};
use crate::permissions::{NotificationList, NotificationRead};

pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(notification_list)).routes(routes!(notification_unread)).routes(routes!(notification_read))
}

/// What one was told, newest first.
#[utoipa::path(get, path = "/v1/notifications", operation_id = "notification_list", tag = "notifications", params(PageQuery), responses((status = 200, body = Page<Notification>)))]
async fn notification_list(cx: Cx, at: Scope<NotificationList>, Query(query): Query<PageQuery>) -> Result<Json<Page<Notification>>> {
    super::list(&cx, &at, &query).await.map(Json)
}

/// How many notifications one has not read.
#[utoipa::path(get, path = "/v1/notifications/unread", operation_id = "notification_unread", tag = "notifications", responses((status = 200, body = Unread)))]
async fn notification_unread(cx: Cx, at: Scope<NotificationList>) -> Result<Json<Unread>> {
    super::unread(&cx, &at).await.map(Json)
}

/// Note that some notifications were read, or all.
#[utoipa::path(post, path = "/v1/notifications/read", operation_id = "notification_read", tag = "notifications", request_body = Read, responses((status = 204)))]
async fn notification_read(cx: Cx, at: Scope<NotificationRead>, Json(which): Json<Read>) -> Result<StatusCode> {
    super::read(&cx, &at, &which).await?;
    Ok(StatusCode::NO_CONTENT)
}
