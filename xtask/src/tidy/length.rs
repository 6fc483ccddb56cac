//! The length rule: 400 lines at most, tests included, except for a list that may only shrink.

use super::Finding;
use crate::tree::File;

/// The list of exceptions, one `path lines` in each line; `#` begins a remark.
pub const LIST: &str = "xtask/long-files.txt";

/// The most lines a source file may have.
const LIMIT: usize = 400;

/// How many entries the list may have. Lower it when one goes; it is never raised.
const ENTRIES: usize = 0;

/// Checks all source files against the limit and the list.
pub fn check(files: &[File], list: &str) -> Vec<Finding> {
    check_with(files, list, ENTRIES)
}

fn check_with(files: &[File], list: &str, most: usize) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |path: &str, message: String| findings.push(Finding { path: path.to_owned(), line: 0, message });
    let mut excepted = Vec::new();
    for entry in list.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let (path, lines) = entry.split_once(' ').unwrap_or((entry, ""));
        match lines.trim().parse::<usize>() {
            Ok(lines) => excepted.push((path, lines)),
            Err(_) => add(LIST, format!("`{entry}` is not `path lines`")),
        }
    }
    if excepted.len() > most {
        add(LIST, format!("{} entries where {most} are allowed: split a file instead of listing it", excepted.len()));
    }
    for (path, allowed) in &excepted {
        match files.iter().find(|file| file.path == *path) {
            None => add(LIST, format!("`{path}` does not exist: remove the entry")),
            Some(file) if file.text.lines().count() <= LIMIT => add(LIST, format!("`{path}` is short now: remove the entry")),
            Some(file) if file.text.lines().count() > *allowed => {
                add(path, format!("{} lines; the list allows {allowed} and may only shrink", file.text.lines().count()));
            }
            Some(_) => {}
        }
    }
    for file in files.iter().filter(|file| is_source(file)) {
        let lines = file.text.lines().count();
        if lines > LIMIT && !excepted.iter().any(|(path, _)| *path == file.path) {
            add(&file.path, format!("{lines} lines; {LIMIT} is the limit: split it by what it does"));
        }
    }
    findings
}

fn is_source(file: &File) -> bool {
    matches!(file.ending(), "rs" | "ts" | "tsx" | "mjs") && !file.path.ends_with(".d.ts")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, lines: usize) -> File {
        File { path: path.to_owned(), text: "x\n".repeat(lines) }
    }

    #[test]
    fn four_hundred_lines_are_the_limit() {
        assert_eq!(check(&[file("a.rs", 400), file("b.md", 900), file("schema.d.ts", 900)], ""), []);
        assert_eq!(check(&[file("a.rs", 401), file("b.tsx", 401)], "").len(), 2);
    }

    #[test]
    fn a_listed_file_may_only_shrink() {
        assert_eq!(check_with(&[file("a.rs", 450)], "a.rs 450", 1), []);
        assert_eq!(check_with(&[file("a.rs", 451)], "a.rs 450", 1).len(), 1);
        assert_eq!(check_with(&[file("a.rs", 390)], "a.rs 450", 1).len(), 1);
        assert_eq!(check_with(&[], "a.rs 450", 1).len(), 1);
    }

    #[test]
    fn the_list_itself_may_not_grow() {
        assert_eq!(check_with(&[file("a.rs", 450)], "# why\na.rs 450", 0).len(), 1);
        assert_eq!(check_with(&[], "a.rs many", 1).len(), 1);
    }
}
