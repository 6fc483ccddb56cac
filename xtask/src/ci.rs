//! `cargo xtask ci`: exactly what CI runs, cheapest first, stopping at the first failure.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{openapi, rows, tidy};

/// Which steps to run.
#[derive(Args)]
pub struct Options {
    /// Run only these steps (may be repeated).
    #[arg(long, value_name = "STEP")]
    only: Vec<String>,
    /// Leave these steps out (may be repeated).
    #[arg(long, value_name = "STEP")]
    skip: Vec<String>,
    /// Print the steps and run none.
    #[arg(long)]
    list: bool,
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Passed,
    Failed,
    /// It could not be done here, and said why. The summary repeats it.
    NotChecked,
}

impl From<bool> for Verdict {
    fn from(passed: bool) -> Self {
        if passed { Self::Passed } else { Self::Failed }
    }
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "FAILED",
            Self::NotChecked => "NOT CHECKED",
        }
    }
}

/// What a step does.
enum Work {
    /// A program with its arguments, in a folder below the root.
    Run { folder: &'static str, line: &'static [&'static str] },
    /// A chore of this crate.
    Chore(fn(&Path) -> Result<Verdict>),
}

struct Step {
    name: &'static str,
    about: &'static str,
    work: Work,
}

/// Shorthand for a program that runs in the root folder.
const fn program(name: &'static str, about: &'static str, line: &'static [&'static str]) -> Step {
    Step { name, about, work: Work::Run { folder: "", line } }
}

/// Shorthand for a script of the console.
const fn console(name: &'static str, about: &'static str, line: &'static [&'static str]) -> Step {
    Step { name, about, work: Work::Run { folder: "console", line } }
}

/// Shorthand for a chore of this crate.
const fn chore(name: &'static str, about: &'static str, chore: fn(&Path) -> Result<Verdict>) -> Step {
    Step { name, about, work: Work::Chore(chore) }
}

