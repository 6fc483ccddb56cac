//! A server in a process of its own: how soon it answers, and how much memory it keeps at rest.
//! The process is this program again, so that one build serves all figures; it does what
//! `fairhold serve` does.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use server::app::Stand;
use server::config::{Mail, MailTransport};
use server::{App, Config};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::process::{ChildStdout, Command};

use crate::world::World;

/// What this program does when it is started by itself.
pub enum Child {
    /// Serves the installation in a folder until its input ends.
    Serve(String),
    /// Nothing until its input ends: the baseline.
    Rest,
}

impl Child {
    pub fn from_arguments(arguments: &[String]) -> Option<Self> {
        match arguments {
            [word, folder] if word == "child-serve" => Some(Self::Serve(folder.clone())),
            [word] if word == "child-rest" => Some(Self::Rest),
            _ => None,
        }
    }

    pub async fn run(self) {
        let mut running = None;
        match self {
            Self::Rest => println!("ready"),
            Self::Serve(folder) => {
                rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
                let config = Config {
                    listen: "127.0.0.1:0".parse().unwrap(),
                    data_dir: folder.into(),
                    mail: Mail { transport: MailTransport::Mailbox, ..Config::default().mail },
                    ..Config::default()
                };
                let app = App::open(config, Stand::default()).await.expect("it opens");
                let link = server::setup_link(&app).await.unwrap().unwrap_or_default();
                let started = app.start().await.expect("it starts");
                println!("ready {} {}", started.address, link.split('#').nth(1).unwrap_or_default());
                running = Some(started);
            }
        }
        tokio::io::stdin().read_to_end(&mut Vec::new()).await.ok();
        if let Some(running) = running {
            running.stop().await;
        }
    }
}

struct Process {
    child: tokio::process::Child,
    /// Kept open: the child's next word would end it otherwise.
    _lines: Lines<BufReader<ChildStdout>>,
    /// What it said when it was ready.
    said: String,
    took: Duration,
}

impl Process {
    async fn start(arguments: &[&str]) -> Self {
        let began = Instant::now();
        let mut command = Command::new(std::env::current_exe().unwrap());
        let mut child = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let said = lines.next_line().await.unwrap().expect("it says when it is ready");
        Self { child, _lines: lines, said, took: began.elapsed() }
    }

    /// Resident memory in MB, as the kernel counts it.
    fn resident(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id().expect("it runs"))).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() * 1024.0 / 1e6
    }

    async fn end(mut self) {
        drop(self.child.stdin.take());
        self.child.wait().await.unwrap();
    }
}

/// Lets `time` pass.
pub async fn rest(time: Duration) {
    tokio::time::timeout(time, std::future::pending::<()>()).await.ok();
}

pub async fn print() {
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    let folder = tempfile::tempdir().unwrap();
    let path: &Path = folder.path();
    let serve = ["child-serve", path.to_str().unwrap()];

    let empty = Process::start(&["child-rest"]).await;
    rest(Duration::from_secs(1)).await;
    let (nothing, nothing_resident) = (empty.took, empty.resident());
    empty.end().await;

    let first = Process::start(&serve).await;
    let words: Vec<String> = first.said.split(' ').map(str::to_owned).collect();
    let answer = reqwest::Client::new().post(format!("http://{}/v1/setup", words[1])).json(&World::particulars(&words[2])).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 201);
    let migrating = first.took;
    first.end().await;

    let again = Process::start(&serve).await;
    let url = format!("http://{}/v1/setup", again.said.split(' ').nth(1).unwrap());
    let client = reqwest::Client::new();
    let mut requests = Vec::new();
    for _ in 0..10 {
        let began = Instant::now();
        client.get(&url).send().await.unwrap().bytes().await.unwrap();
        requests.push(began.elapsed().as_secs_f64() * 1e3);
    }
    rest(Duration::from_secs(10)).await;
    let (took, resident) = (again.took, again.resident());
    again.end().await;

    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    println!("start: {:.0} ms with an existing database (a process that does nothing: {:.0} ms)", ms(took), ms(nothing));
    println!(
        "start: {:.0} ms with no database, all migrations applied (an existing one: {:.0} ms, ratio {:.1})",
        ms(migrating),
        ms(took),
        ms(migrating) / ms(took)
    );
    println!("start: {:.1} ms for the first request (the tenth: {:.1} ms, ratio {:.1})", requests[0], requests[9], requests[0] / requests[9]);
    println!("start: {resident:.1} MB resident after ten seconds at rest (a process that does nothing: {nothing_resident:.1} MB)");
}
