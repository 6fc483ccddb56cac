//! At rest and on the way: raw bytes of the data folder hold nobody's values, a copy without the
//! keys opens nothing, and with a certificate there is TLS 1.2 and later or nothing.

use std::path::Path;

use compute_driver::simulated::Simulated;
use server::Config;
use server::app::App;
use server::config::Tls;
use testkit::{Engine, OffsetClock, TestDatabase, covers};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::World;

const CANARIES: &[&str] = &["ada.canary@example.org", "Ada Canary", "canary-host", "canary token"];

fn scan(folder: &Path) -> usize {
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            files += scan(&entry.path());
            continue;
        }
        files += 1;
        let bytes = std::fs::read(entry.path()).unwrap_or_default();
        for canary in CANARIES {
            let found = bytes.windows(canary.len()).any(|part| part.eq_ignore_ascii_case(canary.as_bytes()));
            assert!(!found, "{canary} can be read in {}", entry.path().display());
        }
    }
    files
}

/// A TLS record with a ClientHello of `version` (its second byte: 2 is TLS 1.1, 3 is TLS 1.2) that
/// lacks nothing a server needs to go on: curve, point format, signature and master secret.
fn hello(version: u8) -> Vec<u8> {
    let mut body = vec![3, version];
    body.extend([7; 32]);
    // No session; TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256; no compression.
    body.extend([0, 0, 2, 0xc0, 0x2b, 1, 0]);
    let extensions = [0, 10, 0, 4, 0, 2, 0, 23, 0, 11, 0, 2, 1, 0, 0, 13, 0, 4, 0, 2, 4, 3, 0, 23, 0, 0];
    body.extend([0, u8::try_from(extensions.len()).unwrap()]);
    body.extend(extensions);
    let mut hello = vec![1, 0, 0, u8::try_from(body.len()).unwrap()];
    hello.extend(body);
    let mut record = vec![22, 3, 1, 0, u8::try_from(hello.len()).unwrap()];
    record.extend(hello);
    record
}

async fn said_to(address: &str, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = vec![0; 1024];
    // A connection that is cut is an answer too.
    let length = stream.read(&mut answer).await.unwrap_or(0);
    answer.truncate(length);
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_are_sealed_at_rest_and_on_the_way() {
    covers!(176, 224, 329);
    let world = World::ready(Engine::Sqlite).await;
    let ada = world.customer(CANARIES[0], CANARIES[1]).await;
    world.machine(&ada, CANARIES[2]).await;
    ada.post("/v1/api-tokens", &serde_json::json!({ "name": CANARIES[3] })).await;
    let export = ada.post("/v1/privacy/exports", &serde_json::json!({})).await;
    ada.until(&format!("/v1/privacy/exports/{}", export.text_at("/id")), |one| one["state"] == "ready").await;
    assert!(scan(world.database.folder()) > 3, "running, with a log of writes");
    let (clock, hypervisor, config) = (world.clock.clone(), world.hypervisor.clone(), world.config.clone());
    let database = world.stop().await;
    scan(database.folder());

    // The same folder on another machine, without the key file.
    let copy = tempfile::tempdir().unwrap();
    std::fs::copy(database.folder().join("fairhold.db"), copy.path().join("fairhold.db")).unwrap();
    let stolen = Config { data_dir: copy.path().to_owned(), database: String::new(), ..config.clone() };
    let refused = App::open(stolen, World::stand(&OffsetClock::default(), &Simulated::default())).await.err().expect("it opens without the key");
    assert!(refused.to_string().contains("not the root key"), "{refused}");

    let pair = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let file = |name: &str, text: String| {
        let path = copy.path().join(name);
        std::fs::write(&path, text).unwrap();
        Some(path)
    };
    let tls = Tls { certificate_file: file("cert.pem", pair.cert.pem()), key_file: file("key.pem", pair.signing_key.serialize_pem()) };
    let world = World::with(database, Config { tls, ..config }, clock, hypervisor).await;
    let address = world.url.strip_prefix("https://").unwrap().to_owned();
    let trusting = |versions: (reqwest::tls::Version, reqwest::tls::Version)| {
        let authority = reqwest::Certificate::from_pem(pair.cert.pem().as_bytes()).unwrap();
        reqwest::Client::builder().add_root_certificate(authority).min_tls_version(versions.0).max_tls_version(versions.1).build().unwrap()
    };
    let (twelve, thirteen) = (reqwest::tls::Version::TLS_1_2, reqwest::tls::Version::TLS_1_3);
    for versions in [(twelve, twelve), (thirteen, thirteen)] {
        let answer = trusting(versions).get(format!("{}/privacy", world.url)).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert!(answer.headers().contains_key("content-security-policy"));
    }
    let plain = said_to(&address, b"GET /privacy HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(!plain.starts_with(b"HTTP"), "plain HTTP is answered: {}", String::from_utf8_lossy(&plain));
    // The same words in TLS 1.2 are answered with a handshake; in TLS 1.1 with a fatal alert (RFC 5246 §7.2).
    assert_eq!(said_to(&address, &hello(3)).await.first(), Some(&22), "TLS 1.2 is not spoken");
    let old = said_to(&address, &hello(2)).await;
    assert_eq!((old.first(), old.get(5)), (Some(&21), Some(&2)), "TLS 1.1 is not refused: {old:?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_cannot_be_used_is_named() {
    let database = TestDatabase::fresh(Engine::Sqlite).await;
    let broken = database.folder().join("broken.pem");
    std::fs::write(&broken, "no certificate").unwrap();
    let tls = Tls { certificate_file: Some(broken.clone()), key_file: Some(broken) };
    let config = Config { tls, ..World::config(&database, database.url.clone()) };
    let app = App::open(config, World::stand(&OffsetClock::default(), &Simulated::default())).await.unwrap();
    let refused = app.start().await.err().expect("it starts with a broken certificate");
    assert_eq!(refused.fields()[0].field, "tls.key_file");
}
