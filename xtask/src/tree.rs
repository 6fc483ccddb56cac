//! Reading the repository's own text files, and nothing that was built or downloaded.

use std::path::Path;

use anyhow::{Context, Result};
use walkdir::{DirEntry, WalkDir};

/// Folders that hold what was built, downloaded or made by running the program.
const NOT_OURS: &[&str] = &[".git", "target", "node_modules", "dist", ".fairhold", "test-results"];

/// Endings of the text files that the house rules speak about.
const TEXT: &[&str] = &["rs", "ts", "tsx", "mjs", "toml", "md", "sh", "css", "typ", "html", "yml"];

/// One text file of the repository.
#[derive(Debug, Clone)]
pub struct File {
    /// Path below the repository root, with forward slashes.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl File {
    /// The ending of the file's name, without the dot.
    pub fn ending(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, ending)| ending)
    }

    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit_once('/').map_or(self.path.as_str(), |(_, name)| name)
    }
}

/// All text files below `root`, ordered by path.
pub fn files(root: &Path) -> Result<Vec<File>> {
    let mut found = Vec::new();
    for entry in WalkDir::new(root).sort_by_file_name().into_iter().filter_entry(is_ours) {
        let entry = entry?;
        let path = entry.path();
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("");
        let is_named = ["Makefile", "package.json"].iter().any(|name| entry.file_name() == *name) || path.ends_with(".ci/run");
        if !entry.file_type().is_file() || !(TEXT.contains(&ending) || is_named) {
            continue;
        }
        let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        let below = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
        found.push(File { path: below, text });
    }
    Ok(found)
}

fn is_ours(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    !(entry.file_type().is_dir() && NOT_OURS.contains(&name.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_our_text_and_skips_what_was_built() {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in [
            ("crates/a/src/lib.rs", "//! A."),
            ("target/debug/out.rs", "built"),
            ("console/node_modules/x/index.ts", "downloaded"),
            ("picture.png", "not text"),
            ("Makefile", "test:"),
        ] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let paths: Vec<_> = files(folder.path()).unwrap().into_iter().map(|file| file.path).collect();
        assert_eq!(paths, ["Makefile", "crates/a/src/lib.rs"]);
    }
}
