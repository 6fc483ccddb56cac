//! Power. What is so already is left alone, and what the cluster says about that is no failure.

use std::time::Duration;

use compute_driver::{DriverError, Reference, Status};

use super::{Proxmox, look, mark};
use crate::call::{At, Kind, guest};
use crate::client::{Call, Params, Trouble};

/// How long a machine may take to come up or to be cut off.
const SWITCHED_IN: Duration = Duration::from_secs(120);
/// How long one press of the power button is waited for by the cluster, in seconds. Meanwhile the guest is locked.
const PRESSED_FOR: u32 = 30;

fn runs_not() -> DriverError {
    DriverError::conflict("the guest does not run")
}

/// Powers on.
pub(super) async fn start(proxmox: &Proxmox, reference: &Reference) -> Result<(), DriverError> {
    let (_, said) = proxmox.current(reference).await?;
    if matches!(look::status(&said), Status::Running | Status::Paused) {
        return Ok(());
    }
    match proxmox.act(reference, SWITCHED_IN, guest::start).await {
        Ok(()) | Err(Trouble::Runs(_)) => Ok(()),
        Err(trouble) => Err(trouble.into()),
    }
}

/// Cuts the power.
pub(super) async fn stop(proxmox: &Proxmox, reference: &Reference) -> Result<(), DriverError> {
    let (_, said) = proxmox.current(reference).await?;
    if look::status(&said) == Status::Stopped {
        return Ok(());
    }
    match proxmox.act(reference, SWITCHED_IN, guest::stop_at_once).await {
        // An old version that does not know the parameter.
        Err(Trouble::Invalid(_)) => settled(proxmox.act(reference, SWITCHED_IN, guest::stop).await),
        ended => settled(ended),
    }
}

fn settled(ended: Result<(), Trouble>) -> Result<(), DriverError> {
    match ended {
        Ok(()) | Err(Trouble::RunsNot(_)) => Ok(()),
        Err(trouble) => Err(trouble.into()),
    }
}

/// Presses the power button and does not wait for the guest.
pub(super) async fn shutdown(proxmox: &Proxmox, reference: &Reference) -> Result<(), DriverError> {
    let (at, said) = proxmox.current(reference).await?;
    if look::status(&said) == Status::Stopped {
        return Ok(());
    }
    proxmox.touch(reference);
    match proxmox.client().begin(&guest::shutdown(&at, PRESSED_FOR), &at.node, at.vmid).await {
        // Locked by the press before this one, which is still waited for.
        Ok(_) | Err(Trouble::RunsNot(_) | Trouble::Locked(_)) => Ok(()),
        Err(trouble) => Err(trouble.into()),
    }
}

/// Asks the guest to start anew and does not wait for it.
pub(super) async fn reboot(proxmox: &Proxmox, reference: &Reference) -> Result<(), DriverError> {
    let at = running(proxmox, reference).await?;
    proxmox.touch(reference);
    match proxmox.client().begin(&guest::reboot(&at), &at.node, at.vmid).await {
        Ok(_) => Ok(()),
        Err(Trouble::RunsNot(_)) => Err(runs_not()),
        Err(trouble) => Err(trouble.into()),
    }
}

/// Presses the reset button. Containers have none: they are cut off and started.
pub(super) async fn reset(proxmox: &Proxmox, reference: &Reference) -> Result<(), DriverError> {
    let at = running(proxmox, reference).await?;
    if at.kind == Kind::Container {
        stop(proxmox, reference).await?;
        return start(proxmox, reference).await;
    }
    switched(proxmox.act(reference, SWITCHED_IN, guest::reset).await)
}

async fn running(proxmox: &Proxmox, reference: &Reference) -> Result<At, DriverError> {
    let (at, said) = proxmox.current(reference).await?;
    if look::status(&said) == Status::Stopped { Err(runs_not()) } else { Ok(at) }
}

fn switched(ended: Result<(), Trouble>) -> Result<(), DriverError> {
    match ended {
        Err(Trouble::RunsNot(_)) => Err(runs_not()),
        ended => Ok(ended?),
    }
}

/// Holds the processors.
pub(super) async fn suspend(proxmox: &Proxmox, reference: &Reference) -> Result<(), DriverError> {
    held(proxmox, reference, Status::Paused, guest::suspend).await?;
    note(proxmox, reference, true).await
}

/// Lets them go on.
pub(super) async fn resume(proxmox: &Proxmox, reference: &Reference) -> Result<(), DriverError> {
    held(proxmox, reference, Status::Running, guest::resume).await?;
    note(proxmox, reference, false).await
}

/// Says in the guest's tags whether it is paused, for the list of all guests.
async fn note(proxmox: &Proxmox, reference: &Reference, paused: bool) -> Result<(), DriverError> {
    let (at, _) = proxmox.current(reference).await?;
    let config = proxmox.config(&at).await?;
    if mark::says_paused(&config.tags()) != paused {
        let params = Params::new().with("tags", mark::with_paused(&config.tags(), paused)).maybe("digest", config.digest());
        proxmox.client().settle(&guest::set_config(&at, params)).await?;
    }
    Ok(())
}

async fn held(proxmox: &Proxmox, reference: &Reference, wanted: Status, make: fn(&At) -> Call) -> Result<(), DriverError> {
    let (at, said) = proxmox.current(reference).await?;
    match look::status(&said) {
        status if status == wanted => Ok(()),
        Status::Stopped => Err(runs_not()),
        _ if at.kind == Kind::Container => Err(DriverError::unsupported("hold the processors of a container")),
        _ => switched(proxmox.act(reference, SWITCHED_IN, make).await),
    }
}
