//! What the fault tests stand on: a customer, money, and a hypervisor of either kind, with work that is done when the test says so.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use billing::meter::Cycle;
use billing::payment::PaymentMethod;
use billing::{Acquirer, Directory, Particulars, Party, Seller, TestProvider};
use catalogue::order::{self, FULFIL, NewOrder, Order, OrderId};
use catalogue::permissions::{OrderCreate, OrderView};
use compute::instance::{self, Sizes, SizesOnSale};
use compute::permissions::{InstanceDelete, InstanceView, NetworkCreate};
use compute::{Drivers, Instance, InstanceId, Shape, SizeId, network};
use compute_driver::simulated::Simulated;
use compute_driver::{Driver, Reference, Status};
use compute_proxmox::Proxmox;
use compute_proxmox::settings::{Mapping, Settings, Token};
use futures::future::BoxFuture;
use kernel::cx::Extensions;
use kernel::egress::{Fingerprint, Trust};
use kernel::{Currency, Cx, OrganisationId, Place};
use proxmox_standin::{SECRET, StandIn, TOKEN};
use sea_orm::{ConnectionTrait, Statement};
use testkit::workflows::run_to_end;
use testkit::{Engine, Test};
use workflow::operation::Operation;
use workflow::{Interceptor, Intervention, Moment, Point, Registered, Worker};

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti me@home";
/// No task and no lock of the stand-in is waited for longer than this.
pub const PATIENCE: Duration = Duration::from_millis(500);

struct Books;

impl Particulars for Books {
    fn operator<'a>(&'a self, _: &'a Cx) -> BoxFuture<'a, kernel::Result<Seller>> {
        let party = Party { name: "Keep Hosting".into(), country: Some("DE".into()), tax_id: Some("DE123456789".into()), ..Party::default() };
        Box::pin(async move { Ok(Seller { party, currency: Currency::from_code("EUR")? }) })
    }

    fn organisation<'a>(&'a self, _: &'a Cx, _: OrganisationId) -> BoxFuture<'a, kernel::Result<Party>> {
        Box::pin(async { Ok(Party { name: "Customer".into(), country: Some("DE".into()), ..Party::default() }) })
    }
}

struct Shelf;

impl Sizes for Shelf {
    fn shape<'a>(&'a self, cx: &'a Cx, place: Place, instance: InstanceId, size: SizeId) -> BoxFuture<'a, kernel::Result<Shape>> {
        Box::pin(catalogue::size_change::size_for(cx, place, instance, size))
    }
}

/// The hypervisor below: simulated by ourselves, or a cluster that is spoken to as a real one.
pub enum Beneath {
    Simulated(Simulated),
    Cluster(StandIn),
}

pub struct Stand {
    pub test: Test,
    pub beneath: Beneath,
    drivers: Drivers,
    /// The cluster's certificates, where they are other ones by now.
    pins: Mutex<Vec<Fingerprint>>,
    /// Certificates that it presents and nobody has compared.
    pub presented: Mutex<Vec<Fingerprint>>,
}

impl Stand {
    /// On the simulated hypervisor.
    pub async fn simulated(engine: Engine) -> Self {
        Self::on(engine, Beneath::Simulated(Simulated::new())).await
    }

    /// On the stand-in for a Proxmox VE cluster.
    pub async fn cluster(engine: Engine) -> Self {
        Self::on(engine, Beneath::Cluster(StandIn::start().await)).await
    }

