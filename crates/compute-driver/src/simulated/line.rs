//! The far ends of a simulated guest's consoles.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    sync::broadcast,
};

use super::Simulated;
use crate::Reference;

pub(super) async fn serve_serial(
    hypervisor: Simulated,
    reference: Reference,
    mut client: DuplexStream,
    backlog: Vec<u8>,
    mut printed: broadcast::Receiver<Vec<u8>>,
) {
    if client.write_all(&backlog).await.is_err() {
        return;
    }
    let mut typed = String::new();
    let mut buffer = [0_u8; 256];
    loop {
        tokio::select! {
            text = printed.recv() => match text {
                Ok(text) if client.write_all(&text).await.is_ok() => {}
                _ => return,
            },
            count = client.read(&mut buffer) => match count {
                Ok(count) if count > 0 => {
                    typed.push_str(&String::from_utf8_lossy(buffer.get(..count).unwrap_or_default()));
                    while let Some(end) = typed.find(['\n', '\r']) {
                        let line: String = typed.drain(..=end).collect();
                        hypervisor.lock().type_line(&reference, &line);
                    }
                }
                _ => return,
            },
        }
    }
}

/// Says the protocol's greeting, then holds the line until the client hangs up.
pub(super) async fn serve_screen(mut client: DuplexStream) {
    let mut unread = [0_u8; 256];
    if client.write_all(b"RFB 003.008\n").await.is_ok() {
        while matches!(client.read(&mut unread).await, Ok(count) if count > 0) {}
    }
}
