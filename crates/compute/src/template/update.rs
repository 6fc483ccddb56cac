//! What the operator says about a template: its words, whether lists show it, whether new machines are made of it.

use kernel::permission::Permission;
use kernel::{Cx, Error, Result, Scope};

use super::list::list;
use super::model::{TemplateId, TemplatePatch, TemplateView};
use super::store;

/// Changes it. Machines that are made of it stay what they are.
///
/// # Errors
/// `Invalid` with every wrong field; `NotFound`; database errors.
pub async fn update<P: Permission>(cx: &Cx, at: &Scope<P>, id: TemplateId, patch: &TemplatePatch) -> Result<TemplateView> {
    patch.checks().done()?;
    cx.write(async |tx| {
        let row = store::locked(&tx, id).await?;
        store::set(&tx, at, &row, patch).await?;
        audit::record(&tx, at, id, in_words(patch)).await
    })
    .await?;
    list(cx, at).await?.into_iter().find(|one| one.id == id).ok_or_else(|| Error::not_found("template"))
}

fn in_words(patch: &TemplatePatch) -> &'static str {
    match (patch.retired, patch.hidden) {
        (Some(true), _) => "A template is retired",
        (Some(false), _) => "A template is on offer again",
        (None, Some(true)) => "A template is hidden",
        (None, Some(false)) => "A template is shown again",
        (None, None) => "The words about a template are changed",
    }
}
