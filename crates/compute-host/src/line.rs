//! A serial line with any number of consoles: what it printed is kept and sent to all, what is typed goes to the line.

use std::{
    io,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{UnixListener, UnixStream},
    sync::{broadcast, mpsc},
};

use crate::ring::Ring;

/// Chunks that a slow console may fall behind before it misses some.
const MAY_LAG: usize = 1024;

/// Serves the line between `from_guest` and `to_guest` to everyone who connects to `consoles`, until the guest closes it.
///
/// # Errors
/// When the file at `log`, which keeps what was printed, cannot be opened.
pub async fn serve(log: PathBuf, consoles: &UnixListener, mut from_guest: impl AsyncRead + Unpin, mut to_guest: impl AsyncWrite + Unpin) -> io::Result<()> {
    let ring = Arc::new(Mutex::new(Ring::open(log)?));
    let (printed, _) = broadcast::channel(MAY_LAG);
    let (type_into, mut typed) = mpsc::channel::<Vec<u8>>(64);

    let reading = async {
        let mut buffer = vec![0_u8; 16 * 1024];
        while let Ok(count @ 1..) = from_guest.read(&mut buffer).await {
            let chunk = buffer.get(..count).unwrap_or_default();
            // Log and broadcast under one lock: a console that opens sees every byte once.
            let mut ring = ring.lock().unwrap_or_else(PoisonError::into_inner);
            ring.push(chunk);
            let _listeners = printed.send(chunk.to_vec());
        }
    };
    let typing = async {
        while let Some(bytes) = typed.recv().await {
            if to_guest.write_all(&bytes).await.is_err() {
                break;
            }
        }
        // The guest's side says when the line ends.
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = reading => {}
        () = typing => {}
        () = accept(consoles, &ring, &printed, &type_into) => {}
    }
    Ok(())
}

async fn accept(consoles: &UnixListener, ring: &Mutex<Ring>, printed: &broadcast::Sender<Vec<u8>>, type_into: &mpsc::Sender<Vec<u8>>) {
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
