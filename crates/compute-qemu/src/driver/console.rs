//! Consoles: the supervisor's socket for the serial line, QEMU's for the screen.

use std::{fs, io};

use compute_driver::{ConsoleKind, ConsoleStream, DriverError, Reference};
use tokio::net::UnixStream;

use super::{Qemu, look, power};
use crate::{
    guest::{lock::Lock, record::trouble},
    supervisor::BACKLOG_LIMIT,
};

/// Connects to a console of a running guest.
pub(super) async fn open(qemu: &Qemu, reference: &Reference, kind: ConsoleKind) -> Result<Box<dyn ConsoleStream>, DriverError> {
    let (place, _) = qemu.known(reference)?;
    let socket = match kind {
        ConsoleKind::Serial => place.console(),
        ConsoleKind::Screen => place.screen(),
    };
    let mut connected = UnixStream::connect(&socket).await;
    if connected.is_err() && look::emulator_runs(&place) {
        let _lock = Lock::guest(&qemu.settings.data_dir, reference).await?;
        power::attend(qemu, &place).await?;
        connected = UnixStream::connect(&socket).await;
    }
    match connected {
        Ok(stream) => Ok(Box::new(stream)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            Err(DriverError::conflict("the guest does not run"))
        }
        Err(error) => Err(trouble("cannot connect to the console")(error)),
    }
}

/// What the serial line printed last, over all starts since the guest was made or rebuilt.
pub(super) async fn backlog(qemu: &Qemu, reference: &Reference) -> Result<Vec<u8>, DriverError> {
    let (place, _) = qemu.known(reference)?;
    let mut bytes = match fs::read(place.serial_log()) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(trouble("cannot read the serial log")(error)),
    };
    let excess = bytes.len().saturating_sub(BACKLOG_LIMIT);
    bytes.drain(..excess);
    Ok(bytes)
}
