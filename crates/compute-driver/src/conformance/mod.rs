//! The suite that every driver passes: what the trait promises, asked of a live hypervisor.
//!
//! It makes one guest, takes it through its whole life, and leaves nothing behind when it passes.
//! What one hypervisor alone can do (its sockets, its cluster) is left to the tests of its own crate.
//! Features that the driver does not name must be `Unsupported`; those that it names are asked for everything they promise.
//! [`check`] takes the guest through its life, with the disk of [`bootable`] for images; a promise that was not kept comes back as a [`Violation`].

pub mod bootable;
mod disk;
mod expect;
mod image;
mod keep;
mod life;
mod moving;
mod network;
mod reshape;

pub use expect::Violation;
pub use life::{check, check_from_outside};
