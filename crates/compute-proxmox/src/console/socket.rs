//! Messages over a connection that was upgraded to a websocket.

use std::io;

use futures::{SinkExt, StreamExt};
use reqwest::Upgraded;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

/// Bytes that may wait on either side.
const ROOM: usize = 64 * 1024;

/// An open websocket.
pub(crate) struct Socket(WebSocketStream<Upgraded>);

impl Socket {
    pub(crate) async fn over(line: Upgraded) -> Self {
        Self(WebSocketStream::from_raw_socket(line, Role::Client, None).await)
    }

    /// The next bytes; `None` when the other side has hung up.
    pub(crate) async fn receive(&mut self) -> Option<Vec<u8>> {
        loop {
            match self.0.next().await? {
                Ok(Message::Binary(bytes)) => return Some(bytes.to_vec()),
                Ok(Message::Text(text)) => return Some(text.as_bytes().to_vec()),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => {}
            }
        }
    }

    /// Sends bytes as one message.
    pub(crate) async fn send(&mut self, bytes: Vec<u8>) -> io::Result<()> {
        self.0.send(Message::Binary(bytes.into())).await.map_err(io::Error::other)
    }

    /// Sends what was typed as the cluster's own terminal does: as text. What is no text cannot be sent so.
    pub(crate) async fn type_in(&mut self, bytes: Vec<u8>) -> io::Result<()> {
        match String::from_utf8(bytes) {
            Ok(text) => self.0.send(Message::Text(text.into())).await.map_err(io::Error::other),
            Err(no_text) => self.send(no_text.into_bytes()).await,
        }
    }

    /// Says goodbye; whoever does not hear it sees the line end.
    pub(crate) async fn close(mut self) {
        self.0.close(None).await.ok();
    }

    /// The messages as a plain stream of bytes. Dropping it hangs up.
    pub(crate) fn into_stream(mut self) -> DuplexStream {
        let (ours, mut theirs) = tokio::io::duplex(ROOM);
        tokio::spawn(async move {
            let mut buffer = vec![0; 16 * 1024];
            loop {
                tokio::select! {
                    message = self.receive() => match message {
                        Some(bytes) if theirs.write_all(&bytes).await.is_ok() => {}
                        _ => break,
                    },
                    count = theirs.read(&mut buffer) => match count {
                        Ok(count) if count > 0 => {
                            if self.send(buffer.get(..count).unwrap_or_default().to_vec()).await.is_err() {
                                break;
                            }
                        }
                        _ => break,
                    },
                }
            }
            self.close().await;
        });
        ours
    }
}
