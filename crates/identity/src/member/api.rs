//! Members over HTTP.

use axum::http::StatusCode;
use kernel::http::{Credentials, Json, Path, Query};
use kernel::{Cx, OrganisationId, Page, PageQuery, PersonId, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Member, MemberPatch};
use crate::organisation::Transfer;
use crate::permissions::{MemberDelete, MemberList, MemberResetPassword, MemberUpdate, OrganisationLeave, OrganisationTransfer};

pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new()
        .routes(routes!(member_list))
        .routes(routes!(member_update, member_delete))
        .routes(routes!(member_reset_password))
        .routes(routes!(organisation_leave))
        .routes(routes!(organisation_transfer))
}

/// Who belongs to the organisation.
#[utoipa::path(get, path = "/v1/members", operation_id = "member_list", tag = "identity", params(("organisation" = Option<String>, Query, description = "May be left out by members of one organisation"), PageQuery), responses((status = 200, body = Page<Member>)))]
async fn member_list(cx: Cx, at: Scope<MemberList>, Query(query): Query<PageQuery>) -> Result<Json<Page<Member>>> {
    super::list(&cx, &at, &query).await.map(Json)
}

/// Change a member's role, suspend them or lift that.
#[utoipa::path(patch, path = "/v1/members/{id}", operation_id = "member_update", tag = "identity", params(("id" = PersonId, Path), ("organisation" = Option<String>, Query)), request_body = MemberPatch, responses((status = 204)))]
async fn member_update(cx: Cx, at: Scope<MemberUpdate>, Path(id): Path<PersonId>, Json(patch): Json<MemberPatch>) -> Result<StatusCode> {
    super::update(&cx, &at, id, &patch).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove a member; their access ends at once.
#[utoipa::path(delete, path = "/v1/members/{id}", operation_id = "member_delete", tag = "identity", params(("id" = PersonId, Path), ("organisation" = Option<String>, Query)), responses((status = 204)))]
async fn member_delete(cx: Cx, at: Scope<MemberDelete>, Path(id): Path<PersonId>) -> Result<StatusCode> {
    super::delete(&cx, &at, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make a member choose a new password: they get a mail, and their sessions end.
#[utoipa::path(post, path = "/v1/members/{id}/reset-password", operation_id = "member_reset_password", tag = "identity", params(("id" = PersonId, Path), ("organisation" = Option<String>, Query)), responses((status = 204)))]
async fn member_reset_password(cx: Cx, at: Scope<MemberResetPassword>, Path(id): Path<PersonId>) -> Result<StatusCode> {
    super::reset_password(&cx, &at, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Leave an organisation. Its last owner cannot.
#[utoipa::path(post, path = "/v1/organisations/{id}/leave", operation_id = "organisation_leave", tag = "identity", params(("id" = OrganisationId, Path)), responses((status = 204)))]
async fn organisation_leave(cx: Cx, credentials: Credentials, Path(id): Path<OrganisationId>) -> Result<StatusCode> {
    let at = Scope::<OrganisationLeave>::ask(&cx, &credentials, None, Some(id)).await?;
    super::leave(&cx, &at).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Hand an organisation to another member, who becomes an owner.
#[utoipa::path(post, path = "/v1/organisations/{id}/transfer", operation_id = "organisation_transfer", tag = "identity", params(("id" = OrganisationId, Path)), request_body = Transfer, responses((status = 204)))]
async fn organisation_transfer(cx: Cx, credentials: Credentials, Path(id): Path<OrganisationId>, Json(new): Json<Transfer>) -> Result<StatusCode> {
    let at = Scope::<OrganisationTransfer>::ask(&cx, &credentials, None, Some(id)).await?;
    super::transfer(&cx, &at, new.person_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
