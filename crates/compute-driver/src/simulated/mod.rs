//! A hypervisor in memory, with faults on demand: what tests of workflows run against.
//!
//! [`hypervisor`] keeps the guests (its answers as a driver are in `answers`, those about snapshots and backups in `keep`, private networks in `network`, hosts
//! in `hosts`, images in `image`, extra disks in `disk`, what guests use in `load`), [`fault`] says
//! what may go wrong, and a small [`shell`] answers on a guest's serial line.

mod answers;
mod disk;
pub mod fault;
mod hosts;
pub mod hypervisor;
mod image;
mod keep;
mod line;
mod load;
mod network;
mod reshape;
pub mod shell;

pub use fault::{Fault, Operation};
pub use hypervisor::{Call, Simulated};
