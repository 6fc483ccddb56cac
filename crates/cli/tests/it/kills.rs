//! kill -9 at every step of setting up, resizing, restoring and deleting machines on a cluster, which outlives the program.
//!
//! A call of each step is left without an answer, before it had its effect or after it, until work of each kind hangs at each of its
//! steps. Then the program is killed; started again it finishes all of it, once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use proxmox_standin::{Fault, SECRET, StandIn, TOKEN};
use sea_orm::{ConnectionTrait, Database, Statement};
use serde_json::{Value, json};
use testkit::{Engine, TestDatabase};
use tokio::runtime::Runtime;

use crate::program::Program;

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ ada@example.org";
/// Leases end after twenty seconds; then there is work to be done.
const FINISHED_IN: Duration = Duration::from_secs(90);
/// Every call that a step makes to change something, and the looks between them.
const SETTING_UP: [(&str, &str); 5] = [("POST", "/clone"), ("POST", "/config"), ("PUT", "/resize"), ("PUT", "/config"), ("POST", "/status/start")];
const RESIZING: [(&str, &str); 5] = [("PUT", "/resize"), ("PUT", "/config"), ("GET", "/pending"), ("POST", "/status/stop"), ("POST", "/status/start")];
const RESTORING: [(&str, &str); 3] = [("GET", "/status/current"), ("POST", "/rollback"), ("POST", "/status/start")];
const DELETING: [(&str, &str); 3] = [("GET", "/status/current"), ("POST", "/status/stop"), ("DELETE", "")];

/// Somebody with a cluster that nobody else uses.
struct Owner {
    name: &'static str,
    token: String,
    cluster: Arc<StandIn>,
}

impl Owner {
    fn new(program: &Program, name: &'static str, cluster: Arc<StandIn>) -> Self {
        let home = program.customer(&format!("{name}@example.org"));
        Self { name, token: Program::token(home.path()), cluster }
    }

    fn named(&self, program: &Program, path: &str, key: &str) -> Value {
        let list = program.call(&self.token, "GET", path, None);
        let items = list.get("items").cloned().unwrap_or(list);
        items.as_array().unwrap().iter().find(|one| one["key"] == key || one["name"] == key).unwrap_or_else(|| panic!("no {key} in {items:#}"))["id"].clone()
    }

    /// Orders a machine on the owner's cluster; gives its id and the operation's.
    fn order(&self, program: &Program, hostname: &str, cycle: &str) -> (String, String) {
        let order = json!({
            "size_id": self.named(program, "/v1/sizes", "Small"), "template_id": self.named(program, "/v1/templates", "standin"),
            "region_id": self.named(program, "/v1/regions", self.name), "cycle": cycle, "hostname": hostname, "ssh_public_key": KEY,
            "payment_method": "test_succeeds"
        });
        let made = program.call(&self.token, "POST", "/v1/orders", Some(&order));
        (made["instance_id"].as_str().unwrap().to_owned(), made["operation_id"].as_str().unwrap().to_owned())
    }

