//! The OCI runtime by its command line. Each call is a process of its own, which forks and enters namespaces where we must not.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use compute_driver::DriverError;
use compute_host::{
    process::{output, run},
    record::trouble,
};
use serde::Deserialize;
use tokio::process::Command;

use super::{config::Limits, place::Place};

/// The runtime, for one container.
pub(crate) struct Runtime {
    program: PathBuf,
    state: PathBuf,
    container: String,
    installation: String,
}

/// How setpriv ends when what it shall run is not there (setpriv(1)).
const NOT_THERE: i32 = 127;

/// What the runtime says about the container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Word {
    Creating,
    Created,
    Running,
    Paused,
    Stopped,
    /// A word of a later version.
    #[serde(other)]
    Other,
}

/// What a container used since it was started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) cpu_us: u64,
    pub(crate) memory_bytes: u64,
}

impl Runtime {
    pub(crate) fn of(program: &Path, place: &Place) -> Self {
        Self { program: program.to_owned(), state: place.runtime_state(), container: place.container(), installation: place.installation.clone() }
    }

    fn program(&self) -> String {
        self.program.display().to_string()
    }

    fn arguments<'a>(&'a self, command: &'a str, options: &[&'a OsStr]) -> Vec<&'a OsStr> {
        let mut arguments: Vec<&OsStr> = vec!["--root".as_ref(), self.state.as_os_str(), command.as_ref()];
        arguments.extend(options);
        arguments.push(self.container.as_ref());
        arguments
    }

    async fn told(&self, command: &str, options: &[&OsStr]) -> Result<(), DriverError> {
        run(&self.program(), self.arguments(command, options)).await
    }

    /// Makes the container's namespaces and its first process, which waits. The answer is that process's number.
    pub(crate) async fn create(&self, place: &Place) -> Result<u32, DriverError> {
        let (bundle, pid_file, log) = (place.bundle(), place.run.join("init"), place.runtime_log());
        let options = ["--bundle".as_ref(), bundle.as_os_str(), "--pid-file".as_ref(), pid_file.as_os_str()];
        // The container's process inherits these, so nothing of ours may be among them. The runtime dies with us: it would go on making
        // a container that nobody knows.
        let status = Command::new("setpriv")
            .args(["--pdeathsig", "KILL"])
            .arg(&self.program)
            .args(["--log".as_ref(), log.as_os_str()])
            .args(self.arguments("create", &options))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .await
            .map_err(|error| DriverError::failed(format!("could not run setpriv: {error}"), ""))?;
        if status.code() == Some(NOT_THERE) {
            return Err(DriverError::failed(format!("could not run {}: it is not there", self.program()), ""));
        }
        if !status.success() {
            let log = fs::read_to_string(log).unwrap_or_default();
            return Err(DriverError::failed(format!("{} ended with {status}", self.program()), log));
        }
        let number = fs::read_to_string(pid_file).map_err(trouble("cannot read the container's process"))?;
        number.trim().parse().map_err(|_| DriverError::failed("the runtime wrote no process", number))
    }

    /// Lets the first process go on.
    pub(crate) async fn start(&self) -> Result<(), DriverError> {
        self.told("start", &[]).await
    }

    /// What it says; `None` when it does not know the container, or says nothing.
    pub(crate) async fn word(&self) -> Option<Word> {
        #[derive(Deserialize)]
        struct State {
            status: Word,
        }
        let said = output(&self.program(), self.arguments("state", &[])).await.ok()?;
        Some(serde_json::from_slice::<State>(&said).ok()?.status)
    }

    pub(crate) async fn pause(&self) -> Result<(), DriverError> {
        self.told("pause", &[]).await
    }

    pub(crate) async fn resume(&self) -> Result<(), DriverError> {
        self.told("resume", &[]).await
    }

    /// Holds a running container to other limits.
    pub(crate) async fn update(&self, limits: &Limits) -> Result<(), DriverError> {
        let (memory, quota, period) = (limits.memory_bytes.to_string(), limits.quota.to_string(), limits.period.to_string());
        let options = ["--memory", &memory, "--memory-swap", &memory, "--cpu-quota", &quota, "--cpu-period", &period].map(AsRef::as_ref);
        self.told("update", &options).await
    }

    /// Kills what is left of the container and removes its control groups and state. Nothing left is success.
    pub(crate) async fn delete(&self) -> Result<(), DriverError> {
        if self.state.join(&self.container).exists() {
            self.told("delete", &["--force".as_ref()]).await?;
        }
        self.remove_groups();
        Ok(())
    }

    /// The folder of the installation's groups goes with its last container. One that is in use stays.
    fn remove_groups(&self) {
        let name = format!("fairhold-{}", self.installation);
        let hierarchies = fs::read_dir("/sys/fs/cgroup").into_iter().flatten().flatten().map(|entry| entry.path());
        for hierarchy in hierarchies.chain([PathBuf::from("/sys/fs/cgroup")]) {
            let group = hierarchy.join(&name);
            let _left = fs::remove_dir(group.join(&self.container));
            let _in_use = fs::remove_dir(group);
        }
    }

    /// What the container used since it was started.
    pub(crate) async fn usage(&self) -> Option<Usage> {
        #[derive(Deserialize)]
        struct Event {
            data: Data,
        }
        #[derive(Deserialize)]
        struct Data {
            cpu: Cpu,
            memory: Memory,
        }
        #[derive(Deserialize)]
        struct Cpu {
            usage: Total,
        }
        #[derive(Deserialize)]
        struct Total {
            total: u64,
        }
        #[derive(Deserialize)]
        struct Memory {
            usage: InUse,
            #[serde(default)]
            raw: std::collections::BTreeMap<String, u64>,
        }
        #[derive(Deserialize)]
        struct InUse {
            usage: u64,
        }
        let said = output(&self.program(), self.arguments("events", &["--stats".as_ref()])).await.ok()?;
        let data = serde_json::from_slice::<Event>(&said).ok()?.data;
        // Files that the kernel keeps in memory only because there is room are no use of it: the two versions of control groups.
        let idle = ["total_inactive_file", "inactive_file"].iter().find_map(|name| data.memory.raw.get(*name)).copied().unwrap_or(0);
        Some(Usage { cpu_us: data.cpu.usage.total / 1_000, memory_bytes: data.memory.usage.usage.saturating_sub(idle) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_we_do_not_know_are_never_success() {
        let word = |text: &str| serde_json::from_str::<Word>(&format!("\"{text}\"")).unwrap();
        assert_eq!(word("running"), Word::Running);
        assert_eq!(word("paused"), Word::Paused);
        assert_eq!(word("a-word-of-2030"), Word::Other);
    }
}