    async fn on(engine: Engine, beneath: Beneath) -> Self {
        rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
        let drivers = Drivers::new();
        let modules = vec![audit::module(), identity::module(), notifications::module(), compute::module(), billing::module(), catalogue::module()];
        let test = Test::with(engine, modules, extensions(&drivers)).await;
        let stand = Self { test, beneath, drivers, pins: Mutex::default(), presented: Mutex::default() };
        stand.reopen().await;
        let token = identity::operator::issue_setup_token(&stand.test.cx).await.unwrap();
        let set_up = serde_json::json!({
            "token": token,
            "operator": { "legal_name": "Keep Hosting", "address": "Torweg 1", "country": "DE", "privacy_email": "privacy@keep.example", "currency": "EUR", "tax_registration": "DE123456789" },
            "owner": { "email": "ada@example.org", "password": "a long walk on 7 beaches", "name": "Ada" },
        });
        identity::operator::set_up(&stand.test.cx, &serde_json::from_value(set_up).unwrap()).await.unwrap();
        stand.deliver().await;
        let one = async |sql: &str| stand.test.cx.db().query_one_raw(Statement::from_string(stand.test.cx.database().backend(), sql)).await.unwrap().unwrap();
        let (person, project) = (one("SELECT id FROM identity_person").await, one("SELECT id, organisation_id FROM identity_project").await);
        let organisation = project.try_get("", "organisation_id").unwrap();
        stand.test.authority.become_person(person.try_get("", "id").unwrap(), organisation, project.try_get("", "id").unwrap());
        stand
    }

    /// A driver with nothing in mind takes the place of the one before, as after a restart or a change of the cluster's settings.
    pub async fn reopen(&self) {
        let driver = self.driver(&self.test.cx).await;
        let _same = self.drivers.clone().with("node-1", "local", driver);
        compute::node::enrol(&self.test.cx).await.unwrap();
    }

    async fn driver(&self, cx: &Cx) -> Arc<dyn Driver> {
        match &self.beneath {
            Beneath::Simulated(hypervisor) => Arc::new(hypervisor.clone()),
            Beneath::Cluster(cluster) => {
                let mut endpoints = cluster.endpoints();
                for (endpoint, pin) in endpoints.iter_mut().zip(self.pins.lock().unwrap().iter()) {
                    endpoint.trust = Trust::Pinned(*pin);
                }
                let settings = Settings { endpoints, token: Token::new(TOKEN, SECRET).unwrap(), mapping: mapping() };
                Arc::new(Proxmox::open(cx, settings).await.unwrap().hurried(PATIENCE))
            }
        }
    }

    /// Somebody compared the cluster's new certificates and trusts them.
    pub async fn trust(&self, pins: Vec<Fingerprint>) {
        *self.pins.lock().unwrap() = pins;
        self.reopen().await;
    }

    /// Another process of the same installation, with a driver of its own.
    pub async fn beside(&self) -> Cx {
        let drivers = Drivers::new();
        let cx = self.test.beside(extensions(&drivers));
        let driver = self.driver(&cx).await;
        let _same = drivers.with("node-1", "local", driver);
        cx
    }

    /// Orders the smallest machine, into a private network of its own.
    pub async fn order(&self, hostname: &str, cycle: Cycle) -> OrderId {
        let cx = &self.test.cx;
        let region_id = compute::region::all(cx.db()).await.unwrap()[0].id;
        let new = network::NewNetwork { name: format!("net of {hostname}"), region_id, subnet: None, egress: true, ipv6: false };
        let network_id = Some(network::create(cx, &self.test.scope::<NetworkCreate>().await, &new).await.unwrap().id);
        let new = NewOrder {
            size_id: self.sizes().await[0],
            template_id: Some(compute::template::all(cx.db()).await.unwrap().into_iter().find(|one| one.name == "tiny").unwrap().id),
            image_id: None,
            backup_id: None,
            region_id,
            cycle,
            hostname: hostname.to_owned(),
            ssh_public_key: KEY.to_owned(),
            user_data: None,
            network_id,
            security_group_id: None,
            disks: Vec::new(),
            tags: Vec::new(),
            payment_method: PaymentMethod::TestSucceeds,
        };
        order::create(cx, &self.test.scope::<OrderCreate>().await, &new).await.unwrap().id
    }

    /// The sizes on sale, the smallest first.
    pub async fn sizes(&self) -> Vec<SizeId> {
        catalogue::size::visible(self.test.cx.db()).await.unwrap().iter().map(|size| size.id).collect()
    }

