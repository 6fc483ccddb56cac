//! How hypervisors are reached: one driver per node. Those of the configuration are put in by the server and stay; those of
//! clusters that were enrolled come and go as [`crate::cluster::follow`] reads them from the database.
//! Also turns what drivers say into what steps and people are told.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use compute_driver::{Answer, Driver, DriverError, Reference};
use futures::future::join_all;
use kernel::{Cx, Error, Result};
use workflow::StepCx;

use crate::cluster::ClusterId;
use crate::instance::InstanceId;

/// A node's driver and where the node stands.
#[derive(Clone)]
pub struct Attached {
    /// Name of the region, `local` for example.
    pub region: String,
    /// Its hypervisor.
    pub driver: Arc<dyn Driver>,
    /// The enrolled cluster that it is, and in which version; `None` where the configuration names it.
    pub(crate) enrolled: Option<(ClusterId, i64)>,
}

/// How much may be promised of what is there, in percent. What a node begins with; the operator changes it for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overcommit {
    /// Virtual processors for every hundred real ones.
    pub cpu_percent: i32,
    /// MiB of memory for every hundred real ones.
    pub memory_percent: i32,
}

impl Default for Overcommit {
    fn default() -> Self {
        Self { cpu_percent: 800, memory_percent: 100 }
    }
}

/// The drivers of all nodes, by the node's name. The server puts this in as an extension; clones are the same drivers.
#[derive(Clone, Default)]
pub struct Drivers {
    nodes: Arc<RwLock<BTreeMap<String, Attached>>>,
    overcommit: Overcommit,
}

impl Drivers {
    /// No nodes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the node `node` in `region`, for as long as the process lives.
    #[must_use]
    pub fn with(self, node: &str, region: &str, driver: Arc<dyn Driver>) -> Self {
        self.put(node, Attached { region: region.to_owned(), driver, enrolled: None });
        self
    }

    /// Lets nodes that are seen for the first time begin with `overcommit`.
    #[must_use]
    pub fn beginning_with(self, overcommit: Overcommit) -> Self {
        Self { overcommit, ..self }
    }

    /// What new nodes begin with.
    pub(crate) fn overcommit(&self) -> Overcommit {
        self.overcommit
    }

    /// Names and drivers as they are now.
    pub fn all(&self) -> BTreeMap<String, Attached> {
        self.nodes.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The one that is called `node`.
    pub(crate) fn named(&self, node: &str) -> Option<Attached> {
        self.nodes.read().unwrap_or_else(PoisonError::into_inner).get(node).cloned()
    }

    /// Takes a driver in, in place of the one that had the name.
    pub(crate) fn put(&self, node: &str, attached: Attached) {
        self.nodes.write().unwrap_or_else(PoisonError::into_inner).insert(node.to_owned(), attached);
    }

    /// Forgets the enrolled clusters that `keep` does not know. Work that holds a driver finishes with it.
    pub(crate) fn retain(&self, keep: impl Fn(&str, ClusterId) -> bool) {
        let mut nodes = self.nodes.write().unwrap_or_else(PoisonError::into_inner);
        nodes.retain(|name, attached| attached.enrolled.is_none_or(|(id, _)| keep(name, id)));
    }
}

/// Goes to all nodes at once, so that none waits for one that does not answer; tells how much was done at all of them together.
pub(crate) async fn each<Done: Future<Output = Result<usize>>>(cx: &Cx, go: impl Fn(Cx, String, Attached) -> Done) -> Result<usize> {
    let attached = cx.extension::<Drivers>()?.all();
    join_all(attached.into_iter().map(|(name, attached)| go(cx.clone(), name, attached))).await.into_iter().sum()
}

/// How long a hypervisor may take to say what it is, or what its guests do: longer than a large cluster needs.
const ANSWERS_IN: Duration = Duration::from_secs(10);

/// An answer about a hypervisor as a whole, or that it does not come: whoever looks at all of them cannot wait for one.
pub(crate) async fn in_time<T>(answer: Answer<'_, T>) -> Result<T, DriverError> {
    let late = || DriverError::unavailable(format!("it did not answer within {} seconds", ANSWERS_IN.as_secs()));
    tokio::time::timeout(ANSWERS_IN, answer).await.unwrap_or_else(|_| Err(late()))
}

/// The driver of the node `node`.
///
/// # Errors
/// `Unavailable` when no driver is configured for it.
pub(crate) fn of(cx: &Cx, node: &str) -> Result<Arc<dyn Driver>> {
    let drivers = cx.extension::<Drivers>()?;
    let found = drivers.named(node).map(|attached| attached.driver);
    found.ok_or_else(|| Error::unavailable(format!("No driver is configured for the node {node}.")))
}

/// The name that a machine's guest carries on its hypervisor.
///
/// # Errors
/// Never for an id of ours; `Internal` guards against a future fault.
pub(crate) fn reference(id: InstanceId) -> Result<Reference> {
    Reference::parse(&id.to_string()).map_err(|error| Error::internal("an instance id is no reference").caused_by(error))
}

/// What a driver said, for the engine: passing trouble is tried again, the rest is final.
pub(crate) fn said(error: DriverError) -> Error {
    let text = error.to_string();
    if error.may_retry() { Error::unavailable(text).caused_by(error) } else { Error::conflict(text).caused_by(error) }
}

/// Lines of the hypervisor's log that a step shows.
const TAIL: usize = 20;

/// The same for a step, whose log then shows the end of the hypervisor's own.
pub(crate) async fn told(step: &StepCx, error: DriverError) -> Error {
    let lines: Vec<String> = error.log().map(|log| log.lines().map(str::to_owned).collect()).unwrap_or_default();
    let from = lines.len().saturating_sub(TAIL);
    if let Some(tail) = lines.get(from..).filter(|tail| !tail.is_empty())
        && let Err(unwritten) = step.log(tail.join("\n")).await
    {
        return unwritten;
    }
    said(error)
}
