//! A machine and a container of one host in one private network.

use std::path::{Path, PathBuf};

use compute_driver::{Card, ConsoleKind, Driver, DriverError, GuestSpec, Reference};
use compute_host::network::Home;
use compute_oci::{Oci, SupervisorCommand};
use compute_qemu::{AcceleratorChoice, Qemu, Settings};

use crate::network::{container, inbound, network, no_network_is_left, succeeds};
use crate::world::{World, images_dir, read_until};

/// The driver of machines under `data_dir`.
async fn machines(data_dir: &Path, networks: Home) -> Qemu {
    let images = images_dir();
    compute_qemu::image::ensure(&images, "tiny", &|line| eprintln!("{line}")).await.unwrap();
    let exe = PathBuf::from(env!("CARGO_BIN_EXE_container-supervisor")).with_file_name("guest-supervisor");
    assert!(exe.exists(), "a test of two drivers needs the programs of both: cargo build --workspace --bins");
    let mut settings = Settings::new(data_dir, SupervisorCommand { exe, args: vec![] });
    (settings.images_dir, settings.accelerator, settings.networks) = (images, AcceleratorChoice::Tcg, networks);
    Qemu::new(settings)
}

#[tokio::test]
async fn a_machine_and_a_container_are_in_one_network_as_long_as_one_of_them_is() {
    let mut world = World::new().await;
    let of_machines = world.folder.path().join("machines");
    let home = Home::new(world.folder.path(), [world.folder.path().to_owned(), of_machines.clone()]);
    world.settings.networks = home.clone();
    world.driver = Oci::new(world.settings.clone());
    let machines = machines(&of_machines, home).await;
    let site = async |driver: &dyn Driver| driver.capabilities().await.unwrap().network_site;
    assert!(site(&machines).await.is_some() && site(&machines).await == site(&world.driver).await);

    let one = network("net_one");
    world.driver.ensure_network(&one).await.unwrap();
    machines.ensure_network(&one).await.unwrap();
    assert_eq!(machines.networks().await.unwrap(), std::slice::from_ref(&one), "it is the same one");
    let alpha = container(&world, "alpha", &one, 10);
    let card = Card { network: one.reference.clone(), ipv4: [10, 66, 0, 11].into(), ipv6: None };
    let (reference, mac) = (Reference::parse("vm_beta").unwrap(), "02:66:01:00:00:0b".to_owned());
    let beta = GuestSpec { reference, mac, hostname: "beta".into(), template: "tiny".into(), card: Some(card), ..world.spec("vm_beta") };
    let mut at_alpha = world.booted(&alpha).await;
    machines.ensure(&beta).await.unwrap();
    machines.start(&beta.reference).await.unwrap();
    let mut at_beta = machines.console(&beta.reference, ConsoleKind::Serial).await.unwrap();
    read_until(&mut at_beta, "root@beta:").await;

    assert!(succeeds(&mut at_alpha, 100, "ping -c 2 -W 5 10.66.0.11").await, "the container reaches the machine");
    assert!(succeeds(&mut at_beta, 200, "ping -c 2 -W 5 10.66.0.10").await, "the machine reaches the container");
    assert!(succeeds(&mut at_alpha, 110, "nslookup beta | grep 10.66.0.11").await, "the network answers for both names");
    machines.set_filter(&beta.reference, &inbound(vec![])).await.unwrap();
    assert!(!succeeds(&mut at_alpha, 120, "ping -c 1 -W 2 10.66.0.11").await, "what one driver says holds for guests of the other");
    assert!(succeeds(&mut at_beta, 220, "ping -c 2 -W 5 10.66.0.10").await, "and answers pass");

    world.driver.destroy(&alpha.reference).await.unwrap();
    for driver in [&world.driver as &dyn Driver, &machines] {
        let kept = driver.remove_network(&one.reference).await;
        assert!(matches!(kept, Err(DriverError::Conflict { .. })), "a machine is in it: {kept:?}");
    }
    machines.destroy(&beta.reference).await.unwrap();
    world.driver.remove_network(&one.reference).await.unwrap();
    assert_eq!(machines.networks().await.unwrap(), []);
    no_network_is_left(&world, &one);
}
