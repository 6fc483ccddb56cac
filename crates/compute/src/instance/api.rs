//! Machines over HTTP.

use axum::http::StatusCode;
use kernel::http::{Credentials, Json, Path, Query};
use kernel::{Cx, Error, Page, PageQuery, Result, Scope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use workflow::operation::{Operation, by_subject};

use super::adopt::{ADOPT, Adoption};
use super::delete::Deletion;
use super::model::{Instance, InstanceEvent, InstanceId, InstanceQuery, SizeId};
use super::r#move::{InstanceMove, MOVE, move_to};
use super::place::{PlaceQuery, PlacedInstance, list_any};
use super::power::{Action, power};
use super::rebuild::Renewal;
use super::update::InstancePatch;
use super::{AuthorisedKey, NewRootPassword, adopt, authorise_key, connect, delete, list, rebuild, rescue, resize, set_password, undelete, update, view};
use crate::card::Connection;
use crate::image::ImageId;
use crate::node::NodeId;
use crate::permissions::{
    InstanceAdopt, InstanceAuthoriseKey, InstanceConnect, InstanceDelete, InstanceListAny, InstanceMove as MayMove, InstanceReboot, InstanceRebuild,
    InstanceRescueBegin, InstanceRescueEnd, InstanceReset, InstanceResize, InstanceResume, InstanceSetPassword, InstanceShutdown, InstanceStart, InstanceStop,
    InstanceSuspend, InstanceUndelete, InstanceUpdate, InstanceView,
};
use crate::template::TemplateId;

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new()
        .routes(routes!(instance_list))
        .routes(routes!(instance_view, instance_update, instance_delete))
        .routes(routes!(instance_start))
        .routes(routes!(instance_stop))
        .routes(routes!(instance_shutdown))
        .routes(routes!(instance_reboot))
        .routes(routes!(instance_reset))
        .routes(routes!(instance_suspend))
        .routes(routes!(instance_resume))
        .routes(routes!(instance_rescue_begin, instance_rescue_end))
        .routes(routes!(instance_set_password))
        .routes(routes!(instance_authorise_key))
        .routes(routes!(instance_rebuild))
        .routes(routes!(instance_resize))
        .routes(routes!(instance_connect))
        .routes(routes!(instance_undelete))
        .routes(routes!(instance_event_list))
        .routes(routes!(instance_adopt))
        .routes(routes!(instance_list_any))
        .routes(routes!(instance_move))
}

type Accepted = (StatusCode, Json<Operation>);

/// The operation that was just started on the machine, as the caller sees it.
async fn accepted(cx: &Cx, kind: &str, id: InstanceId) -> Result<Accepted> {
    let operation = by_subject(cx.db(), kind, &id.to_string()).await?;
    Ok((StatusCode::ACCEPTED, Json(operation.ok_or_else(|| Error::internal("an operation vanished"))?)))
}

/// The machines of a project, or those with a tag, newest first.
#[utoipa::path(get, path = "/v1/instances", operation_id = "instance_list", tag = "compute", params(InstanceQuery, PageQuery), responses((status = 200, body = Page<Instance>)))]
async fn instance_list(cx: Cx, at: Scope<InstanceView>, Query(which): Query<InstanceQuery>, Query(query): Query<PageQuery>) -> Result<Json<Page<Instance>>> {
    Ok(Json(list::list(&cx, &at, &which, &query).await?))
}

/// One machine.
#[utoipa::path(get, path = "/v1/instances/{id}", operation_id = "instance_view", tag = "compute", params(("id" = InstanceId, Path)), responses((status = 200, body = Instance)))]
async fn instance_view(cx: Cx, at: Scope<InstanceView>, Path(id): Path<InstanceId>) -> Result<Json<Instance>> {
    Ok(Json(view::view(&cx, &at, id).await?))
}

/// Changes what a machine is called and found by.
#[utoipa::path(patch, path = "/v1/instances/{id}", operation_id = "instance_update", tag = "compute", params(("id" = InstanceId, Path)), request_body = InstancePatch, responses((status = 200, body = Instance)))]
async fn instance_update(cx: Cx, at: Scope<InstanceUpdate>, Path(id): Path<InstanceId>, Json(patch): Json<InstancePatch>) -> Result<Json<Instance>> {
    Ok(Json(update::update(&cx, &at, id, &patch).await?))
}

