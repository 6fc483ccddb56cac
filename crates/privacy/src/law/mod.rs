//! Laws as data: which rights people have where, by when a request is answered, who watches over it.
//! The table is `laws.toml`; nothing in the code knows a country.

pub mod api;
pub mod calendar;
pub mod deadline;
mod list;
pub mod model;
mod table;

pub use deadline::{Terms, terms};
pub use list::{LawView, Rights, list};
pub use model::{Authority, Law};
pub use table::{applicable, authority, is_known_place, places};
