//! `cargo xtask rows`: which rows of the requirement the tests claim to prove.
//!
//! A Rust test claims rows with `covers!(12, 13);`, a console test with a comment `// covers: 12, 13`.
//! The rows' texts live with the requirement, not here; this only counts and checks the numbers.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::LazyLock;

use anyhow::Result;
use clap::Args;
use regex::Regex;

use crate::tidy::{self, pattern};
use crate::tree::{self, File};

/// How many rows the requirement has.
const ROWS: u16 = 371;

static IN_RUST: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bcovers!\s*\(([^)$]*)\)"));
static IN_SCRIPT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^//+\s*covers:\s*(.*)$"));

/// What to print.
#[derive(Args, Default)]
pub struct Options {
    /// Print the rows that no test claims.
    #[arg(long)]
    missing: bool,
    /// Print the files that claim each row.
    #[arg(long)]
    files: bool,
    /// Fail when fewer rows than this are claimed.
    #[arg(long, value_name = "COUNT")]
    at_least: Option<usize>,
}

/// Rows with the files that claim them, and claims that are no row.
#[derive(Debug, Default, PartialEq, Eq)]
struct Claims {
    rows: BTreeMap<u16, Vec<String>>,
    wrong: Vec<String>,
}

/// Collects the claims and prints them.
pub fn run(root: &Path, options: &Options) -> Result<ExitCode> {
    let claims = collect(&tree::files(root)?);
    for wrong in &claims.wrong {
        println!("{wrong}");
    }
    let claimed: Vec<u16> = claims.rows.keys().copied().collect();
    println!("tests claim {} of {ROWS} rows: {}", claimed.len(), ranges(&claimed));
    if options.missing {
        let missing: Vec<u16> = (1..=ROWS).filter(|row| !claims.rows.contains_key(row)).collect();
        println!("no test claims {} rows: {}", missing.len(), ranges(&missing));
    }
    if options.files {
        for (row, files) in &claims.rows {
            println!("{row}: {}", files.join(", "));
        }
    }
    let too_few = options.at_least.is_some_and(|least| claimed.len() < least);
    if too_few {
        println!("fewer than the {} rows that were claimed before", options.at_least.unwrap_or(0));
    }
    Ok(if too_few || !claims.wrong.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn collect(files: &[File]) -> Claims {
    let mut claims = Claims::default();
    // The samples in this crate's own tests claim nothing.
    for file in files.iter().filter(|file| !file.path.starts_with("xtask/")) {
        for list in claimed_lists(file) {
            for number in list.split(',').map(str::trim).filter(|number| !number.is_empty()) {
                match number.parse::<u16>() {
                    Ok(row) if (1..=ROWS).contains(&row) => {
                        let claimants = claims.rows.entry(row).or_default();
                        if !claimants.contains(&file.path) {
                            claimants.push(file.path.clone());
                        }
                    }
                    _ => claims.wrong.push(format!("{}: `{number}` is no row between 1 and {ROWS}", file.path)),
                }
            }
        }
    }
    claims
}

/// The lists of numbers in one file's claims.
fn claimed_lists(file: &File) -> Vec<String> {
    let (is_rust, lines) = match file.ending() {
        "rs" => (true, tidy::code_lines(file)),
        "ts" | "tsx" | "mjs" => (false, tidy::code_lines(file)),
        _ => return Vec::new(),
    };
    let captured = |found: regex::Captures<'_>| found.get(1).map_or(String::new(), |list| list.as_str().to_owned());
    if is_rust {
        let code = lines.into_iter().map(|line| line.code).collect::<Vec<_>>().join("\n");
        return IN_RUST.captures_iter(&code).map(captured).collect();
    }
    lines.iter().filter_map(|line| IN_SCRIPT.captures(&line.comment)).map(captured).collect()
}

/// `1-3, 7` for 1, 2, 3, 7.
fn ranges(rows: &[u16]) -> String {
    let mut spans: Vec<(u16, u16)> = Vec::new();
    for row in rows {
        match spans.last_mut() {
            Some((_, last)) if *last + 1 == *row => *last = *row,
            _ => spans.push((*row, *row)),
        }
    }
    let written: Vec<String> = spans.into_iter().map(|(first, last)| if first == last { first.to_string() } else { format!("{first}-{last}") }).collect();
    if written.is_empty() { "none".to_owned() } else { written.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn claims_are_read_from_both_languages() {
        let claims = collect(&[
            file("tests/it/a.rs", "fn a() { covers!(1, 2,\n 3); }\n// covers!(9)\nlet x = \"covers!(8)\";"),
            file("console/e2e/b.mjs", "// covers: 3, 371\n"),
            file("crates/testkit/src/lib.rs", "macro_rules! covers { ($($row:literal),+) => { covers!($($row),+) } }"),
        ]);
        assert_eq!(claims.rows.keys().copied().collect::<Vec<_>>(), [1, 2, 3, 371]);
        assert_eq!(claims.rows[&3], ["tests/it/a.rs", "console/e2e/b.mjs"]);
        assert_eq!(claims.wrong, Vec::<String>::new());
    }

    #[test]
    fn numbers_outside_the_requirement_are_reported() {
        let claims = collect(&[file("tests/it/a.rs", "covers!(0, 372, many);")]);
        assert_eq!(claims.rows.len(), 0);
        assert_eq!(claims.wrong.len(), 3);
    }

    #[test]
    fn spans_are_short() {
        assert_eq!(ranges(&[1, 2, 3, 7, 9, 10]), "1-3, 7, 9-10");
        assert_eq!(ranges(&[]), "none");
    }
}
