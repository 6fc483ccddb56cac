//! `cargo xtask tidy`: the written house rules, as checks with a file, a line and a reason.
//!
//! Each module below is one group of rules; each rule is a function from text to findings,
//! so its tests are small samples in memory.

mod comments;
mod layout;
mod length;
mod lexer;
mod manifests;
mod names;
mod order;
mod places;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::tree::{self, File};
pub use comments::pattern;
use lexer::{Dialect, Line};

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Path below the repository root.
    pub path: String,
    /// Line counted from 1; 0 stands for the whole file.
    pub line: usize,
    /// What is wrong, and what to do instead.
    pub message: String,
}

/// Gathers findings about one file.
struct Report<'a> {
    path: &'a str,
    findings: Vec<Finding>,
}

impl<'a> Report<'a> {
    fn of(path: &'a str) -> Self {
        Self { path, findings: Vec::new() }
    }

    fn add(&mut self, line: usize, message: impl Into<String>) {
        self.findings.push(Finding { path: self.path.to_owned(), line, message: message.into() });
    }
}

/// Checks the whole repository and prints what is broken.
pub fn run(root: &Path) -> Result<ExitCode> {
    let files = tree::files(root)?;
    let mut findings = Vec::new();
    for file in &files {
        findings.extend(check_file(file));
        findings.extend(layout::links(root, file));
    }
    let list = std::fs::read_to_string(root.join(length::LIST)).context(length::LIST)?;
    findings.extend(length::check(&files, &list));
    findings.extend(manifests::check(&files)?);
    findings.extend(order::check(&files)?);
    findings.extend(layout::check(&files));

    findings.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    for Finding { path, line, message } in &findings {
        println!("{path}:{line}: {message}");
    }
    if findings.is_empty() {
        println!("tidy: {} files, nothing to mend", files.len());
        return Ok(ExitCode::SUCCESS);
    }
    println!("tidy: {} findings", findings.len());
    Ok(ExitCode::FAILURE)
}

/// The rules that need no more than one file.
fn check_file(file: &File) -> Vec<Finding> {
    let mut findings = comments::machine_paths(file);
    findings.extend(names::paths(file));
    let Some(dialect) = dialect(file) else {
        return findings;
    };
    let lines = lexer::lines(&file.text, dialect);
    findings.extend(comments::check(file, &lines));
    match dialect {
        Dialect::Rust => {
            findings.extend(names::items(file, &lines));
            findings.extend(places::check(file, &lines));
            findings.extend(comments::header(file));
            findings.extend(comments::rust_tests(file, &lines));
        }
        Dialect::Script => findings.extend(comments::script_tests(file, &lines)),
    }
    findings
}

/// The file's lines taken apart into code and comments; none if it is no source.
pub fn code_lines(file: &File) -> Vec<Line> {
    dialect(file).map(|dialect| lexer::lines(&file.text, dialect)).unwrap_or_default()
}

fn dialect(file: &File) -> Option<Dialect> {
    match file.ending() {
        "rs" => Some(Dialect::Rust),
        // Generated from the OpenAPI document or the message catalogues.
        "ts" if file.path.ends_with(".d.ts") || file.path.contains("/locales/") => None,
        "ts" | "tsx" | "mjs" => Some(Dialect::Script),
        _ => None,
    }
}

/// A file with its taken-apart lines, for the tests of the rules.
#[cfg(test)]
fn sample(path: &str, text: &str) -> (File, Vec<Line>) {
    let file = File { path: path.to_owned(), text: text.to_owned() };
    let lines = code_lines(&file);
    (file, lines)
}
