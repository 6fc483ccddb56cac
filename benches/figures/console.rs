//! How fast a console's bytes come through, beside a plain copy from one TCP connection to another in the same process.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use compute::Drivers;
use compute_driver::simulated::Simulated;
use compute_driver::{Answer, Capabilities, ConsoleKind, ConsoleStream, Driver, DriverError, Guest, GuestSpec, Inventory, Measurement, Reference, Status};
use serde_json::json;
use testkit::Engine;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::stand::median;
use crate::world::World;

const BYTES: usize = 128 << 20;
const ROUNDS: usize = 5;
const CHUNK: usize = 64 << 10;

/// The simulated hypervisor, with a console that prints as fast as it is read.
struct Spout {
    hypervisor: Simulated,
    source: SocketAddr,
}

impl Driver for Spout {
    fn name(&self) -> &'static str {
        "spout"
    }

    fn console<'a>(&'a self, _: &'a Reference, _: ConsoleKind) -> Answer<'a, Box<dyn ConsoleStream>> {
        Box::pin(async move {
            let line = TcpStream::connect(self.source).await.map_err(|error| DriverError::unavailable(error.to_string()))?;
            Ok(Box::new(line) as Box<dyn ConsoleStream>)
        })
    }

    fn capabilities(&self) -> Answer<'_, Capabilities> {
        self.hypervisor.capabilities()
    }

    fn ensure<'a>(&'a self, spec: &'a GuestSpec) -> Answer<'a, Guest> {
        self.hypervisor.ensure(spec)
    }

    fn find<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Option<Guest>> {
        self.hypervisor.find(reference)
    }

    fn list(&self) -> Answer<'_, Vec<Guest>> {
        self.hypervisor.list()
    }

    fn status<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Status> {
        self.hypervisor.status(reference)
    }

    fn start<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        self.hypervisor.start(reference)
    }

    fn stop<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        self.hypervisor.stop(reference)
    }

    fn shutdown<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        self.hypervisor.shutdown(reference)
    }

    fn reboot<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        self.hypervisor.reboot(reference)
    }

    fn reset<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        self.hypervisor.reset(reference)
    }

    fn rebuild<'a>(&'a self, spec: &'a GuestSpec) -> Answer<'a, Guest> {
        self.hypervisor.rebuild(spec)
    }

    fn destroy<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        self.hypervisor.destroy(reference)
    }

    fn console_backlog<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Vec<u8>> {
        self.hypervisor.console_backlog(reference)
    }

    fn measure<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Measurement> {
        self.hypervisor.measure(reference)
    }

    fn inventory(&self) -> Answer<'_, Inventory> {
        self.hypervisor.inventory()
    }
}

/// Somebody who prints without end to whoever connects.
async fn source() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut reader, _)) = listener.accept().await {
            tokio::spawn(async move { while reader.write_all(&[b'x'; CHUNK]).await.is_ok() {} });
        }
    });
    address
}

/// The baseline: what comes from `source` goes to whoever connects, and nothing else happens to it.
async fn copier(source: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut reader, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut line = TcpStream::connect(source).await.unwrap();
                tokio::io::copy(&mut line, &mut reader).await.ok();
            });
        }
    });
    address
}

/// MB a second, of so many bytes.
async fn drained(mut line: TcpStream) -> f64 {
    let (began, mut left, mut buffer) = (Instant::now(), BYTES, vec![0; CHUNK]);
    while left > 0 {
        let count = line.read(&mut buffer).await.unwrap();
        assert!(count > 0, "the line ended early");
        left = left.saturating_sub(count);
    }
    BYTES as f64 / began.elapsed().as_secs_f64() / 1e6
}

/// A console's WebSocket up to its first byte. Frames are not taken apart here, so that a reader's work is the same for both.
async fn console(address: &str, path: &str, ticket: &str) -> TcpStream {
    let mut line = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: fairhold.console, ticket.{ticket}\r\n\r\n"
    );
    line.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(line.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
    line
}

pub async fn print() {
    let world = World::ready(Engine::Sqlite).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let machine = world.machine(&ada, "web").await;
    let source = source().await;
    let spout = Spout { hypervisor: world.hypervisor.clone(), source };
    let _same = (*world.cx.extension::<Drivers>().unwrap()).clone().with("node-1", "local", Arc::new(spout));
    let (copier, address) = (copier(source).await, world.url.trim_start_matches("http://").to_owned());

    let (mut relayed, mut copied) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        copied.push(drained(TcpStream::connect(copier).await.unwrap()).await);
        let ticket = ada.post(&format!("/v1/instances/{machine}/console-tickets"), &json!({ "kind": "serial" })).await;
        relayed.push(drained(console(&address, ticket.text_at("/path"), ticket.text_at("/ticket")).await).await);
    }
    let (relayed, copied) = (median(relayed), median(copied));
    println!(
        "console: {relayed:.0} MB/s from a guest's line to a viewer (a plain copy between two connections: {copied:.0} MB/s, ratio {:.2})",
        relayed / copied
    );
    world.stop().await;
}
