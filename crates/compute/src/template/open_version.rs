//! Finds the template that an image becomes a version of, or makes a new one. It is not on offer before an image of it is ready.

use kernel::{Error, Result, Tx};

use super::model::{TemplateId, TemplateSource, key_of};
use super::store;

/// The template `id`, held to the end of the transaction so that versions are counted one by one; or a new one of this name.
///
/// # Errors
/// `Invalid` at `template_id` for one that is unknown or built on the hosts.
pub(crate) async fn open_version(tx: &Tx, id: Option<TemplateId>, name: Option<&str>, description: Option<&str>) -> Result<TemplateId> {
    let wrong = || Error::invalid("template_id", "choose a template that consists of images");
    match id {
        Some(id) => match store::locked(tx, id).await {
            Ok(row) if row.source == TemplateSource::Image => Ok(id),
            _ => Err(wrong()),
        },
        None => {
            let title = name.unwrap_or_default().trim();
            let key = key_of(title);
            let taken = store::keys_like(tx, &key).await?;
            let free = std::iter::once(key.clone()).chain((2..).map(|number: u32| format!("{key}-{number}"))).find(|one| !taken.contains(one));
            let id = tx.cx().new_id();
            store::insert(tx, id, free.unwrap_or(key), title, description.unwrap_or_default().trim()).await?;
            Ok(id)
        }
    }
}
