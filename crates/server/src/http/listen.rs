//! The way in: plain behind a proxy, or TLS 1.2 and later without one (RFC 9325). Handshakes are
//! made beside each other, so that a slow one keeps nobody waiting.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use kernel::{Error, Result};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::config;

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

impl Connected<IncomingStream<'_, TcpListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TcpListener>) -> Self {
        Self(*stream.remote_addr())
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// A handshake that takes longer is given up.
const PATIENCE: Duration = Duration::from_secs(10);
/// Connections that have shaken hands and wait to be served.
const QUEUE: usize = 128;

/// Gives connections that have shaken hands.
pub(crate) struct TlsListener {
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
    accepting: AbortHandle,
}

impl TlsListener {
    /// Shakes hands with the certificate of `tls`; `None` if there is none.
    ///
    /// # Errors
    /// `Invalid` for files that cannot be used.
    pub(crate) fn acceptor(tls: &config::Tls) -> Result<Option<TlsAcceptor>> {
        let (Some(certificate), Some(key)) = (&tls.certificate_file, &tls.key_file) else { return Ok(None) };
        let unusable = |field: &str, path: &Path, error: Box<dyn std::error::Error + Send + Sync>| {
            Error::invalid(field, format!("{} cannot be used: {error}", path.display())).caused_by(error)
        };
        let chain = CertificateDer::pem_file_iter(certificate)
            .and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>)
            .map_err(|error| unusable("tls.certificate_file", certificate, error.into()))?;
        let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| unusable("tls.key_file", key, error.into()))?;
        let served = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, secret);
        let mut served = served.map_err(|error| unusable("tls.certificate_file", certificate, error.into()))?;
        served.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Some(TlsAcceptor::from(Arc::new(served))))
    }

    /// Listens on `listener`.
    pub(crate) fn on(listener: TcpListener, address: SocketAddr, acceptor: TlsAcceptor) -> Self {
        let (sender, ready) = mpsc::channel(QUEUE);
        let accepting = tokio::spawn(async move {
            let mut listener = listener;
            loop {
                // Axum's own way to accept goes on after errors that pass.
                let (stream, peer) = Listener::accept(&mut listener).await;
                let (acceptor, sender) = (acceptor.clone(), sender.clone());
                tokio::spawn(async move {
                    match tokio::time::timeout(PATIENCE, acceptor.accept(stream)).await {
                        // Without a receiver the server has stopped.
                        Ok(Ok(stream)) => drop(sender.send((stream, peer)).await),
                        Ok(Err(error)) => tracing::debug!(%error, "a handshake failed"),
                        Err(_) => tracing::debug!(why = "too slow", "a handshake failed"),
                    }
                });
            }
        });
        Self { ready, address, accepting: accepting.abort_handle() }
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        Ok(self.address)
    }
}

impl Drop for TlsListener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}
