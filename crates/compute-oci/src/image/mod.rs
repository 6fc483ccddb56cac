//! Templates of containers, built here from Debian's packages.
//!
//! [`ensure`] builds a template when it is missing; [`find`] looks for it. `tiny-container` is busybox and an SSH server,
//! `debian-container` a minimal Debian. Both have busybox's init, which runs a start script and a shell on the line.

mod build;
mod debian;
mod template;
mod tiny;

pub use build::ensure;
pub use template::{TEMPLATES, Template, find};
