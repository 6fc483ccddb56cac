//! How a container comes up: the runtime makes it, the network and its owner's wishes are put in, then it is let go.

use std::path::Path;
use std::time::Duration;

use compute_driver::DriverError;
use compute_host::{
    folder,
    network::port,
    process::ProcessId,
    record::{self, trouble},
};

use super::{
    fill::mount,
    orders::Run,
    terminal::{KeptOpen, Terminal},
};
use crate::guest::{
    config::ROOT,
    disk,
    inside::Root,
    network::{self, Network},
    place::Place,
    record::Record,
    runtime::Runtime,
    welcome::{self, Welcome},
};

/// A container that has its terminal.
pub(super) struct Up {
    pub(super) init: ProcessId,
    pub(super) terminal: Terminal,
    pub(super) kept_open: KeptOpen,
}

/// A device of a supervisor that was killed goes a moment after it: found just now, it may be gone when it is mounted.
const LOOKS: u32 = 10;
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// Mounts the disk where only we and the container see it. The answer is its block device.
pub(super) async fn mount_disk(place: &Place) -> Result<Option<String>, DriverError> {
    let path = place.disk();
    if !std::fs::read_to_string("/proc/self/mounts").unwrap_or_default().contains(&format!(" {ROOT} ")) {
        let mut looks = 1;
        while let Err(error) = mount_once(&path).await? {
            if looks == LOOKS {
                return Err(DriverError::failed(format!("the disk cannot be mounted: {error}"), ""));
            }
            looks += 1;
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }
    Ok(disk::device_of(&path))
}

/// A container that runs has its disk mounted already: the same device is the same file system.
async fn mount_once(path: &Path) -> Result<std::io::Result<()>, DriverError> {
    match disk::device_of(path) {
        Some(device) => Ok(mount(&["-o", "nodev,discard", &device])),
        None => {
            disk::fit(path).await?;
            Ok(mount(&["-o", "loop,nodev,discard", &path.display().to_string()]))
        }
    }
}

/// Makes the container and tells `made` its first process before anything else happens; `undo` is the caller's.
pub(super) async fn bring_up(orders: &Run, place: &Place, made: impl FnOnce(&ProcessId) -> std::io::Result<()>) -> Result<Up, DriverError> {
    let runtime = Runtime::of(&orders.runtime, place);
    let number = runtime.create(place).await?;
    let init = ProcessId::of(number).ok_or_else(|| DriverError::failed("the container's first process ended at once", ""))?;
    made(&init).map_err(trouble("cannot write who runs"))?;

    let record = orders.record_now();
    if !record.spec.cut_off {
        connect(orders, &record, place, number).await?;
    }

    let inside = |error: std::io::Error| DriverError::failed(format!("cannot write into the container: {error}"), "");
    let root = Root::of_process(init.number(), orders.record.first_id).map_err(inside)?;
    if let Some(wishes) = record::read::<Welcome>(&place.welcome()) {
        wishes.write(&root).map_err(inside)?;
        folder::remove_file(&place.welcome())?;
    }
    welcome::write_resolvers(&root, record.seat.lan).map_err(inside)?;
    let (terminal, kept_open) = Terminal::open(&root).map_err(inside)?;
    runtime.start().await?;
    Ok(Up { init, terminal, kept_open })
}

/// Plugs the container into its private network, or lays a cable of its own.
async fn connect(orders: &Run, record: &Record, place: &Place, init: u32) -> Result<(), DriverError> {
    if let (Some(card), Some(lan)) = (&record.spec.card, record.seat.lan) {
        return port::cable(&orders.networks, card, lan, &record.spec.reference, &record.spec.mac, init).await;
    }
    let cable = Network { address: record.ipv4, gateway: orders.gateway, mac: &record.spec.mac };
    cable.connect(place, init).await?;
    if let Err(error) = network::open_way_out(place, orders.network).await {
        // It runs without a way out; the operator finds the reason here.
        let _told = std::fs::write(place.dir.join("network.log"), format!("{error}\n{}", error.log().unwrap_or_default()));
    }
    Ok(())
}

/// Takes over a container whose supervisor was killed.
pub(super) fn take_over(orders: &Run, init: ProcessId) -> Result<Up, DriverError> {
    let root = Root::of_process(init.number(), orders.record.first_id);
    let opened = root.and_then(|root| Terminal::open(&root));
    let (terminal, kept_open) = opened.map_err(|error| DriverError::failed(format!("cannot open a terminal in the container: {error}"), ""))?;
    Ok(Up { init, terminal, kept_open })
}
