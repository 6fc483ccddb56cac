//! Begins an upload, before the first byte: its limits, its place in the quota, its row.

use kernel::permission::Permission;
use kernel::{ByWorkflow, Cx, KeyOwner, Place, Result, Scope, Sealed};

use crate::image::fresh::{digest, fresh, limit, within};
use crate::image::store::{self, Row};
use crate::image::{ImageId, ImageSource, ImageState, Library, Name, NewUpload};
use crate::{quota, template};

/// Begins an upload: a row with its place in the quota, before the first byte.
///
/// # Errors
/// `Invalid` with every wrong field; `Conflict` for a file that is too large; `Exhausted` without room or when the quota is used up.
pub async fn create<P: Permission>(cx: &Cx, at: &Scope<P>, new: &NewUpload) -> Result<ImageId> {
    new.checks().done()?;
    let library = cx.extension::<Library>()?;
    within(new.bytes, limit(cx.db()).await?)?;
    library.has_room(new.bytes).await?;
    cx.write(async |tx| {
        let id: ImageId = tx.cx().new_id();
        let row = Row {
            sha256: new.sha256.as_deref().and_then(digest),
            total_bytes: i64::try_from(new.bytes).ok(),
            ..fresh(&tx, id, ImageSource::Upload, ImageState::Uploading)
        };
        let row = match at.place() {
            Place::Project { organisation, project } => {
                quota::reserve_image(&tx, &Scope::<ByWorkflow>::acting("compute.image.upload", at.place())).await?;
                let name = new.name.as_deref().unwrap_or_default().trim().to_owned();
                let name = Sealed::<Name>::seal(&tx, KeyOwner::Organisation(organisation), &name).await?;
                Row { organisation_id: Some(organisation), project_id: Some(project), name: Some(name), ..row }
            }
            _ => {
                let template = template::open_version(&tx, new.template_id, new.name.as_deref(), new.description.as_deref()).await?;
                Row { template_id: Some(template), version: store::next_version(&tx, template).await?, ..row }
            }
        };
        store::insert(&tx, row).await?;
        audit::record(&tx, at, id, "An image is uploaded").await?;
        Ok(id)
    })
    .await
}
