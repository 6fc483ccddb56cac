//! Rules about what files say: their header, unfinished work, code in comments, machine paths,
//! and tests that are switched off.

use std::sync::LazyLock;

use regex::Regex;

use super::lexer::Line;
use super::{Finding, Report};
use crate::tree::File;

/// Builds a pattern that is written in this file, so that it is known to be valid.
pub fn pattern(text: &str) -> Regex {
    #[allow(clippy::expect_used)] // a broken pattern in this crate must stop the chore
    Regex::new(text).expect("the pattern is valid")
}

static UNFINISHED: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(TODO|FIXME|XXX|HACK)\b"));
static UNFINISHED_MACRO: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(todo|unimplemented)!"));
static BANNER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^//+\s*[-=*#~_]{4,}"));
static CODE_STATEMENT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(let|use|pub|fn|impl|match|return|if|for|while|struct|enum|const|async|static|export|import)\b.*[;{]$"));
static CODE_CALL: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[\w.:]+!?\(.*\).*[?;]$"));
static CODE_CLOSING: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[}\])]+[;,]*$"));
// Put together from parts, because this very file is checked as well.
static MACHINE_PATH: LazyLock<Regex> = LazyLock::new(|| pattern(&[r"(^|[\s`'\x22=(])/", r"(work|Users|home/[a-z]\w*)/\w"].concat()));
static SWITCHED_OFF: LazyLock<Regex> = LazyLock::new(|| pattern(r"#\[(ignore|should_panic)\b"));
static SLEEP: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bsleep(_until)?\("));
static SCRIPT_SWITCHED_OFF: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(it|test|describe)\.(only|skip|todo|fails)\b|^\s*(xit|xdescribe|fit|fdescribe)\("));

/// Every Rust file opens with `//!`.
pub fn header(file: &File) -> Vec<Finding> {
    let mut report = Report::of(&file.path);
    if !file.text.starts_with("//! ") {
        report.add(1, "open the file with `//!`: what it is, and what it leaves to others");
    }
    report.findings
}

/// No unfinished work, no banners and no code in comments.
pub fn check(file: &File, lines: &[Line]) -> Vec<Finding> {
    let mut report = Report::of(&file.path);
    for (index, line) in lines.iter().enumerate() {
        let number = index + 1;
        if UNFINISHED.is_match(&line.comment) || UNFINISHED_MACRO.is_match(&line.code) {
            report.add(number, "unfinished work: do it, or leave it out");
        }
        if BANNER.is_match(&line.comment) {
            report.add(number, "no banners: a module is the heading");
        }
        if !line.documents && line.code.trim().is_empty() && is_code(&line.comment) {
            report.add(number, "code in a comment: delete it, the history keeps it");
        }
    }
    report.findings
}

fn is_code(comment: &str) -> bool {
    let text = comment.trim_start_matches('/').trim();
    CODE_STATEMENT.is_match(text) || CODE_CALL.is_match(text) || CODE_CLOSING.is_match(text)
}

/// No path of a machine on which somebody built.
pub fn machine_paths(file: &File) -> Vec<Finding> {
    let mut report = Report::of(&file.path);
    for (index, line) in file.text.lines().enumerate() {
        if MACHINE_PATH.is_match(line) {
            report.add(index + 1, "a path of one machine: write it relative to the repository, or take it from the configuration");
        }
    }
    report.findings
}

/// Rust tests are never switched off, do not expect panics and do not sleep.
pub fn rust_tests(file: &File, lines: &[Line]) -> Vec<Finding> {
    let mut report = Report::of(&file.path);
    // The world is the tests' stage: it waits for effects, with a limit, so that no test has to.
    let sleeps_matter = file.path.starts_with("tests/") && !file.path.contains("/world/");
    for (index, line) in lines.iter().enumerate() {
        if SWITCHED_OFF.is_match(&line.code) {
            report.add(index + 1, "a test that is switched off or expects a panic proves nothing: mend it, or assert on an error");
        }
        if sleeps_matter && SLEEP.is_match(&line.code) {
            report.add(index + 1, "tests do not sleep: wait for the effect through the world, or move the frozen clock");
        }
    }
    report.findings
}

/// Console tests are never switched off.
pub fn script_tests(file: &File, lines: &[Line]) -> Vec<Finding> {
    let mut report = Report::of(&file.path);
    if !(file.path.contains(".spec.") || file.path.contains(".test.") || file.path.contains("/e2e/")) {
        return report.findings;
    }
    for (index, line) in lines.iter().enumerate() {
        if SCRIPT_SWITCHED_OFF.is_match(&line.code) {
            report.add(index + 1, "a test that is switched off, or that switches others off, proves nothing");
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
        check(&file, &lines).len()
    }

    #[test]
    fn a_file_needs_its_header() {
        assert_eq!(header(&sample("a.rs", "//! What it is.\n").0), []);
        assert_eq!(header(&sample("a.rs", "use std::fmt;\n").0).len(), 1);
        assert_eq!(header(&sample("a.rs", "// An ordinary comment.\n").0).len(), 1);
    }

    #[test]
    fn unfinished_work_is_found_in_comments_and_code_only() {
        assert_eq!(faults("// TODO later"), 1);
        assert_eq!(faults("fn f() { todo!() }"), 1);
        assert_eq!(faults("let text = \"TODO list\"; // a list of things to do"), 0);
    }

    #[test]
    fn code_in_comments_is_told_from_sentences() {
        for code in ["// let a = 1;", "// tx.commit().await?;", "// }", "// if x {", "// println!(\"{x}\");"] {
            assert_eq!(faults(code), 1, "{code}");
        }
        for sentence in [
            "// The row, the fact and the work to do exist together or not at all.",
            "// Use the reader (see `Tx`); it never blocks.",
            "// return early: the caller has nothing to wait for",
            "/// let a = 1;",
            "let a = 1; // one",
        ] {
            assert_eq!(faults(sentence), 0, "{sentence}");
        }
    }

    #[test]
    fn banners_are_refused() {
        assert_eq!(faults("// -------- helpers --------"), 1);
        assert_eq!(faults("// a dash - in a sentence"), 0);
    }

    #[test]
    fn machine_paths_are_refused_in_any_text() {
        let bad = ["see ", "/home/", "ann/src"].concat();
        assert_eq!(machine_paths(&sample("README.md", &bad).0).len(), 1);
        let bad = ["\"/", "work/main\""].concat();
        assert_eq!(machine_paths(&sample("a.rs", &bad).0).len(), 1);
        assert_eq!(machine_paths(&sample("a.md", "GET /v1/work/items and crates/home/src and /etc/hosts").0), []);
    }

    #[test]
    fn switched_off_tests_are_refused() {
        let (file, lines) = sample("tests/it/a.rs", "#[ignore]\nfn a() {}\n#[should_panic(expected = \"x\")]\nfn b() {}");
        assert_eq!(rust_tests(&file, &lines).len(), 2);
        let (file, lines) = sample("console/src/a.spec.ts", "it.only('a', f);\nit('b', f);");
        assert_eq!(script_tests(&file, &lines).len(), 1);
        let (file, lines) = sample("console/src/Terminal.tsx", "addon.fit();\n  fit();");
        assert_eq!(script_tests(&file, &lines), []);
    }

    #[test]
    fn feature_tests_do_not_sleep() {
        let (file, lines) = sample("tests/it/a.rs", "tokio::time::sleep(second).await;");
        assert_eq!(rust_tests(&file, &lines).len(), 1);
        let (file, lines) = sample("tests/it/world/mod.rs", "tokio::time::sleep(step).await;");
        assert_eq!(rust_tests(&file, &lines), []);
        let (file, lines) = sample("crates/testkit/src/wait.rs", "tokio::time::sleep(step).await;");
        assert_eq!(rust_tests(&file, &lines), []);
    }
}
