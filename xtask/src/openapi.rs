//! `cargo xtask openapi`: the API document that the program serves, and the console's types made from it,
//! kept in the repository so that a change to the API shows in review.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};
use clap::Args;

/// Where the document is kept.
const DOCUMENT: &str = "console/openapi.json";

/// Where the console's generated types are kept.
const TYPES: &str = "console/src/api/schema.d.ts";

/// Write or check.
#[derive(Args)]
pub struct Options {
    /// Change nothing; fail when a file is not what the program says.
    #[arg(long)]
    pub check: bool,
    /// A program that has been built already; without it, it is built first.
    #[arg(long, value_name = "FILE")]
    pub program: Option<PathBuf>,
}

/// Writes or checks both files.
pub fn run(root: &Path, options: &Options) -> Result<ExitCode> {
    let document = match &options.program {
        Some(program) => output(Command::new(program).arg("openapi").current_dir(root))?,
        None => output(Command::new("cargo").args(["run", "-q", "--bin", "fairhold", "--", "openapi"]).current_dir(root))?,
    };
    if !settle(root, DOCUMENT, &document, options)? {
        return Ok(ExitCode::FAILURE);
    }
    let current = types_are_current(root, options)?;
    Ok(if current { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs the console's own generator, which writes the types; a check puts the old ones back.
fn types_are_current(root: &Path, options: &Options) -> Result<bool> {
    let console = root.join("console");
    ensure!(console.join("node_modules").exists(), "run `npm ci` in console/ first: the types' generator is missing");
    let path = root.join(TYPES);
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    output(Command::new("npm").args(["run", "--silent", "api"]).current_dir(&console))?;
    let after = std::fs::read_to_string(&path).with_context(|| format!("reading {TYPES}"))?;
    if before == after {
        println!("{TYPES} is current");
        return Ok(true);
    }
    if options.check {
        std::fs::write(&path, before)?;
        println!("{TYPES} differs from {DOCUMENT}: run `cargo xtask openapi` and review the change");
        return Ok(false);
    }
    println!("{TYPES} written");
    Ok(true)
}

/// Runs a program and returns what it printed.
fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("starting {:?}", command.get_program()))?;
    let complaints = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{:?} failed: {complaints}", command.get_program());
    Ok(String::from_utf8(output.stdout)?)
}

/// Makes the file equal to `wanted`, or with `--check` says whether it is.
fn settle(root: &Path, path: &str, wanted: &str, options: &Options) -> Result<bool> {
    let full = root.join(path);
    let present = std::fs::read_to_string(&full).unwrap_or_default();
    let wanted = format!("{}\n", wanted.trim_end());
    if present == wanted {
        println!("{path} is current");
        return Ok(true);
    }
    if options.check {
        let line = present.lines().zip(wanted.lines()).take_while(|(present, wanted)| present == wanted).count() + 1;
        println!("{path} differs from the program at line {line}: run `cargo xtask openapi` and review the change");
        return Ok(false);
    }
    std::fs::write(&full, wanted).with_context(|| format!("writing {path}"))?;
    println!("{path} written");
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(check: bool) -> Options {
        Options { check, program: None }
    }

    #[test]
    fn checking_never_writes_and_writing_makes_it_current() {
        let folder = tempfile::tempdir().unwrap();
        let (check, write) = (options(true), options(false));
        assert!(!settle(folder.path(), "a.json", "{}", &check).unwrap());
        assert!(!folder.path().join("a.json").exists());
        assert!(settle(folder.path(), "a.json", "{}", &write).unwrap());
        assert!(settle(folder.path(), "a.json", "{}", &check).unwrap());
        assert!(!settle(folder.path(), "a.json", "{\"a\":1}", &check).unwrap());
    }

    #[test]
    fn a_check_of_the_types_puts_the_old_ones_back() {
        let root = tempfile::tempdir().unwrap();
        let console = root.path().join("console");
        std::fs::create_dir_all(console.join("src/api")).unwrap();
        std::fs::create_dir_all(console.join("node_modules")).unwrap();
        std::fs::write(console.join("package.json"), r#"{"scripts":{"api":"echo new > src/api/schema.d.ts"}}"#).unwrap();
        std::fs::write(root.path().join(TYPES), "old").unwrap();

        assert!(!types_are_current(root.path(), &options(true)).unwrap());
        assert_eq!(std::fs::read_to_string(root.path().join(TYPES)).unwrap(), "old");
        assert!(types_are_current(root.path(), &options(false)).unwrap());
        assert!(types_are_current(root.path(), &options(true)).unwrap());
    }

    #[test]
    fn a_failing_program_is_an_error_with_its_words() {
        let error = output(Command::new("sh").args(["-c", "echo broken >&2; exit 3"])).unwrap_err();
        assert!(error.to_string().contains("broken"));
    }
}
