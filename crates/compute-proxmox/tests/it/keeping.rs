//! Snapshots and backups: what the suite of every driver cannot know of them.

use std::time::Duration;

use compute_driver::{Driver, DriverError, Progress, Reference, SnapshotSpec};
use proxmox_standin::Fault;

use crate::world::World;

fn name(text: &str) -> Reference {
    Reference::parse(text).unwrap()
}

#[tokio::test]
async fn a_storage_that_keeps_no_snapshots_says_so() {
    let world = World::new().await;
    let (spec, _) = world.guest("raw").await;
    world.cluster.lock().raw_storage = true;
    let answer = world.driver.create_snapshot(&spec.reference, &SnapshotSpec { name: name("snp_1"), memory: false }).await;
    assert!(matches!(answer, Err(DriverError::Unsupported { .. })), "{answer:?}");
}

#[tokio::test]
async fn a_snapshot_whose_answer_got_lost_is_taken_once() {
    let world = World::new().await;
    let (spec, _) = world.guest("snap").await;
    world.cluster.inject("POST", "/snapshot", Fault::After { status: 596, reason: "Broken pipe".into() });
    let wanted = SnapshotSpec { name: name("snp_1"), memory: false };
    assert!(matches!(world.driver.create_snapshot(&spec.reference, &wanted).await, Ok(Progress::Done(_))));
    assert_eq!(world.cluster.count("POST", "/snapshot"), 1);
}

#[tokio::test]
async fn a_guest_that_was_brought_back_is_still_known() {
    let world = World::new().await;
    let (spec, vmid) = world.guest("back").await;
    world.driver.create_snapshot(&spec.reference, &SnapshotSpec { name: name("snp_1"), memory: false }).await.unwrap();
    // The snapshot was taken before somebody changed the tags, and brings the old ones back.
    world.cluster.lock().guests.get_mut(&vmid).unwrap().snapshots.get_mut("snp_1").unwrap().config.remove("tags");
    world.driver.roll_back(&spec.reference, &name("snp_1")).await.unwrap();
    assert!(world.another().await.list().await.unwrap().iter().any(|guest| guest.reference == spec.reference));
}

/// A backup that takes long is told as work that goes on, and asking again does not begin another.
#[tokio::test]
async fn a_long_backup_is_made_once() {
    let world = World::new().await;
    let (spec, vmid) = world.running("long").await;
    world.cluster.inject("POST", "/vzdump", Fault::TaskTakes(Duration::from_secs(15)));
    let first = world.driver.create_backup(&spec.reference, &name("bak_1")).await.unwrap();
    assert_eq!(first, Progress::Working { percent: None });
    let backup = world.another().await.create_backup(&spec.reference, &name("bak_1")).await.unwrap().done().unwrap();
    assert_eq!((backup.guest, backup.size), (spec.reference.clone(), spec.size()));
    assert_eq!(world.cluster.count("POST", "/vzdump"), 1);
    assert!(world.cluster.lock().volumes.iter().any(|volume| volume.volid.contains(&format!("qemu-{vmid}"))));
}

#[tokio::test]
async fn archives_of_others_are_not_ours() {
    let world = World::new().await;
    let (spec, _) = world.guest("bak").await;
    world.driver.create_backup(&spec.reference, &name("bak_1")).await.unwrap();
    let mut other = world.cluster.lock().volumes.last().unwrap().clone();
    other.notes = "nightly".into();
    world.cluster.lock().volumes.push(other);
    assert_eq!(world.driver.backups().await.unwrap().len(), 1);
}

#[tokio::test]
async fn without_a_storage_for_backups_there_are_none() {
    let world = World::with(|mapping| mapping.backup_storage = None).await;
    assert!(matches!(world.driver.backups().await, Err(DriverError::Unsupported { .. })));
}