    /// What is at `path`, once `holds` is true of it.
    fn until(&self, program: &Program, path: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + FINISHED_IN;
        loop {
            let seen = program.call(&self.token, "GET", path, None);
            if holds(&seen) {
                return seen;
            }
            assert!(Instant::now() < deadline, "{} {path} never came true: {seen:#}", self.name);
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Machines that run, one for each of `count` steps.
    fn machines(&self, program: &Program, round: &str, count: usize) -> Vec<String> {
        let ordered: Vec<_> = (0..count).map(|number| self.order(program, &format!("{}-{round}-{number}", self.name), "hourly")).collect();
        ordered
            .into_iter()
            .map(|(id, operation)| {
                let ended = self.until(program, &format!("/v1/operations/{operation}"), |one| one["state"] != "running");
                assert_eq!(ended["state"], "succeeded", "{ended:#}");
                id
            })
            .collect()
    }

    fn vmid(&self, machine: &str) -> u32 {
        let state = self.cluster.lock();
        *state.guests.iter().find(|(_, guest)| guest.config.get("tags").is_some_and(|tags| tags.contains(machine))).expect("the cluster has the guest").0
    }

    /// Begins something that will hang at one call.
    fn hang(&self, (method, path): (&str, &str), after: bool, begin: impl FnOnce()) {
        let before = self.cluster.lock().hanging;
        self.cluster.inject(method, path, Fault::Hangs { after });
        begin();
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.cluster.lock().hanging == before {
            assert!(Instant::now() < deadline, "{}: the call {method} …{path} never came", self.name);
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A round: everything hangs at each of its steps, before the effect or after it; the program is killed and finishes.
fn round(program: &mut Program, owners: &[Owner; 4], after: bool) {
    let round = if after { "after" } else { "before" };
    let [maker, grower, restorer, remover] = owners;
    let (grown, restored, removed) = std::thread::scope(|scope| {
        let seen = &*program;
        let growing = scope.spawn(|| grower.machines(seen, round, RESIZING.len()));
        let restoring = scope.spawn(|| {
            let machines = restorer.machines(seen, round, RESTORING.len());
            let snapshot = |machine: &String| {
                let made = seen.call(&restorer.token, "POST", &format!("/v1/instances/{machine}/snapshots"), Some(&json!({ "name": "before" })));
                let id = made["id"].as_str().unwrap().to_owned();
                restorer.until(seen, &format!("/v1/snapshots/{id}"), |one| one["state"] == "ready");
                (machine.clone(), id)
            };
            machines.iter().map(snapshot).collect::<Vec<_>>()
        });
        let removing = scope.spawn(|| remover.machines(seen, round, DELETING.len()));
        (growing.join().unwrap(), restoring.join().unwrap(), removing.join().unwrap())
    });

    let medium = grower.named(program, "/v1/sizes", "Medium");
    let made: Vec<String> = std::thread::scope(|scope| {
        let seen = &*program;
        let at = |owner: &Owner, machine: &str, path: &str| format!("/qemu/{}{path}", owner.vmid(machine));
        scope.spawn(move || {
            for ((method, path), machine) in RESIZING.into_iter().zip(&grown) {
                let resize = || drop(seen.call(&grower.token, "POST", &format!("/v1/instances/{machine}/resize"), Some(&json!({ "size_id": medium }))));
                grower.hang((method, &at(grower, machine, path)), after, resize);
            }
        });
        scope.spawn(move || {
            for ((method, path), (machine, snapshot)) in RESTORING.into_iter().zip(&restored) {
                let restore = || drop(seen.call(&restorer.token, "POST", &format!("/v1/snapshots/{snapshot}/restore"), Some(&json!({}))));
                // The name of the snapshot stands between the guest's number and this word.
                let place = if path == "/rollback" { path.to_owned() } else { at(restorer, machine, path) };
                restorer.hang((method, &place), after, restore);
            }
        });
        scope.spawn(move || {
            for ((method, path), machine) in DELETING.into_iter().zip(&removed) {
                let remove = || drop(seen.call(&remover.token, "DELETE", &format!("/v1/instances/{machine}"), None));
                remover.hang((method, &at(remover, machine, path)), after, remove);
            }
        });
        let mut made = Vec::new();
        for (number, call) in SETTING_UP.into_iter().enumerate() {
            maker.hang(call, after, || made.push(maker.order(seen, &format!("new-{round}-{number}"), "monthly").0));
        }
        made
    });
    program.kill();
    program.run();

    for machine in &made {
        maker.until(program, &format!("/v1/instances/{machine}"), |one| one["state"] == "running");
    }
    let rest = |owner: &Owner, holds: &dyn Fn(&Value) -> bool| {
        owner.until(program, "/v1/instances?limit=50", |list| list["items"].as_array().unwrap().iter().all(holds))
    };
    rest(grower, &|one| one["state"] == "running" && one["size"]["name"] == "Medium");
    rest(restorer, &|one| one["state"] == "running");
    remover.until(program, "/v1/instances?limit=50", |list| list["items"].as_array().unwrap().is_empty());
}

/// Each owner's cluster has the guests of the owner's machines and nothing else, each once, in the state that is shown.
fn nothing_is_doubled_or_left(program: &Program, owners: &[Owner; 4]) {
    for owner in owners {
        let list = program.call(&owner.token, "GET", "/v1/instances?limit=50", None);
        let machines: BTreeSet<String> = list["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
        let state = owner.cluster.lock();
        let guests: Vec<_> = state.guests.iter().filter(|(_, guest)| !guest.template).collect();
        let whose = |tags: &str| machines.iter().find(|machine| tags.contains(machine.as_str())).cloned();
        let found: Vec<_> = guests.iter().map(|(vmid, guest)| whose(guest.config.get("tags").map_or("", String::as_str)).ok_or(vmid)).collect();
        assert!(found.iter().all(Result::is_ok), "{}: a guest that nobody has: {found:?}", owner.name);
        assert_eq!((found.len(), found.iter().flatten().collect::<BTreeSet<_>>().len()), (machines.len(), machines.len()), "{}: doubled or lost", owner.name);
        for (vmid, guest) in guests {
            assert_eq!((guest.status, guest.qmp, guest.lock.as_deref()), ("running", "running", None), "{} {vmid}", owner.name);
            assert!(guest.pending.is_empty() && !guest.config.keys().any(|key| key.starts_with("unused")), "{} {vmid}: {:?}", owner.name, guest.config);
        }
        let mut addresses: Vec<_> = state.guests.values().filter_map(|guest| guest.config.get("ipconfig0")).collect();
        addresses.sort();
        addresses.dedup();
        assert_eq!(addresses.len(), machines.len(), "{}: an address of two guests", owner.name);
    }
}

fn count(runtime: &Runtime, url: &str, of: &str) -> i64 {
    runtime.block_on(async {
        let db = Database::connect(url).await.unwrap();
        let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), format!("SELECT COUNT(*) AS n FROM {of}"))).await.unwrap().unwrap();
        db.close().await.unwrap();
        row.try_get("", "n").unwrap()
    })
}

fn killed_everywhere(engine: Engine) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let database = runtime.block_on(TestDatabase::fresh(engine));
    let names = ["make", "grow", "restore", "remove"];
    let clusters: Vec<Arc<StandIn>> = names.iter().map(|_| Arc::new(runtime.block_on(StandIn::start()))).collect();
    let secret = database.folder().join("token");
    std::fs::write(&secret, SECRET).unwrap();
    let section = |(name, cluster): (&&str, &Arc<StandIn>)| {
        let address =
            |(address, print): &(std::net::SocketAddr, _)| format!("{{ host = \"{}\", port = {}, fingerprint = \"{print}\" }}", address.ip(), address.port());
        let addresses: Vec<_> = cluster.addresses.iter().map(address).collect();
        format!(
            "[[compute.clusters]]\nname = \"{name}-1\"\nregion = \"{name}\"\ntoken = \"{TOKEN}\"\ntoken_file = \"{}\"\naddresses = [{}]\n\
             [compute.clusters.mapping]\nids = {{ start = 5000, end = 5999 }}\nstorage = \"local-lvm\"\nbackup_storage = \"backups\"\ncalls_per_second = 500\n\
             [compute.clusters.mapping.network]\nbridge = \"vmbr0\"\naddresses = {{ first = \"10.0.1.1\", prefix = 16, gateway = \"10.0.0.1\" }}\n\
             [compute.clusters.mapping.templates]\nstandin = {{ kind = \"clone\", vmid = 9000 }}\n",
            secret.display(),
            addresses.join(", ")
        )
    };
    let compute = format!("[compute]\nqemu = false\n{}", names.iter().zip(&clusters).map(section).collect::<String>());
    let mut program = Program::with_clusters(&database.url, &compute);
    program.set_up();
    runtime.block_on(async {
        let db = Database::connect(&database.url).await.unwrap();
        db.execute_unprepared("INSERT INTO kernel_setting (name, value, at) VALUES ('compute.delete_grace_seconds', '0', 0)").await.unwrap();
        db.close().await.unwrap();
    });
    let mut clusters = clusters.into_iter();
    let owners = names.map(|name| Owner::new(&program, name, clusters.next().unwrap()));

    for after in [false, true] {
        round(&mut program, &owners, after);
        nothing_is_doubled_or_left(&program, &owners);
    }
    let made = i64::try_from(2 * SETTING_UP.len()).unwrap();
    let orders = made + i64::try_from(2 * (RESIZING.len() + RESTORING.len() + DELETING.len())).unwrap();
    let removed = i64::try_from(2 * DELETING.len()).unwrap();
    for (what, expected) in [
        ("catalogue_order WHERE state = 'active'", orders),
        ("billing_payment WHERE state = 'succeeded' AND amount > 0", made),
        ("billing_payment WHERE refunded > 0", 0),
        ("workflow_operation WHERE state NOT IN ('succeeded')", 0),
        ("compute_instance WHERE state = 'running'", orders - removed),
        ("billing_meter WHERE closed_at IS NULL", orders - removed),
    ] {
        // A machine is there a moment before its order and its contract say so.
        let deadline = Instant::now() + Duration::from_secs(15);
        while count(&runtime, &database.url, what) != expected && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(200));
        }
        assert_eq!(count(&runtime, &database.url, what), expected, "{what}");
    }
}

#[test]
fn every_step_survives_a_kill_on_sqlite() {
    killed_everywhere(Engine::Sqlite);
}

#[test]
fn every_step_survives_a_kill_on_postgres() {
    killed_everywhere(Engine::Postgres);
}
