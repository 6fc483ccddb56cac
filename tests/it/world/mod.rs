//! The world of a test: a server, its clock, its simulated hypervisor, and people with browsers.

mod browser;

use std::sync::Arc;
use std::time::Duration;

use compute_driver::simulated::Simulated;
use kernel::cx::Extensions;
use serde_json::{Value, json};
use server::app::Stand;
use server::config::{Compute, Mail, MailTransport, Payments, Role};
use server::{App, Config, Running};
use testkit::{Engine, FaultProxy, OffsetClock, TestDatabase};

pub use browser::{Answer, Browser};

/// A good password of the tests.
pub const PASSWORD: &str = "copper-lantern-91-orchard";
/// A public key whose private half nobody has.
pub const SSH_KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ ada@example.org";

pub struct World {
    pub cx: kernel::Cx,
    pub clock: OffsetClock,
    pub hypervisor: Simulated,
    pub url: String,
    pub config: Config,
    running: Option<Running>,
    /// Last: the server must be gone before its database.
    pub database: TestDatabase,
}

impl World {
    /// A server on a fresh database, not set up.
    pub async fn empty(engine: Engine) -> Self {
        let database = TestDatabase::fresh(engine).await;
        let url = database.url.clone();
        Self::on(database, url).await
    }

    /// A server that believes itself behind a proxy that ends TLS, set up.
    pub async fn over_tls(engine: Engine) -> Self {
        let database = TestDatabase::fresh(engine).await;
        let url = database.url.clone();
        let config = Config { base_url: "https://cloud.example".to_owned(), ..Self::config(&database, url) };
        Self::with(database, config, OffsetClock::default(), Simulated::default()).await.set_up().await
    }

    /// A server that may fetch images from this host, and believes this authority (in PEM) about who is who; set up.
    pub async fn reaching(engine: Engine, pem: &str) -> Self {
        let database = TestDatabase::fresh(engine).await;
        let authority = database.folder().join("authority.pem");
        std::fs::write(&authority, pem).unwrap();
        let mut config = Self::config(&database, database.url.clone());
        config.compute.images.networks = vec!["127.0.0.0/8".to_owned()];
        config.compute.images.authority_file = Some(authority);
        Self::with(database, config, OffsetClock::default(), Simulated::default()).await.set_up().await
    }

    /// A server on PostgreSQL behind a line that the test can cut, set up.
    pub async fn behind_a_line() -> (Self, FaultProxy) {
        let database = TestDatabase::fresh(Engine::Postgres).await;
        let line = FaultProxy::to(&testkit::server_address()).await;
        let url = database.by_way_of(line.address);
        (Self::on(database, url).await.set_up().await, line)
    }

    async fn on(database: TestDatabase, url: String) -> Self {
        let config = Self::config(&database, url);
        Self::with(database, config, OffsetClock::default(), Simulated::default()).await
    }

    /// The configuration of a test's server.
    pub fn config(database: &TestDatabase, url: String) -> Config {
        Config {
            listen: "127.0.0.1:0".parse().unwrap(),
            base_url: "http://127.0.0.1".to_owned(),
            data_dir: database.folder().to_owned(),
            database: url,
            roles: vec![Role::Api, Role::Worker, Role::Scheduler],
            mail: Mail { transport: MailTransport::Mailbox, ..Config::default().mail },
            payments: Payments { test_provider: true },
            compute: Compute { qemu: false, ..Config::default().compute },
            demo: true,
            ..Config::default()
        }
    }

    /// What a test's server gets instead of the usual parts.
    pub fn stand(clock: &OffsetClock, hypervisor: &Simulated) -> Stand {
        let drivers = compute::Drivers::new().with("node-1", "local", Arc::new(hypervisor.clone()));
        Stand { clock: Some(Arc::new(clock.clone())), extensions: Extensions::default().with(drivers) }
    }

    /// A server with its own configuration, on whatever is in the database.
    pub async fn with(database: TestDatabase, config: Config, clock: OffsetClock, hypervisor: Simulated) -> Self {
        rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
        let app = App::open(config.clone(), Self::stand(&clock, &hypervisor)).await.expect("the server opens");
        let cx = app.cx.clone();
        let running = app.start().await.expect("the server starts");
        let scheme = if config.tls.key_file.is_some() { "https" } else { "http" };
        Self { cx, clock, hypervisor, url: format!("{scheme}://{}", running.address), config, running: Some(running), database }
    }

    /// A server that its owner has set up.
    pub async fn ready(engine: Engine) -> Self {
        Self::empty(engine).await.set_up().await
    }

    /// Its metrics' address.
    pub fn metrics(&self) -> Option<std::net::SocketAddr> {
        self.running.as_ref().and_then(|running| running.metrics)
    }

