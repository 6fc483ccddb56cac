//! What Fairhold asks of any hypervisor, and how a driver shows that it gives it.
//!
//! Read in this order: [`guest`] (the words), [`driver`] (the questions), [`error`] (the ways to say no),
//! [`conformance`] (the suite that every driver passes), [`simulated`] (a hypervisor in memory, with faults, for tests of workflows).
//! Instances, their states and their owners belong to the `compute` domain; nothing here knows about them.

pub mod conformance;
pub mod driver;
pub mod error;
pub mod guest;
pub mod simulated;

pub use driver::{Answer, ConsoleKind, ConsoleStream, Driver};
pub use error::DriverError;
pub use guest::{Accelerator, Capabilities, Capacity, Guest, GuestSpec, Measurement, Reference, SshAddress, Status};
