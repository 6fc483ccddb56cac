//! Running the host's tools while an image is built.

use std::{ffi::OsStr, path::Path, process::Stdio};

use compute_driver::DriverError;
use tokio::process::Command;

/// Lines of a tool's output that a failure carries.
const LOG_LINES: usize = 30;

/// Runs a tool in `folder` and returns what it printed.
///
/// # Errors
/// `Failed` with the end of its output; `Refused` when it is not installed.
pub async fn output<I>(folder: &Path, program: &str, args: I) -> Result<String, DriverError>
where
    I: IntoIterator,
    I::Item: AsRef<OsStr>,
{
    let output = Command::new(program)
        .args(args)
        .current_dir(folder)
        .env("LC_ALL", "C")
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| DriverError::refused(format!("cannot run {program}: {error}")))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<_> = text.lines().collect();
    let log = lines.get(lines.len().saturating_sub(LOG_LINES)..).unwrap_or_default().join("\n");
    Err(DriverError::failed(format!("{program} ended with {}", output.status), log))
}
