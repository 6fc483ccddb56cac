//! Rules about manifests: versions, features and lints are set once in the root manifest,
//! and a crate is named as its folder.

use anyhow::{Context, Result};
use toml::{Table, Value};

use super::{Finding, Report};
use crate::tree::File;

/// The tables of a member's manifest that name dependencies.
const TABLES: &[&str] = &["dependencies", "dev-dependencies", "build-dependencies"];

/// Manifests whose package is named unlike its folder, with the reason.
const NAMED_OTHERWISE: &[(&str, &str)] = &[("crates/cli", "fairhold"), ("tests", "it")];

/// Crates with lints of their own, with the reason.
const OWN_LINTS: &[(&str, &str)] = &[
    ("benches", "it is test code, which may unwrap and panic"),
    ("testkit", "it is test code, which may unwrap and panic"),
    ("proxmox-standin", "it is test code, which may unwrap and panic"),
    ("tests", "it is test code, which may unwrap and panic"),
];

/// The licence of everything in this repository.
const LICENCE: &str = "MIT OR Apache-2.0";

/// One member's manifest.
pub struct Member<'a> {
    /// Path of the manifest below the repository root.
    pub path: &'a str,
    /// The parsed manifest.
    pub table: Table,
}

impl Member<'_> {
    /// Name of the package.
    pub fn name(&self) -> &str {
        self.table.get("package").and_then(|package| package.get("name")).and_then(Value::as_str).unwrap_or("")
    }

    /// Names and values of one table of dependencies.
    pub fn dependencies<'a>(&'a self, table: &str) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        self.table.get(table).and_then(Value::as_table).into_iter().flatten().map(|(name, value)| (name.as_str(), value))
    }
}

/// All members' manifests.
pub fn members(files: &[File]) -> Result<Vec<Member<'_>>> {
    let manifests = files.iter().filter(|file| file.name() == "Cargo.toml" && file.path != "Cargo.toml");
    manifests
        .map(|file| {
            let table = file.text.parse::<Table>().with_context(|| file.path.clone())?;
            Ok(Member { path: &file.path, table })
        })
        .collect()
}

/// Checks every member's manifest.
pub fn check(files: &[File]) -> Result<Vec<Finding>> {
    let mut findings: Vec<_> = members(files)?.iter().flat_map(check_member).collect();
    findings.extend(files.iter().filter(|file| file.name() == "package.json").flat_map(check_licence));
    Ok(findings)
}

/// The console is under the licence of the house.
fn check_licence(file: &File) -> Vec<Finding> {
    let mut report = Report::of(&file.path);
    if !file.text.contains(&format!("\"license\": \"{LICENCE}\"")) {
        report.add(0, format!("write `\"license\": \"{LICENCE}\"`, as the root manifest does"));
    }
    report.findings
}

fn check_member(member: &Member<'_>) -> Vec<Finding> {
    let mut report = Report::of(member.path);
    for table in TABLES {
        for (name, value) in member.dependencies(table) {
            if let Some(fault) = fault_of(value) {
                report.add(0, format!("[{table}] {name}: {fault}"));
            }
        }
    }
    let own_lints = OWN_LINTS.iter().any(|(name, _)| *name == member.name());
    if !own_lints && member.table.get("lints").and_then(|lints| lints.get("workspace")).and_then(Value::as_bool) != Some(true) {
        report.add(0, "add `[lints] workspace = true`: lints are set once, in the root manifest");
    }
    let folder = member.path.trim_end_matches("/Cargo.toml");
    let last = folder.rsplit('/').next().unwrap_or(folder);
    let excepted = NAMED_OTHERWISE.contains(&(folder, member.name()));
    if member.name() != last && !excepted {
        report.add(0, format!("package `{}` lives in folder `{last}`: one name for both", member.name()));
    }
    report.findings
}

/// What is wrong with a dependency; `name = { workspace = true }` and a plain sibling path are right.
fn fault_of(value: &Value) -> Option<&'static str> {
    let Some(table) = value.as_table() else {
        return Some("write `{ workspace = true }`; the version belongs in the root manifest");
    };
    let from_root = table.get("workspace").and_then(Value::as_bool) == Some(true);
    let sibling = table.get("path").and_then(Value::as_str).is_some_and(|path| path.starts_with("../"));
    if !from_root && !sibling {
        return Some("write `{ workspace = true }`; the source belongs in the root manifest");
    }
    let set_here = ["version", "features", "default-features", "git", "package", "registry"];
    if set_here.iter().any(|key| table.contains_key(*key)) {
        return Some("versions and features are set in the root manifest");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(path: &str, text: &str) -> Vec<String> {
        let files = [File { path: path.to_owned(), text: text.to_owned() }];
        check(&files).unwrap().into_iter().map(|finding| finding.message).collect()
    }

    const GOOD: &str = "[package]\nname = \"billing\"\n[lints]\nworkspace = true\n[dependencies]\n\
        kernel = { path = \"../kernel\" }\nserde.workspace = true\nx = { workspace = true, optional = true }\n";

    #[test]
    fn versions_and_features_belong_to_the_root() {
        assert_eq!(faults("crates/billing/Cargo.toml", GOOD), Vec::<String>::new());
        for bad in
            ["toml = \"1\"", "toml = { version = \"1\" }", "toml = { workspace = true, features = [\"x\"] }", "toml = { git = \"https://example.org/toml\" }"]
        {
            assert_eq!(faults("crates/billing/Cargo.toml", &format!("{GOOD}{bad}\n")).len(), 1, "{bad}");
        }
    }

    #[test]
    fn the_folder_is_the_name_and_lints_are_shared() {
        assert_eq!(faults("crates/invoicing/Cargo.toml", GOOD).len(), 1);
        assert_eq!(faults("crates/billing/Cargo.toml", "[package]\nname = \"billing\"\n").len(), 1);
        assert_eq!(faults("crates/cli/Cargo.toml", "[package]\nname = \"fairhold\"\nlints.workspace = true\n").len(), 1);
        assert_eq!(faults("Cargo.toml", "[workspace]\n"), Vec::<String>::new());
    }

    #[test]
    fn the_console_has_the_licence_of_the_house() {
        assert_eq!(faults("console/package.json", "{\"license\": \"MIT OR Apache-2.0\"}"), Vec::<String>::new());
        assert_eq!(faults("console/package.json", "{\"license\": \"UNLICENSED\"}").len(), 1);
    }

    #[test]
    fn the_program_may_be_named_unlike_its_folder() {
        let text = "lints.workspace = true\n[package]\nname = \"fairhold\"\n";
        assert_eq!(faults("crates/cli/Cargo.toml", text), Vec::<String>::new());
    }
}
