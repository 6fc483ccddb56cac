//! The serial line: one connection to QEMU, which any number of consoles share.

use std::{io, time::Duration};

use tokio::{
    net::{UnixListener, UnixStream},
    time::sleep,
};

use crate::guest::{
    place::Place,
    record::{self, Processes},
};

/// Serves until QEMU closes the line.
pub(super) async fn serve(place: Place, consoles: UnixListener) -> io::Result<()> {
    let (from_guest, to_guest) = connect(&place).await?.into_split();
    compute_host::line::serve(place.serial_log(), &consoles, from_guest, to_guest).await
}

/// QEMU opens its socket a moment after it starts; when it ends before that, there is no line to serve.
async fn connect(place: &Place) -> io::Result<UnixStream> {
    loop {
        match UnixStream::connect(place.serial()).await {
            Ok(stream) => return Ok(stream),
            Err(error) => {
                let processes = record::read::<Processes>(&place.processes());
                if !processes.is_some_and(|processes| processes.emulator.is_alive()) {
                    return Err(error);
                }
                sleep(Duration::from_millis(5)).await;
            }
        }
    }
}
