//! A data folder with a driver on it, and what the tests ask again and again.

use std::{
    env, fs,
    path::PathBuf,
    process::{Command, Output},
    time::Duration,
};

use compute_driver::{ConsoleKind, ConsoleStream, Driver, GuestSpec, Reference};
use compute_qemu::{AcceleratorChoice, Qemu, Settings, SupervisorCommand, image};
use tempfile::TempDir;
use tokio::{
    io::AsyncReadExt,
    time::{interval, timeout},
};

/// A boot in software translation on a busy machine takes minutes at worst.
pub const PATIENCE: Duration = Duration::from_secs(240);

/// An installation of its own for one test. Dropping it kills the guests that the test left.
pub struct World {
    pub settings: Settings,
    pub driver: Qemu,
    pub folder: TempDir,
}

impl World {
    /// An installation with the `tiny` image in it.
    pub async fn new() -> Self {
        let images = images_dir();
        if let Err(error) = image::ensure(&images, "tiny", &|line| eprintln!("{line}")).await {
            panic!("the tiny image cannot be built: {error}\n{}", error.log().unwrap_or_default());
        }
        let folder = tempfile::tempdir().unwrap();
        let supervisor = SupervisorCommand { exe: PathBuf::from(env!("CARGO_BIN_EXE_guest-supervisor")), args: vec![] };
        let mut settings = Settings::new(folder.path(), supervisor);
        settings.images_dir = images;
        settings.accelerator = AcceleratorChoice::Tcg;
        // Each test process has a range of its own, because ports belong to the host and not to the data folder.
        let first = 20_000 + u16::try_from(std::process::id() % 1_000).unwrap() * 20;
        settings.ssh_ports = first..=first + 19;
        Self { driver: Qemu::new(settings.clone()), settings, folder }
    }

    pub fn spec(&self, reference: &str) -> GuestSpec {
        GuestSpec {
            reference: Reference::parse(reference).unwrap(),
            hostname: "web-1".into(),
            ssh_keys: vec![],
            cpus: 1,
            memory_mib: 128,
            disk_gib: 1,
            template: "tiny".into(),
            mac: "52:54:00:12:34:56".into(),
            ssh_port: None,
            user_data: None,
            password: None,
            card: None,
            cut_off: false,
            avoid: Vec::new(),
        }
    }

    /// A guest that runs and has come to its prompt, with the line to it.
    pub async fn booted(&self, spec: &GuestSpec) -> Box<dyn ConsoleStream> {
        self.driver.ensure(spec).await.unwrap();
        self.driver.start(&spec.reference).await.unwrap();
        let mut line = self.driver.console(&spec.reference, ConsoleKind::Serial).await.unwrap();
        read_until(&mut line, &format!("root@{}:", spec.hostname)).await;
        line
    }

    /// The host's processes that have this installation in their command line.
    pub fn processes(&self) -> Vec<i32> {
        let folder = self.folder.path().display().to_string();
        let numbers = fs::read_dir("/proc").unwrap().flatten();
        numbers
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter(|number| {
                let line = fs::read(format!("/proc/{number}/cmdline")).unwrap_or_default();
                String::from_utf8_lossy(&line).contains(&folder)
            })
            .collect()
    }

    /// The process of the only QEMU.
    pub fn emulator(&self) -> i32 {
        let found = self.processes().into_iter().find(|number| fs::read_to_string(format!("/proc/{number}/comm")).unwrap_or_default().starts_with("qemu"));
        found.unwrap()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for number in self.processes() {
            kill(number);
        }
    }
}

/// Kills as a stranger would.
pub fn kill(number: i32) {
    Command::new("kill").args(["-9", &number.to_string()]).output().unwrap();
}

/// Where the images are kept between runs.
pub fn images_dir() -> PathBuf {
    match env::var_os("FAIRHOLD_TEST_IMAGES") {
        Some(dir) => PathBuf::from(dir),
        None => PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("images"),
    }
}

/// Reads until `text` has come, and returns all that came.
pub async fn read_until(line: &mut (dyn ConsoleStream + '_), text: &str) -> String {
    let mut seen = Vec::new();
    let mut buffer = [0_u8; 4096];
    let reading = async {
        while !String::from_utf8_lossy(&seen).contains(text) {
            let count = line.read(&mut buffer).await.unwrap();
            assert!(count > 0, "the line ended before {text:?}: {}", String::from_utf8_lossy(&seen));
            seen.extend_from_slice(&buffer[..count]);
        }
    };
    let in_time = timeout(PATIENCE, reading).await.is_ok();
    let seen = String::from_utf8_lossy(&seen).into_owned();
    assert!(in_time, "{text:?} did not come: {seen}");
    seen
}

/// Asks again and again until it is true.
pub async fn until(what: &str, mut come_true: impl AsyncFnMut() -> bool) {
    let mut ticks = interval(Duration::from_millis(50));
    let waiting = async {
        while !come_true().await {
            ticks.tick().await;
        }
    };
    assert!(timeout(PATIENCE, waiting).await.is_ok(), "not in time: {what}");
}

/// Runs a command in the guest with the private key in `folder`.
pub async fn ssh(folder: &TempDir, port: u16, command: &str) -> Output {
    tokio::process::Command::new("ssh")
        .args(["-q", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes"])
        .args(["-o", "ConnectTimeout=5", "-o", "IdentitiesOnly=yes", "-i"])
        .arg(folder.path().join("key"))
        .args(["-p", &port.to_string(), "root@127.0.0.1", command])
        .output()
        .await
        .unwrap()
}

/// Makes a key in `folder` and returns its public line.
pub fn new_key(folder: &TempDir) -> String {
    let key = folder.path().join("key");
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", "me", "-f"]).arg(&key).output();
    assert!(made.unwrap().status.success());
    fs::read_to_string(key.with_extension("pub")).unwrap().trim().to_owned()
}
