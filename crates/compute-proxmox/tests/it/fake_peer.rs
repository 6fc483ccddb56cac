//! The driver against `fakepve`, which others wrote after the same documents: an independent reading of them.
//!
//! Its guests have no shell, so the suite of every driver looks at them from outside.
//! Where it differs from the habits in the README, which were seen on a real cluster, the README is right and the test says so.

use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use compute_driver::{ConsoleKind, Driver, DriverError, Feature, InForce, SnapshotSpec, Status, conformance};
use compute_proxmox::Proxmox;
use compute_proxmox::settings::{Settings, Token};
use kernel::egress::{Endpoint, Fingerprint, Trust};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::peer::{self, Peer};
use crate::world::{context, mapping, reference, spec};

const TOKEN: &str = "root@pam!fairhold";
const SECRET: &str = "5d1c7a5e-0f1b-4a43-a2c5-2f0e8f7c9a11";

/// A running peer with a template, and a token for it.
struct Cluster {
    _peer: Peer,
    _folder: tempfile::TempDir,
    endpoint: Endpoint,
    token: Token,
}

async fn cluster() -> Option<Cluster> {
    let tools = peer::tools()?;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let certified = rcgen::generate_simple_self_signed(vec!["pve1".to_owned()]).unwrap();
    std::fs::write(path("cert.pem"), certified.cert.pem()).unwrap();
    std::fs::write(path("key.pem"), certified.signing_key.serialize_pem()).unwrap();
    // The port is free now; whoever takes it in between makes this test fail, and not pass.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (cert, key, number) = (path("cert.pem"), path("key.pem"), port.to_string());
    let peer = Peer::start(&tools, &[&number, &cert, &key, TOKEN, SECRET]);
    let endpoint = Endpoint { host: "127.0.0.1".into(), port, trust: Trust::Pinned(Fingerprint::of(certified.cert.der())) };
    for _ in 0..300 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Some(Cluster { _peer: peer, _folder: folder, endpoint, token: Token::new(TOKEN, SECRET).unwrap() })
}

#[tokio::test]
async fn a_guest_lives_on_a_peer_that_others_wrote() {
    let Some(cluster) = cluster().await else { return };
    let test = context().await;
    let mut mapping = mapping();
    mapping.pool = None;
    mapping.backup_storage = Some("local".into());
    let settings = Settings { endpoints: vec![cluster.endpoint.clone()], token: cluster.token.clone(), mapping };
    let driver = Proxmox::open(&test.cx, settings).await.unwrap();

    assert!(driver.report().await.unwrap().templates.iter().any(|template| template.name == "9000"));
    assert!(driver.capabilities().await.unwrap().templates.contains(&"tiny".to_owned()));
    // Its disks do not grow: the call succeeds there and changes nothing.
    let spec = compute_driver::GuestSpec { disk_gib: 1, ..spec("peer", "tiny") };
    let made = driver.ensure(&spec).await.unwrap();
    assert_eq!((made.status, made.size), (Status::Stopped, spec.size()));
    assert_eq!(driver.ensure(&spec).await.unwrap(), made);
    assert_eq!(driver.list().await.unwrap().iter().filter(|guest| guest.reference == spec.reference).count(), 1);

    driver.start(&spec.reference).await.unwrap();
    driver.start(&spec.reference).await.unwrap();
    driver.suspend(&spec.reference).await.unwrap();
    assert_eq!(driver.status(&spec.reference).await.unwrap(), Status::Paused);
    driver.resume(&spec.reference).await.unwrap();
    assert_eq!(driver.status(&spec.reference).await.unwrap(), Status::Running);
    driver.measure(&spec.reference).await.unwrap();

    let mut line = driver.console(&spec.reference, ConsoleKind::Serial).await.unwrap();
    line.write_all(b"echo\n").await.unwrap();
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains("echo\n") {
        assert!(tokio::time::timeout(Duration::from_secs(10), line.read_buf(&mut seen)).await.expect("in time").unwrap() > 0);
    }
    drop(line);

    let snapshot = SnapshotSpec { name: reference("snap"), memory: false };
    driver.stop(&spec.reference).await.unwrap();
    driver.create_snapshot(&spec.reference, &snapshot).await.unwrap().done().unwrap();
    assert_eq!(driver.snapshots(&spec.reference).await.unwrap().len(), 1);
    driver.roll_back(&spec.reference, &snapshot.name).await.unwrap().done().unwrap();
    driver.delete_snapshot(&spec.reference, &snapshot.name).await.unwrap();
    assert!(driver.snapshots(&spec.reference).await.unwrap().is_empty());

    let larger = compute_driver::Size { cpus: 2, memory_mib: 512, disk_gib: 1 };
    assert_eq!(driver.resize(&spec.reference, &larger).await.unwrap(), InForce::Now);
    assert_eq!(driver.find(&spec.reference).await.unwrap().unwrap().size, larger);

    let filter = compute_driver::Filter { inbound: compute_driver::Verdict::Drop, ..compute_driver::Filter::open() };
    driver.set_filter(&spec.reference, &compute_driver::Filter { anti_spoofing: true, ..filter }).await.unwrap();

    driver.destroy(&spec.reference).await.unwrap();
    driver.destroy(&spec.reference).await.unwrap();
    assert_eq!(driver.status(&spec.reference).await.unwrap(), Status::Absent);
    assert!(matches!(driver.start(&spec.reference).await, Err(DriverError::NotFound { .. })));
}

#[tokio::test]
async fn a_wrong_token_is_explained_by_the_peer_too() {
    let Some(cluster) = cluster().await else { return };
    let test = context().await;
    let token = Token::new(TOKEN, "00000000-0000-0000-0000-000000000000").unwrap();
    let driver = Proxmox::open(&test.cx, Settings { endpoints: vec![cluster.endpoint.clone()], token, mapping: mapping() }).await.unwrap();
    assert!(matches!(driver.list().await, Err(DriverError::Unauthorised { .. })));
}

/// It restores no archives, keeps no images and forgets its virtual networks, so the mapping names no place for any of them. Its disks do not grow, its imports make empty disks, its guests
/// take drives at their next start only and lose their memory on the way back to a snapshot, and behind its screen is no VNC server. On a real cluster all of these work.
#[tokio::test]
async fn the_suite_passes_on_a_peer_that_others_wrote_as_far_as_that_goes() {
    let Some(cluster) = cluster().await else { return };
    let test = context().await;
    let mut mapping = mapping();
    (mapping.pool, mapping.backup_storage, mapping.images, mapping.private) = (None, None, None, None);
    let driver = Proxmox::open(&test.cx, Settings { endpoints: vec![cluster.endpoint.clone()], token: cluster.token.clone(), mapping }).await.unwrap();
    conformance::check_from_outside(&driver, "tiny", &[Feature::GrowDisk, Feature::MemorySnapshots, Feature::Disks]).await.unwrap();
    assert!(driver.list().await.unwrap().is_empty(), "nothing is left behind");
}
