//! Rules about what must be there: a README in each domain, and links that lead somewhere.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use super::comments::pattern;
use super::{Finding, Report};
use crate::tree::File;

/// A crate with a data map, other than the two at the bottom, is a domain, and a domain introduces itself on one page.
const README_LINES: usize = 60;

static LINK: LazyLock<Regex> = LazyLock::new(|| pattern(r"\]\(([^)\s#]+)(#[^)]*)?\)"));

/// Checks domains' READMEs.
pub fn check(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let domains: BTreeSet<&str> = files.iter().filter_map(|file| file.path.strip_suffix("/src/data_map.rs")).collect();
    for domain in domains.into_iter().filter(|domain| !["crates/kernel", "crates/workflow"].contains(domain)) {
        let path = format!("{domain}/README.md");
        let mut report = Report::of(&path);
        match files.iter().find(|file| file.path == path) {
            None => report.add(0, "a domain introduces itself: owns what, which nouns, which invariants, calls whom, announces what"),
            Some(file) if file.text.lines().count() > README_LINES => report.add(0, format!("at most {README_LINES} lines")),
            Some(_) => {}
        }
        findings.extend(report.findings);
    }
    findings
}

/// Checks that links between our own pages lead to something.
pub fn links(root: &Path, file: &File) -> Vec<Finding> {
    let mut report = Report::of(&file.path);
    if file.ending() != "md" {
        return report.findings;
    }
    let folder = root.join(&file.path).parent().map(Path::to_path_buf).unwrap_or_default();
    for (index, line) in file.text.lines().enumerate() {
        for link in LINK.captures_iter(line) {
            let target = link.get(1).map_or("", |target| target.as_str());
            let outside = target.contains("://") || target.starts_with("mailto:") || target.starts_with('/');
            if !outside && !folder.join(target).exists() {
                report.add(index + 1, format!("`{target}` leads nowhere"));
            }
        }
    }
    report.findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_domain_introduces_itself() {
        let map = file("crates/billing/src/data_map.rs", "//! Map.");
        assert_eq!(check(std::slice::from_ref(&map)).len(), 1);
        assert_eq!(check(&[map.clone(), file("crates/billing/README.md", "Owns invoices.")]), []);
        assert_eq!(check(&[map, file("crates/billing/README.md", &"line\n".repeat(61))]).len(), 1);
    }

    #[test]
    fn links_lead_somewhere() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("HERE.md"), "x").unwrap();
        let faults = |text| links(folder.path(), &file("README.md", text)).len();
        assert_eq!(faults("[a](HERE.md) [b](HERE.md#part) [c](https://example.org/x) [d](#part)"), 0);
        assert_eq!(faults("[a](GONE.md)"), 1);
    }
}
