//! Picks an image for a new machine.

use compute_driver::is_image;
use kernel::permission::{AtProject, Permission};
use kernel::{Error, Kind, Result, Scope, Tx};
use sea_orm::ConnectionTrait;

use super::model::{ImageId, ImageState, OWN, disk_gib};
use super::store::{self, Row};
use crate::template::{Template, TemplateSource};

/// A project's own image as the template of a machine; for telling people early.
///
/// # Errors
/// `Invalid` at `image_id` for another's, or for one that is not ready.
pub async fn of_project<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>, id: ImageId) -> Result<Template> {
    let row = store::by_id(db, at, id).await.map_err(unknown)?;
    if row.state != ImageState::Ready {
        return Err(Error::invalid("image_id", format!("this image is {}; choose another", row.state.in_words())));
    }
    Ok(template(&row))
}

fn unknown(error: Error) -> Error {
    if error.kind() == Kind::NotFound { Error::invalid("image_id", "choose one of the project's images") } else { error }
}

fn template(row: &Row) -> Template {
    Template {
        source: TemplateSource::Image,
        disk_gib: row.virtual_bytes.map_or(1, disk_gib),
        image: Some(row.id.on_nodes()),
        ..Template::standing(row.id.as_template(), row.id.on_nodes(), OWN.to_owned())
    }
}

/// Holds the image that a template's newest machines are made of, so that it is not removed while a machine's row is written.
///
/// # Errors
/// `Conflict` when it is not ready any more.
pub(crate) async fn lock<P: Permission>(tx: &Tx, at: &Scope<P>, template: &Template) -> Result<()> {
    let name = template.on_nodes();
    let Some(id) = ImageId::of_nodes(name).filter(|_| is_image(name)) else { return Ok(()) };
    match store::usable_locked(tx, at, id).await {
        Ok(row) if row.state == ImageState::Ready => Ok(()),
        Ok(row) => Err(Error::conflict(format!("The image is {} now. Choose another.", row.state.in_words()))),
        Err(error) => Err(error),
    }
}