    /// The owner sets it up.
    pub async fn set_up(self) -> Self {
        let token = identity::operator::issue_setup_token(&self.cx).await.expect("nobody has set it up");
        let answer = self.visitor().post("/v1/setup", &Self::particulars(&token)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        // The policy is published by a reaction to the set-up.
        while self.visitor().get("/privacy").await.status != 200 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self
    }

    /// What the owner says at the set-up.
    pub fn particulars(token: &str) -> Value {
        json!({
            "token": token,
            "operator": {
                "legal_name": "Keep Hosting GmbH", "address": "Torweg 1, 10115 Berlin", "country": "DE",
                "privacy_email": "privacy@keep.example", "currency": "EUR", "tax_registration": "DE123456789"
            },
            "owner": { "email": "owner@keep.example", "password": PASSWORD, "name": "Olga Owner" }
        })
    }

    /// Somebody without an account.
    pub fn visitor(&self) -> Browser {
        Browser::new(&self.url)
    }

    /// The owner, signed in.
    pub async fn owner(&self) -> Browser {
        let mut browser = self.visitor();
        browser.sign_in("owner@keep.example").await;
        browser
    }

    /// A customer who signed up, confirmed the address and signed in.
    pub async fn customer(&self, email: &str, name: &str) -> Browser {
        let mut browser = self.visitor();
        let answer = browser.post("/v1/sign-up", &json!({ "email": email, "password": PASSWORD, "name": name, "over_16": true })).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        let token = self.mailed_token(email, "verify#").await;
        let answer = browser.post("/v1/email-verifications", &json!({ "token": token })).await;
        assert!(answer.status < 300, "{answer:?}");
        browser.sign_in(email).await;
        browser
    }

    /// The token in the newest mail to `email` whose link contains `marker`.
    pub async fn mailed_token(&self, email: &str, marker: &str) -> String {
        for _ in 0..200 {
            let page = self.visitor().text("/demo/mailbox").await;
            let behind = page.split("<article").filter(|mail| mail.contains(email)).find_map(|mail| Some(mail.split_once(marker)?.1));
            if let Some(behind) = behind {
                return behind.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '-' || *letter == '_').collect();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no mail with {marker} came for {email}");
    }

    /// Whether the mailbox comes to show all of `texts`.
    pub async fn mailed(&self, texts: &[&str]) -> bool {
        for _ in 0..400 {
            let page = self.visitor().text("/demo/mailbox").await;
            if texts.iter().all(|text| page.contains(text)) {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        false
    }

    /// One number out of the database.
    pub async fn number(&self, sql: &str) -> i64 {
        let statement = sea_orm::Statement::from_string(self.cx.database().backend(), sql);
        let row = sea_orm::ConnectionTrait::query_one_raw(self.cx.db(), statement).await.unwrap().unwrap();
        row.try_get("", "n").unwrap()
    }

    /// Waits until every event is delivered and every mail has gone.
    pub async fn told(&self) {
        for _ in 0..600 {
            let events = self.number("SELECT COUNT(*) AS n FROM kernel_event WHERE delivered_at IS NULL").await;
            let mails = self.number("SELECT COUNT(*) AS n FROM notifications_mail WHERE state = 'queued'").await;
            if events == 0 && mails == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("events or mails wait for ever");
    }

    /// The order that a customer sends for the smallest machine.
    pub async fn smallest_order(&self, browser: &Browser, hostname: &str, payment_method: &str) -> Value {
        let first = async |path: &str| {
            let list = browser.get(path).await.json;
            let items = list.get("items").cloned().unwrap_or(list);
            items[0]["id"].clone()
        };
        json!({
            "size_id": first("/v1/sizes").await, "template_id": first("/v1/templates").await, "region_id": first("/v1/regions").await,
            "cycle": "monthly", "hostname": hostname, "ssh_public_key": SSH_KEY, "payment_method": payment_method
        })
    }

    /// Orders the smallest machine and waits until it runs; gives its id.
    pub async fn machine(&self, browser: &Browser, hostname: &str) -> String {
        let order = self.smallest_order(browser, hostname, "test_succeeds").await;
        let answer = browser.post("/v1/orders", &order).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        let operation = browser.operation(answer.text_at("/operation_id")).await;
        assert_eq!(operation["state"], "succeeded", "{operation:#}");
        answer.text_at("/instance_id").to_owned()
    }

    /// Stops the server as a deployment would.
    pub async fn stop(self) -> TestDatabase {
        let cx = self.cx.clone();
        let database = self.rest().await;
        // SQLite removes its side files with the last connection; until then files may vanish under a reader.
        cx.database().clone().close().await.expect("the database closes");
        database
    }

    /// Stops the server and leaves its database open.
    pub async fn rest(mut self) -> TestDatabase {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
        self.database
    }
}
