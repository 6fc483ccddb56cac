//! The driver against real guests in software translation. The host's packages must be installed: a missing one fails the tests by name.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stderr, reason = "a test may fail where it stands")]

mod conformance;
mod console;
mod debian;
mod disk;
mod faults;
mod ipv6;
mod keep;
mod network;
mod survival;
mod world;
