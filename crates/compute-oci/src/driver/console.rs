//! Consoles: the supervisor's socket for the serial line. A container has no screen.

use std::{fs, io};

use compute_driver::{ConsoleKind, ConsoleStream, DriverError, Reference};
use compute_host::{lock::Lock, record::trouble};
use tokio::net::UnixStream;

use super::{Oci, look, power};
use crate::supervisor::BACKLOG_LIMIT;

/// Connects to the line of a running container.
pub(super) async fn open(oci: &Oci, reference: &Reference, kind: ConsoleKind) -> Result<Box<dyn ConsoleStream>, DriverError> {
    let (place, _) = oci.known(reference)?;
    if kind == ConsoleKind::Screen {
        return Err(DriverError::unsupported("show a screen: a container has none"));
    }
    let socket = place.console();
    let mut connected = UnixStream::connect(&socket).await;
    if connected.is_err() && look::init_runs(&place) {
        let _lock = Lock::guest(&oci.settings.data_dir, reference).await?;
        power::attend(oci, &place).await?;
        connected = UnixStream::connect(&socket).await;
    }
    match connected {
        // A supervisor that winds up, or has not come far, still listens.
        Ok(_) if !look::is_up(&place) => Err(DriverError::conflict("the container does not run")),
        Ok(stream) => Ok(Box::new(stream)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            Err(DriverError::conflict("the container does not run"))
        }
        Err(error) => Err(trouble("cannot connect to the console")(error)),
    }
}

/// What the serial line printed last, over all starts since the container was made or rebuilt.
pub(super) async fn backlog(oci: &Oci, reference: &Reference) -> Result<Vec<u8>, DriverError> {
    let (place, _) = oci.known(reference)?;
    let mut bytes = match fs::read(place.serial_log()) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(trouble("cannot read the serial log")(error)),
    };
    let excess = bytes.len().saturating_sub(BACKLOG_LIMIT);
    bytes.drain(..excess);
    Ok(bytes)
}
