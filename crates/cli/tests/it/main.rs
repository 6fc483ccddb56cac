//! The program itself, as a process: real QEMU machines, the command line as a client, and kill -9.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stderr)]

mod crash;
mod image;
mod journey;
mod keeping;
mod kills;
mod lint;
mod offline;
mod program;
mod workers;
