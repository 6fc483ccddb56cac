//! Containers on this host, run by an OCI runtime (`runc`) that is called by its command line.
//!
//! Read in this order: [`settings`] (where things are), [`host`] (what this host must have), [`driver`] (the trait's answers), `guest`
//! (one container's folder, disk, ids, network and the runtime's configuration), [`supervisor`] (the small process that stays with
//! each container), [`image`] (the templates).
//! Containers outlive the process that started them; everything that must be remembered lies in their folders.

pub mod driver;
mod guest;
pub mod host;
pub mod image;
pub mod settings;
pub mod supervisor;

pub use compute_host::supervisor::SupervisorCommand;
pub use driver::Oci;
pub use settings::Settings;
