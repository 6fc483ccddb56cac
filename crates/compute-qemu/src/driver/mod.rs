//! The driver: [`Qemu`] answers the trait's questions.
//!
//! `look` reads what is there, `make` creates, rebuilds and destroys, `power` starts and stops, `console` connects.

mod answers;
mod console;
mod look;
mod make;
mod power;

pub use answers::Qemu;