/// Deletes a machine, after a last backup if one is asked for. It can be brought back until its grace ends.
#[utoipa::path(delete, path = "/v1/instances/{id}", operation_id = "instance_delete", tag = "compute", params(("id" = InstanceId, Path), Deletion), responses((status = 202, body = Operation)))]
async fn instance_delete(cx: Cx, at: Scope<InstanceDelete>, Path(id): Path<InstanceId>, Query(how): Query<Deletion>) -> Result<Accepted> {
    delete::delete(&cx, &at, id, how).await?;
    accepted(&cx, super::RETIRE.name, id).await
}

/// Moves a machine into a private network, out of it, or under another security group.
#[utoipa::path(put, path = "/v1/instances/{id}/network", operation_id = "instance_connect", tag = "compute", params(("id" = InstanceId, Path)), request_body = Connection, responses((status = 202, body = Operation)))]
async fn instance_connect(cx: Cx, at: Scope<InstanceConnect>, Path(id): Path<InstanceId>, Json(wanted): Json<Connection>) -> Result<Accepted> {
    connect::connect_to(&cx, &at, id, &wanted).await?;
    accepted(&cx, super::CONNECT.name, id).await
}

/// Switches a machine on.
#[utoipa::path(post, path = "/v1/instances/{id}/start", operation_id = "instance_start", tag = "compute", params(("id" = InstanceId, Path)), responses((status = 202, body = Operation)))]
async fn instance_start(cx: Cx, at: Scope<InstanceStart>, Path(id): Path<InstanceId>) -> Result<Accepted> {
    power(&cx, &at, id, Action::Start).await?;
    accepted(&cx, super::power::START.name, id).await
}

/// Cuts a machine's power.
#[utoipa::path(post, path = "/v1/instances/{id}/stop", operation_id = "instance_stop", tag = "compute", params(("id" = InstanceId, Path)), responses((status = 202, body = Operation)))]
async fn instance_stop(cx: Cx, at: Scope<InstanceStop>, Path(id): Path<InstanceId>) -> Result<Accepted> {
    power(&cx, &at, id, Action::Stop).await?;
    accepted(&cx, super::power::START.name, id).await
}

/// Asks a machine to shut down, and cuts its power after thirty seconds.
#[utoipa::path(post, path = "/v1/instances/{id}/shutdown", operation_id = "instance_shutdown", tag = "compute", params(("id" = InstanceId, Path)), responses((status = 202, body = Operation)))]
async fn instance_shutdown(cx: Cx, at: Scope<InstanceShutdown>, Path(id): Path<InstanceId>) -> Result<Accepted> {
    power(&cx, &at, id, Action::Shutdown).await?;
    accepted(&cx, super::power::START.name, id).await
}

/// Asks a machine to start anew.
#[utoipa::path(post, path = "/v1/instances/{id}/reboot", operation_id = "instance_reboot", tag = "compute", params(("id" = InstanceId, Path)), responses((status = 202, body = Operation)))]
async fn instance_reboot(cx: Cx, at: Scope<InstanceReboot>, Path(id): Path<InstanceId>) -> Result<Accepted> {
    power(&cx, &at, id, Action::Reboot).await?;
    accepted(&cx, super::power::START.name, id).await
}

/// Presses a machine's reset button.
#[utoipa::path(post, path = "/v1/instances/{id}/reset", operation_id = "instance_reset", tag = "compute", params(("id" = InstanceId, Path)), responses((status = 202, body = Operation)))]
async fn instance_reset(cx: Cx, at: Scope<InstanceReset>, Path(id): Path<InstanceId>) -> Result<Accepted> {
    power(&cx, &at, id, Action::Reset).await?;
    accepted(&cx, super::power::START.name, id).await
}

/// Holds a machine's processors. Its memory stays, and so does what it costs.
#[utoipa::path(post, path = "/v1/instances/{id}/suspend", operation_id = "instance_suspend", tag = "compute", params(("id" = InstanceId, Path)), responses((status = 202, body = Operation)))]
async fn instance_suspend(cx: Cx, at: Scope<InstanceSuspend>, Path(id): Path<InstanceId>) -> Result<Accepted> {
    power(&cx, &at, id, Action::Suspend).await?;
    accepted(&cx, super::power::START.name, id).await
}

