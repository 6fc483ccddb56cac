//! The questions that Fairhold asks a hypervisor. How each is answered is left to the drivers.

use std::{future::Future, pin::Pin};

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::{Capabilities, DriverError, Guest, GuestSpec, Measurement, Reference, Status};

/// An answer on its way; boxed so that drivers can be used as `Arc<dyn Driver>`.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, DriverError>> + Send + 'a>>;

/// Which of a guest's consoles is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsoleKind {
    /// The serial line, several readers at once: first what it printed last (the backlog), then raw bytes as they come, without a gap.
    Serial,
    /// The screen: the RFB protocol (VNC) from its first byte.
    Screen,
}

/// Bytes to and from a console. Dropping it hangs up; the guest goes on.
pub trait ConsoleStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> ConsoleStream for T {}

/// One hypervisor, or one cluster of them.
///
/// A driver keeps nothing that it could not find out again: any process with the same settings continues where another stopped.
/// Every call may be repeated. The caller chooses the reference before the first call, so that "find or create" is always possible.
pub trait Driver: Send + Sync + 'static {
    /// The driver's name, as it stands in the configuration: `qemu`, `simulated`.
    fn name(&self) -> &'static str;

    /// What this hypervisor can do, and how much room it has.
    fn capabilities(&self) -> Answer<'_, Capabilities>;

    /// Finds the guest that carries `spec.reference`, or creates it, stopped.
    ///
    /// # Errors
    /// `Refused` for a spec that can never work, `Conflict` when a guest with this reference has another shape.
    fn ensure<'a>(&'a self, spec: &'a GuestSpec) -> Answer<'a, Guest>;

    /// The guest that carries `reference`, if there is one.
    fn find<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Option<Guest>>;

    /// Every guest of ours: what the reconciler compares with the database.
    fn list(&self) -> Answer<'_, Vec<Guest>>;

    /// What the hypervisor says now. `Absent` when no guest carries the reference; a word that the driver does not know is `Unknown`.
    fn status<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Status>;

    /// Powers on; a running guest is left alone. Returns when the machine runs, not when its system has booted.
    ///
    /// # Errors
    /// `Failed` with the hypervisor's log when the machine does not come up; nothing of it is left running then.
    fn start<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()>;

    /// Cuts the power; a stopped guest is left alone.
    fn stop<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()>;

    /// Presses the power button and returns; whether the guest obeys shows in its status. A stopped guest is left alone.
    ///
    /// A guest that is still booting may miss it. Press again, and have a deadline after which the power is cut.
    fn shutdown<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()>;

    /// Asks the guest to start anew and returns.
    ///
    /// # Errors
    /// `Conflict` when the guest does not run.
    fn reboot<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()>;

    /// Presses the reset button.
    ///
    /// # Errors
    /// `Conflict` when the guest does not run.
    fn reset<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()>;

    /// Gives the guest a fresh disk and seed after `spec`, and leaves it stopped. What was on the disk is gone.
    fn rebuild<'a>(&'a self, spec: &'a GuestSpec) -> Answer<'a, Guest>;

    /// Stops the guest and removes it with its disk. Already gone is success.
    fn destroy<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()>;

    /// Connects to a console.
    ///
    /// # Errors
    /// `Conflict` when the guest does not run.
    fn console<'a>(&'a self, reference: &'a Reference, kind: ConsoleKind) -> Answer<'a, Box<dyn ConsoleStream>>;

    /// The last of what the serial line printed, also of a stopped guest. Bounded by the driver.
    fn console_backlog<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Vec<u8>>;

    /// What the guest uses.
    fn measure<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Measurement>;
}
