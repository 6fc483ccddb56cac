//! The templates: on offer, for everybody; and all of them, for the operator.

use kernel::http::{Json, Path};
use kernel::{Cx, Page, Result, Scope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{Template, TemplateId, TemplatePatch, TemplateView};
use super::{list, store, update};
use crate::permissions::{ImageViewAny, TemplateUpdate};

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(template_list)).routes(routes!(template_list_any)).routes(routes!(template_update))
}

/// The templates on offer.
#[utoipa::path(get, path = "/v1/templates", operation_id = "template_list", tag = "catalogue", responses((status = 200, body = Page<Template>)))]
async fn template_list(cx: Cx) -> Result<Json<Page<Template>>> {
    Ok(Json(Page { items: store::all(cx.db()).await?, next: None }))
}

/// All templates with their images, those that are hidden, retired or not ready included.
#[utoipa::path(get, path = "/v1/operator/templates", operation_id = "template_list_any", tag = "compute", responses((status = 200, body = Page<TemplateView>)))]
async fn template_list_any(cx: Cx, at: Scope<ImageViewAny>) -> Result<Json<Page<TemplateView>>> {
    Ok(Json(Page { items: list::list(&cx, &at).await?, next: None }))
}

/// Changes a template's words, hides it from lists, or retires it: no new machines, while those that there are can be rebuilt.
#[utoipa::path(patch, path = "/v1/operator/templates/{id}", operation_id = "template_update", tag = "compute", params(("id" = TemplateId, Path)), request_body = TemplatePatch, responses((status = 200, body = TemplateView)))]
async fn template_update(cx: Cx, at: Scope<TemplateUpdate>, Path(id): Path<TemplateId>, Json(patch): Json<TemplatePatch>) -> Result<Json<TemplateView>> {
    Ok(Json(update::update(&cx, &at, id, &patch).await?))
}
