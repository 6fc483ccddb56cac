//! A container's supervisor as a program of its own: what the tests of this crate run.

use std::{env, path::PathBuf, process::ExitCode};

fn main() -> ExitCode {
    match env::args_os().next_back() {
        Some(orders) => compute_oci::supervisor::supervise(&PathBuf::from(orders)),
        None => ExitCode::FAILURE,
    }
}