/// Lets a suspended machine go on.
#[utoipa::path(post, path = "/v1/instances/{id}/resume", operation_id = "instance_resume", tag = "compute", params(("id" = InstanceId, Path)), responses((status = 202, body = Operation)))]
async fn instance_resume(cx: Cx, at: Scope<InstanceResume>, Path(id): Path<InstanceId>) -> Result<Accepted> {
    power(&cx, &at, id, Action::Resume).await?;
    accepted(&cx, super::power::START.name, id).await
}

/// Boots a machine's rescue system, with its disk attached and untouched. A machine that runs is cut off.
#[utoipa::path(post, path = "/v1/instances/{id}/rescue", operation_id = "instance_rescue_begin", tag = "compute", params(("id" = InstanceId, Path)), responses((status = 202, body = Operation)))]
async fn instance_rescue_begin(cx: Cx, at: Scope<InstanceRescueBegin>, Path(id): Path<InstanceId>) -> Result<Accepted> {
    rescue::rescue_begin(&cx, &at, id).await?;
    accepted(&cx, rescue::RESCUE_BEGIN.name, id).await
}

/// Leaves a machine's rescue system and starts its own.
#[utoipa::path(delete, path = "/v1/instances/{id}/rescue", operation_id = "instance_rescue_end", tag = "compute", params(("id" = InstanceId, Path)), responses((status = 202, body = Operation)))]
async fn instance_rescue_end(cx: Cx, at: Scope<InstanceRescueEnd>, Path(id): Path<InstanceId>) -> Result<Accepted> {
    rescue::rescue_end(&cx, &at, id).await?;
    accepted(&cx, rescue::RESCUE_END.name, id).await
}

/// Sets the root user's password inside a machine. The answer does not contain it; where the node cannot change a running machine, the operation's log says so.
#[utoipa::path(post, path = "/v1/instances/{id}/password", operation_id = "instance_set_password", tag = "compute", params(("id" = InstanceId, Path)), request_body = NewRootPassword, responses((status = 202, body = Operation)))]
async fn instance_set_password(cx: Cx, at: Scope<InstanceSetPassword>, Path(id): Path<InstanceId>, Json(new): Json<NewRootPassword>) -> Result<Accepted> {
    set_password(&cx, &at, id, &new).await?;
    accepted(&cx, super::SET_PASSWORD.name, id).await
}

/// Adds a kept SSH key inside a machine, beside those that are there.
#[utoipa::path(post, path = "/v1/instances/{id}/keys", operation_id = "instance_authorise_key", tag = "compute", params(("id" = InstanceId, Path)), request_body = AuthorisedKey, responses((status = 202, body = Operation)))]
async fn instance_authorise_key(cx: Cx, at: Scope<InstanceAuthoriseKey>, Path(id): Path<InstanceId>, Json(new): Json<AuthorisedKey>) -> Result<Accepted> {
    authorise_key(&cx, &at, id, &new).await?;
    accepted(&cx, super::AUTHORISE_KEY.name, id).await
}

/// What a machine is rebuilt from.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct InstanceRebuildRequest {
    /// The template of its new disk, unless it is made of an image of the project.
    #[serde(default)]
    template_id: Option<TemplateId>,
    /// An image of the project, in place of a template.
    #[serde(default)]
    image_id: Option<ImageId>,
}

/// Gives a machine a fresh disk. What was on the disk is gone.
#[utoipa::path(post, path = "/v1/instances/{id}/rebuild", operation_id = "instance_rebuild", tag = "compute", params(("id" = InstanceId, Path)), request_body = InstanceRebuildRequest, responses((status = 202, body = Operation)))]
async fn instance_rebuild(cx: Cx, at: Scope<InstanceRebuild>, Path(id): Path<InstanceId>, Json(new): Json<InstanceRebuildRequest>) -> Result<Accepted> {
    let from = match (new.template_id, new.image_id) {
        (Some(template), None) => Renewal::Template(template),
        (None, Some(image)) => Renewal::Image(image),
        _ => return Err(Error::invalid("template_id", "choose a template, or an image in its place")),
    };
    rebuild::rebuild(&cx, &at, id, from).await?;
    accepted(&cx, super::REBUILD.name, id).await
}

