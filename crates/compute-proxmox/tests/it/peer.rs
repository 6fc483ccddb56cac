//! `fakepve` from PyPI: a program of others, in a folder outside the repository, started as a process of its own.
//! Its schema is what requests are held against.

use std::fs::{self, File};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const VERSION: &str = "0.5.0";

/// The folder with the program, made once for all tests; `None`, with loud words, only where PyPI cannot be reached.
pub fn tools() -> Option<PathBuf> {
    let base = std::env::var_os("FAIRHOLD_TEST_TOOLS").map(PathBuf::from);
    let base = base.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/fairhold-tests"))).expect("a home or FAIRHOLD_TEST_TOOLS");
    fs::create_dir_all(&base).expect("a folder for the tools");
    let folder = base.join(format!("fakepve-{VERSION}"));
    let turn = File::create(base.join("fakepve.lock")).expect("a lock for the tools");
    turn.lock().expect("our turn");
    if !folder.join("schema.json").exists()
        && let Err(why) = install(&folder)
    {
        assert!(!online(), "fakepve {VERSION} cannot be installed, and PyPI can be reached: {why}");
        eprintln!("NOT CHECKED: PyPI cannot be reached, so no request is held against the official schema and no peer runs: {why}");
        return None;
    }
    Some(folder)
}

fn online() -> bool {
    use std::net::ToSocketAddrs;
    let addresses = ("pypi.org", 443).to_socket_addrs();
    addresses.is_ok_and(|mut all| all.any(|one| TcpStream::connect_timeout(&one, Duration::from_secs(5)).is_ok()))
}

fn run(command: &mut Command) -> Result<Vec<u8>, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    if output.status.success() { Ok(output.stdout) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

fn install(folder: &Path) -> Result<(), String> {
    fs::remove_dir_all(folder).ok();
    run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    run(Command::new(folder.join("bin/pip")).args(["install", "--quiet", "--disable-pip-version-check", &format!("fakepve=={VERSION}")]))?;
    let unpack = "import fakepve, gzip, os, sys; p = os.path.join(os.path.dirname(fakepve.__file__), 'data', 'pve-api.json.gz'); sys.stdout.buffer.write(gzip.open(p).read())";
    let schema = run(Command::new(folder.join("bin/python")).args(["-c", unpack]))?;
    // The last file to be there: with it the folder is complete.
    fs::write(folder.join("schema.part"), schema)
        .and_then(|()| fs::rename(folder.join("schema.part"), folder.join("schema.json")))
        .map_err(|error| error.to_string())
}

/// The program, running. It ends with this.
pub struct Peer {
    child: Child,
}

impl Peer {
    /// Starts it: port, certificate, key, token and secret.
    pub fn start(tools: &Path, arguments: &[&str]) -> Self {
        let serve = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/peer.py");
        let child = Command::new(tools.join("bin/python")).arg(serve).args(arguments).stdout(Stdio::null()).spawn().expect("fakepve starts");
        Self { child }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
