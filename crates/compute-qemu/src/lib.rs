//! The local hypervisor: QEMU run directly, without libvirt.
//!
//! Read in this order: [`settings`] (where things are), [`driver`] (the trait's answers), `guest` (one guest's folder, disk, seed and
//! command line), `qmp` (talking to QEMU), [`supervisor`] (the small process that stays with each guest), [`image`] (the templates).
//! Guests outlive the process that started them; everything that must be remembered lies in their folders.

mod accelerator;
pub mod driver;
mod guest;
pub mod image;
mod qmp;
pub mod settings;
pub mod supervisor;

pub use compute_host::supervisor::SupervisorCommand;
pub use driver::Qemu;
pub use settings::{AcceleratorChoice, Settings};

pub(crate) use compute_host::process;
