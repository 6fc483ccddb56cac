//! Somebody who publishes files over https, on this host, and can be slow, break off or point elsewhere.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// What it has and how it behaves.
#[derive(Default)]
pub struct State {
    /// What is published at `/disk`.
    pub file: Vec<u8>,
    /// Breaks off after so many bytes of each answer, as often as this says.
    pub cuts: Vec<usize>,
    /// Points elsewhere.
    pub elsewhere: Option<String>,
    /// Answers with this status and nothing else.
    pub status: Option<u16>,
    /// Waits before each piece of 64 KiB.
    pub pause: Duration,
    /// Tells no version of the file, so that nobody can go on where it stopped.
    pub unversioned: bool,
    /// Where each request wanted the file to begin.
    pub asked_from: Vec<u64>,
}

pub struct Publisher {
    state: Arc<Mutex<State>>,
    /// The authority that vouches for it, in PEM.
    pub authority: String,
    /// The file's address.
    pub url: String,
}

/// SHA-256 in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Publisher {
    pub async fn of(file: Vec<u8>) -> Self {
        let certified = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(vec![certified.cert.der().clone()], key).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}/disk", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State { file, ..State::default() }));
        let (serving, acceptor) = (state.clone(), TlsAcceptor::from(Arc::new(config)));
        tokio::spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                tokio::spawn(serve(serving.clone(), acceptor.clone(), line));
            }
        });
        Self { state, authority: certified.cert.pem(), url }
    }

    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What its file's digest is.
    pub fn sha256(&self) -> String {
        digest(&self.lock().file)
    }
}

/// One request a connection; a client that goes away is none of our business.
async fn serve(state: Arc<Mutex<State>>, acceptor: TlsAcceptor, line: TcpStream) -> Option<()> {
    let mut lines = BufReader::new(acceptor.accept(line).await.ok()?).lines();
    let mut from = 0;
    while let Some(header) = lines.next_line().await.ok()?.filter(|header| !header.is_empty()) {
        if let Some(range) = header.to_lowercase().strip_prefix("range: bytes=") {
            from = range.trim_end_matches('-').parse().ok()?;
        }
    }
    let mut line = lines.into_inner();
    let (head, body, cut, pause) = {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        state.asked_from.push(from);
        let cut = if state.cuts.is_empty() { None } else { Some(state.cuts.remove(0)) };
        let total = state.file.len();
        let rest = state.file.get(usize::try_from(from).ok()?..).unwrap_or_default().to_vec();
        let common = if state.unversioned { "connection: close\r\n" } else { "etag: \"one\"\r\nconnection: close\r\n" };
        let head = match (&state.elsewhere, state.status) {
            (Some(url), _) => format!("HTTP/1.1 302 Found\r\nlocation: {url}\r\ncontent-length: 0\r\n{common}\r\n"),
            (_, Some(status)) => format!("HTTP/1.1 {status} No\r\ncontent-length: 0\r\n{common}\r\n"),
            _ if from > 0 => {
                format!("HTTP/1.1 206 Partial\r\ncontent-length: {}\r\ncontent-range: bytes {from}-{}/{total}\r\n{common}\r\n", rest.len(), total - 1)
            }
            _ => format!("HTTP/1.1 200 OK\r\ncontent-length: {total}\r\n{common}\r\n"),
        };
        let body = if state.elsewhere.is_some() || state.status.is_some() { Vec::new() } else { rest };
        (head, body, cut, state.pause)
    };
    line.write_all(head.as_bytes()).await.ok()?;
    let body = body.get(..cut.unwrap_or(body.len()).min(body.len())).unwrap_or_default();
    let mut pace = tokio::time::interval(pause.max(Duration::from_micros(1)));
    for piece in body.chunks(65_536) {
        pace.tick().await;
        line.write_all(piece).await.ok()?;
        line.flush().await.ok()?;
    }
    if cut.is_none() { line.shutdown().await.ok() } else { None }
}
