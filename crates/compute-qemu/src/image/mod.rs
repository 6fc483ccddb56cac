//! Templates: what guests are made from, built here from Debian's packages, and images that others made (`imported`).
//!
//! [`ensure`] builds a template when it is missing; [`find`] looks for it. `tiny` is Linux and busybox in memory, up in seconds;
//! `debian` is a minimal Debian on the disk. Both read the same NoCloud seed. [`host`] says which packages of the host are missing.

mod archive;
mod build;
mod debian;
pub mod host;
pub(crate) mod imported;
mod kernel;
mod template;
mod tiny;

pub use build::ensure;
use compute_host::tool;
pub(crate) use template::find_version;
pub use template::{RESCUE, TEMPLATES, Template, find};
