//! The cluster in memory: nodes, guests, tasks, volumes, and what shall go wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use compute_driver::simulated::shell::{self, Files};
use serde_json::{Value, json};
use tokio::sync::broadcast;

use crate::disks::Disks;

/// Who may ask.
pub const TOKEN: &str = "fairhold@pve!test";
/// And what for.
pub const SECRET: &str = "0b61c1f0-7f2e-4a55-9d8e-1f0c9f1e2d3c";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Qemu,
    Lxc,
}

/// Something that goes wrong at the next call whose method and path it fits, once.
#[derive(Clone, Debug)]
pub enum Fault {
    /// This answer, and nothing happens.
    Instead { status: u16, reason: String },
    /// It happens, and then this answer.
    After { status: u16, reason: String },
    /// The task that is made ends with these words, without effect.
    TaskEnds(String),
    /// The task that is made takes this long.
    TaskTakes(Duration),
    /// The line is cut after it happened.
    Cut,
    /// No answer ever comes, whether it happened or not.
    Hangs { after: bool },
}

/// A refusal: status and reason phrase, and fields for a 400.
#[derive(Debug)]
pub struct Refusal {
    pub status: u16,
    pub reason: String,
    pub errors: Value,
}

pub type Answer = Result<Value, Refusal>;

pub fn say(reason: impl Into<String>) -> Refusal {
    Refusal { status: 500, reason: reason.into(), errors: Value::Null }
}

pub fn wrong(name: &str, text: &str) -> Refusal {
    Refusal { status: 400, reason: "Parameter verification failed.".into(), errors: json!({ name: text }) }
}

#[derive(Clone)]
pub struct Snap {
    pub config: BTreeMap<String, String>,
    pub files: Files,
    pub memory: bool,
    pub taken: u64,
}

pub struct Guest {
    pub node: String,
    pub kind: Kind,
    pub template: bool,
    pub config: BTreeMap<String, String>,
    /// What waits for a restart.
    pub pending: BTreeMap<String, String>,
    /// What goes with a restart.
    pub pending_deletes: BTreeSet<String>,
    /// Its system neither lets go of a drive nor takes one while it runs.
    pub clings: bool,
    pub status: &'static str,
    pub qmp: &'static str,
    pub started: Option<Instant>,
    pub lock: Option<String>,
    pub snapshots: BTreeMap<String, Snap>,
    pub files: Files,
    pub agent: bool,
    pub line: broadcast::Sender<Vec<u8>>,
    pub ignores_button: bool,
    pub wall: crate::wall::Wall,
    pub keys_added: Vec<String>,
}

impl Guest {
    pub fn new(node: &str, kind: Kind) -> Self {
        Self {
            node: node.into(),
            kind,
            template: false,
            config: BTreeMap::new(),
            pending: BTreeMap::new(),
            pending_deletes: BTreeSet::new(),
            clings: false,
            status: "stopped",
            qmp: "stopped",
            started: None,
            lock: None,
            snapshots: BTreeMap::new(),
            files: Files::new(),
            agent: false,
            line: broadcast::channel(256).0,
            ignores_button: false,
            wall: crate::wall::Wall::default(),
            keys_added: Vec::new(),
        }
    }

    pub fn hostname(&self) -> String {
        let name = if self.kind == Kind::Qemu { "name" } else { "hostname" };
        self.config.get(name).cloned().unwrap_or_default()
    }

    pub fn print(&self, text: &str) {
        self.line.send(text.as_bytes().to_vec()).ok();
    }

    fn take_over(&mut self) {
        self.config.extend(std::mem::take(&mut self.pending));
        for name in std::mem::take(&mut self.pending_deletes) {
            self.config.remove(&name);
        }
    }

    pub fn power_on(&mut self) {
        self.take_over();
        (self.status, self.qmp, self.started) = ("running", "running", Some(Instant::now()));
        self.print(&shell::banner(&self.hostname()));
    }

    pub fn power_off(&mut self) {
        self.take_over();
        (self.status, self.qmp, self.started) = ("stopped", "stopped", None);
        self.line = broadcast::channel(256).0;
    }
}

type Effect = Box<dyn FnOnce(&mut State) -> Result<(), String> + Send>;

pub struct Task {
    pub node: String,
    pub kind: String,
    pub vmid: u32,
    pub ends: Instant,
    pub effect: Option<Effect>,
    pub exit: Option<String>,
    /// What it wrote, beside what every task writes.
    pub log: Vec<String>,
    pub upid: String,
}

#[derive(Clone)]
pub struct Volume {
    pub storage: String,
    pub volid: String,
    pub content: &'static str,
    pub notes: String,
    pub made: u64,
    pub kept: Option<Snap>,
}

pub struct State {
    pub version: String,
    /// Answers with texts where numbers and booleans are meant.
    pub texts: bool,
    /// The habits of versions before 8.1.
    pub old: bool,
    /// Nothing is known of any guest, as without the node's statistics.
    pub blind: bool,
    pub nodes: BTreeMap<String, bool>,
    pub guests: BTreeMap<u32, Guest>,
    pub tasks: Vec<Task>,
    pub volumes: Vec<Volume>,
    pub faults: Vec<(String, String, Fault)>,
    pub revoked: bool,
    /// No node reaches the others, whatever is asked.
    pub away: bool,
    /// Each answer ends its line.
    pub hangs_up: bool,
    pub lacking: Vec<String>,
    pub task_time: Duration,
    pub storage_full: bool,
    pub raw_storage: bool,
    pub shared: bool,
    pub disks: Disks,
    pub sdn: crate::sdn::Sdn,
    /// Whether guests that run can be given drives.
    pub hotplug: bool,
    /// Nodes that do not have the storage of disks.
    pub without_storage: Vec<String>,
    pub consoles: Vec<crate::consoles::Ticket>,
    pub pools: Vec<String>,
    pub requests: Vec<String>,
    pub task_fault: Option<Fault>,
    /// How many calls were never answered.
    pub hanging: usize,
    counter: u64,
}

