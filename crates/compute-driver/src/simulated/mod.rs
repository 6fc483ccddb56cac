//! A hypervisor in memory, with faults on demand: what tests of workflows run against.
//!
//! [`hypervisor`] keeps the guests (its answers as a driver are in `answers`), [`fault`] says what may go wrong, and a small shell answers on a guest's serial line.

mod answers;
pub mod fault;
pub mod hypervisor;
mod shell;

pub use fault::{Fault, Operation};
pub use hypervisor::{Call, Simulated};
