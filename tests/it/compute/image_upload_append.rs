//! Uploads by tus 1.0: pieces in order, goings-on after breaks and restarts, checksums.

use compute_driver::simulated::Simulated;
use data_encoding::BASE64;
use reqwest::Method;
use serde_json::json;
use sha2::{Digest, Sha256};
use testkit::{OffsetClock, both_engines};

use super::image::{begin, disk, kept, location, offset, piece, settled};
use super::publisher::digest;
use crate::world::World;

both_engines!(an_upload_that_broke_off_goes_on_also_after_a_restart, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let disk = disk();
    let begun = begin(&ada, "/v1/image-uploads", disk.len(), &[("name", "mine"), ("sha256", &digest(&disk))]).await;
    let (address, path) = (location(&begun), format!("/v1/images/{}", begun.text_at("/id")));
    assert_eq!(offset(&ada, &address).await, Some(0));
    let sent = piece(&ada, &address, 0, &disk[..100_000]).await;
    assert_eq!((sent.status, sent.headers["tus-resumable"].to_str().unwrap()), (204, "1.0.0"));
    // A line that breaks in the middle of a piece: what arrived stays.
    let broken = futures::stream::iter([Ok(disk[100_000..150_000].to_vec()), Err(std::io::Error::other("the line is cut"))]);
    let request = ada.request(Method::PATCH, &address).header("Tus-Resumable", "1.0.0").header("Upload-Offset", 100_000);
    let cut = request.header("Content-Type", "application/offset+octet-stream").body(reqwest::Body::wrap_stream(broken)).send().await;
    assert!(cut.is_err(), "{cut:?}");
    // Until the server has noticed, nobody else adds anything.
    let mut tries = 0;
    while piece(&ada, &address, 7, b"x").await.status == 423 {
        tries += 1;
        assert!(tries < 5_000, "the broken piece is never let go");
    }
    let here = offset(&ada, &address).await.unwrap();
    assert!((100_000..=150_000).contains(&here), "{here}");
    // A piece that belongs elsewhere changes nothing.
    assert_eq!(piece(&ada, &address, 7, b"x").await.status, 409);
    assert_eq!(piece(&ada, &address, disk.len() + 1, b"x").await.status, 409);
    assert_eq!(offset(&ada, &address).await, Some(here));

    let config = world.config.clone();
    let database = world.stop().await;
    let world = World::with(database, config, OffsetClock::default(), Simulated::default()).await;
    let mut ada = world.visitor();
    ada.sign_in("ada@example.org").await;
    assert_eq!(offset(&ada, &address).await, Some(here), "what was acknowledged is there");
    assert_eq!(piece(&ada, &address, here, &disk[here..]).await.status, 204);
    let image = settled(&ada, &path).await;
    assert_eq!((&image["state"], &image["sha256"]), (&json!("ready"), &json!(digest(&disk))), "{image:#}");
    // A sender that did not hear the last answer asks, and hears that everything is there.
    assert_eq!(offset(&ada, &address).await, Some(disk.len()));
    assert_eq!(piece(&ada, &address, disk.len(), b"more").await.status, 404);
});

both_engines!(a_damaged_piece_is_thrown_away_and_too_much_is_refused, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let begun = begin(&ada, "/v1/image-uploads", 10, &[("name", "mine")]).await;
    let address = location(&begun);
    let with = async |checksum: &str, bytes: &'static str| {
        let request = ada.request(Method::PATCH, &address).header("Tus-Resumable", "1.0.0").header("Upload-Offset", 0).header("Upload-Checksum", checksum);
        ada.send(request.header("Content-Type", "application/offset+octet-stream").body(bytes)).await.status
    };
    let right = format!("sha256 {}", BASE64.encode(&Sha256::digest(b"hello")));
    assert_eq!(with(&right, "hallo").await, 460);
    assert_eq!(offset(&ada, &address).await, Some(0));
    assert_eq!(with("md5 eA==", "hello").await, 422);
    assert_eq!(with(&right, "hello").await, 204);
    assert_eq!(offset(&ada, &address).await, Some(5));
    assert_eq!(piece(&ada, &address, 5, b"more than ten").await.status, 409);
    // Another version of the protocol, and another kind of body.
    let other = ada.request(Method::PATCH, &address).header("Tus-Resumable", "0.2.2").header("Upload-Offset", 5);
    assert_eq!(ada.send(other).await.status, 412);
    let other = ada.request(Method::PATCH, &address).header("Tus-Resumable", "1.0.0").header("Upload-Offset", 5).body("x");
    assert_eq!(ada.send(other).await.status, 415);
    let options = ada.send(ada.request(Method::OPTIONS, "/v1/image-uploads")).await;
    assert_eq!((options.status, options.headers["tus-extension"].to_str().unwrap()), (204, "creation,termination,checksum"));
});

both_engines!(another_customer_adds_nothing_and_another_file_is_refused, |engine| async move {
    let world = World::ready(engine).await;
    let (ada, mallory) = (world.customer("ada@example.org", "Ada Adams").await, world.customer("mallory@example.net", "Mallory").await);
    let begun = begin(&ada, "/v1/image-uploads", disk().len(), &[("name", "mine"), ("sha256", &digest(b"something else"))]).await;
    let address = location(&begun);
    let plain = address.split('?').next().unwrap().to_owned();
    for address in [&address, &plain] {
        assert_eq!(piece(&mallory, address, 0, b"x").await.status, 404);
        assert_eq!(offset(&mallory, address).await, None);
        assert_eq!(mallory.delete(address).await.status, 404);
    }
    assert_eq!(piece(&ada, &plain, 0, &disk()).await.status, 204, "who has one project need not name it");
    let image = settled(&ada, &format!("/v1/images/{}", begun.text_at("/id"))).await;
    assert!(image["state"] == "failed" && image["problem"].as_str().unwrap().contains("not the one that was promised"), "{image:#}");
    assert_eq!(kept(&world), 0);
});
