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
    Suspend,
    Resume,
    Resize,
    CreateSnapshot,
    Snapshots,
    RollBack,
    DeleteSnapshot,
    CreateBackup,
    Backups,
    RestoreBackup,
    DeleteBackup,
    OpenBackup,
    SetPassword,
    AuthoriseKey,
    StartRescue,
    EndRescue,
    Inventory,
    Strangers,
    Adopt,
    SetFilter,
    EnsureNetwork,
    RemoveNetwork,
    Networks,
    Connect,
    SetAddresses,
    EnsureImage,
    RemoveImage,
    WayTo,
    MoveGuest,
    CreateDisk,
    Disks,
    AttachDisk,
    DetachDisk,
    GrowDisk,
    RemoveDisk,
}

impl Operation {
    /// Whether it changes a guest, so that a lock stands in its way.
    pub(super) fn changes(self) -> bool {
        !matches!(
            self,
            Self::Capabilities
                | Self::Find
                | Self::List
                | Self::Status
                | Self::Console
                | Self::ConsoleBacklog
                | Self::Measure
                | Self::Snapshots
                | Self::Backups
                | Self::OpenBackup
                | Self::Inventory
                | Self::Strangers
                | Self::Networks
                | Self::Disks
        )
    }
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
    /// The effect happens and its task never ends: the caller hears `OutcomeUnknown`, and the guest is locked until
    /// [`Simulated::let_go`](super::Simulated::let_go).
    NeverEnds,
    /// The work has begun and goes on: a call that answers with `Progress` says `Working`, and another fails as unavailable.
    Busy,
}

impl Fault {
    /// Somebody else is changing the guest.
    pub fn locked() -> Self {
        Self::Fail(DriverError::unavailable("another change of this guest is still under way"))
    }

    /// The storage has no room.
    pub fn storage_full() -> Self {
        Self::Fail(DriverError::full("0 MiB of disk are free"))
    }
}
