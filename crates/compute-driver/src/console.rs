//! Words for the consoles of a guest.

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncWrite};

/// Which of a guest's consoles is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsoleKind {
    /// The serial line, several readers at once: first what it printed last (the backlog, where it is kept), then raw bytes as they come,
    /// without a gap.
    Serial,
    /// The screen: the RFB protocol (VNC) from its first byte.
    Screen,
}

/// Bytes to and from a console. Dropping it hangs up; the guest goes on.
pub trait ConsoleStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> ConsoleStream for T {}
