//! The trait's questions, each led to the module that answers it.
//!
//! Read in this order: [`mark`] (how a guest is known for ours), [`view`] (the cluster's list), [`locate`] (where a guest is),
//! [`config`] (its settings), [`look`], [`make`], [`power`], then what is special: [`holder`] and [`disk`] keep extra disks, [`seed`] carries user data,
//! [`network`] and [`card`] are about private networks.

mod access;
mod adopt;
mod answers;
mod backup;
mod card;
mod config;
mod console;
mod disk;
mod filter;
mod holder;
mod image;
mod inventory;
mod locate;
mod look;
mod make;
mod mark;
mod measure;
mod moving;
mod network;
mod power;
mod rebuild;
mod report;
mod seed;
mod size;
mod snapshot;
mod view;
mod zone;

pub use report::{Found, Missing, Report};

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use compute_driver::{DriverError, Reference};
use kernel::egress::{Endpoint, Standing};
use kernel::map::{Purpose, purpose};
use kernel::{Cx, Error};

use self::measure::Counter;
use self::view::Known;
use crate::call::{At, cluster};
use crate::client::{Client, Fields};
use crate::console::Terminals;
use crate::settings::{Mapping, Settings};

/// Key of the recipient in the data map.
pub const RECIPIENT: &str = "compute.cluster";
/// Why a cluster gets anything.
pub const PURPOSE: &Purpose = &purpose::SERVICE;
/// What it gets to see.
pub const ENTRIES: &[&str] = &["compute.instance.hostname", "compute.instance.ssh_key"];
/// The same where guests are called by their references.
pub const UNNAMED_ENTRIES: &[&str] = &["compute.instance.ssh_key"];
/// What reaches it with a guest that is told something at its first boot.
pub const USER_DATA_ENTRIES: &[&str] = &["compute.instance.user_data"];
/// What reaches it when a key is added.
pub const KEY_ENTRIES: &[&str] = &["compute.ssh_key.public_key"];
/// What reaches it when a password is set: a hash.
pub const PASSWORD_ENTRIES: &[&str] = &["compute.instance.root_password"];

/// A Proxmox VE cluster. Clones and other processes with the same settings are the same hypervisor.
#[derive(Clone)]
pub struct Proxmox {
    shared: Arc<Shared>,
}

/// Everything here could be found out again; it is kept so that it need not be.
struct Shared {
    client: Client,
    endpoints: Vec<Endpoint>,
    mapping: Mapping,
    view: tokio::sync::Mutex<Option<Known>>,
    places: Mutex<HashMap<Reference, At>>,
    counters: Mutex<HashMap<u32, Counter>>,
    touched: Mutex<HashMap<Reference, Instant>>,
    images: tokio::sync::Mutex<Option<(Instant, Vec<String>)>>,
    terminals: Terminals,
}

impl Proxmox {
    /// The driver for `settings`, which answers once it is connected.
    ///
    /// # Errors
    /// `Invalid` for settings that can never work.
    pub fn new(settings: Settings) -> kernel::Result<Self> {
        settings.mapping.check().map_err(|error| Error::invalid("mapping", error.to_string()))?;
        if settings.endpoints.is_empty() {
            return Err(Error::invalid("addresses", "Name the address of at least one node."));
        }
        let client = Client::new(&settings).map_err(|trouble| Error::invalid("token", trouble.to_string()))?;
        let shared = Shared {
            client,
            endpoints: settings.endpoints,
            mapping: settings.mapping,
            view: tokio::sync::Mutex::default(),
            places: Mutex::default(),
            counters: Mutex::default(),
            touched: Mutex::default(),
            images: tokio::sync::Mutex::default(),
            terminals: Terminals::default(),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Opens the line to the cluster. Nothing is sent before the first call.
    ///
    /// # Errors
    /// `Denied` when the data map does not know the cluster as a recipient.
    pub async fn open_line(&self, cx: &Cx) -> kernel::Result<()> {
        let standing = Standing { recipient: RECIPIENT, purpose: PURPOSE, endpoints: self.shared.endpoints.clone() };
        self.client().connect(cx.egress().line(cx, standing).await?);
        Ok(())
    }

    /// The driver for `settings`, connected.
    ///
    /// # Errors
    /// As [`Self::new`] and [`Self::open_line`].
    pub async fn open(cx: &Cx, settings: Settings) -> kernel::Result<Self> {
        let driver = Self::new(settings)?;
        driver.open_line(cx).await?;
        Ok(driver)
    }

    /// Makes the pool of the mapping unless it is there.
    ///
    /// # Errors
    /// `Refused` when the token may not.
    pub async fn make_pool(&self) -> Result<(), DriverError> {
        let Some(pool) = &self.mapping().pool else { return Ok(()) };
        let there = Fields::each(self.client().ask(&cluster::pools()).await?);
        if !there.iter().any(|one| one.words("poolid") == *pool) {
            self.client().settle(&cluster::create_pool(pool)).await?;
        }
        Ok(())
    }

    /// The same driver, which waits no longer than `longest` for any task or lock of the cluster. What goes on then is an unknown outcome.
    #[must_use]
    pub fn hurried(self, longest: Duration) -> Self {
        self.client().hurry(longest);
        self
    }

    fn client(&self) -> &Client {
        &self.shared.client
    }

    fn mapping(&self) -> &Mapping {
        &self.shared.mapping
    }
}
