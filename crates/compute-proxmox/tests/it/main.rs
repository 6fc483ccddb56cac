//! The driver against our own stand-in, against the official schema, and against a peer that others wrote.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stderr, reason = "a test may fail where it stands")]

mod conformance;
mod consoles;
mod contract;
mod disks;
mod fake_peer;
mod faults;
mod guests;
mod images;
mod ipv6;
mod keeping;
mod moving;
mod networks;
mod peer;
mod trust;
mod user_data;
mod world;
