//! User data: on a disk of the guest's own, for its first boot, and in no other place.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use compute_driver::{Card, Driver, DriverError, Feature, GuestSpec, InForce, Network, NetworkSpec, PasswordHash, Progress, Reference};
use fatfs::{FileSystem, FsOptions};
use proxmox_standin::Fault;

use crate::world::{World, spec};

const TOLD: &str = "#!/bin/sh\necho told > /root/told\n";

fn told(name: &str, template: &str) -> GuestSpec {
    GuestSpec { user_data: Some(TOLD.into()), ..spec(name, template) }
}

fn config(world: &World, reference: &Reference) -> BTreeMap<String, String> {
    let vmid = world.vmid(reference);
    world.cluster.lock().guests[&vmid].config.clone()
}

/// The files of the guest's seed by name, if it has one.
fn seed(world: &World, reference: &Reference) -> Option<BTreeMap<String, String>> {
    let line = config(world, reference).get("scsi29")?.clone();
    assert!(line.contains("serial=fairhold-seed") && line.contains("backup=0"), "{line}");
    let disk = world.cluster.lock().disks.volumes[line.split(',').next().unwrap()].content.clone();
    let files = FileSystem::new(Cursor::new(disk), FsOptions::new()).unwrap();
    let read = |file: fatfs::DirEntry<'_, _>| {
        let mut text = String::new();
        file.to_file().read_to_string(&mut text).unwrap();
        (file.file_name(), text)
    };
    Some(files.root_dir().iter().map(|file| read(file.unwrap())).collect())
}

/// Copies that are on their way to a disk, and volumes that hang on nothing.
fn on_the_way(world: &World) -> (usize, usize) {
    let state = world.cluster.lock();
    (state.disks.sent.len(), state.guests.values().flat_map(|guest| guest.config.keys()).filter(|key| key.starts_with("unused")).count())
}

fn has_drive(config: &BTreeMap<String, String>) -> bool {
    config.values().any(|line| line.contains("cloudinit"))
}

#[tokio::test]
async fn a_guest_reads_it_beside_its_keys_and_addresses() {
    for template in ["tiny", "copied", "imported"] {
        let world = World::new().await;
        assert!(world.driver.capabilities().await.unwrap().has(Feature::UserData));
        let guest = told("web", template);
        let made = world.driver.ensure(&guest).await.unwrap();
        let files = seed(&world, &guest.reference).unwrap();
        assert_eq!(files["user-data"], TOLD);
        assert!(files["vendor-data"].contains(&guest.ssh_keys[0]) && files["meta-data"].contains("instance-id: vm_web\n"), "{files:?}");
        assert!(files["network-config"].contains(&format!("address: {}/16", made.ipv4.unwrap())), "{files:?}");
        assert!(!has_drive(&config(&world, &guest.reference)), "two drives would speak at once");
        assert_eq!(on_the_way(&world), (0, 0));
        let sent = world.cluster.count("POST", "/upload");
        world.driver.ensure(&guest).await.unwrap();
        assert_eq!(world.cluster.count("POST", "/upload"), sent, "it is sent once");
        world.driver.destroy(&guest.reference).await.unwrap();
        assert!(world.cluster.lock().disks.volumes.values().all(|volume| volume.content.is_empty()), "it goes with its guest");
    }
}

#[tokio::test]
async fn with_a_network_it_says_both_addresses() {
    let world = World::new().await;
    let subnet = Network { address: [10, 66, 0, 0].into(), prefix: 24 };
    let net = NetworkSpec { reference: Reference::parse("net_one").unwrap(), subnet, gateway: [10, 66, 0, 1].into(), egress: true, ipv6: None };
    world.driver.ensure_network(&net).await.unwrap();
    let card = |last: u8| Some(Card { network: net.reference.clone(), ipv4: [10, 66, 0, last].into(), ipv6: None });
    let guest = GuestSpec { card: card(9), ..told("web", "tiny") };
    world.driver.ensure(&guest).await.unwrap();
    let text = seed(&world, &guest.reference).unwrap()["network-config"].clone();
    assert!(text.contains("name: eth1") && text.contains("address: 10.66.0.9/24"), "{text}");
    world.driver.start(&guest.reference).await.unwrap();
    // What it is told later comes by the cluster's own drive, which knows the settings and runs nothing again.
    assert_eq!(world.driver.connect(&guest.reference, card(10).as_ref()).await.unwrap(), InForce::AfterRestart);
    assert_eq!(on_the_way(&world).0, 0);
    world.driver.stop(&guest.reference).await.unwrap();
    world.driver.start(&guest.reference).await.unwrap();
    let said = config(&world, &guest.reference);
    assert!(!said.contains_key("scsi29") && has_drive(&said) && said["ipconfig1"] == "ip=10.66.0.10/24", "{said:?}");
}

