//! Uploads that are given up, or that nobody goes on with, leave nothing.

use std::time::Duration;

use serde_json::json;
use testkit::both_engines;

use super::image::{begin, disk, kept, location, offset, piece};
use crate::world::World;

both_engines!(an_upload_is_given_up, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let begun = begin(&ada, "/v1/image-uploads", disk().len(), &[("name", "mine")]).await;
    let address = location(&begun);
    piece(&ada, &address, 0, b"first bytes").await;
    assert_eq!((kept(&world), ada.get("/v1/quota").await.json["images"]["used"].clone()), (1, json!(1)));
    assert_eq!(ada.delete(&address).await.status, 204);
    assert_eq!((kept(&world), ada.get("/v1/quota").await.json["images"]["used"].clone()), (0, json!(0)));
    assert_eq!((offset(&ada, &address).await, ada.delete(&address).await.status), (None, 404));
    assert_eq!(ada.get("/v1/images").await.json["items"], json!([]));
});

both_engines!(an_abandoned_upload_is_swept_after_a_day, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let begun = begin(&ada, "/v1/image-uploads", disk().len(), &[("name", "mine")]).await;
    piece(&ada, &location(&begun), 0, b"first bytes").await;
    let sweep = compute::JOBS.iter().find(|job| job.name == "compute.image.sweep").unwrap();
    world.clock.advance(Duration::from_secs(23 * 3_600));
    (sweep.run)(world.cx.clone()).await.unwrap();
    assert_eq!(kept(&world), 1);
    world.clock.advance(Duration::from_secs(2 * 3_600));
    (sweep.run)(world.cx.clone()).await.unwrap();
    assert_eq!(kept(&world), 0);
    let state = world.number("SELECT COUNT(*) AS n FROM compute_image WHERE state = 'failed' AND problem LIKE '%within a day%'").await;
    let held = world.number("SELECT COUNT(*) AS n FROM compute_quota WHERE images <> 0").await;
    assert_eq!((state, held), (1, 0));
});
