//! The serial line: one connection to QEMU, any number of consoles.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream},
    sync::{broadcast, mpsc},
    time::sleep,
};

use super::ring::Ring;
use crate::guest::{
    place::Place,
    record::{self, Processes},
};

/// Chunks that a slow console may fall behind before it misses some.
const MAY_LAG: usize = 1024;

/// Serves until QEMU closes the line.
pub(super) async fn serve(place: Place, consoles: UnixListener) -> io::Result<()> {
    let ring = Arc::new(Mutex::new(Ring::open(place.serial_log())?));
    let (printed, _) = broadcast::channel(MAY_LAG);
    let (type_into, mut typed) = mpsc::channel::<Vec<u8>>(64);
    let accepting = tokio::spawn(accept(consoles, ring.clone(), printed.clone(), type_into));

    let (mut from_guest, mut to_guest) = connect(&place).await?.into_split();
    let typing = tokio::spawn(async move {
        while let Some(bytes) = typed.recv().await {
            if to_guest.write_all(&bytes).await.is_err() {
                return;
            }
        }
    });

    let mut buffer = vec![0_u8; 16 * 1024];
    while let Ok(count @ 1..) = from_guest.read(&mut buffer).await {
        let chunk = buffer.get(..count).unwrap_or_default();
        // Log and broadcast under one lock: a console that opens sees every byte once.
        let mut ring = ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.push(chunk);
        let _listeners = printed.send(chunk.to_vec());
    }
    accepting.abort();
    typing.abort();
    Ok(())
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

async fn accept(consoles: UnixListener, ring: Arc<Mutex<Ring>>, printed: broadcast::Sender<Vec<u8>>, type_into: mpsc::Sender<Vec<u8>>) {
    while let Ok((console, _)) = consoles.accept().await {
        let (replay, live) = {
            let ring = ring.lock().unwrap_or_else(PoisonError::into_inner);
            (ring.replay(), printed.subscribe())
        };
        tokio::spawn(attend(console, replay, live, type_into.clone()));
    }
}

async fn attend(mut console: UnixStream, replay: Vec<u8>, mut live: broadcast::Receiver<Vec<u8>>, type_into: mpsc::Sender<Vec<u8>>) {
    let (mut from_console, mut to_console) = console.split();
    if to_console.write_all(&replay).await.is_err() {
        return;
    }
    let mut buffer = vec![0_u8; 4096];
    loop {
        tokio::select! {
            chunk = live.recv() => match chunk {
                Ok(chunk) => if to_console.write_all(&chunk).await.is_err() { return },
                // A console that reads too slowly misses a part rather than holding up the guest.
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return,
            },
            count = from_console.read(&mut buffer) => match count {
                Ok(count @ 1..) => {
                    let bytes = buffer.get(..count).unwrap_or_default().to_vec();
                    if type_into.send(bytes).await.is_err() {
                        return;
                    }
                }
                _ => return,
            },
        }
    }
}