#[tokio::test]
async fn keys_and_passwords_come_after_it() {
    let world = World::new().await;
    let guest = told("web", "tiny");
    world.driver.ensure(&guest).await.unwrap();
    let hash = PasswordHash::parse("$6$saltsalt$abcdefghijklmnop").unwrap();
    assert_eq!(world.driver.set_password(&guest.reference, &hash).await.unwrap(), InForce::AfterRestart);
    let said = config(&world, &guest.reference);
    assert!(!said.contains_key("scsi29") && has_drive(&said), "{said:?}");
    assert_eq!(on_the_way(&world), (0, 0), "the disk is gone");
    // A fresh disk boots for the first time, and is told everything.
    world.driver.rebuild(&guest).await.unwrap();
    assert_eq!(seed(&world, &guest.reference).unwrap()["user-data"], TOLD);
    assert!(!has_drive(&config(&world, &guest.reference)));
    let other = GuestSpec { user_data: Some("#!/bin/sh\necho other\n".into()), ..guest.clone() };
    world.driver.rebuild(&other).await.unwrap();
    assert!(seed(&world, &guest.reference).unwrap()["user-data"].contains("other"));
    assert_eq!(on_the_way(&world), (0, 0));
    world.driver.rebuild(&GuestSpec { user_data: None, ..guest.clone() }).await.unwrap();
    assert!(seed(&world, &guest.reference).is_none() && has_drive(&config(&world, &guest.reference)));
}

#[tokio::test]
async fn a_backup_does_not_hold_it_and_a_test_does_not_carry_it_out() {
    let world = World::new().await;
    let guest = told("web", "tiny");
    world.driver.ensure(&guest).await.unwrap();
    let backup = Reference::parse("bak_1").unwrap();
    while !matches!(world.driver.create_backup(&guest.reference, &backup).await.unwrap(), Progress::Done(_)) {}
    let test = GuestSpec { cut_off: true, mac: "52:54:00:00:00:77".into(), ..told("test", "tiny") };
    while !matches!(world.driver.restore_backup(&backup, &test).await.unwrap(), Progress::Done(_)) {}
    assert!(seed(&world, &test.reference).is_none());
    while !matches!(world.driver.restore_backup(&backup, &guest).await.unwrap(), Progress::Done(_)) {}
    assert_eq!(seed(&world, &guest.reference).unwrap()["user-data"], TOLD);
}

#[tokio::test]
async fn a_try_that_was_cut_off_leaves_no_copy() {
    let lost = || Fault::After { status: 596, reason: "Broken pipe".into() };
    for (method, path) in [("POST", "/upload"), ("POST", "/config"), ("DELETE", "/content/local%3Aimport%2Ffairhold-seed-vm-web.raw")] {
        for fault in [Fault::Cut, lost(), Fault::TaskEnds("the node went away".into()), Fault::Instead { status: 595, reason: "No route to host".into() }] {
            for goes_on in [true, false] {
                let world = World::new().await;
                world.cluster.inject(method, path, fault.clone());
                let guest = told("web", "tiny");
                let first = world.driver.ensure(&guest).await;
                if goes_on {
                    if first.is_err() {
                        world.driver.ensure(&guest).await.unwrap();
                    }
                    assert_eq!(seed(&world, &guest.reference).unwrap()["user-data"], TOLD);
                } else {
                    world.driver.destroy(&guest.reference).await.unwrap();
                    assert_eq!(world.cluster.lock().guests.len(), 1);
                }
                assert_eq!(on_the_way(&world), (0, 0), "{method} {path} {fault:?} {first:?}");
            }
        }
    }
}

#[tokio::test]
async fn where_it_cannot_get_nobody_promises_it() {
    let world = World::new().await;
    assert_eq!(world.driver.capabilities().await.unwrap().plain_templates, ["contained"], "containers have no cloud-init there");
    let refused = world.driver.ensure(&told("box", "contained")).await;
    assert!(matches!(refused, Err(DriverError::Unsupported { .. })), "{refused:?}");
    let world = World::with(|mapping| mapping.images = None).await;
    assert!(!world.driver.capabilities().await.unwrap().has(Feature::UserData));
    let refused = world.driver.ensure(&told("web", "tiny")).await;
    assert!(matches!(refused, Err(DriverError::Unsupported { .. })), "{refused:?}");
}
