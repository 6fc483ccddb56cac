//! Rules about names: no drawers for anything, no prefixes that say nothing.

use std::sync::LazyLock;

use regex::Regex;

use super::comments::pattern;
use super::lexer::Line;
use super::{Finding, Report};
use crate::tree::File;

/// Folder and file names that attract whatever has no place.
const DRAWERS: &[&str] = &["common", "core", "util", "utils", "shared", "helper", "helpers", "manager", "managers", "misc", "service", "services"];

/// Where the names of folders and files are ours to choose.
const OURS: &[&str] = &["crates/", "tests/", "xtask/", "console/src/", "benches/"];

static FUNCTION: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bfn\s+(get_\w+|do_\w+|\w+_inner|\w+_v\d+)\b"));
static TYPE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:struct|enum|trait|type)\s+(\w*(?:Manager|Helper|Helpers|Service|Util|Utils))\b"));

/// No folder or file is named like a drawer.
pub fn paths(file: &File) -> Vec<Finding> {
    let mut report = Report::of(&file.path);
    if OURS.iter().any(|ours| file.path.starts_with(ours)) {
        for part in file.path.split('/') {
            let stem = part.split('.').next().unwrap_or(part);
            if DRAWERS.contains(&stem) {
                report.add(0, format!("`{stem}` says nothing about what is inside: name the thing"));
            }
        }
    }
    report.findings
}

/// Functions and types are named for what they do or are.
pub fn items(file: &File, lines: &[Line]) -> Vec<Finding> {
    let mut report = Report::of(&file.path);
    for (index, line) in lines.iter().enumerate() {
        for named in FUNCTION.captures_iter(&line.code).chain(TYPE.captures_iter(&line.code)) {
            let name = named.get(1).map_or("", |name| name.as_str());
            report.add(index + 1, format!("`{name}`: no get_, do_, _inner, _v2, Manager, Helper, Service; say what it does or is"));
        }
    }
    report.findings
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn faults(text: &str) -> usize {
        let (file, lines) = sample("crates/a/src/b.rs", text);
        items(&file, &lines).len()
    }

    #[test]
    fn drawers_are_refused_where_names_are_ours() {
        for path in ["crates/common/src/lib.rs", "crates/a/src/utils.rs", "console/src/shared/x.ts", "tests/it/helpers/mod.rs"] {
            assert_eq!(paths(&sample(path, "").0).len(), 1, "{path}");
        }
        for path in ["crates/kernel/src/score.rs", "docs/common.md", "crates/compute/src/instance/create.rs"] {
            assert_eq!(paths(&sample(path, "").0), [], "{path}");
        }
    }

    #[test]
    fn empty_prefixes_and_suffixes_are_refused() {
        for bad in ["fn get_name()", "pub async fn do_work()", "fn read_inner(", "fn read_v2(", "struct OrderManager;", "trait MailService {"] {
            assert_eq!(faults(bad), 1, "{bad}");
        }
        for good in ["fn name()", "fn forget_me()", "fn inner()", "struct Manages;", "let get_name = 1;", "fn docs()"] {
            assert_eq!(faults(good), 0, "{good}");
        }
    }
}
