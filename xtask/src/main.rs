//! The chores of this repository: `cargo xtask ci|tidy|rows|openapi|new-verb`.
//!
//! Each subcommand is one module. What a chore may change is named in its help text;
//! everything else only reads.
// A command line tool speaks through its standard output.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod ci;
mod new_verb;
mod openapi;
mod rows;
mod tidy;
mod tree;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "xtask", about = "Chores of the Fairhold repository")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Run exactly what CI runs, step by step, and stop at the first failure.
    Ci(ci::Options),
    /// Check the written house rules that the compiler cannot check.
    Tidy,
    /// Print which requirement rows the tests claim to prove.
    Rows(rows::Options),
    /// Write `console/openapi.json` from the program, or check that it is current.
    Openapi(openapi::Options),
    /// Write the files that a new verb of a domain starts from.
    NewVerb(new_verb::Options),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments.chore) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(chore: &Chore) -> Result<ExitCode> {
    let root = repository_root()?;
    match chore {
        Chore::Ci(options) => ci::run(&root, options),
        Chore::Tidy => tidy::run(&root),
        Chore::Rows(options) => rows::run(&root, options),
        Chore::Openapi(options) => openapi::run(&root, options),
        Chore::NewVerb(options) => new_verb::run(&root, options),
    }
}

/// The folder above this crate, so that every chore works from any folder of the repository.
fn repository_root() -> Result<PathBuf> {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").context("run this as `cargo xtask`")?;
    PathBuf::from(here).parent().map(PathBuf::from).context("xtask has no parent folder")
}
