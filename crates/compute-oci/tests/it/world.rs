//! A data folder with a driver on it, and what the tests ask again and again.

use std::{
    env, fs,
    path::PathBuf,
    process::{Command, Output},
    time::Duration,
};

use compute_driver::{ConsoleKind, ConsoleStream, Driver, GuestSpec, Reference};
use compute_oci::{Oci, Settings, SupervisorCommand, image};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{interval, timeout},
};

/// Containers are up in a moment; a busy machine needs longer.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// An installation of its own for one test. Dropping it kills the containers that the test left.
pub struct World {
    pub settings: Settings,
    pub driver: Oci,
    pub folder: TempDir,
}

impl World {
    /// An installation with the tiny image in it.
    pub async fn new() -> Self {
        let images = images_dir();
        built(&images, "tiny-container").await;
        let folder = tempfile::tempdir().unwrap();
        let supervisor = SupervisorCommand { exe: PathBuf::from(env!("CARGO_BIN_EXE_container-supervisor")), args: vec![] };
        let mut settings = Settings::new(folder.path(), supervisor);
        settings.images_dir = images;
        // Each test process has a range of its own, because ports belong to the host and not to the data folder.
        let first = 24_000 + u16::try_from(std::process::id() % 400).unwrap() * 20;
        settings.ssh_ports = first..=first + 19;
        Self { driver: Oci::new(settings.clone()), settings, folder }
    }

    pub fn spec(&self, reference: &str) -> GuestSpec {
        GuestSpec {
            reference: Reference::parse(reference).unwrap(),
            hostname: "web-1".into(),
            ssh_keys: vec![],
            cpus: 1,
            memory_mib: 128,
            disk_gib: 1,
            template: "tiny-container".into(),
            mac: "52:54:00:12:34:56".into(),
            ssh_port: None,
            user_data: None,
            password: None,
            card: None,
            cut_off: false,
            avoid: Vec::new(),
        }
    }

    /// A container that runs and has come to its prompt, with the line to it.
    pub async fn booted(&self, spec: &GuestSpec) -> Box<dyn ConsoleStream> {
        self.driver.ensure(spec).await.unwrap();
        self.driver.start(&spec.reference).await.unwrap();
        let mut line = self.driver.console(&spec.reference, ConsoleKind::Serial).await.unwrap();
        read_until(&mut line, &format!("root@{}:", spec.hostname)).await;
        line
    }

    /// The supervisors of this installation.
    pub fn supervisors(&self) -> Vec<i32> {
        let folder = self.folder.path().display().to_string();
        let named = |number: &i32| String::from_utf8_lossy(&fs::read(format!("/proc/{number}/cmdline")).unwrap_or_default()).contains(&folder);
        fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(named).collect()
    }

    /// The host's number of the first process of the only container.
    pub fn init(&self) -> i32 {
        let file = fs::read_dir(self.folder.path().join("run")).unwrap().flatten().map(|entry| entry.path().join("init")).find(|file| file.exists());
        fs::read_to_string(file.unwrap()).unwrap().trim().parse().unwrap()
    }

    /// Whether the only container is noted as held.
    pub fn is_held(&self) -> bool {
        fs::read_dir(self.folder.path().join("run")).unwrap().flatten().any(|entry| entry.path().join("held").exists())
    }

    /// The folders that this installation's names begin with, wherever they are kept.
    fn names(&self) -> Vec<String> {
        let guests = fs::read_dir(self.folder.path().join("run")).into_iter().flatten().flatten();
        guests.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    /// How the host's ends of this installation's cables begin.
    pub fn cables(&self) -> String {
        format!("fh{}", &installation(&self.folder)[..4])
    }

    /// No process, mount, device, control group, cable, rule or folder of this installation is on the host.
    pub fn nothing_is_left(&self) {
        let folder = self.folder.path().display().to_string();
        assert_eq!(self.supervisors(), Vec::<i32>::new(), "no process is left");
        assert_eq!(self.names(), Vec::<String>::new(), "no socket is left");
        let guests: Vec<_> = fs::read_dir(self.folder.path().join("guests")).unwrap().collect();
        assert!(guests.is_empty(), "no folder is left: {guests:?}");
        assert!(!fs::read_to_string("/proc/mounts").unwrap().contains(&folder), "no mount is left");
        for device in fs::read_dir("/sys/block").unwrap().flatten() {
            let backing = fs::read_to_string(device.path().join("loop/backing_file")).unwrap_or_default();
            assert!(!backing.contains(&folder), "no device is left: {backing}");
        }
        let digits = installation(&self.folder);
        let groups = Command::new("find").args(["/sys/fs/cgroup", "-name", &format!("fairhold-{digits}")]).output().unwrap().stdout;
        assert_eq!(String::from_utf8_lossy(&groups), "", "no control group is left");
        let cables = Command::new("ip").args(["-brief", "link"]).output().unwrap().stdout;
        assert!(!String::from_utf8_lossy(&cables).contains(&self.cables()), "no cable is left");
        let rules = Command::new("nft").args(["list", "tables"]).output().unwrap().stdout;
        assert!(!String::from_utf8_lossy(&rules).contains(&digits), "no rule is left");
    }
}

/// What the installation is called in names that it shares with others: as `guest/place.rs` makes it.
fn installation(folder: &TempDir) -> String {
    let sum = Command::new("sh").args(["-c", "printf %s \"$1\" | sha256sum | cut -c1-16", "sh"]).arg(folder.path()).output().unwrap().stdout;
    String::from_utf8(sum).unwrap().trim().to_owned()
}

impl Drop for World {
    fn drop(&mut self) {
        for entry in fs::read_dir(self.folder.path().join("run")).into_iter().flatten().flatten() {
            let container = entry.file_name();
            let state = entry.path().join("rt");
            for number in self.supervisors() {
                kill(number);
            }
            let _gone = Command::new("runc").arg("--root").arg(state).args(["delete", "--force"]).arg(container).output();
        }
        let table = format!("fairhold_{}", installation(&self.folder));
        let _none = Command::new("nft").args(["delete", "table", "ip", &table]).output();
    }
}

/// Builds a template unless it is there.
pub async fn built(images: &std::path::Path, name: &str) {
    if let Err(error) = image::ensure(images, name, &|line| eprintln!("{line}")).await {
        panic!("the image {name} cannot be built: {error}\n{}", error.log().unwrap_or_default());
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

/// Types a command and returns what the line shows until `text` comes.
pub async fn types(line: &mut Box<dyn ConsoleStream>, command: &str, text: &str) -> String {
    line.write_all(format!("{command}\n").as_bytes()).await.unwrap();
    read_until(line, text).await
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
    let mut ticks = interval(Duration::from_millis(20));
    let waiting = async {
        while !come_true().await {
            ticks.tick().await;
        }
    };
    assert!(timeout(PATIENCE, waiting).await.is_ok(), "not in time: {what}");
}

/// Runs a command in the container with the private key in `folder`.
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
