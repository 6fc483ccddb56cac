//! What may go wrong at the simulated hypervisor, and where.

use std::time::Duration;

use crate::DriverError;

/// A call of the trait, as a place where a fault may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is named after the call it stands for")]
pub enum Operation {
    Capabilities,
    Ensure,
    Find,
    List,
    Status,
    Start,
    Stop,
    Shutdown,
    Reboot,
    Reset,
    Rebuild,
    Destroy,
    Console,
    ConsoleBacklog,
    Measure,
}

/// One thing that goes wrong, once. Inject it several times to have it several times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The answer takes this long.
    Slow(Duration),
    /// The call fails without effect.
    Fail(DriverError),
    /// The effect happens, the answer does not arrive: the caller hears `OutcomeUnknown`.
    LoseAnswer,
    /// The hypervisor lies: it says "done" and does nothing. A status comes back as `Unknown`.
    Lie,
}
