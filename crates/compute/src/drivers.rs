//! How hypervisors are reached: one driver per node, put in by the server. Also turns what drivers
//! say into what steps and people are told.

use std::collections::BTreeMap;
use std::sync::Arc;

use compute_driver::{Driver, DriverError, Reference};
use kernel::{Cx, Error, Result};
use workflow::StepCx;

use crate::instance::InstanceId;

/// A node's driver and where the node stands.
#[derive(Clone)]
pub struct Attached {
    /// Name of the region, `local` for example.
    pub region: String,
    /// Its hypervisor.
    pub driver: Arc<dyn Driver>,
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

/// The drivers of all nodes, by the node's name. The server puts this in as an extension.
#[derive(Clone, Default)]
pub struct Drivers {
    nodes: BTreeMap<String, Attached>,
    overcommit: Overcommit,
}

impl Drivers {
    /// No nodes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the node `node` in `region`.
    #[must_use]
    pub fn with(mut self, node: &str, region: &str, driver: Arc<dyn Driver>) -> Self {
        self.nodes.insert(node.to_owned(), Attached { region: region.to_owned(), driver });
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

    /// Names and drivers.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Attached)> {
        self.nodes.iter().map(|(name, attached)| (name.as_str(), attached))
    }
}

/// The driver of the node `node`.
///
/// # Errors
/// `Unavailable` when no driver is configured for it.
pub(crate) fn of(cx: &Cx, node: &str) -> Result<Arc<dyn Driver>> {
    let drivers = cx.extension::<Drivers>()?;
    let found = drivers.nodes.get(node).map(|attached| attached.driver.clone());
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
