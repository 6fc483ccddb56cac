//! `Cx`: what every verb is given. Clock, ids, database, keys, map and egress come from here and
//! from nowhere else, so that tests can stand in for each.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::Weak;

use sea_orm::DatabaseConnection;
use tokio::sync::Notify;
use uuid::{ContextV7, Timestamp as UuidTimestamp, Uuid};

use crate::agent::Agent;
use crate::db::Database;
use crate::egress::Egress;
use crate::error::{Error, Result};
use crate::http::Authority;
use crate::id::Id;
use crate::idempotency::Claim;
use crate::map::DataMap;
use crate::seal::{KeyRing, RootKey};
use crate::time::{Clock, SystemClock, Timestamp};

/// The context of a request, workflow step or job. Cheap to clone.
#[derive(Clone)]
pub struct Cx {
    shared: Arc<Shared>,
    request: Option<Arc<RequestInfo>>,
    idempotency: Option<Arc<Claim>>,
}

struct Shared {
    database: Database,
    clock: Arc<dyn Clock>,
    ids: Mutex<ContextV7>,
    keys: KeyRing,
    map: DataMap,
    egress: Egress,
    authority: Arc<dyn Authority>,
    extensions: Extensions,
    work: Notify,
}

/// What is known about the request that is being answered.
#[derive(Debug, Clone, Default)]
pub struct RequestInfo {
    /// Shown to the caller and written to logs.
    pub id: String,
    /// The caller's address.
    pub ip: Option<std::net::IpAddr>,
    /// What the caller's program says it is, in few words.
    pub agent: Option<Agent>,
}

impl RequestInfo {
    /// The network that the caller's address is in: enough to recognise a place, too little to find a household.
    pub fn network(&self) -> Option<String> {
        self.ip.map(crate::agent::network)
    }
}

/// Singletons of the domains (drivers, mail transport, signer), by type.
#[derive(Default, Clone)]
pub struct Extensions(std::collections::HashMap<std::any::TypeId, Arc<dyn std::any::Any + Send + Sync>>);

impl Extensions {
    /// Adds `value`; one per type.
    #[must_use]
    pub fn with<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        self.0.insert(std::any::TypeId::of::<T>(), Arc::new(value));
        self
    }
}

impl Extensions {
    /// These, and `others` where both have a value of one type.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }
}

/// What a context is made of; the server and the test harness fill it in.
pub struct Parts {
    /// Open database, migrated.
    pub database: Database,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The root key.
    pub root: RootKey,
    /// The map of all domains.
    pub map: DataMap,
    /// Who may do what.
    pub authority: Arc<dyn Authority>,
    /// Singletons of the domains.
    pub extensions: Extensions,
}

impl Cx {
    /// Puts a context together.
    pub fn new(parts: Parts) -> Self {
        Self {
            shared: Arc::new(Shared {
                egress: Egress::default(),
                database: parts.database,
                clock: parts.clock,
                ids: Mutex::new(ContextV7::new()),
                keys: KeyRing::new(parts.root),
                map: parts.map,
                authority: parts.authority,
                extensions: parts.extensions,
                work: Notify::new(),
            }),
            request: None,
            idempotency: None,
        }
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// A fresh UUIDv7 of the clock's time; later ids sort later, also within a millisecond.
    pub fn new_uuid(&self) -> Uuid {
        let now = self.now().0;
        let seconds = u64::try_from(now.div_euclid(1_000_000)).unwrap_or(0);
        let nanos = u32::try_from(now.rem_euclid(1_000_000) * 1000).unwrap_or(0);
        let context = self.shared.ids.lock().unwrap_or_else(PoisonError::into_inner);
        Uuid::new_v7(UuidTimestamp::from_unix(&*context, seconds, nanos))
    }

    /// A fresh id.
    pub fn new_id<T: Id>(&self) -> T {
        T::from_uuid(self.new_uuid())
    }

    /// For reading; refuses writes on both engines.
    pub fn db(&self) -> &DatabaseConnection {
        self.shared.database.reader()
    }

    /// The database itself: migrations, lint and scrubbing need it; verbs use [`Cx::write`].
    pub fn database(&self) -> &Database {
        &self.shared.database
    }

    /// The keys.
    pub fn keys(&self) -> &KeyRing {
        &self.shared.keys
    }

    /// The map.
    pub fn map(&self) -> &DataMap {
        &self.shared.map
    }

    /// The way out.
    pub fn egress(&self) -> &Egress {
        &self.shared.egress
    }

    /// Who may do what.
    pub fn authority(&self) -> &Arc<dyn Authority> {
        &self.shared.authority
    }

    /// A singleton of a domain.
    ///
    /// # Errors
    /// `Internal` when the server was put together without it.
    pub fn extension<T: Send + Sync + 'static>(&self) -> Result<Arc<T>> {
        self.shared
            .extensions
            .0
            .get(&std::any::TypeId::of::<T>())
            .cloned()
            .and_then(|any| any.downcast::<T>().ok())
            .ok_or_else(|| Error::internal(format!("{} is not configured", std::any::type_name::<T>())))
    }

    /// Random bytes from the system, for tokens and nonces.
    ///
    /// # Errors
    /// `Internal` when the system gives none.
    pub fn random<const N: usize>(&self) -> Result<[u8; N]> {
        let mut bytes = [0_u8; N];
        aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Error::internal("the system gave no randomness"))?;
        Ok(bytes)
    }

    /// Wakes workers and event readers: something is to be done.
    pub fn wake(&self) {
        self.shared.work.notify_waiters();
    }

    /// Waits until something is to be done, or `longest` has passed. Polling stays the truth.
    pub async fn work_or(&self, longest: std::time::Duration) {
        tokio::time::timeout(longest, self.shared.work.notified()).await.ok();
    }

    /// The request that is being answered, if any.
    pub fn request(&self) -> Option<&RequestInfo> {
        self.request.as_deref()
    }

    /// The same context for one request.
    #[must_use]
    pub fn for_request(&self, request: RequestInfo, idempotency: Option<Arc<Claim>>) -> Self {
        Self { shared: self.shared.clone(), request: Some(Arc::new(request)), idempotency }
    }

    pub(crate) fn idempotency(&self) -> Option<&Claim> {
        self.idempotency.as_deref()
    }
}

/// A context that does not keep the installation open: for what the context itself holds.
#[derive(Clone)]
pub struct WeakCx(Weak<Shared>);

impl WeakCx {
    /// The context, while the installation is open.
    pub fn upgrade(&self) -> Option<Cx> {
        Some(Cx { shared: self.0.upgrade()?, request: None, idempotency: None })
    }
}

impl Cx {
    /// A context that does not keep the installation open.
    pub fn downgrade(&self) -> WeakCx {
        WeakCx(Arc::downgrade(&self.shared))
    }
}

impl Parts {
    /// The machine's clock.
    pub fn system_clock() -> Arc<dyn Clock> {
        Arc::new(SystemClock)
    }
}
