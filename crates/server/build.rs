//! Lets the console's files be embedded as they are now: a folder that is missing while this crate is compiled would
//! never be found later, and files that are added would not be seen. Lists what the program uses, for the lint.

#![allow(clippy::print_stdout, reason = "it is how a build script speaks to cargo")]

#[path = "build/scan.rs"]
mod scan;

use std::fmt::Write;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};

/// Crates that are no part of the running program.
const NOT_SHIPPED: [&str; 1] = ["testkit"];

fn main() -> Result<()> {
    let dist = "../../console/dist";
    std::fs::create_dir_all(dist)?;
    println!("cargo:rerun-if-changed={dist}");
    println!("cargo:rerun-if-changed=build");
    let folder = std::env::var_os("OUT_DIR").ok_or_else(|| Error::other("cargo names no folder for what is generated"))?;
    std::fs::write(Path::new(&folder).join("used.rs"), used(Path::new(".."))?)
}

/// Two lists, as Rust: log fields and cookies of the crates in `crates`.
fn used(crates: &Path) -> Result<String> {
    let (mut log_fields, mut cookies) = (String::new(), String::new());
    let mut folders: Vec<PathBuf> = std::fs::read_dir(crates)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    folders.retain(|folder| folder.join("src").is_dir() && !NOT_SHIPPED.iter().any(|name| folder.ends_with(name)));
    folders.sort();
    for folder in folders {
        println!("cargo:rerun-if-changed={}", folder.join("src").display());
        let name = folder.file_name().map(|name| name.to_string_lossy().replace('-', "_")).unwrap_or_default();
        for file in sources(&folder.join("src"))? {
            let place = format!("crates/{}", file.strip_prefix(crates).unwrap_or(&file).display());
            let found = scan::file(&std::fs::read_to_string(&file)?).map_err(|error| Error::other(format!("{place}: {error}")))?;
            if let Some(what) = found.faults.first() {
                return Err(Error::other(format!("{place}: {what}")));
            }
            for field in &found.log_fields {
                writeln!(log_fields, "    ({field:?}, {place:?}),").map_err(Error::other)?;
            }
            // This crate knows itself as `crate`.
            let owner = if name == "server" { "crate" } else { &name };
            for entry in &found.cookies {
                writeln!(cookies, "    ({owner}::data_map::{entry}.name, {place:?}),").map_err(Error::other)?;
            }
        }
    }
    Ok(format!("const LOG_FIELDS: &[(&str, &str)] = &[\n{log_fields}];\nconst COOKIES: &[(&str, &str)] = &[\n{cookies}];\n"))
}

fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(sources(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
