//! A guest's line, shared: the node lets one client on a serial line at a time, and we let any number listen to that one.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::{broadcast, mpsc};
use tokio::time::{interval, timeout};

use super::Socket;

/// What is kept of what was printed, for who comes later.
const KEPT: usize = 64 * 1024;
/// The node hangs up on a client that it does not hear of.
const PING: Duration = Duration::from_secs(30);
const GREETED_WITHIN: Duration = Duration::from_secs(10);

/// Signs in: user and ticket on one line, and the node says `OK`.
pub(crate) async fn greet(socket: &mut Socket, user: &str, ticket: &str) -> io::Result<()> {
    socket.type_in(format!("{user}:{ticket}\n").into_bytes()).await?;
    match timeout(GREETED_WITHIN, socket.receive()).await {
        Ok(Some(said)) if said.starts_with(b"OK") => socket.type_in(b"1:80:24:".to_vec()).await,
        Ok(Some(said)) => Err(io::Error::other(format!("the node said {:?}", String::from_utf8_lossy(&said)))),
        Ok(None) => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
        Err(_) => Err(io::Error::from(io::ErrorKind::TimedOut)),
    }
}

/// Input as the node takes it: `0:LENGTH:BYTES`, the length counted in bytes.
fn framed(input: &[u8]) -> Vec<u8> {
    [format!("0:{}:", input.len()).as_bytes(), input].concat()
}

/// The lines that are open now, by the guest's id.
#[derive(Default)]
pub(crate) struct Terminals {
    open: Mutex<HashMap<u32, Weak<Line>>>,
    /// One is opened at a time: two at once would be two clients on one line.
    pub(crate) opening: tokio::sync::Mutex<()>,
}

/// One line. It is open as long as somebody listens.
struct Line {
    printed: Mutex<Printed>,
    typed: mpsc::Sender<Vec<u8>>,
}

struct Printed {
    kept: Vec<u8>,
    /// Gone when the line has ended.
    live: Option<broadcast::Sender<Vec<u8>>>,
}

impl Terminals {
    /// Listens to a line that is open already.
    pub(crate) fn join(&self, vmid: u32) -> Option<DuplexStream> {
        let line = self.open.lock().unwrap_or_else(PoisonError::into_inner).get(&vmid)?.upgrade()?;
        listen(line)
    }

    /// What an open line printed last.
    pub(crate) fn backlog(&self, vmid: u32) -> Vec<u8> {
        let line = self.open.lock().unwrap_or_else(PoisonError::into_inner).get(&vmid).and_then(Weak::upgrade);
        line.map(|line| line.printed.lock().unwrap_or_else(PoisonError::into_inner).kept.clone()).unwrap_or_default()
    }

    /// Takes over a line that was just opened, and listens to it.
    pub(crate) fn host(&self, vmid: u32, socket: Socket) -> DuplexStream {
        let (typed, input) = mpsc::channel(64);
        let (live, _) = broadcast::channel(1024);
        let line = Arc::new(Line { printed: Mutex::new(Printed { kept: Vec::new(), live: Some(live) }), typed });
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, line| line.strong_count() > 0);
        open.insert(vmid, Arc::downgrade(&line));
        tokio::spawn(carry(Arc::downgrade(&line), socket, input));
        // A line that was just opened has not ended yet; if it has, its reader sees the end at once.
        listen(line).unwrap_or_else(|| tokio::io::duplex(1).0)
    }
}

/// A reader of its own: first what was printed last, then what comes, without a gap.
fn listen(line: Arc<Line>) -> Option<DuplexStream> {
    let (kept, live) = {
        let printed = line.printed.lock().unwrap_or_else(PoisonError::into_inner);
        (printed.kept.clone(), printed.live.as_ref()?.subscribe())
    };
    let (ours, theirs) = tokio::io::duplex(KEPT);
    tokio::spawn(read(line, theirs, kept, live));
    Some(ours)
}

async fn read(line: Arc<Line>, mut reader: DuplexStream, kept: Vec<u8>, mut live: broadcast::Receiver<Vec<u8>>) {
    if reader.write_all(&kept).await.is_err() {
        return;
    }
    let mut buffer = [0_u8; 4096];
    loop {
        tokio::select! {
            printed = live.recv() => match printed {
                Ok(bytes) if reader.write_all(&bytes).await.is_ok() => {}
                // A reader that fell behind has lost bytes; ending its line is honest, going on would not be.
                _ => return,
            },
            count = reader.read(&mut buffer) => match count {
                Ok(count) if count > 0 => {
                    if line.typed.send(buffer.get(..count).unwrap_or_default().to_vec()).await.is_err() {
                        return;
                    }
                }
                _ => return,
            },
        }
    }
}

/// Carries bytes until nobody listens any more or the node hangs up.
async fn carry(line: Weak<Line>, mut socket: Socket, mut input: mpsc::Receiver<Vec<u8>>) {
    let mut ping = interval(PING);
    loop {
        let sent = tokio::select! {
            message = socket.receive() => {
                let (Some(bytes), Some(line)) = (message, line.upgrade()) else { break };
                print(&line, bytes);
                Ok(())
            }
            typed = input.recv() => match typed {
                Some(bytes) => socket.type_in(framed(&bytes)).await,
                // The last reader has gone.
                None => break,
            },
            _ = ping.tick() => socket.type_in(b"2".to_vec()).await,
        };
        if sent.is_err() {
            break;
        }
    }
    if let Some(line) = line.upgrade() {
        line.printed.lock().unwrap_or_else(PoisonError::into_inner).live = None;
    }
    socket.close().await;
}

fn print(line: &Line, bytes: Vec<u8>) {
    let mut printed = line.printed.lock().unwrap_or_else(PoisonError::into_inner);
    printed.kept.extend_from_slice(&bytes);
    let excess = printed.kept.len().saturating_sub(KEPT);
    printed.kept.drain(..excess);
    if let Some(live) = &printed.live {
        // Between two readers nobody listens, which is no fault.
        live.send(bytes).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_counts_bytes_and_not_characters() {
        assert_eq!(framed("ä\n".as_bytes()), "0:3:ä\n".as_bytes());
        assert_eq!(framed(b""), b"0:0:");
    }
}
