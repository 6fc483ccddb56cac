//! `cargo xtask new-verb <domain> <noun> <verb>`: the files a new verb starts from, and the list of
//! places to edit. It writes headers only: what the verb decides is for a person to write.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::Args;

/// The verb's address.
#[derive(Args)]
pub struct Options {
    /// Domain, which is the name of a crate: `compute`.
    domain: String,
    /// Noun, which is the name of a folder in it: `instance`.
    noun: String,
    /// Verb, which is the name of the new file: `resize`.
    verb: String,
}

/// Writes the files and prints the places to edit.
pub fn run(root: &Path, options: &Options) -> Result<ExitCode> {
    let Options { domain, noun, verb } = options;
    for name in [domain, noun, verb] {
        let plain = name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_') && !name.is_empty();
        ensure!(plain, "`{name}`: lower case letters and `_` only");
    }
    let source = root.join("crates").join(domain).join("src");
    ensure!(source.is_dir(), "there is no domain `{domain}` in crates/");

    for (path, text) in files(domain, noun, verb) {
        let full = root.join(&path);
        ensure!(!full.exists(), "{path} exists already");
        let folder = full.parent().context("a file has a folder")?;
        std::fs::create_dir_all(folder)?;
        std::fs::write(&full, text).with_context(|| format!("writing {path}"))?;
        println!("wrote {path}");
    }
    println!("Now edit, in this order (docs/recipes/add-a-verb.md explains each):");
    for place in places(domain, noun, verb) {
        println!("  {place}");
    }
    Ok(ExitCode::SUCCESS)
}

/// Paths and texts of the new files.
fn files(domain: &str, noun: &str, verb: &str) -> Vec<(String, String)> {
    let words = noun.replace('_', " ");
    vec![
        (
            format!("crates/{domain}/src/{noun}/{verb}.rs"),
            format!("//! `{domain}.{noun}.{verb}`: decides.\n//! Parsing and answering are left to `api.rs`, rows to `store.rs`.\n"),
        ),
        (
            format!("tests/it/{domain}/{noun}_{verb}.rs"),
            format!(
                "//! `{domain}.{noun}.{verb}`, seen from outside: the answer, the {words}'s row, the event,\n\
                 //! the audit line, and who is refused.\n"
            ),
        ),
    ]
}

/// What a person has to write, one place a line.
fn places(domain: &str, noun: &str, verb: &str) -> Vec<String> {
    vec![
        format!("crates/{domain}/src/{noun}/mod.rs: `mod {verb};`, in reading order"),
        format!("crates/{domain}/src/permissions.rs: `{domain}.{noun}.{verb}`"),
        format!("crates/{domain}/src/{noun}/model.rs: states and rules that the verb needs"),
        format!("crates/{domain}/src/{noun}/{verb}.rs: `pub async fn {verb}`, one transaction"),
        format!("crates/{domain}/src/{noun}/store.rs: the queries, scoped"),
        format!("crates/{domain}/src/events.rs: the fact, in the past tense, if others must hear of it"),
        format!("crates/{domain}/src/data_map.rs: an entry for every new column"),
        format!("crates/{domain}/src/{noun}/api.rs: handler `{noun}_{verb}`, at most 15 lines"),
        format!("tests/it/{domain}/mod.rs: `mod {noun}_{verb};`, then write the test"),
        "cargo xtask openapi: writes the API document and the console's types".to_owned(),
        format!("console/src/features/{domain}/: the page or action that uses it"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(domain: &str, verb: &str) -> Options {
        Options { domain: domain.to_owned(), noun: "instance".to_owned(), verb: verb.to_owned() }
    }

    #[test]
    fn writes_headers_once_and_never_over_a_file() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("crates/compute/src")).unwrap();
        run(root.path(), &options("compute", "resize")).unwrap();
        let text = std::fs::read_to_string(root.path().join("crates/compute/src/instance/resize.rs")).unwrap();
        assert!(text.starts_with("//! `compute.instance.resize`"));
        assert!(root.path().join("tests/it/compute/instance_resize.rs").exists());
        assert!(run(root.path(), &options("compute", "resize")).is_err());
    }

    #[test]
    fn refuses_an_unknown_domain_and_odd_names() {
        let root = tempfile::tempdir().unwrap();
        assert!(run(root.path(), &options("compute", "resize")).is_err());
        std::fs::create_dir_all(root.path().join("crates/compute/src")).unwrap();
        assert!(run(root.path(), &options("compute", "../escape")).is_err());
        assert!(run(root.path(), &options("compute", "Resize")).is_err());
    }
}