    /// An order as it stands.
    pub async fn seen(&self, id: OrderId) -> Order {
        order::view(&self.test.cx, &self.test.scope::<OrderView>().await, id).await.unwrap()
    }

    /// The order, once its work has ended.
    pub async fn fulfilled(&self, id: OrderId) -> Order {
        self.ended(FULFIL.name, id).await;
        self.seen(id).await
    }

    /// A machine of its own order, by the hour, that runs.
    pub async fn running(&self, hostname: &str) -> InstanceId {
        let order = self.order(hostname, Cycle::Hourly).await;
        let order = self.fulfilled(order).await;
        assert_eq!(order.state, order::State::Active, "{order:?}");
        order.instance_id
    }

    /// The newest operation of this kind on `subject`, once it has ended.
    pub async fn ended(&self, kind: &str, subject: impl ToString) -> Operation {
        let operation = run_to_end(&self.test.cx, &self.test.clock, workflows, None, kind, &subject.to_string()).await;
        self.deliver().await;
        operation
    }

    /// Does what is due now.
    pub async fn work(&self) {
        Worker::new(self.test.cx.clone(), workflows(), 4).run_due().await.unwrap();
        self.deliver().await;
    }

    /// Lets time pass and does what comes due in it, tick by tick.
    pub async fn pass(&self, time: Duration, tick: Duration) {
        let mut left = time;
        while !left.is_zero() {
            let tick = left.min(tick);
            self.test.clock.advance(tick);
            if let Beneath::Simulated(hypervisor) = &self.beneath {
                hypervisor.advance(tick);
            }
            left -= tick;
            self.work().await;
        }
    }

    /// Does what is due now, and something else after a step had its effect, before that is noted.
    pub async fn work_until(&self, workflow: &'static str, step: &'static str, then: impl Fn() + Send + Sync + 'static) {
        let hook = Arc::new(After { workflow, step, then: Box::new(then), done: AtomicBool::new(false) });
        for _ in 0..60 {
            Worker::new(self.test.cx.clone(), workflows(), 4).intercepted(hook.clone()).run_due().await.unwrap();
            self.deliver().await;
            if hook.done.load(Ordering::SeqCst) {
                return;
            }
            self.test.clock.advance(Duration::from_secs(2));
        }
        panic!("{workflow} never came to {step}");
    }

    pub async fn deliver(&self) {
        while kernel::event::deliver(&self.test.cx, catalogue::module().reactions).await.unwrap() > 0 {}
    }

    /// A job of the domain, once.
    pub async fn job(&self, name: &str) {
        let job = compute::JOBS.iter().find(|job| job.name == name).unwrap();
        (job.run)(self.test.cx.clone()).await.unwrap();
        self.deliver().await;
    }

    /// Machines that were handed over and are there.
    pub async fn machines(&self) -> Vec<Instance> {
        let at = self.test.scope::<InstanceView>().await;
        instance::list(&self.test.cx, &at, &instance::InstanceQuery::default(), &kernel::PageQuery::default()).await.unwrap().items
    }

    pub async fn machine(&self, id: InstanceId) -> Instance {
        instance::view(&self.test.cx, &self.test.scope::<InstanceView>().await, id).await.unwrap()
    }

    /// Deletes a machine, grace included.
    pub async fn deleted(&self, id: InstanceId) -> Operation {
        instance::delete(&self.test.cx, &self.test.scope::<InstanceDelete>().await, id, instance::Deletion::default()).await.unwrap();
        self.ended("compute.instance.retire", id).await
    }

    /// A number from the rows.
    pub async fn number(&self, sql: &str) -> i64 {
        let row = self.test.cx.db().query_one_raw(Statement::from_string(self.test.cx.database().backend(), sql)).await.unwrap().unwrap();
        row.try_get("", "n").unwrap()
    }

