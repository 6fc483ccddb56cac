//! The Debian template: built by root from Debian's packages, boots to a prompt, obeys the power button, keeps its host key.

use std::time::Instant;

use compute_driver::{ConsoleKind, Driver, Status};
use compute_qemu::image;

use crate::world::{World, images_dir, new_key, read_until, ssh, until};

#[tokio::test]
async fn a_debian_guest_takes_its_seed_and_obeys_the_power_button() {
    let world = World::new().await;
    let begun = Instant::now();
    if let Err(error) = image::ensure(&images_dir(), "debian", &|line| eprintln!("{line}")).await {
        panic!("the Debian image cannot be built: {error}\n{}", error.log().unwrap_or_default());
    }
    eprintln!("image after {:.1} s", begun.elapsed().as_secs_f32());

    let mut spec = world.spec("vm_debian");
    spec.template = "debian".into();
    spec.memory_mib = 256;
    spec.disk_gib = 2;
    spec.ssh_keys = vec![new_key(&world.folder)];
    let begun = Instant::now();
    drop(world.booted(&spec).await);
    let cpu = world.driver.measure(&spec.reference).await.unwrap().cpu_us;
    eprintln!("prompt after {:.1} s, {:.1} s of processor time", begun.elapsed().as_secs_f32(), cpu as f64 / 1e6);

    let port = world.driver.find(&spec.reference).await.unwrap().unwrap().ssh.unwrap().port;
    let command = "hostname; cat /etc/debian_version; cat /etc/resolv.conf; cat /etc/dropbear/key | md5sum";
    until("SSH with the injected key", async || ssh(&world.folder, port, "true").await.status.success()).await;
    let first = String::from_utf8(ssh(&world.folder, port, command).await.stdout).unwrap();
    assert!(first.starts_with("web-1\n12.") && first.contains("nameserver 10.0.2.3"), "{first}");
    until("the file system fills the ordered disk", async || {
        let size = ssh(&world.folder, port, "df -m --output=size / | tail -1").await.stdout;
        String::from_utf8_lossy(&size).trim().parse::<u32>().is_ok_and(|mib| mib > 1_800)
    })
    .await;

    world.driver.reboot(&spec.reference).await.unwrap();
    let mut line = world.driver.console(&spec.reference, ConsoleKind::Serial).await.unwrap();
    read_until(&mut line, "reboot: Restarting system").await;
    until("SSH after a restart", async || ssh(&world.folder, port, "true").await.status.success()).await;
    let second = String::from_utf8(ssh(&world.folder, port, command).await.stdout).unwrap();
    assert_eq!(first, second, "name and host key stay");

    world.driver.shutdown(&spec.reference).await.unwrap();
    until("the guest obeys the power button", async || world.driver.status(&spec.reference).await == Ok(Status::Stopped)).await;
    world.driver.destroy(&spec.reference).await.unwrap();
}
