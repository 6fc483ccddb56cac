//! An image: a disk that boots by itself, fetched from its publisher or uploaded; the operator's for everybody, as versions of a
//! template, or a project's own.
//!
//! Reading order: `model`, `library` (the files), `import` (fetching; uploads are [`crate::image_upload`]), `admit` (what is looked at
//! before anybody uses one: `header`, `inspect`), `take_in` (how nodes get one), then the other verbs.

mod admit;
pub(crate) mod api;
pub(crate) mod change;
mod count;
mod delete;
mod download;
mod evict;
pub(crate) mod fresh;
mod header;
mod import;
mod inspect;
pub(crate) mod library;
mod list;
mod model;
mod pick;
pub(crate) mod store;
mod sweep;
mod take_in;

pub use admit::IMAGE_ADMIT;
pub use count::count;
pub use delete::{IMAGE_DELETE, delete};
pub use download::download;
pub use evict::{evict, of_organisation};
pub use import::{IMAGE_IMPORT, ImageInput, import, retry};
pub use library::Library;
pub(crate) use list::shown;
pub use list::{list, view};
pub use model::{Image, ImageId, ImageSource, ImageState, LIMIT, Name, NewImport, NewUpload, OWN};
pub(crate) use model::{check_description, check_name, disk_gib};
pub(crate) use pick::lock;
pub use pick::of_project;
pub(crate) use sweep::sweep;
pub(crate) use take_in::take_in;
