//! Invitations over HTTP. Their secrets come in bodies, never in addresses, which logs keep.

use axum::http::StatusCode;
use kernel::http::{Json, Path, Query};
use kernel::{Cx, OrganisationId, Page, PageQuery, Result, Scope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Invitation, InvitationId, InvitationView, NewInvitation};
use crate::permissions::{InvitationAccept, InvitationCreate, InvitationDelete, InvitationList};

pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new()
        .routes(routes!(invitation_list, invitation_create))
        .routes(routes!(invitation_delete))
        .routes(routes!(invitation_view))
        .routes(routes!(invitation_accept))
}

/// What an invitation's link holds.
#[derive(Deserialize, ToSchema)]
struct InvitationLink {
    /// The part of the link after `#`.
    token: String,
}

/// Where somebody is a member now.
#[derive(Serialize, ToSchema)]
struct Joined {
    /// The organisation.
    organisation_id: OrganisationId,
}

/// Open invitations.
#[utoipa::path(get, path = "/v1/invitations", operation_id = "invitation_list", tag = "identity", params(("organisation" = Option<String>, Query, description = "May be left out by members of one organisation"), PageQuery), responses((status = 200, body = Page<Invitation>)))]
async fn invitation_list(cx: Cx, at: Scope<InvitationList>, Query(query): Query<PageQuery>) -> Result<Json<Page<Invitation>>> {
    super::list(&cx, &at, &query).await.map(Json)
}

/// Invite somebody by mail. The link works once, for a week.
#[utoipa::path(post, path = "/v1/invitations", operation_id = "invitation_create", tag = "identity", params(("organisation" = Option<String>, Query, description = "May be left out by members of one organisation")), request_body = NewInvitation, responses((status = 201, body = Invitation)))]
async fn invitation_create(cx: Cx, at: Scope<InvitationCreate>, Json(new): Json<NewInvitation>) -> Result<(StatusCode, Json<Invitation>)> {
    Ok((StatusCode::CREATED, Json(super::create(&cx, &at, &new).await?)))
}

/// Take an invitation back.
#[utoipa::path(delete, path = "/v1/invitations/{id}", operation_id = "invitation_delete", tag = "identity", params(("id" = InvitationId, Path), ("organisation" = Option<String>, Query)), responses((status = 204)))]
async fn invitation_delete(cx: Cx, at: Scope<InvitationDelete>, Path(id): Path<InvitationId>) -> Result<StatusCode> {
    super::delete(&cx, &at, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What an invitation says to whoever holds its link.
#[utoipa::path(post, path = "/v1/invitations/view", operation_id = "invitation_view", tag = "identity", request_body = InvitationLink, responses((status = 200, body = InvitationView)))]
async fn invitation_view(cx: Cx, Json(link): Json<InvitationLink>) -> Result<Json<InvitationView>> {
    super::view(&cx, &link.token).await.map(Json)
}

/// Accept an invitation with one's account.
#[utoipa::path(post, path = "/v1/invitations/accept", operation_id = "invitation_accept", tag = "identity", request_body = InvitationLink, responses((status = 200, body = Joined)))]
async fn invitation_accept(cx: Cx, at: Scope<InvitationAccept>, Json(link): Json<InvitationLink>) -> Result<Json<Joined>> {
    Ok(Json(Joined { organisation_id: super::accept(&cx, &at, &link.token).await? }))
}
