//! Starting the small process that stays with a guest, so that guests outlive the server.

use std::{ffi::OsString, fs::File, path::Path, path::PathBuf, process::Stdio};

use compute_driver::DriverError;
use tokio::process::Command;

use crate::record::trouble;

/// The program that stays with a guest, and the words before the path of its orders.
#[derive(Clone, Debug)]
pub struct SupervisorCommand {
    /// The executable, usually our own.
    pub exe: PathBuf,
    /// Leading arguments, usually the hidden subcommand.
    pub args: Vec<OsString>,
}

impl SupervisorCommand {
    /// Starts it with `orders` in a session of its own, as nobody's child, so that it outlives us. `before` are words that run it, such
    /// as `unshare --mount`; what it prints goes to `log`.
    ///
    /// # Errors
    /// `Failed` when it cannot be started, `Unavailable` when the host's tool is missing.
    pub async fn spawn(&self, before: &[&str], orders: &Path, log: &Path) -> Result<(), DriverError> {
        let output = File::create(log).map_err(trouble("cannot open the supervisor's log"))?;
        let forked = Command::new("setsid")
            .arg("--fork")
            .args(before)
            .arg(&self.exe)
            .args(&self.args)
            .arg(orders)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(output)
            .status()
            .await;
        match forked {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(DriverError::failed(format!("setsid ended with {status}"), std::fs::read_to_string(log).unwrap_or_default())),
            Err(error) => Err(trouble("cannot run setsid")(error)),
        }
    }
}
