//! What is remembered about a guest: small JSON files that are replaced whole.

use std::{fs, io, path::Path};

use compute_driver::DriverError;
use serde::{Serialize, de::DeserializeOwned};

/// The file that makes a folder a guest.
pub const GUEST: &str = "guest.json";

/// Writes `value` to `path` so that readers see the old or the new text, never half of one.
///
/// # Errors
/// What the file system says.
pub fn write(path: &Path, value: &impl Serialize) -> io::Result<()> {
    let draft = path.with_extension("tmp");
    fs::write(&draft, serde_json::to_vec_pretty(value)?)?;
    fs::rename(&draft, path)
}

/// Reads what was written; `None` when there is nothing or nothing that we wrote.
pub fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Names what was being done when the host's file system said no. Nothing is known to have happened, and space may come back.
pub fn trouble(what: &'static str) -> impl Fn(io::Error) -> DriverError {
    move |error| DriverError::unavailable(format!("{what}: {error}"))
}
