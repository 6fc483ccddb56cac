//! Images that the caller has: from their publisher where the node can reach it, from here where not, and only whole.

use compute_driver::conformance::bootable::qcow2_disk;
use compute_driver::{Driver, DriverError, Feature, ImageSpec, Progress};
use proxmox_standin::Fault;
use sha2::{Digest, Sha256};

use crate::world::{World, spec};

fn image(folder: &tempfile::TempDir, url: Option<&str>) -> ImageSpec {
    let content = qcow2_disk(1 << 30);
    let file = folder.path().join("disk.qcow2");
    std::fs::write(&file, &content).unwrap();
    ImageSpec {
        name: "img-01".into(),
        file,
        bytes: content.len() as u64,
        sha256: Sha256::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect(),
        virtual_bytes: 1 << 30,
        url: url.map(str::to_owned),
    }
}

/// Where the image is: one volume for each node, as the storage is not shared.
fn volumes(world: &World) -> usize {
    world.cluster.lock().volumes.iter().filter(|volume| volume.volid == "local:import/img-01.qcow2").count()
}

#[tokio::test]
async fn an_image_with_an_address_is_fetched_by_the_node() {
    let (world, folder) = (World::new().await, tempfile::tempdir().unwrap());
    let image = image(&folder, Some("https://example.org/disk.qcow2"));
    assert_eq!(world.driver.ensure_image(&image).await, Ok(Progress::Done(())));
    assert!(volumes(&world) > 0);
    assert_eq!((world.cluster.count("POST", "/upload"), world.cluster.count("POST", "/download-url")), (0, volumes(&world)));
}

#[tokio::test]
async fn a_node_without_a_way_out_gets_it_from_here() {
    let (world, folder) = (World::new().await, tempfile::tempdir().unwrap());
    let image = image(&folder, Some("https://example.org/disk.qcow2"));
    world.cluster.inject("POST", "/download-url", Fault::TaskEnds("download failed".into()));
    world.driver.ensure_image(&image).await.unwrap();
    assert_eq!(world.cluster.count("POST", "/upload"), 1);
    let made = world.driver.ensure(&spec("own", "img-01")).await.unwrap();
    assert_eq!(made.template, "img-01");
    assert!(matches!(world.driver.remove_image("img-01").await, Err(DriverError::Conflict { .. })));
}

#[tokio::test]
async fn other_bytes_than_promised_are_not_taken() {
    let (world, folder) = (World::new().await, tempfile::tempdir().unwrap());
    let wrong = ImageSpec { sha256: "0".repeat(64), ..image(&folder, None) };
    let answer = world.driver.ensure_image(&wrong).await;
    // Something happened to them on their way, so they are sent again.
    assert!(matches!(&answer, Err(DriverError::Unavailable { reason }) if reason.contains("checksum mismatch")), "{answer:?}");
    assert_eq!(volumes(&world), 0);
    let answer = world.driver.ensure(&spec("own", "img-01")).await;
    assert!(matches!(answer, Err(DriverError::Unavailable { .. })), "{answer:?}");
}

#[tokio::test]
async fn a_mapping_without_a_storage_for_images_takes_none() {
    let (world, folder) = (World::with(|mapping| mapping.images = None).await, tempfile::tempdir().unwrap());
    assert!(!world.driver.capabilities().await.unwrap().has(Feature::Images));
    let answer = world.driver.ensure_image(&image(&folder, None)).await;
    assert!(matches!(&answer, Err(DriverError::Refused { reason }) if reason.contains("no storage for images")), "{answer:?}");
    assert!(matches!(world.driver.remove_image("img-01").await, Err(DriverError::Unsupported { .. })));
}