/// Seconds first, minutes last. The console is built before anything that embeds it is compiled.
const STEPS: &[Step] = &[
    program("fmt", "formatting", &["cargo", "fmt", "--all", "--check"]),
    chore("tidy", "house rules", |root| Ok((tidy::run(root)? == ExitCode::SUCCESS).into())),
    chore("rows", "claimed requirement rows", |root| Ok((rows::run(root, &rows::Options::default())? == ExitCode::SUCCESS).into())),
    program("scripts", "mistakes in shell scripts", &["sh", "-c", "shellcheck -S warning scripts/*.sh .ci/run"]),
    chore("machete", "unused dependencies", unused_dependencies),
    program("deny", "licences, bans, sources", &["cargo", "deny", "--all-features", "check", "licenses", "bans", "sources"]),
    chore("advisories", "known vulnerabilities", advisories),
    console("console-install", "packages of the console", &["npm", "ci", "--no-audit", "--no-fund"]),
    console("console-lint", "types and lints of the console", &["npm", "run", "--silent", "lint"]),
    console("console-test", "unit tests of the console", &["npm", "test", "--silent"]),
    console("console-build", "the console as it is embedded", &["npm", "run", "--silent", "build"]),
    console("console-size", "weight of the first load", &["npm", "run", "--silent", "size"]),
    program("clippy", "lints, warnings are errors", &["cargo", "clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    chore("test", "unit and feature tests on both databases", test),
    chore("openapi", "API document and console types are current", |root| {
        let options = openapi::Options { check: true, program: Some(program_of_tests(root)?) };
        Ok((openapi::run(root, &options)? == ExitCode::SUCCESS).into())
    }),
    console("console-pages", "every page and story of the console, on a desk and on a phone", &["npm", "run", "--silent", "e2e"]),
    chore("console-journey", "the whole way through the real program in a real browser", |root| {
        program_of_tests(root)?;
        Ok(succeed(root, "console", &["npm", "run", "--silent", "journey"])?.into())
    }),
];

/// The database server that tests make their databases on, unless the environment names another.
const POSTGRES: &str = "postgres://root@127.0.0.1:5432/postgres";

/// Runs the chosen steps.
pub fn run(root: &Path, options: &Options) -> Result<ExitCode> {
    if let Some(unknown) = options.only.iter().chain(&options.skip).find(|name| STEPS.iter().all(|step| step.name != **name)) {
        bail!("there is no step `{unknown}`; see --list");
    }
    let chosen: Vec<&Step> = STEPS.iter().filter(|step| is_chosen(step.name, options)).collect();
    if options.list {
        for step in &chosen {
            println!("{:16} {}", step.name, step.about);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let begin = Instant::now();
    let mut times: Vec<(&str, Verdict, Duration)> = Vec::new();
    for step in chosen {
        println!("==> {} ({})", step.name, step.about);
        let start = Instant::now();
        let verdict = execute(root, step)?;
        let took = start.elapsed();
        println!("    {} {} in {:.1} s", step.name, verdict.word(), took.as_secs_f64());
        if verdict == Verdict::Failed {
            println!("Mend it and run `cargo xtask ci --only {}` again.", step.name);
            return Ok(ExitCode::FAILURE);
        }
        times.push((step.name, verdict, took));
    }
    let passed = times.iter().filter(|(_, verdict, _)| *verdict == Verdict::Passed).count();
    println!("{passed} of {} steps passed, none failed, in {:.0} s.", times.len(), begin.elapsed().as_secs_f64());
    for (name, verdict, took) in times {
        println!("    {name:16} {:8.1} s  {}", took.as_secs_f64(), verdict.word());
    }
    Ok(ExitCode::SUCCESS)
}

fn is_chosen(name: &str, options: &Options) -> bool {
    let named = |list: &[String]| list.iter().any(|listed| listed == name);
    (options.only.is_empty() || named(&options.only)) && !named(&options.skip)
}

fn execute(root: &Path, step: &Step) -> Result<Verdict> {
    match &step.work {
        Work::Run { folder, line } => Ok(succeed(root, folder, line)?.into()),
        Work::Chore(chore) => chore(root),
    }
}

/// Runs a program to its end; its output goes where ours goes.
fn succeed(root: &Path, folder: &str, line: &[&str]) -> Result<bool> {
    let (program, arguments) = line.split_first().context("a step needs a program")?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root.join(folder));
    if std::env::var_os("FAIRHOLD_TEST_POSTGRES").is_none() {
        command.env("FAIRHOLD_TEST_POSTGRES", POSTGRES);
    }
    let status = command.status().with_context(|| format!("starting `{}`", line.join(" ")))?;
    Ok(status.success())
}

/// Whether cargo knows a subcommand, such as `nextest`.
fn cargo_knows(root: &Path, subcommand: &str) -> bool {
    let mut command = Command::new("cargo");
    command.args([subcommand, "--version"]).current_dir(root);
    command.output().is_ok_and(|output| output.status.success())
}

/// Dependencies that a manifest names and no source uses.
fn unused_dependencies(root: &Path) -> Result<Verdict> {
    let mut folders = vec!["xtask".to_owned(), "tests".to_owned()];
    for entry in std::fs::read_dir(root.join("crates"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        folders.push(format!("crates/{name}"));
    }
    folders.retain(|folder| root.join(folder).join("Cargo.toml").exists());
    folders.sort();
    let line: Vec<&str> = ["cargo-machete"].into_iter().chain(folders.iter().map(String::as_str)).collect();
    Ok(succeed(root, "", &line)?.into())
}

/// The program as the tests build it. Building it by itself would compile its dependencies once more, with fewer features.
fn program_of_tests(root: &Path) -> Result<PathBuf> {
    if !succeed(root, "", &["cargo", "test", "--quiet", "--workspace", "--lib", "--bins", "--tests", "--no-run"])? {
        bail!("the program cannot be built");
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder));
    Ok(target.join("debug/fairhold"))
}

/// All tests, by nextest where it is installed, for its time limits and its clear report.
fn test(root: &Path) -> Result<Verdict> {
    if cargo_knows(root, "nextest") {
        return Ok(succeed(root, "", &["cargo", "nextest", "run", "--workspace"])?.into());
    }
    println!("    cargo-nextest is not installed (scripts/install-tools.sh installs it): using `cargo test`");
    Ok(succeed(root, "", &["cargo", "test", "--workspace", "--lib", "--bins", "--tests"])?.into())
}

/// Known vulnerabilities, where their database can be fetched; where it cannot, that is said.
fn advisories(root: &Path) -> Result<Verdict> {
    let fetched = succeed(root, "", &["timeout", "120", "cargo", "deny", "--log-level", "error", "fetch", "db"])?;
    if !fetched {
        println!("    the advisory database (github.com/rustsec/advisory-db) cannot be reached from here");
        return Ok(Verdict::NotChecked);
    }
    Ok(succeed(root, "", &["cargo", "deny", "--offline", "check", "advisories"])?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(only: &[&str], skip: &[&str]) -> Options {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Options { only: owned(only), skip: owned(skip), list: false }
    }

    #[test]
    fn only_and_skip_choose() {
        assert!(is_chosen("fmt", &options(&[], &[])));
        assert!(!is_chosen("fmt", &options(&["tidy"], &[])));
        assert!(!is_chosen("fmt", &options(&[], &["fmt"])));
    }

    #[test]
    fn an_unknown_step_is_an_error_and_names_are_unique() {
        assert!(run(Path::new("."), &options(&["paint"], &[])).is_err());
        for (index, step) in STEPS.iter().enumerate() {
            assert!(STEPS.iter().skip(index + 1).all(|other| other.name != step.name), "{}", step.name);
        }
    }

    #[test]
    fn a_failing_program_is_a_failed_step() {
        let here = std::env::temp_dir();
        assert!(succeed(&here, "", &["true"]).unwrap());
        assert!(!succeed(&here, "", &["false"]).unwrap());
        assert!(succeed(&here, "", &["no-such-program-here"]).is_err());
    }
}
