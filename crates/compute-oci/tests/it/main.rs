//! The driver against real containers. They need root and the host's packages: what is missing fails the tests by name.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stderr, reason = "a test may fail where it stands")]

mod bounds;
mod conformance;
mod console;
mod debian;
mod faults;
mod keep;
mod network;
mod one_network;
mod survival;
mod world;