/// What a machine becomes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct InstanceResizeRequest {
    /// Its new size. The disk must not be smaller than the one it has.
    size_id: SizeId,
}

/// Gives a machine another size. One that runs is restarted where its processors or memory change.
#[utoipa::path(post, path = "/v1/instances/{id}/resize", operation_id = "instance_resize", tag = "compute", params(("id" = InstanceId, Path)), request_body = InstanceResizeRequest, responses((status = 202, body = Operation)))]
async fn instance_resize(cx: Cx, at: Scope<InstanceResize>, Path(id): Path<InstanceId>, Json(new): Json<InstanceResizeRequest>) -> Result<Accepted> {
    resize::resize(&cx, &at, id, new.size_id).await?;
    accepted(&cx, super::RESIZE.name, id).await
}

/// Brings a machine back whose deletion is still in its grace.
#[utoipa::path(post, path = "/v1/instances/{id}/undelete", operation_id = "instance_undelete", tag = "compute", params(("id" = InstanceId, Path)), responses((status = 200, body = Instance)))]
async fn instance_undelete(cx: Cx, at: Scope<InstanceUndelete>, Path(id): Path<InstanceId>) -> Result<Json<Instance>> {
    Ok(Json(undelete::undelete(&cx, &at, id).await?))
}

/// What happened to a machine, newest first.
#[utoipa::path(get, path = "/v1/instances/{id}/events", operation_id = "instance_event_list", tag = "compute", params(("id" = InstanceId, Path), PageQuery), responses((status = 200, body = Page<InstanceEvent>)))]
async fn instance_event_list(cx: Cx, at: Scope<InstanceView>, Path(id): Path<InstanceId>, Query(query): Query<PageQuery>) -> Result<Json<Page<InstanceEvent>>> {
    Ok(Json(list::events(&cx, &at, id, &query).await?))
}

/// Takes over a guest that others made on a node, for a project. Nothing about the guest changes but its mark, and nothing is charged for it.
#[utoipa::path(post, path = "/v1/nodes/{id}/adopt", operation_id = "instance_adopt", tag = "compute", params(("id" = NodeId, Path)), request_body = Adoption, responses((status = 202, body = Operation)))]
async fn instance_adopt(cx: Cx, at: Scope<InstanceAdopt>, credentials: Credentials, Path(id): Path<NodeId>, Json(wanted): Json<Adoption>) -> Result<Accepted> {
    // Staff may look at a project that they name; that tells whose it is, and that it is there.
    let project = Scope::<InstanceView>::ask(&cx, &credentials, Some(wanted.project_id), None).await;
    let owner = project.map_err(|_| Error::invalid("project_id", "there is no such project"))?.place();
    let (instance, _) = adopt::adopt(&cx, &at, owner, id, &wanted).await?;
    accepted(&cx, ADOPT.name, instance).await
}

/// The machines of the whole installation, newest first: where they are and what they take. What their owners call them is not told.
#[utoipa::path(get, path = "/v1/operator/instances", operation_id = "instance_list_any", tag = "compute", params(PlaceQuery, PageQuery), responses((status = 200, body = Page<PlacedInstance>)))]
async fn instance_list_any(
    cx: Cx,
    at: Scope<InstanceListAny>,
    Query(which): Query<PlaceQuery>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<PlacedInstance>>> {
    Ok(Json(list_any(&cx, &at, &which, &query).await?))
}

/// Moves a machine to another host of its node. One that runs goes on meanwhile where its hypervisor can do that; its owner reads why it was moved.
#[utoipa::path(post, path = "/v1/operator/instances/{id}/move", operation_id = "instance_move", tag = "compute", params(("id" = InstanceId, Path)), request_body = InstanceMove, responses((status = 202, body = Operation)))]
async fn instance_move(cx: Cx, at: Scope<MayMove>, Path(id): Path<InstanceId>, Json(wanted): Json<InstanceMove>) -> Result<Accepted> {
    move_to(&cx, &at, id, &wanted).await?;
    accepted(&cx, MOVE.name, id).await
}