    /// Guests of ours as they are on the hypervisor; every one, also where two have the same name.
    pub fn guests(&self) -> Vec<(String, Status)> {
        match &self.beneath {
            Beneath::Simulated(hypervisor) => hypervisor.guests().into_iter().map(|guest| (guest.reference.to_string(), guest.status)).collect(),
            Beneath::Cluster(cluster) => {
                let state = cluster.lock();
                let ours = state.guests.iter().filter(|(vmid, guest)| (5000..=5999).contains(*vmid) && !holds_a_disk(guest));
                ours.map(|(vmid, guest)| (name_of(guest).unwrap_or_else(|| format!("nobody's {vmid}")), status_of(guest))).collect()
            }
        }
    }

    /// Under which id the cluster has a machine's guest.
    pub fn vmid(&self, id: InstanceId) -> u32 {
        let Beneath::Cluster(cluster) = &self.beneath else { panic!("only a cluster has ids") };
        let state = cluster.lock();
        *state.guests.iter().find(|(_, guest)| name_of(guest) == Some(id.to_string())).expect("the cluster has the guest").0
    }
}

/// Whether it is no guest, but holds an extra disk.
pub fn holds_a_disk(guest: &proxmox_standin::Guest) -> bool {
    guest.config.get("tags").is_some_and(|tags| tags.split(';').any(|tag| tag == "fairhold-disk"))
}

/// Something that happens once, after a step.
struct After {
    workflow: &'static str,
    step: &'static str,
    then: Box<dyn Fn() + Send + Sync>,
    done: AtomicBool,
}

impl Interceptor for After {
    fn at(&self, point: Point) -> Intervention {
        let here = point.workflow == self.workflow && point.step == self.step && point.moment == Moment::After && !point.undo;
        if here && !self.done.swap(true, Ordering::SeqCst) {
            (self.then)();
        }
        Intervention::Go
    }
}

fn extensions(drivers: &Drivers) -> Extensions {
    Extensions::default()
        .with(drivers.clone())
        .with(Directory(Box::new(Books)))
        .with(SizesOnSale(Box::new(Shelf)))
        .with(Acquirer(Box::new(TestProvider)))
        .with(TestProvider)
        .with(notifications::Sender { name: "Keep Hosting".into(), address: "hello@keep.example".into(), base_url: "https://cloud.example".into() })
        .with(notifications::Transport::Mailbox)
}

/// The workflows that a server's worker knows of orders and machines.
pub fn workflows() -> Vec<Registered> {
    compute::workflows().into_iter().chain(catalogue::workflows()).collect()
}

pub fn reference(id: InstanceId) -> Reference {
    Reference::parse(&id.to_string()).unwrap()
}

fn mapping() -> Mapping {
    let mapping = serde_json::json!({
        "ids": { "start": 5000, "end": 5999 }, "storage": "local-lvm", "backup_storage": "backups", "calls_per_second": 1000,
        "network": { "bridge": "vmbr0", "addresses": { "first": "10.0.1.1", "prefix": 16, "gateway": "10.0.0.1" } },
        "private": { "zone": "tenants", "tags": { "start": 1000, "end": 1999 } }, "templates": { "tiny": { "kind": "clone", "vmid": 9000 } }
    });
    serde_json::from_value(mapping).unwrap()
}

/// Whose guest it is, by its tags or its description.
fn name_of(guest: &proxmox_standin::Guest) -> Option<String> {
    let said = ["tags", "description"].map(|key| guest.config.get(key).cloned().unwrap_or_default()).join(" ");
    said.split([';', ' ', '\n']).find(|word| word.starts_with("vm_")).map(str::to_owned)
}

fn status_of(guest: &proxmox_standin::Guest) -> Status {
    match (guest.status, guest.qmp) {
        ("running", "paused") => Status::Paused,
        ("running", _) => Status::Running,
        _ => Status::Stopped,
    }
}

/// Lets a moment of real time pass: hypervisors and locks have clocks of their own.
pub async fn moment(time: Duration) {
    tokio::time::timeout(time, std::future::pending::<()>()).await.ok();
}

/// How many times each name is there.
pub fn counted(guests: &[(String, Status)]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for (name, _) in guests {
        *counts.entry(name.as_str()).or_default() += 1;
    }
    counts
}
