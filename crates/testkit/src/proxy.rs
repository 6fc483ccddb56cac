//! A line to PostgreSQL that a test can cut and mend.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Listens on a port of its own and forwards to a server, until the test cuts the line.
#[derive(Debug, Clone)]
pub struct FaultProxy {
    /// Where to connect instead of the server.
    pub address: SocketAddr,
    whole: Arc<watch::Sender<bool>>,
}

impl FaultProxy {
    /// A whole line to `server`, a host and port. It ends with the runtime.
    pub async fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (whole, seen) = watch::channel(true);
        let server = server.to_owned();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                // While the line is cut, whoever comes is turned away at once.
                if *seen.borrow() {
                    tokio::spawn(forward(client, server.clone(), seen.clone()));
                }
            }
        });
        Self { address, whole: Arc::new(whole) }
    }

    /// Ends every connection and refuses new ones.
    pub fn cut(&self) {
        self.whole.send_replace(false);
    }

    /// Lets connections through again.
    pub fn mend(&self) {
        self.whole.send_replace(true);
    }
}

async fn forward(mut client: TcpStream, server: String, mut whole: watch::Receiver<bool>) {
    let Ok(mut upstream) = TcpStream::connect(server).await else { return };
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut client, &mut upstream) => {}
        _ = whole.wait_for(|whole| !whole) => {}
    }
}
