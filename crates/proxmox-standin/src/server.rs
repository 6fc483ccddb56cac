//! The stand-in's front: TLS with a certificate of its own, HTTP/1.1, and the token at the door.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use kernel::egress::{Endpoint, Fingerprint, Trust};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::api;
use crate::state::{Fault, State};

/// Looks at each request before it is answered: method, path and parameters in, everything that is wrong with it out.
pub type Witness = Arc<dyn Fn(&str, &str, &[(String, String)]) -> Vec<String> + Send + Sync>;

/// A cluster that is running.
pub struct StandIn {
    state: Arc<Mutex<State>>,
    witness: Option<Witness>,
    violations: Arc<Mutex<Vec<String>>>,
    /// Where its nodes answer, and the certificates that they began with.
    pub addresses: Vec<(SocketAddr, Fingerprint)>,
    doors: Vec<Door>,
    serving: Vec<JoinHandle<()>>,
}

/// How TLS is spoken at an address now.
type Door = Arc<RwLock<TlsAcceptor>>;

struct Listener {
    tcp: TcpListener,
    door: Door,
}

impl axum::serve::Listener for Listener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((stream, address)) = self.tcp.accept().await else { continue };
            let tls = self.door.read().unwrap_or_else(PoisonError::into_inner).clone();
            // Whoever does not like our certificate goes away here.
            if let Ok(Ok(stream)) = tokio::time::timeout(Duration::from_secs(5), tls.accept(stream)).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}

fn acceptor() -> (TlsAcceptor, Fingerprint) {
    let certified = rcgen::generate_simple_self_signed(vec!["pve1".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der()));
    let print = Fingerprint::of(certified.cert.der());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![certified.cert.der().clone()], key).unwrap();
    (TlsAcceptor::from(Arc::new(config)), print)
}

impl StandIn {
    /// A cluster of two nodes, each with an address and a certificate of its own.
    pub async fn start() -> Self {
        Self::watched(None).await
    }

    /// The same, with somebody who looks at each request. What they find fails the test at its end.
    pub async fn watched(witness: Option<Witness>) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let violations = Arc::new(Mutex::new(Vec::new()));
        let mut standin = Self { state, witness, violations, addresses: Vec::new(), doors: Vec::new(), serving: Vec::new() };
        for _ in 0..2 {
            let (tls, print) = acceptor();
            let tcp = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
            standin.addresses.push((tcp.local_addr().unwrap(), print));
            let door = Arc::new(RwLock::new(tls));
            standin.doors.push(door.clone());
            let app = standin.router();
            standin.serving.push(tokio::spawn(async move { axum::serve(Listener { tcp, door }, app).await.unwrap() }));
        }
        standin
    }

    /// The nodes get new certificates, as when somebody renews them, or stands in between. Tells the new fingerprints.
    pub fn renew_certificates(&self) -> Vec<Fingerprint> {
        // Lines that are open were opened with the old one; they end with their next answer.
        self.lock().hangs_up = true;
        let renew = |door: &Door| {
            let (tls, print) = acceptor();
            *door.write().unwrap_or_else(PoisonError::into_inner) = tls;
            print
        };
        self.doors.iter().map(renew).collect()
    }

    fn router(&self) -> Router {
        let (state, witness, violations) = (self.state.clone(), self.witness.clone(), self.violations.clone());
        Router::new().fallback(move |request: Request| {
            let (state, witness, violations) = (state.clone(), witness.clone(), violations.clone());
            async move { answer(&state, witness.as_ref(), &violations, request).await }
        })
    }

    /// The cluster, for whoever changes it while it is at work.
    pub fn state(&self) -> Arc<Mutex<State>> {
        self.state.clone()
    }

    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The addresses with their certificates pinned.
    pub fn endpoints(&self) -> Vec<Endpoint> {
        let endpoint =
            |(address, print): &(SocketAddr, Fingerprint)| Endpoint { host: address.ip().to_string(), port: address.port(), trust: Trust::Pinned(*print) };
        self.addresses.iter().map(endpoint).collect()
    }

    /// Lets `fault` happen at the next call of `method` whose path ends with `path`.
    pub fn inject(&self, method: &str, path: &str, fault: Fault) {
        self.lock().faults.push((method.to_owned(), path.to_owned(), fault));
    }

    /// How many calls of `method` arrived whose path ends with `path`.
    pub fn count(&self, method: &str, path: &str) -> usize {
        self.lock().requests.iter().filter(|line| line.starts_with(&format!("{method} ")) && line.ends_with(path)).count()
    }

    /// The first address goes away, with its certificate.
    pub fn hang_up(&self, address: usize) {
        self.serving[address].abort();
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        for serving in &self.serving {
            serving.abort();
        }
        let violations = self.violations.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(std::thread::panicking() || violations.is_empty(), "requests with faults: {violations:#?}");
    }
}

async fn answer(state: &Arc<Mutex<State>>, witness: Option<&Witness>, violations: &Mutex<Vec<String>>, request: Request) -> Response {
    let call = match api::Incoming::read(request).await {
        Ok(call) => call,
        Err(response) => return response,
    };
    if let Some(witness) = witness {
        let found = witness(&call.method, &call.path, &call.params);
        violations.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
    }
    api::respond(state.clone(), call).await
}
