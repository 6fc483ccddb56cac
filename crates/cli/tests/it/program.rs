//! A `fairhold` process with a data folder of its own, and the command line of somebody who uses it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

pub const PASSWORD: &str = "copper-lantern-91-orchard";

/// Templates are built once and shared by all tests: the same folder as the driver's own tests use.
fn images() -> PathBuf {
    std::env::var_os("FAIRHOLD_TEST_IMAGES").map_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("images"), PathBuf::from)
}

pub struct Program {
    pub folder: TempDir,
    pub url: String,
    child: Option<Child>,
    data: PathBuf,
    database: String,
    roles: &'static [&'static str],
    /// The part of the configuration that says where machines run.
    compute: String,
    port: u16,
    /// The set-up link of the first start.
    pub link: Option<String>,
}

impl Program {
    /// A served installation on the embedded database, or on `database`.
    pub fn start(database: &str) -> Self {
        Self::start_as(database, &["api", "worker", "scheduler"])
    }

    /// The same for a part of the work only; a process without the API may only be started [`Program::beside`] one that has it.
    pub fn start_as(database: &str, roles: &'static [&'static str]) -> Self {
        let mut program = Self::prepared(database, roles);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime
            .block_on(compute_qemu::image::ensure(&images(), "tiny", &|line| eprintln!("{line}")))
            .expect("the tiny template can be built; scripts/install-host-packages.sh installs what it needs");
        program.run();
        program
    }

    /// An installation without machines of its own: what `compute` says of clusters is all that it has.
    pub fn with_clusters(database: &str, compute: &str) -> Self {
        let mut program = Self::prepared(database, &["api", "worker", "scheduler"]);
        compute.clone_into(&mut program.compute);
        program.run();
        program
    }

    /// One more process of the same installation: the same data folder and database, other roles.
    pub fn beside(&self, roles: &'static [&'static str]) -> Self {
        let mut program = Self::prepared(&self.database, roles);
        program.data = self.data.clone();
        program.compute.clone_from(&self.compute);
        program.run();
        program
    }

    fn prepared(database: &str, roles: &'static [&'static str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let data = folder.path().join("data");
        let compute = format!("[compute]\nimages_dir = \"{}\"\n", images().display());
        Self { folder, url: format!("http://127.0.0.1:{port}"), child: None, data, database: database.to_owned(), roles, compute, port, link: None }
    }

    fn config(&self) -> PathBuf {
        let file = self.folder.path().join("fairhold.toml");
        let text = format!(
            "listen = \"127.0.0.1:{}\"\nbase_url = \"{}\"\ndata_dir = \"{}\"\ndatabase = \"{}\"\nroles = {:?}\ndemo = true\n[mail]\ntransport = \"mailbox\"\n[payments]\ntest_provider = true\n{}",
            self.port,
            self.url,
            self.data.display(),
            self.database,
            self.roles,
            self.compute
        );
        std::fs::write(&file, text).unwrap();
        file
    }

    /// Starts the process (again) and waits until it answers.
    pub fn run(&mut self) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_fairhold"))
            .args(["serve", "--config"])
            .arg(self.config())
            .env("FAIRHOLD_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            assert!(Instant::now() < deadline, "the program does not start");
            let line = lines.next().expect("the program ended before it answered").unwrap();
            if let Some(link) = line.trim().strip_prefix("http").filter(|_| line.contains("/setup#")) {
                self.link = Some(format!("http{link}"));
                break;
            }
            if line.starts_with("Fairhold answers at") && (self.link.is_some() || !self.roles.contains(&"api")) {
                break;
            }
        }
        // Keep the pipe open, or the program's next word would end it.
        std::thread::spawn(move || for _ in lines {});
        self.child = Some(child);
    }

    /// Stops the process where it is; [`Program::resume`] lets it go on.
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.as_ref().expect("it runs").id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    /// SIGKILL: no goodbye of any kind.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Does what the owner does at the first start.
    pub fn set_up(&self) {
        let token = self.link.as_ref().expect("a link was printed").split('#').nth(1).unwrap().to_owned();
        let body = serde_json::json!({
            "token": token,
            "operator": { "legal_name": "Keep Hosting GmbH", "address": "Torweg 1, 10115 Berlin", "country": "DE", "privacy_email": "privacy@keep.example", "currency": "EUR", "tax_registration": "DE123456789" },
            "owner": { "email": "owner@keep.example", "password": PASSWORD, "name": "Olga Owner" }
        });
        let answer = self.http("POST", "/v1/setup", Some(&body));
        assert_eq!(answer.0, 201, "{answer:?}");
    }

    /// One request without a session.
    pub fn http(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, String) {
        self.request(None, method, path, body)
    }

    /// One request with a token, which must succeed.
    #[track_caller]
    pub fn call(&self, token: &str, method: &str, path: &str, body: Option<&Value>) -> Value {
        let (status, text) = self.request(Some(token), method, path, body);
        assert!((200..300).contains(&status), "{method} {path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    fn request(&self, token: Option<&str>, method: &str, path: &str, body: Option<&Value>) -> (u16, String) {
        let url = format!("{}{path}", self.url);
        let (method, body, token) = (method.parse::<reqwest::Method>().unwrap(), body.cloned(), token.map(str::to_owned));
        // A thread of its own with a runtime of its own: the tests themselves are plain threads.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
                let mut request = reqwest::Client::new().request(method, url).timeout(Duration::from_secs(30));
                if let Some(token) = token {
                    request = request.bearer_auth(token);
                }
                if let Some(body) = body {
                    request = request.json(&body);
                }
                match request.send().await {
                    Ok(response) => (response.status().as_u16(), response.text().await.unwrap_or_default()),
                    Err(error) => (0, error.to_string()),
                }
            })
        })
        .join()
        .unwrap()
    }

    /// The token in the newest mail to `email` whose link contains `marker`.
    pub fn mailed(&self, email: &str, marker: &str) -> String {
        for _ in 0..200 {
            let page = self.http("GET", "/demo/mailbox", None).1;
            if let Some((_, behind)) = page.split("<article").filter(|mail| mail.contains(email)).find_map(|mail| mail.split_once(marker)) {
                return behind.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '-' || *letter == '_').collect();
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("no mail with {marker} to {email}");
    }

    /// The command line, as somebody with a home folder in `home`. What operators do asks for a sign-in, which is the owner's.
    pub fn cli(&self, home: &Path, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_fairhold"))
            .args(["--url", &self.url])
            .args(arguments)
            .env("XDG_CONFIG_HOME", home)
            .env("FAIRHOLD_EMAIL", "owner@keep.example")
            .env("FAIRHOLD_PASSWORD", PASSWORD)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// The same, which must succeed; its output.
    #[track_caller]
    pub fn ok(&self, home: &Path, arguments: &[&str]) -> String {
        let output = self.cli(home, arguments);
        assert!(
            output.status.success(),
            "fairhold {arguments:?} failed: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// The same with `--json`.
    #[track_caller]
    pub fn json(&self, home: &Path, arguments: &[&str]) -> Value {
        let all: Vec<&str> = ["--json"].iter().chain(arguments).copied().collect();
        serde_json::from_str(&self.ok(home, &all)).unwrap()
    }

    /// What is kept about a person and their organisation, by the name of the file in their export.
    pub fn export(&self, home: &Path) -> BTreeMap<String, String> {
        let bundle = home.join("bundle.zip");
        self.ok(home, &["privacy", "export", "--output", bundle.to_str().unwrap()]);
        let mut archive = zip::ZipArchive::new(std::fs::File::open(bundle).unwrap()).unwrap();
        let names: Vec<_> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
        let mut text = |name: &str| {
            let mut bytes = Vec::new();
            archive.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        names.into_iter().map(|name| (text(&name), name)).map(|(text, name)| (name, text)).collect()
    }

    /// The token that a shell keeps for whoever signed in there.
    pub fn token(home: &Path) -> String {
        let kept: Value = serde_json::from_slice(&std::fs::read(home.join("fairhold/credentials.json")).unwrap()).unwrap();
        kept["token"].as_str().unwrap().to_owned()
    }

    /// Somebody who signed up, confirmed the address and signed in at a shell.
    pub fn customer(&self, email: &str) -> TempDir {
        let home = tempfile::tempdir().unwrap();
        self.ok(home.path(), &["sign-up", "--email", email, "--name", "Ada Canary", "--over-16"]);
        let token = self.mailed(email, "verify#");
        self.ok(home.path(), &["verify", &token]);
        self.ok(home.path(), &["sign-in", "--email", email]);
        home
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().ok();
            child.wait().ok();
        }
        // Machines outlive the program by design, so a test that failed half-way ends its own here.
        let guests = self.data.join("guests");
        for pid in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
            let command = std::fs::read(pid.path().join("cmdline")).unwrap_or_default();
            if command.windows(guests.as_os_str().len()).any(|part| part == guests.as_os_str().as_encoded_bytes())
                && let Some(pid) = pid.file_name().to_str()
            {
                Command::new("kill").args(["-9", pid]).status().ok();
            }
        }
    }
}
