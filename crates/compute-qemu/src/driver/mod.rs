//! The driver: [`Qemu`] answers the trait's questions.
//!
//! `look` reads what is there, `make` creates, rebuilds and destroys, `power` starts and stops, `console` connects,
//! `network` makes private networks and puts guests into them, `snapshot` and `backup` keep (through QEMU's jobs in `job`), `image` takes in images, `disk` keeps extra disks, `reshape` changes size, access and what is booted.

mod answers;
mod backup;
mod console;
mod disk;
mod image;
mod job;
mod look;
mod make;
mod network;
mod power;
mod reshape;
mod snapshot;

pub use answers::Qemu;