impl Default for State {
    fn default() -> Self {
        let mut state = Self {
            version: "8.4.21".into(),
            texts: false,
            old: false,
            blind: false,
            nodes: BTreeMap::from([("pve1".into(), true), ("pve2".into(), true)]),
            guests: BTreeMap::new(),
            tasks: Vec::new(),
            volumes: Vec::new(),
            faults: Vec::new(),
            revoked: false,
            away: false,
            hangs_up: false,
            lacking: Vec::new(),
            task_time: Duration::from_millis(30),
            storage_full: false,
            raw_storage: false,
            shared: false,
            disks: Disks::default(),
            sdn: crate::sdn::Sdn::with_zones(),
            hotplug: true,
            without_storage: Vec::new(),
            consoles: Vec::new(),
            pools: vec!["fairhold".into()],
            requests: Vec::new(),
            task_fault: None,
            hanging: 0,
            counter: 1,
        };
        let mut template = Guest::new("pve1", Kind::Qemu);
        template.template = true;
        let config = [("name", "tiny"), ("memory", "512"), ("cores", "1"), ("boot", "order=scsi0"), ("scsi0", "local-lvm:base-9000-disk-0,size=1G")];
        template.config = config.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        state.guests.insert(9000, template);
        for (volid, content) in [("local:import/tiny.qcow2", "import"), ("local:vztmpl/tiny.tar.zst", "vztmpl")] {
            let volume = Volume { storage: "local".into(), volid: volid.into(), content, notes: String::new(), made: 1, kept: None };
            state.volumes.push(volume);
        }
        state
    }
}

impl State {
    pub fn number(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    /// Carries out the tasks whose time has come.
    pub fn settle(&mut self) {
        let now = Instant::now();
        while let Some(at) = self.tasks.iter().position(|task| task.ends <= now && task.effect.is_some()) {
            let effect = self.tasks[at].effect.take().unwrap();
            let ended = effect(self);
            let text = ended.map_or_else(|text| text, |()| "OK".to_owned());
            let mut lines = text.lines().map(str::to_owned);
            self.tasks[at].exit = lines.next();
            self.tasks[at].log = lines.collect();
        }
    }

    /// Makes a task; the guest is locked meanwhile where a lock is named.
    pub fn task(
        &mut self,
        node: &str,
        kind: &str,
        vmid: u32,
        lock: Option<&str>,
        effect: impl FnOnce(&mut Self) -> Result<(), String> + Send + 'static,
    ) -> Value {
        let number = self.number();
        let started = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        // A task about no guest names none.
        let id = if vmid == 0 { String::new() } else { vmid.to_string() };
        let upid = format!("UPID:{node}:{:08X}:{number:08X}:{started:08X}:{kind}:{id}:{TOKEN}:", number + 4000);
        if let (Some(lock), Some(guest)) = (lock, self.guests.get_mut(&vmid)) {
            guest.lock = Some(lock.to_owned());
        }
        let (fails, takes) = match self.task_fault.take() {
            Some(Fault::TaskEnds(text)) => (Some(text), self.task_time),
            Some(Fault::TaskTakes(time)) => (None, time),
            _ => (None, self.task_time),
        };
        let locked = lock.is_some();
        let effect: Effect = Box::new(move |state| {
            if let Some(guest) = state.guests.get_mut(&vmid).filter(|_| locked) {
                guest.lock = None;
            }
            fails.map_or_else(|| effect(state), Err)
        });
        let ends = Instant::now() + takes;
        self.tasks.push(Task { node: node.into(), kind: kind.into(), vmid, ends, effect: Some(effect), exit: None, log: Vec::new(), upid: upid.clone() });
        self.settle();
        json!(upid)
    }

    /// Somebody ends every task that goes on and takes its locks away; what was still being made goes with it.
    pub fn interrupt(&mut self) {
        for task in self.tasks.iter_mut().filter(|task| task.exit.is_none()) {
            task.effect = None;
            task.exit = Some("received interrupt".into());
        }
        self.guests.retain(|_, guest| !guest.lock.as_deref().is_some_and(|lock| ["clone", "create"].contains(&lock)));
        self.guests.values_mut().for_each(|guest| guest.lock = None);
    }

    /// The guest at `node`, as only that node knows it.
    pub fn guest(&mut self, node: &str, kind: Kind, vmid: u32) -> Result<&mut Guest, Refusal> {
        let folder = if kind == Kind::Qemu { "qemu-server" } else { "lxc" };
        let missing = say(format!("Configuration file 'nodes/{node}/{folder}/{vmid}.conf' does not exist"));
        self.guests.get_mut(&vmid).filter(|guest| guest.node == node && guest.kind == kind).ok_or(missing)
    }
}

pub fn gib(config: &BTreeMap<String, String>) -> u64 {
    let text = ["scsi0", "virtio0", "rootfs"].iter().find_map(|key| config.get(*key)).cloned().unwrap_or_default();
    text.split("size=").nth(1).and_then(|rest| rest.trim_end_matches('G').parse().ok()).unwrap_or(0)
}

/// A virtual machine that somebody else made, stopped.
pub fn stranger(node: &str) -> Guest {
    Guest::new(node, Kind::Qemu)
}
